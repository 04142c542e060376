"""Search spaces: which settings of an experiment vary, between what, and on which scale.

A range is written `log:1e-6..1e-2`, `linear:0..0.5`, `int:8..128` or `choice:relu,tanh,[16,16]`.
Positions on a range go from 0 to 1 along its scale, so that a draw uniform in position is uniform
in the logarithm on a log scale.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, Literal

import numpy as np

from core.base.errors import UserError
from core.base.registry import Setting, settings_of
from core.base.translation import Message, joined
from core.experiment.reading import SpecError
from core.experiment.serialization import from_dict, set_path, to_dict
from core.experiment.spec import ExperimentSpec

SCALES = ("log", "linear", "int", "choice")
Parameters = Mapping[str, Any]
Border = Literal["", "lower", "upper"]

# The share of trials that narrowing looks at, and how many at the least.
BEST_SHARE, FEWEST_BEST = 0.2, 3
# Narrowed to these quantiles of the best trials, with so much of the width as margin on each side.
LOW_QUANTILE, HIGH_QUANTILE, MARGIN = 0.1, 0.9, 0.05
# The best trial is at a border when it lies within this share of the width from it.
BORDER = 0.05
# A range whose best trial lies at a border grows beyond it by this share of its width.
GROWTH = 0.5
BORDER_REASONS = {
    "lower": Message("the best trial lies at the lower border"),
    "upper": Message("the best trial lies at the upper border"),
}
# The logarithms of the least and the largest number of full precision.
LEAST_LOG, MOST_LOG = math.log(sys.float_info.min), math.log(sys.float_info.max)


class SearchError(UserError):
    """A search that cannot be set up or go on; the message says why and what to do."""


@dataclass(frozen=True)
class Range:
    """The values of one setting, named by its path in the experiment.

    `low` and `high` are inclusive and bound every scale but "choice", which lists its `choices`.
    """

    path: str
    scale: str
    low: float = 0.0
    high: float = 1.0
    choices: tuple[Any, ...] = ()

    def __str__(self) -> str:
        if self.scale == "choice":
            return f"choice:{','.join(_choice_text(value) for value in self.choices)}"
        return f"{self.scale}:{_number(self.low)}..{_number(self.high)}"

    def value_at(self, position: float) -> Any:
        """The value at a position from 0 to 1."""
        if self.scale == "choice":
            return self.choices[min(int(position * len(self.choices)), len(self.choices) - 1)]
        if self.scale == "int":
            return min(int(self.low + position * (self.high - self.low + 1)), int(self.high))
        if self.scale == "log":
            low, high = math.log(self.low), math.log(self.high)
            return min(max(math.exp(low + position * (high - low)), self.low), self.high)
        return self.low + position * (self.high - self.low)

    def position(self, value: Any) -> float:
        """The position of a value; beyond 0…1 where the range does not reach it.

        Raises ValueError for a choice that is not among the choices.
        """
        if self.scale == "choice":
            return (self.choices.index(value) + 0.5) / len(self.choices)
        if self.scale == "int":
            return (value - self.low + 0.5) / (self.high - self.low + 1)
        if self.scale == "log":
            low, high = math.log(self.low), math.log(self.high)
            return (math.log(value) - low) / (high - low) if high > low else 0.5
        return (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5

    def text(self, value: Any) -> str:
        """A value for people: three digits, or more to tell it from its neighbours in the range."""
        if self.scale == "choice" or not isinstance(value, float):
            return str(value)
        if self.scale == "int":
            return str(int(value))
        width = self.high - self.low
        if self.scale == "log":
            width = value * (math.log(self.high) - math.log(self.low))
        digits = 3
        if value and width > 0:
            digits += math.floor(math.log10(abs(value))) - math.floor(math.log10(width))
        return f"{value:.{min(max(digits, 3), 17)}g}"

    def grid(self, points: int) -> list[Any]:
        """So many values evenly spaced along the scale, both ends included; all choices."""
        if self.scale == "choice":
            return list(self.choices)
        if points == 1:
            return [self.value_at(0.5)]
        if self.scale == "int":
            values = np.linspace(self.low, self.high, points)
            return list(dict.fromkeys(round(value) for value in values))
        return [self.value_at(i / (points - 1)) for i in range(points)]


@dataclass(frozen=True)
class Narrowing:
    """How one range changes from one stage to the next, and why, in a sentence.

    `border` is "lower" or "upper" where the best trial lay at that end, so that the range grows.
    """

    before: Range
    after: Range
    reason: str
    border: Border = ""


def parse_range(text: str) -> Range:
    """A range written PATH=SCALE:VALUES. Raises `SearchError` that says what is wrong."""
    path, equals, described = text.partition("=")
    scale, colon, values = described.partition(":")
    if not (equals and colon and path and scale in SCALES):
        raise SearchError(
            Message(
                "{text}: must be PATH=log:LOW..HIGH, linear:LOW..HIGH, int:LOW..HIGH or "
                "choice:A,B,…",
                text=text,
            )
        )
    if scale == "choice":
        choices = tuple(_choice(item) for item in _split(values))
        if len(choices) < 2:
            problem = Message("a choice needs at least two values, separated by commas")
            raise SearchError(joined(": ", [path, problem]))
        return Range(path, scale, choices=choices)
    low, high = _bounds(path, values)
    if scale == "log" and low <= 0:
        problem = Message("a log range must begin above 0, not at {low:g}", low=low)
        raise SearchError(joined(": ", [path, problem]))
    if scale == "int" and not (low.is_integer() and high.is_integer()):
        problem = Message("the ends of an int range must be whole numbers")
        raise SearchError(joined(": ", [path, problem]))
    return Range(path, scale, low, high)


def validate_ranges(spec: ExperimentSpec, ranges: Sequence[Range]) -> None:
    """Check that every value of every range gives a valid experiment, as far as ends tell.

    Raises `SearchError` with every problem.
    """
    problems = []
    if not ranges:
        problems.append(
            Message(
                "nothing varies: give at least one range, such as {example}",
                example="training.optimizer.learning_rate=log:1e-4..1e-1",
            )
        )
    for path, count in _counts([r.path for r in ranges]).items():
        if count > 1:
            problems.append(Message("{path}: is given {number} ranges", path=path, number=count))
    for each in ranges:
        ends = each.choices if each.scale == "choice" else (each.value_at(0), each.value_at(1))
        for value in ends:
            try:
                with_parameters(spec, {each.path: value})
            except SpecError as error:
                problems += error.problems
    if problems:
        raise SearchError(joined("\n", dict.fromkeys(problems)))


def with_parameters(spec: ExperimentSpec, parameters: Parameters) -> ExperimentSpec:
    """The experiment with settings changed by path. Raises `SpecError`.

    Shorter paths come first: another optimizer does not undo the learning rate that goes with it.
    """
    raw: Any = to_dict(spec)
    for path in sorted(parameters, key=lambda path: (path.count(".") + path.count("["), path)):
        raw = set_path(raw, path, parameters[path])
    return from_dict(raw)


def limits(spec: ExperimentSpec, path: str) -> tuple[float, float]:
    """The least and the largest value that the setting itself allows; infinite where none."""
    part: Any = spec
    declared = Setting()
    for step in re.findall(r"[^.\[\]]+", path):
        if step.isdecimal():
            part = part[int(step)] if int(step) < len(part) else None
            continue
        declared = settings_of(part).get(step, Setting()) if is_dataclass(part) else Setting()
        part = getattr(part, step, None)
    low = -math.inf if declared.low is None else declared.low
    high = math.inf if declared.high is None else declared.high
    return low, high


def narrowed(each: Range, values: Sequence[Any], allowed: tuple[float, float]) -> Narrowing:
    """The range of the next stage from the values of the trials so far, best trial first.

    The best fifth decides: from their 10 % to their 90 % quantile along the scale, and as far as
    the very best, with a margin. Where that one lies at a border the range grows there instead, up
    to the setting's own `allowed` ends. Choices stay as they are unless all of the best agree on
    fewer.
    """
    best = list(values[: max(FEWEST_BEST, math.ceil(BEST_SHARE * len(values)))])
    if each.scale == "choice":
        return _narrowed_choice(each, best)
    places = [_place(each, value) for value in best]
    border = _border(each, places[0], allowed)
    low, high = np.quantile(places, (LOW_QUANTILE, HIGH_QUANTILE)).tolist()
    low = max(min(low, places[0]) - MARGIN, 0.0)
    high = min(max(high, places[0]) + MARGIN, 1.0)
    if border == "lower":
        low = min(-GROWTH, places[0] - MARGIN)
    if border == "upper":
        high = max(1 + GROWTH, places[0] + MARGIN)
    after = _stretched(each, low, high, _reach(each, border, allowed), float(best[0]))
    reason = BORDER_REASONS.get(border) or Message(
        "the best {best} of {total} trials lie there", best=len(best), total=len(values)
    )
    change = Message("widened") if border else Message("narrowed")
    if after == each:
        change = Message("kept")
    return Narrowing(each, after, joined(": ", [change, reason]), border)


def _place(each: Range, value: Any) -> float:
    """The position of a value, where whole numbers are points: the ends are at 0 and 1."""
    return (replace(each, scale="linear") if each.scale == "int" else each).position(value)


def _border(each: Range, place: float, allowed: tuple[float, float]) -> Border:
    """The end at which the best trial lies, where the setting allows values beyond it."""
    if place < BORDER and each.low > allowed[0]:
        return "lower"
    if place > 1 - BORDER and each.high < allowed[1]:
        return "upper"
    return ""


def _reach(each: Range, border: Border, allowed: tuple[float, float]) -> tuple[float, float]:
    """The least and the largest value of the next range, which grows at its `border` only."""
    low = allowed[0] if border == "lower" else max(each.low, allowed[0])
    high = allowed[1] if border == "upper" else min(each.high, allowed[1])
    if each.scale == "int":
        low, high = float(np.ceil(low)), float(np.floor(high))
    return low, high


def _stretched(
    each: Range, low: float, high: float, reach: tuple[float, float], best: float
) -> Range:
    """The range between two positions, which may lie beyond 0…1, within `reach`.

    Its ends are rounded, but never beyond `reach`, nor so that it no longer holds the `best` value.
    """
    ends = _rounded(each, _between(each, low), _between(each, high))
    first = min(max(ends[0], reach[0]), best)
    last = max(min(ends[1], reach[1]), best)
    # Of a range too narrow for the precision of numbers nothing is left.
    return replace(each, low=first, high=last) if first < last or each.scale == "int" else each


def _between(each: Range, place: float) -> float:
    """The number at a position, which may lie beyond 0…1."""
    if each.scale == "log":
        low, high = math.log(each.low), math.log(each.high)
        return math.exp(min(max(low + place * (high - low), LEAST_LOG), MOST_LOG))
    return each.low + place * (each.high - each.low)


def _rounded(each: Range, low: float, high: float) -> tuple[float, float]:
    """The ends of a range with as few digits as its width allows."""
    if not low < high:
        return low, high
    if each.scale == "int":
        return float(math.floor(low)), float(math.ceil(high))
    if each.scale == "log":
        # Three digits, more where the ends have a ratio of less than about 1.1.
        width = max(math.log(high) - math.log(low), sys.float_info.epsilon)
        digits = 2 + max(0, -math.floor(math.log10(10 * width)))
        return float(f"{low:.{digits}e}"), float(f"{high:.{digits}e}")
    decimals = 2 - math.floor(math.log10(high - low))
    return round(low, decimals), round(high, decimals)


def _number(value: float) -> str:
    """The shortest text that reads back as the same number."""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e6 else repr(number)


def _narrowed_choice(each: Range, best: list[Any]) -> Narrowing:
    left = tuple(choice for choice in each.choices if choice in best)
    if len(left) == len(each.choices):
        reason = Message("kept: all choices are among the best {best}", best=len(best))
        return Narrowing(each, each, reason)
    kept = ", ".join(_choice_text(choice) for choice in left)
    after = replace(each, choices=left)
    reason = Message("narrowed: the best {best} trials use only {kept}", best=len(best), kept=kept)
    return Narrowing(each, after, reason)


def _counts(items: Sequence[str]) -> dict[str, int]:
    return {item: items.count(item) for item in items}


def _bounds(path: str, text: str) -> tuple[float, float]:
    low, dots, high = text.partition("..")
    try:
        ends = float(low), float(high)
    except ValueError:
        problem = Message("a range is written LOW..HIGH, not {text!r}", text=text)
        raise SearchError(joined(": ", [path, problem])) from None
    if not (dots and all(map(math.isfinite, ends)) and ends[0] < ends[1]):
        problem = Message("a range needs two finite numbers LOW..HIGH with LOW < HIGH")
        raise SearchError(joined(": ", [path, problem]))
    return ends


def _split(text: str) -> list[str]:
    """Text cut at its commas, but not at those inside brackets or braces."""
    return [item for item in re.split(r",(?![^\[{]*[\]}])", text) if item.strip()]


def _choice(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def _choice_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
