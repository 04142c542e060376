"""The settings of a lab as one immutable value: read from and written to JSON, and undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, TypeVar

from core.base.translation import Message
from core.experiment.links import read_settings
from core.experiment.reading import SpecError, shown
from core.experiment.serialization import parse
from ui.undo import ValueEdit

State = TypeVar("State")


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


class StateEdit(ValueEdit):
    """Replaces one state by another."""

    def __init__(self, put: Callable[[Any], None], old: Any, new: Any) -> None:
        super().__init__(put, old, new)
        self.describe()

    def describe(self) -> None:
        self.names = _changed(self.old, self.new)
        self.setText(", ".join(name.replace("_", " ") for name in sorted(self.names)))


def _changed(old: Any, new: Any) -> frozenset[str]:
    return frozenset(f.name for f in fields(old) if getattr(old, f.name) != getattr(new, f.name))
