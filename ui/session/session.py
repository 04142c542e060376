"""The session: the current spec, its run and its history, for widgets to show and edit.

Edits become commands to the training process, frames become signals. Everything here runs in the
window's thread; the worker's thread only rings a `Bell`.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from core.base.arrays import Array
from core.base.translation import Message, tr
from core.experiment.serialization import settled
from core.experiment.spec import ExperimentSpec, changes
from core.telemetry.frame import Failure, Frame, ModelSaved, Preparing, ScoreOnTest
from core.telemetry.history import History, ghost_after, slope_bound
from core.training.checkpoints import CheckpointKey
from core.training.questions import Answer, Question
from core.worker.channel import Silence
from core.worker.runner import Runner
from core.worker.training_worker import TrainingWorker
from ui.session.bell import Bell
from ui.session.edits import Edit
from ui.session.handshake import Handshake
from ui.session.pins import Pins
from ui.undo import make_undo_stack
from ui.wording import described

# Maximum distance of a checkpoint from the step at which to continue, as a share of the run.
NEAR = 0.1
SILENT = Message(
    "The training process has not responded for some seconds: the computer is overloaded, "
    "or the process was stopped. Reset starts another one."
)
ANSWERS = Message("The training process responds again.")


class Session(QObject):
    """One experiment and its run. `is_running` is what the user requested last.

    `runner` trains, by default in a process of its own; the session closes it. A session with a
    `predecessor` takes over its experiment and its run, which continues. `frame_shown` is
    emitted for every new frame of the run. `past` is the recorded frame shown instead of the
    newest, None while the newest is shown; `shown_step_changed` is emitted when it changes.
    `fell_silent` is emitted when the training process has not responded for some seconds.
    """

    spec_changed = Signal(object)
    frame_shown = Signal(object)
    shown_step_changed = Signal()
    running_changed = Signal(bool)
    run_started = Signal()
    failed = Signal(str)
    noted = Signal(str)
    fell_silent = Signal()
    tested = Signal(object)
    model_saved = Signal(object)
    answered = Signal(object)
    saved_changed = Signal()

    def __init__(
        self,
        spec: ExperimentSpec,
        parent: QObject | None = None,
        runner: TrainingWorker | Runner | None = None,
        predecessor: Session | None = None,
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self.history = History()
        self.pins = Pins(self)
        self.undo_stack = make_undo_stack(self)
        self.is_running = False
        self.past: Frame | None = None
        self._run = 0
        self._unloadable = self._is_preparing = False
        self._last: Frame | None = None
        # What the next run begins with instead of fresh weights.
        self._weights: dict[str, Array] | None = None
        self.pins.changed.connect(self._lay_pins_beside)
        self._runner = runner or TrainingWorker()
        bell = Bell(self._receive)
        self._runner.on_frame = bell.ring
        self._handshake = Handshake(self._runner.shown)
        if predecessor is None:
            self._restart()
        else:
            self._continue(predecessor)
            # What arrived in between.
            bell.ring()
        self.undo_stack.cleanChanged.connect(self.saved_changed)

    def successor(self) -> Session:
        """A session for another window, which takes over the experiment and its run. This one must
        not be used any more."""
        return Session(self.spec, runner=self._runner, predecessor=self)

    # The run

    def set_running(self, running: bool) -> None:
        """Run or pause. A finished run is started again."""
        if running:
            self._restart_if_lost()
            if self._last is not None and self._last.status in ("finished", "diverged"):
                self._restart()
            self.look_live()
        self._runner.resume() if running else self._runner.pause()
        self._note_running(running)

    def step(self) -> None:
        """Pause, and do one update."""
        self._restart_if_lost()
        self.look_live()
        self._runner.step()
        self._note_running(False)

    def finish_epoch(self) -> None:
        """Train to the end of the epoch, then pause."""
        self._restart_if_lost()
        self.look_live()
        self._runner.finish_epoch()
        self._note_running(False)

    def test(self) -> None:
        """Score the test part with the present weights; `tested` carries the result."""
        self._runner.test()

    def save_model(self, path: str) -> None:
        """Save the present weights as a model file; `model_saved` carries the result."""
        self._runner.save_model(path)

    def ask(self, question: Question | None, key: CheckpointKey | None = None) -> None:
        """Request the network's outputs for one row, with its present weights or a checkpoint's:
        `answered` carries them, and so do the following frames. None ends this."""
        self._runner.ask(question, key)

    def set_pace(self, steps_per_second: float) -> None:
        """Limit training to a number of steps per second; 0 is full speed."""
        self._runner.set_pace(steps_per_second)

    def reset(self) -> None:
        """Start again from the same seed, paused."""
        self._runner.pause()
        self._note_running(False)
        self._restart()

    def new_seed(self) -> None:
        """Start again from another seed; a running run keeps running."""
        self.edit(replace(self.spec, seed=(self.spec.seed + 1) % 2**32))

    def close(self) -> bool:
        """End the training process; return whether it ended in time."""
        return self._runner.close()

    # Edits

    def edit(self, spec: ExperimentSpec, opens: bool = False) -> None:
        """Make `spec` the current one, in flight or with a new run; undoable. `opens` says that it
        is another experiment.

        Settings that no longer fit the others, such as a loss for other data, are reset and
        reported.
        """
        spec, reasons = settled(spec)
        if any(changes(self.spec, spec)):
            self.undo_stack.push(Edit(self.put, self.spec, spec, opens=opens))
        if reasons:
            self.spec_changed.emit(self.spec)
            self.noted.emit("\n".join(map(tr, reasons)))

    def open(self, spec: ExperimentSpec) -> None:
        """Open another experiment, paused at its start; undoable."""
        self._runner.pause()
        self._note_running(False)
        run = self._run
        self.edit(spec, opens=True)
        if run == self._run:
            self._restart()

    def continue_model(self, spec: ExperimentSpec, weights: dict[str, Array]) -> None:
        """Open an experiment, paused at its start, with the weights of a saved model. A later
        reset starts with new weights."""
        self._weights = weights
        self.open(spec)

    def show_recorded(self, spec: ExperimentSpec, history: History) -> None:
        """Show a run of which only the recording exists, if any; running starts it again."""
        self._runner.pause()
        self._note_running(False)
        self.spec = spec
        self.spec_changed.emit(spec)
        if not history.iteration:
            self._restart()
            return
        # Messages that the runner still sends belong to another run.
        self._run += 1
        self._take_over(history)
        self._unloadable = True
        last = history.frames[-1]
        status = "paused" if last.status == "running" else last.status
        history.frames[-1] = self._last = replace(last, run=self._run, status=status)
        self.frame_shown.emit(self._last)

    def put(self, spec: ExperimentSpec) -> None:
        """Put a spec into effect, for `edit` and undo."""
        difference = [change for change in changes(self.spec, spec) if change.path != "title"]
        self.spec = spec
        broken = self._unloadable or (self._last is not None and self._last.status == "diverged")
        if difference and (broken or any(change.restarts_run for change in difference)):
            self._restart()
        elif difference:
            if self.history.iteration:
                self.history.mark(self.history.iteration, described(difference, spec))
            self.history.slope_bound = slope_bound(spec.network)
            self._runner.apply(spec)
            self.pins.follow(self.history, spec)
        self.spec_changed.emit(spec)

    def set_weight(self, layer: str, row: int, column: int, value: float, name: str) -> None:
        """Set one weight of the run manually. This is not in the spec but recorded as a mark named
        `name`."""
        self.look_live()
        self.history.mark(
            self.history.iteration, tr("{weight} set to {value:.3g}", weight=name, value=value)
        )
        self._runner.set_weight(layer, row, column, value)

    def measure(self, measures: Collection[str]) -> None:
        """Set what frames must contain: the measures of the visible views."""
        self._runner.measure(frozenset(measures))

    # Earlier steps

    @property
    def newest(self) -> Frame | None:
        """The newest frame of the run. None before the first."""
        return self._last

    @property
    def shown(self) -> Frame | None:
        """The frame shown: a recorded one, or the newest. None before the first."""
        return self.past or self._last

    def look_at(self, iteration: float) -> None:
        """Show the recorded step nearest to an iteration, while training continues."""
        frames = self.history.frames
        if not frames or iteration >= frames[-1].iteration:
            self.look_live()
            return
        frame = self.history.nearest(iteration)
        self._look(None if frame is frames[-1] else frame)

    def look_by(self, count: int) -> None:
        """Show the step recorded `count` before (negative) or after the one shown."""
        moments = self.history.recorded_steps()
        if self.shown is None or not moments:
            return
        here = bisect.bisect_left(moments, self.shown.iteration)
        self.look_at(moments[min(max(here + count, 0), len(moments) - 1)])

    def look_live(self) -> None:
        """Show the newest step again."""
        self._look(None)

    def checkpoint_near(self, iteration: int, share: float = NEAR) -> CheckpointKey | None:
        """The checkpoint near an iteration from which the run can continue; None if none is nearer
        than a share of the run."""
        last = self.history.iteration
        known = [c for c in self._runner.checkpoints if c.run == self._run and c.iteration <= last]
        nearest = min(known, key=lambda c: abs(c.iteration - iteration), default=None)
        if nearest and abs(nearest.iteration - iteration) <= max(1, share * last):
            return nearest
        return None

    def go_on_from(self, iteration: int) -> None:
        """Continue from the checkpoint near an iteration, with its weights, optimizer state and
        settings. The present run becomes the ghost. Raises LookupError without such a
        checkpoint."""
        checkpoint = self.checkpoint_near(iteration)
        if checkpoint is None:
            raise LookupError(f"no checkpoint near step {iteration}")
        spec = replace(checkpoint.spec, title=self.spec.title)
        self._run += 1
        self._runner.go_back(checkpoint, self._run)
        self._take_over(self.history.fork(checkpoint.iteration))
        if any(changes(self.spec, spec)):
            # Already in effect: the checkpoint includes its settings.
            self.undo_stack.push(Edit(self.put, self.spec, spec, done=True))
            self.spec = spec
            self.spec_changed.emit(spec)
        self.history.slope_bound = slope_bound(spec.network)

    def announce(self) -> None:
        """Emit what a window shows of the run, for one that is built while it continues."""
        self.run_started.emit()
        self.running_changed.emit(self.is_running)
        self.saved_changed.emit()
        if self._last is not None:
            self.frame_shown.emit(self._last)
        if self.past is not None:
            self.shown_step_changed.emit()

    def _continue(self, past: Session) -> None:
        """Take over the run, the history and the edits of another session."""
        past.undo_stack.cleanChanged.disconnect(past.saved_changed)
        past.undo_stack.setParent(self)
        self.undo_stack = past.undo_stack
        for number in range(self.undo_stack.count()):
            edit = self.undo_stack.command(number)
            assert isinstance(edit, Edit)
            edit.put = self.put
        self.history, self.past, self.is_running = past.history, past.past, past.is_running
        self._run, self._last, self._weights = past._run, past._last, past._weights
        self._unloadable, self._is_preparing = past._unloadable, past._is_preparing
        self.pins.restore(past.pins.all)
        # The runner waits for a frame of the other window to be painted.
        past.paints = False

    # Pins

    def pin(self) -> None:
        """Pin the current run. Raises ValueError with the reason if it cannot be pinned."""
        if not self.history.iteration:
            raise ValueError(tr("There is nothing to pin before the first step."))
        self.pins.add(self.spec, self.history)

    # Frames

    @property
    def paints(self) -> bool:
        """Whether a window paints frames, so that the next one waits for the paint."""
        return self._handshake.paints

    @paints.setter
    def paints(self, paints: bool) -> None:
        self._handshake.paints = paints

    def painted(self) -> bool:
        """The window has been painted, so another frame may come; return whether one was
        waiting."""
        return self._handshake.painted()

    def _receive(self) -> None:
        taken = self._runner.take()
        items = [item for item in taken if isinstance(item, Silence) or item.run == self._run]
        if any(isinstance(item, Frame) for item in taken):
            self._handshake.note_taken(changed=bool(items))
        for item in items:
            match item:
                case Frame():
                    self._show(item)
                case Failure():
                    self._unloadable = item.lost or self._last is None
                    self._note_running(False)
                    self.failed.emit(tr(item.message))
                case ScoreOnTest():
                    self.tested.emit(item)
                case ModelSaved():
                    self.model_saved.emit(item)
                case Answer():
                    self.answered.emit(item)
                case Preparing():
                    self._is_preparing = True
                    self.noted.emit(
                        tr(
                            "{work}: {share:.0%} of the preparation is done.",
                            work=item.text,
                            share=item.share,
                        )
                    )
                case Silence(silent):
                    self.noted.emit(tr(SILENT if silent else ANSWERS))
                    if silent:
                        self.fell_silent.emit()

    def _show(self, frame: Frame) -> None:
        if self._is_preparing:
            self._is_preparing = False
            self.noted.emit("")
        self._last = frame
        self.history.append(frame)
        self.frame_shown.emit(frame)
        if frame.status in ("finished", "diverged"):
            self._note_running(False)

    def _look(self, past: Frame | None) -> None:
        if past is not self.past:
            self.past = past
            self.shown_step_changed.emit()

    def _note_running(self, running: bool) -> None:
        if running != self.is_running:
            self.is_running = running
            self.running_changed.emit(running)

    def _restart_if_lost(self) -> None:
        """Begin a new run if there is none to continue."""
        if self._unloadable:
            self._restart()

    def _restart(self) -> None:
        """Begin a new run of the current spec."""
        self._run += 1
        self._runner.load(self.spec, self._run, self._weights)
        self._weights = None
        if self.is_running:
            # A run that could not be loaded in between may have stopped the training.
            self._runner.resume()
        self._take_over(History())
        self.history.slope_bound = slope_bound(self.spec.network)

    def _take_over(self, history: History) -> None:
        """Replace the history; the present one becomes its ghost."""
        past = self.history
        history.ghost = None if self.pins.of(past) else ghost_after(past)
        history.pinned = self.pins.beside(history)
        self.history = history
        self._last, self._unloadable = None, False
        self.look_live()
        self.run_started.emit()
        past.ghost, past.pinned = None, ()
        past.keep_curves()

    def _lay_pins_beside(self) -> None:
        self.history.pinned = self.pins.beside(self.history)
