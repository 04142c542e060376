"""The settings of a lab as one immutable value: read from and written to JSON, and undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from time import monotonic
from typing import Any, TypeVar

from PySide6.QtGui import QUndoCommand

from core.base.translation import Message
from core.experiment.links import read_settings
from core.experiment.reading import SpecError, shown
from core.experiment.serialization import parse

State = TypeVar("State")

# Changes of one setting that follow each other within this time are undone together.
TOGETHER_SECONDS = 1.0


def dumps(key: str, state: Any) -> str:
    """A lab's settings as JSON."""
    return json.dumps({"lab": key, "state": asdict(state)}, indent=2, ensure_ascii=False)


def loads(text: str, key: str, default: State) -> State:
    """The settings in a text that `dumps` has made. Raises SpecError with everything wrong."""
    whole = parse(text)
    if not isinstance(whole, dict) or "lab" not in whole or "state" not in whole:
        raise SpecError([Message("file: is not one of a lab")])
    if whole["lab"] != key:
        raise SpecError(
            [Message("file: has the settings of another lab: {lab}", lab=shown(whole["lab"]))]
        )
    return read_settings(whole["state"], default)


class StateEdit(QUndoCommand):
    """Replaces one state by another; successive changes of the same settings are merged."""

    def __init__(self, put: Callable[[Any], None], old: Any, new: Any) -> None:
        super().__init__()
        self._put, self._old, self._new, self._at = put, old, new, monotonic()
        self._names = _changed(old, new)
        self.setText(", ".join(name.replace("_", " ") for name in sorted(self._names)))

    def redo(self) -> None:
        self._put(self._new)

    def undo(self) -> None:
        self._put(self._old)

    def id(self) -> int:
        return 2

    def mergeWith(self, other: QUndoCommand) -> bool:
        assert isinstance(other, StateEdit)
        if other._names != self._names or other._at - self._at > TOGETHER_SECONDS:
            return False
        self._new, self._at = other._new, other._at
        return True


def _changed(old: Any, new: Any) -> frozenset[str]:
    return frozenset(f.name for f in fields(old) if getattr(old, f.name) != getattr(new, f.name))
