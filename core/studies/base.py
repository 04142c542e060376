"""A lab without its window: a title, a question, tables of results, and checks.

Studies (`core/studies/*.py`) are the mathematics; a `Lab` (`core/studies/labs/*.py`) says what the
command line shows of one and which of its numbers must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from core.base.translation import Message

# Takes the share done (0…1) and what is being done. May raise to stop the work.
Progress = Callable[[float, str], None]


class StudyError(ValueError):
    """Input that a study cannot work with; the message is one sentence for the user."""


def no_progress(share: float, text: str) -> None:
    """For callers that need neither progress nor cancellation."""


class Table(NamedTuple):
    """A table of results: `name` is also the stem of its CSV file."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Outcome(NamedTuple):
    """What a check expected and measured, in words, and whether they agree."""

    expected: str
    measured: str
    ok: bool


class Finding(NamedTuple):
    """A check with its outcome."""

    name: str
    claim: str
    expected: str
    measured: str
    ok: bool


@dataclass(frozen=True)
class Check:
    """A claim that can be computed. `run` takes no arguments and returns an `Outcome`."""

    name: str
    claim: str
    run: Callable[[], Outcome]

    def finding(self) -> Finding:
        """Run the check; what it raises is a failed check, too."""
        try:
            outcome = self.run()
        except Exception as error:
            outcome = Outcome(Message("no error"), f"{type(error).__name__}: {error}", False)
        return Finding(self.name, self.claim, *outcome)


@dataclass
class Lab:
    """One lab: `question` is one sentence, `minutes` the time a first visit takes.

    Decorate checks with `lab.check(claim)`, and with `lab.report` the function that yields the
    tables of `playground lab run`.
    """

    key: str
    title: str
    question: str
    minutes: int
    checks: list[Check] = field(default_factory=list)
    _report: Callable[[Progress], Iterable[Table]] | None = None

    def check(self, claim: str) -> Callable[[Callable[[], Outcome]], Callable[[], Outcome]]:
        def add(function: Callable[[], Outcome]) -> Callable[[], Outcome]:
            name = getattr(function, "__name__", claim)
            self.checks.append(Check(name, claim, function))
            return function

        return add

    def report(
        self, function: Callable[[Progress], Iterable[Table]]
    ) -> Callable[[Progress], Iterable[Table]]:
        self._report = function
        return function

    def tables(self, progress: Progress = no_progress) -> tuple[Table, ...]:
        """The lab's results with its default settings."""
        return tuple(self._report(progress)) if self._report else ()


def within(expected: Any, measured: Any, tolerance: float, relative: bool = False) -> Outcome:
    """Numbers or arrays that must agree; the tolerance is absolute unless `relative`."""
    e, m = np.asarray(expected, float), np.asarray(measured, float)
    scale = np.abs(e) if relative else 1.0
    ok = e.shape == m.shape and bool(np.all(np.abs(m - e) <= tolerance * scale))
    wanted = {"expected": numbers(e), "tolerance": tolerance}
    if relative:
        expected = Message("{expected} ± {tolerance:.3g} of it", **wanted)
    else:
        expected = Message("{expected} ± {tolerance:.3g}", **wanted)
    return Outcome(expected, numbers(m), ok)


def at_most(limit: float, measured: float) -> Outcome:
    """A number that must not exceed a limit; NaN does."""
    return Outcome(f"≤ {limit:.4g}", f"{measured:.4g}", bool(measured <= limit))


def at_least(limit: float, measured: float) -> Outcome:
    """A number that must reach a limit; NaN does not."""
    return Outcome(f"≥ {limit:.4g}", f"{measured:.4g}", bool(measured >= limit))


def numbers(values: Any) -> str:
    """Up to eight numbers with ten significant digits, separated by commas."""
    flat: Sequence[float] = np.ravel(np.asarray(values, float)).tolist()
    shown = ", ".join(f"{value:.10g}" for value in flat[:8])
    if len(flat) <= 8:
        return shown
    return Message("{shown}, … ({length} numbers)", shown=shown, length=len(flat))
