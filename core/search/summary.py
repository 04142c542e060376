"""The results of a search in words: the best trials, how sure they are, and what was left out."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.base.translation import Message, joined
from core.experiment.space import Narrowing, Range, with_parameters
from core.experiment.spec import ExperimentSpec
from core.search.plan import SearchPlan
from core.search.trial import TrialRecord, TrialTask, signed

BEST = 20
REPEATED, SEEDS = 5, 3
SELECTION_BIAS = Message(
    "The best of many trials is partly the luckiest: its validation score is too high on average. "
    "The test score is looked at once, at the end, and is the one to report."
)
# Of a path only the last name is needed, except where two settings share it.
ABBREVIATIONS = {"training.optimizer.learning_rate": "lr"}
# In the path of a setting that one layer has for itself.
LAYER = re.compile(r"\[(\d+)\]\.")
# Those of the settings that are searched most often, for translation.
NAMES = (
    Message("lr"),
    Message("weight decay"),
    Message("momentum"),
    Message("size"),
    Message("hidden"),
    Message("units"),
    Message("activation"),
    Message("initializer"),
    Message("optimizer"),
    Message("normalization"),
    Message("dropout"),
    Message("batching"),
)
NOT_SHOWN = {
    "pruned": Message("{count} pruned"),
    "diverged": Message("{count} diverged"),
    "failed": Message("{count} failed"),
}


def best_lines(ranked: Sequence[TrialRecord], plan: SearchPlan, count: int = BEST) -> list[Message]:
    """One line a trial: "Best-1 (val acc 0.83) | lr 0.0092, weight decay 3.86e-07"."""
    return [_best_line(place, record, plan) for place, record in enumerate(ranked[:count], 1)]


def _best_line(place: int, record: TrialRecord, plan: SearchPlan) -> Message:
    settings = settings_text(record, plan)
    if plan.score == "accuracy":
        return Message(
            "Best-{place} (val acc {score:.2f}) | {settings}",
            place=place,
            score=record.score,
            settings=settings,
        )
    return Message(
        "Best-{place} (val loss {score:.4f}) | {settings}",
        place=place,
        score=record.score,
        settings=settings,
    )


def settings_text(record: TrialRecord, plan: SearchPlan) -> Message:
    """The settings of a trial: "lr 0.0092, weight decay 3.86e-07"."""
    settings = [
        (short_name(each.path), each.text(record.parameters[each.path])) for each in plan.ranges
    ]
    return joined(", ", [joined(" ", pair) for pair in settings])


def short_name(path: str) -> Message:
    """A setting's name for a table or an axis; with the layer's number, from 1, for one of a
    layer's own."""
    name = Message(ABBREVIATIONS.get(path) or path.rpartition(".")[2].replace("_", " "))
    if layer := LAYER.search(path):
        return Message("layer {number} {setting}", setting=name, number=int(layer[1]) + 1)
    return name


def ties(ranked: Sequence[TrialRecord], score: str) -> int:
    """How many of the best trials lie within one standard error of the best of all.

    The standard error is that of the best trial's score on the validation samples: trials closer
    than this cannot be distinguished on so few samples.
    """
    if not ranked:
        return 0
    best = ranked[0]
    error = best.standard_error if math.isfinite(best.standard_error) else 0.0
    bound = signed(best.score, score) - error
    return sum(signed(record.score, score) >= bound for record in ranked)


def noise_sentence(ranked: Sequence[TrialRecord], plan: SearchPlan) -> str:
    """How many trials cannot be distinguished from the best, and why."""
    count = ties(ranked, plan.score)
    if count < 2:
        return ""
    best = ranked[0]
    return Message(
        "{count} trials lie within one standard error of the best ({score:.3g} ± {error:.2g}): "
        "on this validation part they cannot be distinguished.",
        count=count,
        score=best.score,
        error=best.standard_error,
    )


def border_sentences(changes: Sequence[Narrowing]) -> list[str]:
    """A warning for each range at whose border the best trial lies."""
    return [_border_sentence(change) for change in changes if change.border]


def _border_sentence(change: Narrowing) -> Message:
    name = short_name(change.before.path)
    if change.border == "upper":
        return Message(
            "The best trial lies at the upper border of {name}: better values may lie beyond "
            "{end}. Widen the range.",
            name=name,
            end=change.before.text(change.before.high),
        )
    return Message(
        "The best trial lies at the lower border of {name}: better values may lie beyond "
        "{end}. Widen the range.",
        name=name,
        end=change.before.text(change.before.low),
    )


