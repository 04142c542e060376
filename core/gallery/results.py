"""The results of an experiment, compared with those expected."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.gallery.experiment import Expectation, Experiment, Outcome, Plan, Runs, shown


class Spread(NamedTuple):
    """Mean and standard deviation (n − 1) over seeds; NaN deviation for a single seed."""

    mean: float
    sd: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        with np.errstate(all="ignore"):
            sd = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
            return cls(float(np.mean(values)), sd)


class Finding(NamedTuple):
    """An expectation and what was measured."""

    statement: str
    expected: str
    measured: str
    ok: bool


@dataclass(frozen=True)
class Row:
    """One row of the final table: a spread for every column of the plan. `diverged` is the number
    of seeds whose run diverged.
    """

    label: str
    diverged: int
    iterations: float
    milliseconds_per_step: float
    cells: tuple[Spread, ...]


@dataclass(frozen=True)
class Results:
    """All outcomes of an experiment on one data set: `outcomes[label]` has one for every seed."""

    experiment: Experiment
    data: str
    seeds: tuple[int, ...]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    seconds: float

    @property
    def plan(self) -> Plan:
        return self.experiment.plans[self.data]

    def of_seed(self, i: int) -> Runs:
        """The outcomes of the i-th seed by label."""
        return {label: outcomes[i] for label, outcomes in self.outcomes.items()}

    def table(self) -> list[Row]:
        """The final table: every column's mean ± deviation over the seeds."""
        return [self._row(label, outcomes) for label, outcomes in self.outcomes.items()]

    def _row(self, label: str, outcomes: tuple[Outcome, ...]) -> Row:
        steps = sum(outcome.iterations for outcome in outcomes)
        return Row(
            label=label,
            diverged=sum(outcome.status == "diverged" for outcome in outcomes),
            iterations=steps / len(outcomes),
            milliseconds_per_step=1e3 * sum(o.seconds for o in outcomes) / max(steps, 1),
            cells=tuple(
                Spread.of([column.reading(outcome) for outcome in outcomes])
                for column in self.plan.columns
            ),
        )


def check(results: Results) -> list[Finding]:
    """Every expectation of the experiment against what was measured."""
    return [_judge(expectation, results) for expectation in results.plan.expectations]


def _judge(expectation: Expectation, results: Results) -> Finding:
    runs = [results.of_seed(i) for i in range(len(results.seeds))]
    mean, sd = Spread.of([expectation.figure(each) for each in runs])
    return Finding(
        statement=expectation.statement,
        expected=expectation.expected(),
        measured=spread_shown(Spread(mean, sd), expectation.unit),
        ok=expectation.holds(mean),
    )


def spread_shown(spread: Spread, unit: str = "") -> str:
    """Mean ± deviation with a unit; without the deviation if it is NaN."""
    mean = shown(spread.mean, unit)
    return f"{mean} ± {shown(spread.sd, unit)}" if spread.sd > 0 else mean


def table_csv(results: Results) -> str:
    """The final table for other programs: mean and deviation in columns of their own."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [column.heading for column in results.plan.columns]
    spreads = [f"{heading}, {what}" for heading in columns for what in ("mean", "sd")]
    writer.writerow(["run", "seeds", "diverged", "steps", "ms_per_step", *spreads])
    for row in results.table():
        figures = [row.iterations, row.milliseconds_per_step]
        figures += [value for cell in row.cells for value in cell]
        known = [f"{value:.9g}" if math.isfinite(value) else "" for value in figures]
        writer.writerow([row.label, len(results.seeds), row.diverged, *known])
    return text.getvalue()
