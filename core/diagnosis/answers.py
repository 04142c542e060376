"""Rules about predictions: whether they beat a constant one, and whether there are enough
samples."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.base.translation import Message
from core.diagnosis import remedies as treat
from core.diagnosis.base import RULES, Finding, Rule
from core.diagnosis.evidence import RunEvidence
from core.diagnosis.words import number, percent
from core.telemetry.history import SCORES
from core.telemetry.pictures import DataPicture
from core.training.results import Score

# Number of recent validation scores used, and of epochs to wait for.
LATEST, PATIENT = 5, 5
# Below this many samples a batch's variance is unreliable.
FEW_IN_BATCH = 4
# Below this many validation samples a score is unreliable.
FEW_VALIDATED = 20


def _latest(run: RunEvidence, name: str) -> float:
    """The median of the latest validation figures of one kind; NaN where there are none."""
    scores = run.history.scores
    stop = int(np.searchsorted(scores.x, run.frame.iteration, side="right"))
    if stop == 0:
        return math.nan
    return float(np.median(scores.values[max(0, stop - LATEST) : stop, SCORES.index(name)]))


def _targets_off(data: DataPicture) -> float:
    """The distance of targets from the outputs of an untrained network, about ±1."""
    return max(abs(data.span[0]), abs(data.span[1]))


@RULES.add(
    "large_targets",
    label="Targets far larger than outputs",
    formula="the largest |target| against outputs of about 1, where targets are not standardised",
    advice="An untrained network's outputs are around 1. To reach targets in the thousands "
    "its last weights have to grow step by step, which takes very long and saturates earlier "
    "layers. Standardise the targets: predictions are still shown in the units of the data.",
)
class LargeTargets(Rule):
    explains: ClassVar[tuple[str, ...]] = (
        "worse_than_mean", "collapse", "dead", "saturation", "exploding", "low_rate", "plateau",
        "vanishing", "high_rate", "init_mismatch",
    )  # fmt: skip

    def check(self, run: RunEvidence) -> Finding | None:
        data, spec = run.frame.data, run.spec
        if data is None or data.classifies or spec.network.output not in ("auto", "identity"):
            return None
        if spec.data.standardize_targets or not _targets_off(data) > 100:
            return None
        if _latest(run, "r2") > run.threshold(self.key, 0.9, 0.95):
            return None
        low, high = data.span
        return self.finding(
            "bad",
            Message("Targets are far larger than outputs"),
            Message(
                "Targets lie between {low} and {high}; outputs start at about 1",
                low=number(low),
                high=number(high),
            ),
            treat.offer(treat.standardize_targets(spec)),
        )


@RULES.add(
    "worse_than_mean",
    label="Worse than always predicting the mean",
    formula="R² of the latest validations, below 0",
    advice="R² compares the squared errors with those of always predicting the mean: 1 is perfect, "
    "0 no better than the mean, below 0 worse. A network that stays below 0 has learned nothing "
    "that generalises to new samples.",
)
class WorseThanMean(Rule):
    explains: ClassVar[tuple[str, ...]] = ("plateau", "low_rate")

    def check(self, run: RunEvidence) -> Finding | None:
        data, spec = run.frame.data, run.spec
        if data is None or data.classifies or run.frame.epoch < PATIENT:
            return None
        r2 = _latest(run, "r2")
        if not r2 < run.threshold(self.key, -0.1, 0.0):
            return None
        return self.finding(
            "bad",
            Message("Worse than always predicting the mean"),
            Message("R² is {value} on the validation part; the mean alone has 0", value=number(r2)),
            treat.offer(
                treat.standardize_targets(spec),
                treat.weaker_penalty(spec),
                treat.lower_rate(spec),
                treat.l2_penalty(spec, 0.01),
                treat.more_data(spec),
            ),
        )


@RULES.add(
    "small_batch_norm",
    label="Batch too small for batch norm",
    formula="samples per batch, of which batch norm takes the variance",
    advice="Batch norm divides by the deviation within the batch. Two or three samples hardly have "
    "one, and a single sample has none: it is normalised by running statistics, which then never "
    "change. Use batches of 16 or more, or no batch norm.",
)
class SmallBatchNorm(Rule):
    explains: ClassVar[tuple[str, ...]] = ("plateau", "low_rate", "high_rate", "vanishing")

    def check(self, run: RunEvidence) -> Finding | None:
        data, spec = run.frame.data, run.spec
        if data is None or not any(layer.normalized for layer in run.hidden):
            return None
        rows = spec.training.batching.rows(data.counts["train"])
        if rows >= FEW_IN_BATCH:
            return None
        evidence = (
            Message("A batch of 1 has no variance; the running statistics do not change")
            if rows == 1
            else Message(
                "With batches of {rows}, batch norm has too few samples for a variance", rows=rows
            )
        )
        return self.finding(
            "warning",
            Message("Batch too small for batch norm"),
            evidence,
            treat.offer(treat.mini_batch(spec), treat.no_batch_norm(spec)),
        )


@RULES.add(
    "majority",
    label="Only the most frequent class",
    formula="recall of each class, and accuracy against always predicting the most frequent one",
    advice="If one class is much more frequent than the others, always predicting it already "
    "scores well, and the others contribute little to the loss. Balanced class weights give "
    "every class the same weight; recall and precision are more informative than accuracy.",
)
class Majority(Rule):
    explains: ClassVar[tuple[str, ...]] = ("plateau", "collapse")

    def check(self, run: RunEvidence) -> Finding | None:
        data, frame = run.frame.data, run.newest("confusion")
        if data is None or data.baseline is None or frame is None or frame.confusion is None:
            return None
        if run.frame.epoch < PATIENT or not data.baseline.accuracy > 0.6:
            return None
        confusion = frame.confusion
        recall = confusion.recall
        missed = np.flatnonzero(recall < run.threshold(self.key, 0.05, 0.15)).tolist()
        accuracy = _latest(run, "accuracy")
        if not missed or accuracy > data.baseline.accuracy + 0.03:
            return None
        names = [self._name(data, confusion.classes, i) for i in missed]
        which = names[0] if len(names) == 1 else Message("{count} classes", count=len(names))
        return self.finding(
            "warning",
            Message("Only the most frequent class is found"),
            Message(
                "Accuracy {accuracy}, constant prediction: {constant}; {which}: recall {recall}",
                accuracy=percent(accuracy),
                constant=percent(data.baseline.accuracy),
                which=which,
                recall=percent(recall[missed].max()),
            ),
            treat.offer(treat.balanced_classes(run.spec), treat.more_data(run.spec)),
        )

    @staticmethod
    def _name(data: DataPicture, classes: tuple[int, ...], row: int) -> str:
        """The name of a class, shortened to fit a sentence."""
        if row >= len(classes):
            return Message("others")
        number_of_class = classes[row]
        known = data.class_names
        name = known[number_of_class] if number_of_class < len(known) else str(number_of_class)
        return name if len(name) <= 16 else f"{name[:15]}…"


@RULES.add(
    "small_validation",
    label="Too few validation samples",
    formula="standard error of the validation score: √(p(1 − p)/n) for an accuracy p",
    advice="A score over few samples depends on which ones they are: another split could give "
    "a very different one. Use more samples for validation or get more data, and do not choose "
    "settings by differences smaller than the standard error.",
)
class SmallValidation(Rule):
    def check(self, run: RunEvidence) -> Finding | None:
        data = run.frame.data
        if data is None or not 0 < data.counts["validation"] < FEW_VALIDATED:
            return None
        n = data.counts["validation"]
        score = next((s for s in reversed(run.frame.validation)), None)
        return self.finding(
            "warning",
            Message("Too few validation samples"),
            self._said(n, score),
            treat.offer(treat.more_data(run.spec), treat.more_validation(run.spec)),
        )

    @staticmethod
    def _said(n: int, score: Score | None) -> Message:
        """The number of samples and what it makes of the score."""
        if score is not None and score.accuracy_error is not None:
            return Message(
                "{count} sample: accuracy {accuracy} ± {error}",
                "{count} samples: accuracy {accuracy} ± {error}",
                count=n,
                accuracy=percent(score.accuracy),
                error=percent(score.accuracy_error),
            )
        if score is not None and score.loss_error is not None:
            return Message(
                "{count} sample: loss {loss} ± {error}",
                "{count} samples: loss {loss} ± {error}",
                count=n,
                loss=number(score.loss),
                error=number(score.loss_error),
            )
        return Message("{count} sample", "{count} samples", count=n)
