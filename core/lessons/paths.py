"""Paths of settings, such as `training.optimizer.learning_rate`."""

from __future__ import annotations

import typing
from dataclasses import is_dataclass
from functools import cache
from typing import Any

from core.base.registry import Entry
from core.experiment.spec import ExperimentSpec


def is_setting(path: str) -> bool:
    """Whether an experiment can have a setting or a part of that path. Of a catalogue entry any
    choice may have it: `training.optimizer.momentum` is one, whatever the optimizer."""
    return path in setting_paths()


@cache
def setting_paths() -> frozenset[str]:
    """Every path of a setting or a part."""
    return frozenset(_below(ExperimentSpec, ""))


def _below(part: type, path: str) -> typing.Iterator[str]:
    for name, hint in typing.get_type_hints(part).items():
        if typing.get_origin(hint) is typing.ClassVar:
            continue
        inner = f"{path}.{name}" if path else name
        yield inner
        for kind in _classes(hint):
            choices = kind.registry.entries() if issubclass(kind, Entry) else [kind]
            for choice in choices:
                # Entries within entries, as the base of a warm-up, are not nested further.
                if is_dataclass(choice) and inner.count(".") < 2:
                    yield from _below(choice, inner)


def _classes(hint: Any) -> list[type]:
    return [hint] if isinstance(hint, type) and (is_dataclass(hint) or _is_base(hint)) else []


def _is_base(kind: type) -> bool:
    return issubclass(kind, Entry) and hasattr(kind, "registry")
