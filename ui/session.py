"""The session: the current spec, its run and its history, for widgets to show and edit.

Edits become commands to the training thread, frames become signals. Everything here runs in the
window's thread, but for `_handed_out`, whose emission crosses over from the training thread.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.history import History
from core.runner import Failure, Runner
from core.spec import Change, ExperimentSpec, changes
from core.specio import to_dict
from core.telemetry import Frame


class Session(QObject):
    """One experiment being played with. `is_running` is what the user asked for last."""

    spec_changed = Signal(object)
    frame_shown = Signal(object)
    running_changed = Signal(bool)
    run_started = Signal()
    failed = Signal(str)
    saved_changed = Signal()
    _handed_out = Signal()

    def __init__(self, spec: ExperimentSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.history = History()
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self.saved_changed)
        self.is_running = False
        self.paints = True
        self._run = 0
        self._unpainted = False
        self._last: Frame | None = None
        self._handed_out.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._runner = Runner(self._handed_out.emit)
        self._restart()

    # The run

    def set_running(self, running: bool) -> None:
        """Run or pause. Running on from a finished run starts it again."""
        if running and self._last is not None and self._last.status in ("finished", "diverged"):
            self._restart()
        self._runner.resume() if running else self._runner.pause()
        self._note_running(running)

    def step(self) -> None:
        """Pause, and do one update."""
        self._runner.step()
        self._note_running(False)

    def finish_epoch(self) -> None:
        """Pause, and go on to the end of the epoch."""
        self._runner.finish_epoch()
        self._note_running(False)

    def reset(self) -> None:
        """Start again from the same seed, paused."""
        self._runner.pause()
        self._note_running(False)
        self._restart()

    def new_seed(self) -> None:
        """Start again from another seed; a running run goes on running."""
        self.edit(replace(self.spec, seed=(self.spec.seed + 1) % 2**32))

    def close(self) -> bool:
        """End the training thread; whether it ended in time."""
        return self._runner.close()

    # Edits

    def edit(self, spec: ExperimentSpec) -> None:
        """Make `spec` the current one, in flight or with a new run; undoable."""
        if spec != self.spec or to_dict(spec) != to_dict(self.spec):
            self.undo_stack.push(_Edit(self, self.spec, spec))

    def open(self, spec: ExperimentSpec) -> None:
        """Take up another experiment, paused at its start."""
        self.undo_stack.push(_Edit(self, self.spec, spec))
        self.reset()

    def put(self, spec: ExperimentSpec) -> None:
        """What `edit` and undo do: put a spec into effect."""
        difference = list(changes(self.spec, spec))
        self.spec = spec
        broken = self._last is not None and self._last.status == "diverged"
        if broken or any(not change.hot for change in difference):
            self._restart()
        elif difference:
            self.history.mark(self.history.iteration, _described(difference))
            self._runner.apply(spec)
        self.spec_changed.emit(spec)

    def measure(self, measures: Collection[str]) -> None:
        """Say what frames shall contain: what the visible views show."""
        self._runner.measures = frozenset(measures)

    # Frames

    def painted(self) -> None:
        """The window has painted: training may go on."""
        if self._unpainted:
            self._unpainted = False
            self._runner.shown()

    @Slot()
    def _receive(self) -> None:
        for item in self._runner.take():
            if isinstance(item, Failure):
                self._note_running(False)
                self.failed.emit(item.message)
            elif item.run == self._run:
                self._show(item)
        self._unpainted = True
        if not self.paints:
            self.painted()

    def _show(self, frame: Frame) -> None:
        self._last = frame
        self.history.append(frame)
        self.frame_shown.emit(frame)
        if frame.status in ("finished", "diverged"):
            self._note_running(False)

    def _note_running(self, running: bool) -> None:
        if running != self.is_running:
            self.is_running = running
            self.running_changed.emit(running)

    def _restart(self) -> None:
        """Begin a new run of the current spec; the last one stays behind it as a ghost."""
        past = self.history
        if past.iteration > 0:
            past.ghost = None
            self.history = History()
            self.history.ghost = past
        else:
            past.clear()
        self._run += 1
        self._last = None
        self._runner.load(self.spec, self._run)
        self.run_started.emit()


class _Edit(QUndoCommand):
    """An undoable change of spec. Successive changes of one setting are undone together."""

    def __init__(self, session: Session, old: ExperimentSpec, new: ExperimentSpec) -> None:
        self._difference = list(changes(old, new))
        super().__init__(_described(self._difference))
        self._session, self._old, self._new = session, old, new

    def redo(self) -> None:
        self._session.put(self._new)

    def undo(self) -> None:
        self._session.put(self._old)

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        assert isinstance(other, _Edit)
        if self._paths() != other._paths() or len(self._difference) != 1:
            return False
        self._new = other._new
        self._difference = list(changes(self._old, self._new))
        self.setText(_described(self._difference))
        return True

    def _paths(self) -> list[str]:
        return [change.path for change in self._difference]


def _described(difference: list[Change]) -> str:
    """The changed settings in a few words, such as "learning rate 0.1"."""
    words = [_change_in_words(change) for change in difference[:2]]
    rest = len(difference) - len(words)
    return ", ".join(words) + (f" and {rest} more" if rest > 0 else "")


def _change_in_words(change: Change) -> str:
    name = change.path.rpartition(".")[2].replace("_", " ")
    value = getattr(change.new, "label", change.new)
    if isinstance(value, float):
        return f"{name} {value:.3g}"
    return name if isinstance(value, tuple) else f"{name} {value}"
