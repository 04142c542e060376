"""Changes of the experiment that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtGui import QUndoCommand

from core.experiment.spec import ExperimentSpec, changes
from ui.wording import described

# Changes of one number within this time, as while a slider is dragged, are undone together; each
# stroke of a brush and each choice from a list is undone separately.
TOGETHER_SECONDS = 1.0


class Edit(QUndoCommand):
    """Replaces one spec by another with `put`; with `done` it is in effect already.

    An edit that `opens` another experiment leaves the file of the one before, which is kept in
    `other_file` until the edit is undone.
    """

    def __init__(
        self,
        put: Callable[[ExperimentSpec], None],
        old: ExperimentSpec,
        new: ExperimentSpec,
        done: bool = False,
        opens: bool = False,
    ) -> None:
        super().__init__()
        self.put, self.old, self.new, self._done = put, old, new, done
        self.opens = opens
        self.other_file: Path | None = None
        self._at = monotonic()
        self._describe()

    def redo(self) -> None:
        if not self._done:
            self.put(self.new)
        self._done = False

    def undo(self) -> None:
        self.put(self.old)

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        assert isinstance(other, Edit)
        alone = self._alone or other._alone or self._paths != other._paths
        if alone or other._at - self._at > TOGETHER_SECONDS:
            return False
        self.new, self._at = other.new, other._at
        # PySide never frees the other edit itself.
        other.__dict__.clear()
        self._describe()
        if not self._paths:
            self.setObsolete(True)
        return True

    def _describe(self) -> None:
        difference = list(changes(self.old, self.new))
        self._paths = [change.path for change in difference]
        one_number = len(difference) == 1 and _is_number(difference[0].new)
        self._alone = self._done or self.opens or not one_number
        self.setText(described(difference, self.new))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
