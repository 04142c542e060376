"""The definition of a gallery experiment: runs, what to look for, and expected results."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.experiment.space import Range
from core.experiment.spec import ExperimentSpec
from core.gallery.signals import Signals
from core.telemetry.frame import Frame
from core.training.results import Score
from core.training.trainer import Trainer

# Views of the window that an experiment may use.
VIEWS = ("loss", "activations", "gradients")


@dataclass(frozen=True)
class Search:
    """Trials of a spec with settings drawn from `ranges`: `trials` of each stage, after which the
    ranges are narrowed. The strategy is one of `core.experiment.sampling`."""

    ranges: tuple[Range, ...]
    strategy: str
    trials: int
    stages: int = 1

    @property
    def budget(self) -> int:
        """All trials. A grid has fewer points than `trials` unless these are a product."""
        return self.trials * self.stages


@dataclass(frozen=True)
class Variant:
    """One of the runs compared; the label says what is different about it. Runs with another
    `member` draw other weights and batches from the same seed. With a `search` the run is that
    search on the spec, whose seed is also that of the draws.
    """

    label: str
    spec: ExperimentSpec
    member: int = 0
    search: Search | None = None


@dataclass(frozen=True)
class Outcome:
    """The outcome of one run.

    `loss` and `accuracy` (iterations,) are those of every step's batch, `validation` was measured
    before the first step and after every epoch, `final` once at the end for "train", "validation"
    and "test", None if a part is empty. `before` and `after` are the signals and the frames at both
    ends. `probes` are figures defined by the experiment. `seconds` is the time of training
    including loss, accuracy and validation.
    """

    label: str
    spec: ExperimentSpec
    status: str
    reason: str
    iterations: int
    steps_per_epoch: int
    seconds: float
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    validation: tuple[Score, ...]
    final: Mapping[str, Score | None]
    before: tuple[Signals, Frame]
    after: tuple[Signals, Frame]
    probes: Mapping[str, float]


# A number from one outcome, or from the outcomes of one seed by label.
Reading = Callable[[Outcome], float]
Runs = Mapping[str, Outcome]
Figure = Callable[[Runs], float]


class Column(NamedTuple):
    """A column of the final table; `unit` is "%" for shares."""

    heading: str
    reading: Reading
    unit: str = ""


@dataclass(frozen=True)
class Expectation:
    """An expected result: a figure whose mean over the seeds must be from `low` to `high`. `unit`
    is "%" for shares.
    """

    statement: str
    figure: Figure
    low: float | None = None
    high: float | None = None
    unit: str = ""

    def expected(self) -> str:
        """The bounds in words."""
        low, high = (None if b is None else shown(b, self.unit) for b in (self.low, self.high))
        if low == high:
            return low or Message("any")
        if low and high:
            return f"{low} … {high}"
        return f"≥ {low}" if low else f"≤ {high}"

    def holds(self, value: float) -> bool:
        """Whether a value of the figure is as expected; NaN is not."""
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return low <= value <= high


def shown(value: float, unit: str = "") -> str:
    """A number with its unit, to three digits."""
    value = 100 * value if unit == "%" else value
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
    return f"{text} %" if unit == "%" else f"{text}{unit}"


@dataclass(frozen=True)
class Plan:
    """An experiment on one data set: the runs, their length and the expected results. `steps` is
    the number of updates; None leaves it to the specs. `columns` make the final table. `probes` are
    computed for every run at its end. `together` computes figures of all runs of a seed, by label;
    they become probes of each of them.
    """

    variants: tuple[Variant, ...]
    columns: tuple[Column, ...]
    expectations: tuple[Expectation, ...]
    steps: int | None = None
    probes: Mapping[str, Callable[[Trainer], float]] = field(default_factory=dict)
    together: Callable[[Mapping[str, Trainer]], Mapping[str, float]] | None = None

    @property
    def searches(self) -> bool:
        """Whether the runs are searches."""
        return any(variant.search for variant in self.variants)

    def count(self) -> Message:
        """How many runs there are, in words."""
        n = len(self.variants)
        if self.searches:
            return Message("{count} search", "{count} searches", count=n)
        return Message("{count} run", "{count} runs", count=n)


@dataclass(frozen=True)
class Experiment:
    """An entry of the gallery.

    `question` is one sentence, `look_for` what to watch, `varies` what distinguishes the runs,
    `finding` which of the lecture's claims is not confirmed and why. `plans` are keyed by data set;
    the first with available data is used.
    """

    key: str
    title: str
    question: str
    look_for: str
    varies: str
    views: tuple[str, ...]
    plans: Mapping[str, Plan]
    seeds: tuple[int, ...] = (1, 2, 3)
    finding: str = ""
