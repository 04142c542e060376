"""What can vary: every setting of an experiment, with a first range."""

from __future__ import annotations

import math
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from core.base.registry import Entry, Setting
from core.base.translation import Message, joined
from core.experiment.space import Range
from core.experiment.spec import ExperimentSpec

# A first range extends by this factor to either side of the present value.
REACH_LOG, REACH = 100.0, 2.0
# Settings that a search does not vary: they define the task and how it is scored.
LEFT_OUT = ("title", "seed", "data.validation", "data.test", "data.points", "training.max_epochs")


class Candidate(NamedTuple):
    """A setting by path, its label with those of its parents, and a first range."""

    path: str
    label: str
    range: Range


def candidates(spec: ExperimentSpec) -> list[Candidate]:
    """All settings of an experiment that a search can vary, in the order of its parts."""
    found = [c for c in _walk(spec, "", "") if c.path not in LEFT_OUT]
    if spec.network.hidden:
        # One to four layers as wide as the first one.
        width = spec.network.hidden[0].units
        depths = tuple([width] * depth for depth in range(1, 5))
        path = "network.hidden"
        found.append(
            Candidate(path, Message("Hidden layers"), Range(path, "choice", choices=depths))
        )
    for i, block in enumerate(spec.network.hidden):
        path = f"network.hidden[{i}].units"
        first = Range(path, "int", max(1, block.units // 4), min(4096, block.units * 4))
        found.append(Candidate(path, Message("Layer {number} units", number=i + 1), first))
    return found


def _walk(part: Any, path: str, above: str) -> Iterator[Candidate]:
    kinds = typing.get_type_hints(type(part))
    for item in fields(part):
        place, value = f"{path}{item.name}", getattr(part, item.name)
        declared = item.metadata.get("setting", Setting())
        own = Message(declared.label or item.name)
        label = joined(": ", [above, own]) if above else own
        if isinstance(value, Entry):
            keys = tuple(value.registry)
            if len(keys) > 1:
                yield Candidate(place, label, Range(place, "choice", choices=keys))
            yield from _walk(value, f"{place}.", Message(value.label))
        elif is_dataclass(value):
            yield from _walk(value, f"{place}.", "")
        elif declared.choices:
            yield Candidate(place, label, Range(place, "choice", choices=declared.choices))
        elif isinstance(value, bool):
            yield Candidate(place, label, Range(place, "choice", choices=(False, True)))
        elif first := _numbers(place, value, declared, kinds[item.name]):
            yield Candidate(place, label, first)


def _numbers(path: str, value: float, declared: Setting, kind: type) -> Range | None:
    """A range around the present value, on the setting's own scale and within its bounds."""
    if kind not in (int, float):
        return None
    least = -math.inf if declared.low is None else declared.low
    most = math.inf if declared.high is None else declared.high
    if kind is int:
        low, high = max(least, value // REACH, 0), min(most, max(value * REACH, 1))
        return Range(path, "int", float(low), float(high)) if low < high else None
    if declared.scale == "log":
        middle = value if value > 0 else 1e-4
        low, high = max(least, middle / REACH_LOG), min(most, middle * REACH_LOG)
        return Range(path, "log", low if low > 0 else middle / REACH_LOG, high)
    low = least if math.isfinite(least) else value - abs(value) - 1
    high = most if math.isfinite(most) else value + abs(value) + 1
    return Range(path, "linear", low, high) if low < high else None
