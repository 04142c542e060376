"""Rules about the descent: how the loss moves, and how large the steps are."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.catalogue.activations import Identity, ReLU
from core.catalogue.optimizers import NAG, SGD, Momentum
from core.catalogue.penalties import NoPenalty
from core.diagnosis import remedies as treat
from core.diagnosis.base import RULES, Finding, Remedy, Rule
from core.diagnosis.case import RECENT, STRETCHES, Case
from core.diagnosis.words import fraction, number, percent
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Score

# So many validation scores are needed to speak of their recent level.
SCORES = 5


@RULES.add(
    "divergence",
    label="Divergence",
    formula="the first number that is not finite, or a loss beyond all measure",
    advice="Steps too long for the slope overshoot, land where it is steeper still, and so on "
    "until numbers overflow. A lower rate, smaller starting weights, clipping and batch norm "
    "keep the steps in bounds.",
)
class Diverged(Rule):
    explains: ClassVar[tuple[str, ...]] = (
        "exploding", "high_rate", "overfitting", "plateau", "saturation", "dead", "vanishing",
        "collapse", "low_rate",
    )  # fmt: skip

    def check(self, case: Case) -> Finding | None:
        divergence, spec = case.frame.divergence, case.spec
        if divergence is None:
            return None
        where = divergence.layer or "the network"
        return self.finding(
            "bad",
            "The run diverged",
            f"{divergence.quantity.capitalize()} in {where} at step {divergence.iteration:,}",
            treat.offer(*self._order(case), treat.clip_by_norm(spec), treat.batch_norm(spec)),
            (where,) if where in case.frame.layers else (),
        )

    def _order(self, case: Case) -> tuple[Remedy | None, ...]:
        """A run that starts far worse than guessing has bad weights, any other too high a rate."""
        spec, scores = case.spec, case.history.scores
        lower, init = treat.lower_rate(spec), treat.fitting_initializer(spec)
        begun = float(scores.values[0, 0]) if len(scores) and scores.x[0] == 0 else math.nan
        return (init, lower) if begun > 10 * case.start else (lower, init)


@RULES.add(
    "high_rate",
    label="Learning rate too high",
    formula="how often and how far the loss rises, and ‖ΔW‖/‖W‖",
    advice="Each step overshoots the valley it aims at, so the loss jumps up and down or grows. "
    "Updates of about a thousandth of the weights are healthy, a tenth is too much.",
)
class HighRate(Rule):
    explains: ClassVar[tuple[str, ...]] = ("plateau",)

    def check(self, case: Case) -> Finding | None:
        evidence = self._grown(case) or self._jumping(case) or self._long_steps(case)
        if not evidence:
            return None
        spec = case.spec
        return self.finding(
            "bad" if case.loss > 2 * case.untrained else "warning",
            "Learning rate too high",
            evidence,
            treat.offer(treat.lower_rate(spec), treat.clip_by_norm(spec)),
        )

    def _grown(self, case: Case) -> str:
        loss, begun, best = case.loss, case.untrained, case.best_loss
        if loss > case.threshold(self.key, 1.15, 0.95) * begun:
            return f"The loss is {number(loss)}; it began at {number(begun)}"
        if case.since and _held_back(case.spec):
            return ""  # the loss may have to rise to where the penalty wants it
        rise = case.threshold(self.key, 0.3, 0.2) * (2 if _noisy(case) else 1)
        if loss > (1 + rise) * best and loss - best > rise * case.start:
            return f"The loss has grown from {number(best)} to {number(loss)}"
        return ""

    def _jumping(self, case: Case) -> str:
        recent, share = case.levels[-STRETCHES:], case.threshold(self.key, 0.08, 0.04)
        if _noisy(case):
            share *= 3
        if not case.unrest > share * max(case.loss, 0.3 * case.start):
            return ""
        return f"The loss jumps between {number(recent.min())} and {number(recent.max())}"

    def _long_steps(self, case: Case) -> str:
        if _held_back(case.spec) or any(layer.normalized for layer in case.hidden):
            return ""  # small weights may be wanted, and after batch norm do not matter
        ratio = _largest(case)
        if ratio > case.threshold(self.key, 0.15, 0.08) and case.loss > 0.9 * case.untrained:
            return f"The loss hardly sinks; a step moves weights by {percent(ratio)} of their size"
        return ""


@RULES.add(
    "low_rate",
    label="Learning rate too low",
    formula="‖ΔW‖/‖W‖, and how far the loss has sunk",
    advice="The steps are so short that the loss hardly moves. Updates of about a thousandth of "
    "the weights are healthy.",
)
class LowRate(Rule):
    explains: ClassVar[tuple[str, ...]] = ("plateau",)

    def check(self, case: Case) -> Finding | None:
        ratio = _largest(case)
        if not ratio < case.threshold(self.key, 1e-4, 2e-4):
            return None
        if not (case.loss > 0.9 * case.start and case.frame.epoch >= 1):
            return None
        return self.finding(
            "warning",
            "Learning rate too low",
            f"A step changes the weights by {fraction(ratio)} of their size; "
            f"the loss is still {number(case.loss)}",
            self._remedies(case),
        )

    def _remedies(self, case: Case) -> tuple[Remedy, ...]:
        spec, training = case.spec, case.spec.training
        decayed = case.rate < 0.05 * training.optimizer.learning_rate
        clipped = training.optimizer.learning_rate >= treat.default_rate(spec)
        return treat.offer(
            treat.constant_rate(spec) if decayed else None,
            treat.full_batch(spec) if training.optimizer.full_batch else None,
            treat.no_clipping(spec) if clipped else None,
            treat.raise_rate(spec),
            treat.use_adam(spec),
        )


@RULES.add(
    "overfitting",
    label="Overfitting",
    formula="validation loss against its minimum, and against the training loss",
    advice="The network learns its training samples by heart: their loss goes on sinking while "
    "that of samples it has never seen rises. More data, weight penalties, dropout, a smaller "
    "network or stopping early are the remedies.",
)
class Overfitting(Rule):
    def check(self, case: Case) -> Finding | None:
        best, now = _validation(case)
        if best is None:
            return None
        rise = case.threshold(self.key, 1.3, 1.1) * best.loss
        gap = case.threshold(self.key, 0.07, 0.03) * case.start
        if not (now > rise and now - best.loss > gap and now > 2 * case.loss):
            return None
        if not case.loss < _level_at(case, best.iteration):
            return None
        spec = case.spec
        return self.finding(
            "bad" if now > 3 * best.loss else "warning",
            "Overfitting",
            f"Validation loss {number(best.loss)} at step {best.iteration:,}, now {number(now)}; "
            f"training {number(case.loss)}",
            treat.offer(
                treat.l2_penalty(spec, 0.01),
                treat.early_stopping(spec),
                treat.dropout(spec),
                treat.more_data(spec),
                treat.fewer_units(spec),
            ),
        )


@RULES.add(
    "plateau",
    label="Plateau",
    formula="the loss of the last quarter of the run against the quarter before",
    advice="The loss has been flat for long, well above 0. The network may be too small or too "
    "straight for the task, or the descent may creep through a flat stretch that momentum or an "
    "adaptive optimizer crosses sooner.",
)
class Plateau(Rule):
    STEPS, EPOCHS = 3000, 20

    def check(self, case: Case) -> Finding | None:
        levels, run = case.levels, case.frame.iteration - case.since
        quarter = len(levels) // 4
        if run < self.STEPS or case.frame.epoch < self.EPOCHS or quarter < 2:
            return None
        before, now = levels[-2 * quarter : -quarter].mean(), levels[-quarter:].mean()
        gain = (before - now) / before
        if not gain < case.threshold(self.key, 0.005, 0.02):
            return None
        if not now > case.threshold(self.key, 0.5, 0.45) * case.start:
            return None
        return self.finding(
            "warning",
            "The loss has stopped sinking",
            f"{number(now)} over the last {number(run / 4)} steps, {number(before)} before",
            self._remedies(case.spec, run),
        )

    def _remedies(self, spec: ExperimentSpec, run: int) -> tuple[Remedy, ...]:
        optimizer, network = spec.training.optimizer, spec.network
        straight = isinstance(network.activation, Identity) and network.hidden
        plain = isinstance(optimizer, SGD | Momentum | NAG) and network.hidden
        return treat.offer(
            treat.use_activation(spec, ReLU()) if straight else None,
            treat.weaker_penalty(spec),
            treat.use_adam(spec) if plain else None,
            treat.more_units(spec),
            treat.decaying_rate(spec, int(float(f"{run / 4:.0e}"))),
        )


def _largest(case: Case) -> float:
    """The largest typical ‖ΔW‖/‖W‖ of any layer; NaN where no layer has one."""
    ratio = case.update_ratio[np.isfinite(case.update_ratio)]
    return float(ratio.max()) if ratio.size else math.nan


def _drops_out(spec: ExperimentSpec) -> bool:
    return any([spec.network.dropout, *(block.dropout for block in spec.network.hidden)])


def _held_back(spec: ExperimentSpec) -> bool:
    """Whether something works against the training loss."""
    training = spec.training
    penalised = not isinstance(training.penalty, NoPenalty) or training.weight_decay > 0
    return penalised or _drops_out(spec)


def _noisy(case: Case) -> bool:
    """Whether dropout or batch norm make the training loss jump of themselves."""
    return case.lasting(_made_noisy)


def _made_noisy(case: Case) -> bool:
    return _drops_out(case.spec) or any(layer.normalized for layer in case.hidden)


def _level_at(case: Case, iteration: int) -> float:
    """The training loss at some moment; at the last change of settings if it was before."""
    length = (case.frame.iteration - case.since) / len(case.levels)
    index = int((iteration - case.since) / length)
    return float(case.levels[max(0, min(index, len(case.levels) - 1))])


def _validation(case: Case) -> tuple[Score | None, float]:
    """The best score, unless it is among the recent ones, and the lower quartile of those."""
    scores, best = case.history.scores, case.history.best
    stop = int(np.searchsorted(scores.x, case.frame.iteration, side="right"))
    start = stop - max(SCORES, int(RECENT * stop))
    if best is None or start < 0 or not best.iteration < scores.x[start]:
        return None, math.nan
    recent = np.sort(scores.values[start:stop, 0])
    # Early stopping may have gone back to the best weights at the very end.
    return best, min(float(recent[len(recent) // 4]), float(scores.values[stop - 1, 0]))