def change_text(change: Narrowing) -> Message:
    """The old and the new range of a setting, and why: "lr: 1e-06 … 0.01 → 1e-3 … 0.1"."""
    before, after = (_range_text(each) for each in (change.before, change.after))
    ranges = before if change.before == change.after else f"{before} → {after}"
    what = joined(": ", [short_name(change.before.path), ranges])
    return joined(", ", [what, change.reason])


def _range_text(each: Range) -> str:
    if each.scale == "choice":
        return str(each).partition(":")[2]
    return f"{each.text(each.low)} … {each.text(each.high)}"


def counts_sentence(records: Sequence[TrialRecord], shown: int) -> str:
    """How many trials are shown, and what became of the others: shown + hidden = all."""
    states = Counter(record.state for record in records)
    left_out = len(records) - shown
    unscored = sum(r.state == "complete" and not math.isfinite(r.score) for r in records)
    ended = [(states[state], text) for state, text in NOT_SHOWN.items()]
    ended.append((unscored, Message("{count} without a score")))
    lower = left_out - sum(count for count, _ in ended)
    parts = [Message("{count} with lower scores", count=lower)] if lower > 0 else []
    parts += [Message(text, count=count) for count, text in ended if count]
    if not left_out:
        return Message("{count} trials: {shown} shown", count=len(records), shown=shown)
    return Message(
        "{count} trials: {shown} shown, {hidden} not shown ({parts})",
        count=len(records),
        shown=shown,
        hidden=left_out,
        parts=joined(", ", parts),
    )


@dataclass(frozen=True)
class Repeated:
    """A trial that was trained again with other seeds: mean and deviation of its scores.

    Runs that diverged have no score; `diverged` counts them.
    """

    record: TrialRecord
    scores: tuple[float, ...]
    test_scores: tuple[float, ...]
    diverged: int = 0

    @property
    def mean(self) -> float:
        return float(np.mean(self.scores)) if self.scores else math.nan

    @property
    def deviation(self) -> float:
        """Of the sample, with n − 1."""
        return float(np.std(self.scores, ddof=1)) if len(self.scores) > 1 else math.nan

    @property
    def test_mean(self) -> float:
        return float(np.mean(self.test_scores)) if self.test_scores else math.nan

    def text(self, plan: SearchPlan) -> Message:
        """Its settings and scores: "lr 0.0092: validation 0.830 ± 0.012, test 0.815"."""
        return joined(": ", [settings_text(self.record, plan), joined(", ", self._parts())])

    def _parts(self) -> Iterator[Message]:
        if len(self.scores) > 1:
            deviation = self.deviation
            yield Message(
                "validation {mean:.3f} ± {deviation:.3f}", mean=self.mean, deviation=deviation
            )
        elif self.scores:
            yield Message("validation {mean:.3f}", mean=self.mean)
        if math.isfinite(self.test_mean):
            yield Message("test {mean:.3f}", mean=self.test_mean)
        if self.diverged:
            total = len(self.scores) + self.diverged
            yield Message("{count} of {total} seeds diverged", count=self.diverged, total=total)


def repetitions(
    ranked: Sequence[TrialRecord], plan: SearchPlan, best: int = REPEATED, seeds: int = SEEDS
) -> list[TrialTask]:
    """The tasks that train the best trials again with other seeds, the test part scored as well."""
    tasks = []
    for record in ranked[:best]:
        for number in range(seeds):
            seed = (plan.experiment.seed + 1 + number) % 2**32
            experiment = replace(plan.experiment, seed=seed)
            tasks.append(
                TrialTask(
                    len(tasks), record.stage, record.parameters, experiment, plan.score, test=True
                )
            )
    return tasks


def gathered(
    ranked: Sequence[TrialRecord],
    repeated: Sequence[TrialRecord],
    score: str,
    seeds: int = SEEDS,
) -> list[Repeated]:
    """The records of `repetitions` by the trial that they repeat, best mean score first; those of
    which no run has a score are the last."""
    found = []
    for place in range(len(repeated) // seeds):
        group = repeated[place * seeds : (place + 1) * seeds]
        found.append(
            Repeated(
                ranked[place],
                tuple(r.score for r in group if math.isfinite(r.score)),
                tuple(r.test_score for r in group if math.isfinite(r.score)),
                sum(not math.isfinite(r.score) for r in group),
            )
        )
    means = [signed(each.mean, score) if each.scores else -math.inf for each in found]
    order = sorted(range(len(found)), key=means.__getitem__, reverse=True)
    return [found[place] for place in order]


def experiment_of(record: TrialRecord, plan: SearchPlan) -> ExperimentSpec:
    """The experiment of a trial, to be opened in the playground."""
    spec = with_parameters(plan.experiment, record.parameters)
    return replace(spec, title=f"Trial {record.index}: {settings_text(record, plan)}")
