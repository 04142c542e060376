"""A session in a test: steps, waits and settings in a few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.catalogue.optimizers import SGD, Adam
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Frame
from core.training.trainer import Trainer
from core.worker.runner import Runner
from ui.page import PageContext
from ui.preferences import Memory
from ui.session.session import Session

WAIT = 20_000


def session_within(spec: ExperimentSpec) -> Session:
    """A session that trains in a thread of this process, so that a test can look into it."""
    return Session(spec, runner=Runner())


def page_context(session: Session) -> PageContext:
    """What a page gets that is shown without a window: experiments open in the session."""
    return PageContext(session, Memory(lasting=False), session.open, lambda key: None)


def trainer_of(session: Session) -> Trainer:
    """The trainer of a session that trains within this process."""
    assert isinstance(session._runner, Runner)
    assert session._runner._trainer is not None
    return session._runner._trainer


def rate(spec: ExperimentSpec, learning_rate: float) -> ExperimentSpec:
    """The same experiment with Adam at another rate: a change that a run in flight can take."""
    optimizer = Adam(learning_rate=learning_rate)
    return replace(spec, training=replace(spec.training, optimizer=optimizer))


def diverging(spec: ExperimentSpec) -> ExperimentSpec:
    return replace(spec, training=replace(spec.training, optimizer=SGD(learning_rate=1e9)))


def wait(qtbot, session: Session, condition: Callable[[Frame], bool]) -> None:
    """Until a frame is shown that is as wanted."""
    shown = session.shown
    if shown is not None and session.past is None and condition(shown):
        return
    with qtbot.waitSignal(session.frame_shown, timeout=WAIT, check_params_cb=condition):
        pass


def step(qtbot, session: Session, count: int) -> None:
    """So many single steps; each leaves a complete frame and a checkpoint."""
    wait(qtbot, session, lambda frame: True)
    for _ in range(count):
        goal = session.history.iteration + 1
        session.step()
        wait(qtbot, session, lambda frame, goal=goal: frame.iteration == goal)


def train(qtbot, session: Session, steps: int) -> None:
    """Run for at least so many steps, then pause."""
    goal = session.history.iteration + steps
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration >= goal)
    pause(qtbot, session)


def pause(qtbot, session: Session) -> None:
    """Hold a run that goes on, and wait for its last frame."""
    if not session.is_running:
        return
    held = {"timeout": WAIT, "check_params_cb": lambda frame: frame.status != "running"}
    with qtbot.waitSignal(session.frame_shown, **held):
        session.set_running(False)
