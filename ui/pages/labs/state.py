"""The settings of a lab as one immutable value: read from and written to JSON, and undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from time import monotonic
from typing import Any, TypeVar

from PySide6.QtGui import QUndoCommand

from core.studies.base import StudyError

State = TypeVar("State")

# Changes of one setting that follow each other within this time are undone together.
TOGETHER_SECONDS = 1.0


def dumps(key: str, state: Any) -> str:
    """A lab's settings as JSON."""
    return json.dumps({"lab": key, "state": asdict(state)}, indent=2, ensure_ascii=False)


def loads(text: str, key: str, kind: type[State]) -> State:
    """The settings in a text that `dumps` has made. Raises StudyError with what is wrong."""
    try:
        whole = json.loads(text)
    except ValueError as error:
        raise StudyError(f"This is not a lab file: {error}.") from None
    if not isinstance(whole, dict) or not isinstance(whole.get("state"), dict):
        raise StudyError("This is not a lab file: it has no settings.")
    if whole.get("lab") != key:
        raise StudyError(f"These are settings of another lab: {whole.get('lab')!r}.")
    return _made(kind, whole["state"])


def _made(kind: type[State], plain: dict[str, Any]) -> State:
    default: Any = kind()
    known = {field.name: getattr(default, field.name) for field in fields(default)}
    values = {}
    for name, value in plain.items():
        if name not in known:
            raise StudyError(f"Unknown setting {name!r}.")
        if not _alike(value, known[name]):
            raise StudyError(f"The setting {name!r} has an unsuitable value.")
        values[name] = _frozen(value)
    return kind(**values)


def _alike(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, tuple):
        return isinstance(value, list | tuple)
    return isinstance(value, type(default))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


class StateEdit(QUndoCommand):
    """Puts one state in the place of another; changes of the same settings in a row are one."""

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
