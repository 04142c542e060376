"""The quiz of lab 3: checking a typed number, and explaining a wrong one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from core.base.translation import Message
from core.catalogue.losses import HalfSquaredError
from core.studies.backpropagation import Trace
from core.studies.steps import Step, Term

TOLERANCE = 1e-3


class Verdict(NamedTuple):
    """Whether the answer is right, and one sentence about it."""

    right: bool
    hint: str


def judge(trace: Trace, index: int, answer: float) -> Verdict:
    """Judge an answer for step number `index`; right is within 1e-3 of the value."""
    step = trace.steps[index]
    if _same(answer, step.value):
        return Verdict(True, Message("Right."))
    if not math.isfinite(answer):
        return Verdict(False, Message("Type a finite number."))
    for wrong, hint in _slips(trace, step):
        if _same(answer, wrong) and not _same(wrong, step.value):
            return Verdict(False, hint)
    if step.value and _same(abs(answer) / abs(step.value), 10 ** round(_decades(answer, step))):
        return Verdict(False, Message("The digits are right, the decimal point is not."))
    return Verdict(False, Message("Not yet. Written out it is {formula}.", formula=step.symbols))


def _decades(answer: float, step: Step) -> float:
    return math.log10(abs(answer) / abs(step.value)) if answer else 0.0


def _same(answer: float, value: float) -> bool:
    return abs(answer - value) <= max(TOLERANCE * abs(value), 1e-12)


def _slips(trace: Trace, step: Step) -> Iterator[tuple[float, str]]:
    """Common wrong values, each with what went wrong."""
    yield from _missing_factors(step)
    if len(step.terms) > 1:
        products = [_product(term) for term in step.terms]
        written = [" · ".join(factor.symbol for factor in term) for term in step.terms]
        for product, symbols in zip(products, written, strict=True):
            yield step.value - product, Message("The term {symbols} is missing.", symbols=symbols)
        for product, symbols in zip(products, written, strict=True):
            yield (
                step.value - 2 * product,
                Message("The term {symbols} has the wrong sign.", symbols=symbols),
            )
    yield -step.value, Message("The sign is wrong.")
    if step.key.kind == "a" and len(step.uses) == 1:
        z = trace.values[step.uses[0]]
        yield z, Message("That is the weighted sum: the function is not applied yet.")
    if step.key.kind == "E" and isinstance(trace.network.loss, HalfSquaredError):
        yield 2 * step.value, Message("The factor ½ is missing.")
        yield step.value / 2, Message("There is a factor ½ too many.")


def _missing_factors(step: Step) -> Iterator[tuple[float, str]]:
    """The sum with one factor of one product left out; a minus before it stays."""
    for term in step.terms:
        others = step.value - _product(term)
        for at in range(len(term)) if len(term) > 1 else ():
            rest = _product(term[:at] + term[at + 1 :])
            symbol = term[at].symbol
            kept = -rest if symbol.startswith("−") else rest
            yield (
                others + kept,
                Message("The factor {symbol} is missing.", symbol=symbol.removeprefix("−")),
            )


def _product(term: Term) -> float:
    return float(np.prod([factor.value for factor in term]))
