"""All of a session's work as one value, to be kept on disk and restored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from core.experiment.spec import ExperimentSpec
from core.telemetry.history import History, Pin
from ui.session.edits import Edit
from ui.session.session import Session

# How many recorded steps of each run are kept, evenly spaced.
KEYFRAMES = 60


@dataclass(eq=False)
class Snapshot:
    """The parts of a session that `capture` copies.

    `edits` are the changes that can be undone, (before, after) each; `clean` is how many of them
    had been made when the experiment was last saved, -1 if that state cannot be reached by undo.
    The history of a pinned run that continues is the same object as `history`. `window` is the
    state that the window restores: names with bytes or text.
    """

    spec: ExperimentSpec
    edits: list[tuple[ExperimentSpec, ExperimentSpec]]
    clean: int
    history: History
    pins: list[Pin] = field(default_factory=list)
    window: dict[str, bytes | str] = field(default_factory=dict)

    @property
    def histories(self) -> list[History]:
        """The histories of all runs, each once."""
        found = {id(h): h for h in (self.history, *(pin.history for pin in self.pins))}
        return list(found.values())


def mark(session: Session) -> tuple[object, ...]:
    """A value that stays equal as long as there is nothing new to capture."""
    stack = session.undo_stack
    runs = session.history.iteration, tuple((p.name, p.history.iteration) for p in session.pins.all)
    return session.spec, stack.index(), stack.cleanIndex(), id(session.history), runs


def capture(session: Session, window: dict[str, bytes | str]) -> Snapshot:
    """A snapshot of the session's work, unaffected by later changes of the session."""
    stack = session.undo_stack
    made = [stack.command(i) for i in range(stack.index())]
    known = {id(session.history): _kept(session.history)}
    for pin in session.pins.all:
        if id(pin.history) not in known:
            known[id(pin.history)] = _kept(pin.history)
    pins = [replace(pin, history=known[id(pin.history)]) for pin in session.pins.all]
    edits = [(edit.old, edit.new) for edit in made if isinstance(edit, Edit)]
    history = known[id(session.history)]
    return Snapshot(session.spec, edits, stack.cleanIndex(), history, pins, window)


def reinstate(session: Session, snapshot: Snapshot) -> None:
    """Replace the present session's work by that of an earlier session.

    The last run is shown as it was recorded. Its weights are not kept: running starts it again.
    """
    stack = session.undo_stack
    stack.clear()
    if snapshot.clean:
        stack.resetClean()
    for number, (old, new) in enumerate(snapshot.edits, 1):
        # Which of them opened another experiment is not known.
        stack.push(Edit(session.put, old, new, done=True, opens=True))
        if number == snapshot.clean:
            stack.setClean()
    session.pins.restore(tuple(snapshot.pins))
    session.show_recorded(snapshot.spec, snapshot.history)


def _kept(history: History) -> History:
    """An independent copy of a history with fewer frames."""
    copy = history.fork(history.iteration)
    copy.ghost, copy.pinned = None, ()
    frames = copy.frames
    if len(frames) > KEYFRAMES:
        step = (len(frames) - 1) / (KEYFRAMES - 1)
        copy.frames = [frames[round(i * step)] for i in range(KEYFRAMES)]
    return copy
