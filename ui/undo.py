"""What the undo histories of the experiment and of the labs have in common."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

# Each holds an experiment with all points drawn, or the settings of a lab.
MOST_EDITS = 200
# Changes of one setting within this time, as while a slider is dragged, are undone together.
TOGETHER_SECONDS = 1.0


def make_undo_stack(parent: QObject) -> QUndoStack:
    """An empty undo stack that forgets the oldest of many edits."""
    stack = QUndoStack(parent)
    stack.setUndoLimit(MOST_EDITS)
    return stack


class ValueEdit(QUndoCommand):
    """Replaces one value by another with `put`. A subclass sets `names`, those of the settings that
    differ, and the text in `describe`, which it calls at the end of its `__init__`."""

    names: frozenset[str]

    def __init__(self, put: Callable[[Any], None], old: Any, new: Any) -> None:
        super().__init__()
        self.put, self.old, self.new = put, old, new
        self._at = monotonic()

    def describe(self) -> None:
        """Set the names and the text, for the present values."""
        raise NotImplementedError

    def is_of_same(self, later: ValueEdit) -> bool:
        """Whether a later edit can be undone together with this one."""
        return later.names == self.names

    def redo(self) -> None:
        self.put(self.new)

    def undo(self) -> None:
        self.put(self.old)

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        assert isinstance(other, type(self))
        if other._at - self._at > TOGETHER_SECONDS or not self.is_of_same(other):
            return False
        self.new, self._at = other.new, other._at
        # PySide never frees the other edit itself, nor what it refers to.
        other.__dict__.clear()
        self.describe()
        self.setObsolete(not self.names)
        return True
