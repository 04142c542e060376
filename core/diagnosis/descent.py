"""Rules about the descent: the course of the loss and the size of the steps."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import Identity, ReLU
from core.catalogue.optimizers import NAG, SGD, Momentum
from core.catalogue.penalties import NoPenalty
from core.diagnosis import remedies as treat
from core.diagnosis.base import RULES, Finding, Remedy, Rule
from core.diagnosis.evidence import RECENT, STRETCHES, RunEvidence
from core.diagnosis.words import fraction, number, percent
from core.experiment.spec import ExperimentSpec
from core.network.layer_names import layer_message
from core.training.results import Score

# Number of validation scores for their recent level.
SCORES = 5


@RULES.add(
    "divergence",
    label="Divergence",
    formula="the first number that is not finite, or logits a million times the targets",
    advice="Steps that are too long overshoot, land where the slope is steeper, and so on "
    "until numbers overflow. A lower rate, smaller starting weights, clipping and batch norm "
    "keep the steps bounded.",
)
class Diverged(Rule):
    explains: ClassVar[tuple[str, ...]] = (
        "exploding", "high_rate", "overfitting", "plateau", "saturation", "dead", "vanishing",
        "collapse", "low_rate",
    )  # fmt: skip

    def check(self, run: RunEvidence) -> Finding | None:
        divergence, spec = run.frame.divergence, run.spec
        if divergence is None:
            return None
        layer = divergence.layer
        return self.finding(
            "bad",
            Message("The run diverged"),
            Message(
                "Found {quantity} in {layer} {when}",
                quantity=divergence.quantity,
                layer=layer_message(layer) if layer else Message("the network"),
                when=divergence.when,
            ),
            treat.offer(
                treat.l2_in_place_of_decay(spec),
                *self._order(run),
                treat.clip_by_norm(spec),
                treat.batch_norm(spec),
            ),
            (layer,) if layer in run.frame.layers else (),
        )

    def _order(self, run: RunEvidence) -> tuple[Remedy | None, ...]:
        """Bad initial weights if the run starts far worse than guessing, else too high a learning
        rate."""
        spec, scores = run.spec, run.history.scores
        lower, init = treat.lower_rate(spec), treat.fitting_initializer(spec)
        begun = float(scores.values[0, 0]) if len(scores) and scores.x[0] == 0 else math.nan
        return (init, lower) if begun > 10 * run.start else (lower, init)


@RULES.add(
    "high_rate",
    label="Learning rate too high",
    formula="how often and how far the loss rises, and ‖ΔW‖/‖W‖",
    advice="Each step overshoots the valley it aims at, so the loss jumps up and down or grows. "
    "Updates of about a thousandth of the weights are healthy, a tenth is too much.",
)
class HighRate(Rule):
    explains: ClassVar[tuple[str, ...]] = ("plateau",)

    def check(self, run: RunEvidence) -> Finding | None:
        evidence = self._grown(run) or self._jumping(run) or self._long_steps(run)
        if not evidence:
            return None
        spec = run.spec
        return self.finding(
            "bad" if run.loss > 2 * run.untrained else "warning",
            Message("Learning rate too high"),
            evidence,
            treat.offer(
                treat.l2_in_place_of_decay(spec),
                treat.lower_rate(spec),
                treat.clip_by_norm(spec),
            ),
        )

    def _grown(self, run: RunEvidence) -> str:
        loss, begun, best = run.loss, run.untrained, run.best_loss
        if loss > run.threshold(self.key, 1.15, 0.95) * begun:
            return Message(
                "The loss is {loss}; it started at {begun}", loss=number(loss), begun=number(begun)
            )
        if run.since and _held_back(run.spec):
            return ""  # a penalty may raise the loss
        rise = run.threshold(self.key, 0.3, 0.2) * (2 if _noisy(run) else 1)
        if loss > (1 + rise) * best and loss - best > rise * run.start:
            return Message(
                "The loss has grown from {best} to {loss}", best=number(best), loss=number(loss)
            )
        return ""

    def _jumping(self, run: RunEvidence) -> str:
        recent, share = run.levels[-STRETCHES:], run.threshold(self.key, 0.08, 0.04)
        if _noisy(run):
            share *= 3
        if not run.loss_roughness > share * max(run.loss, 0.3 * run.start):
            return ""
        return Message(
            "The loss jumps between {low} and {high}",
            low=number(recent.min()),
            high=number(recent.max()),
        )

    def _long_steps(self, run: RunEvidence) -> str:
        if _held_back(run.spec) or any(layer.normalized for layer in run.hidden):
            return ""  # weights may be small on purpose, and after batch norm do not matter
        ratio = _largest(run)
        if ratio > run.threshold(self.key, 0.15, 0.08) and run.loss > 0.9 * run.untrained:
            return Message(
                "The loss hardly decreases; a step moves weights by {share} of their size",
                share=percent(ratio),
            )
        return ""


@RULES.add(
    "low_rate",
    label="Learning rate too low",
    formula="‖ΔW‖/‖W‖, and how far the loss has decreased",
    advice="The steps are so short that the loss hardly moves. Updates of about a thousandth of "
    "the weights are healthy.",
)
class LowRate(Rule):
    explains: ClassVar[tuple[str, ...]] = ("plateau",)

    def check(self, run: RunEvidence) -> Finding | None:
        ratio = _largest(run)
        if not ratio < run.threshold(self.key, 1e-4, 2e-4):
            return None
        if not (run.loss > 0.9 * run.start and run.frame.epoch >= 1):
            return None
        return self.finding(
            "warning",
            Message("Learning rate too low"),
            Message(
                "A step changes the weights by {share} of their size; the loss is still {loss}",
                share=fraction(ratio),
                loss=number(run.loss),
            ),
            self._remedies(run),
        )

    def _remedies(self, run: RunEvidence) -> tuple[Remedy, ...]:
        spec, training = run.spec, run.spec.training
        decayed = run.rate < 0.05 * training.optimizer.learning_rate
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
    advice="The network memorises its training samples: their loss keeps decreasing while "
    "that of samples it has never seen rises. More data, weight penalties, dropout, a smaller "
    "network or stopping early are the remedies.",
)
class Overfitting(Rule):
    def check(self, run: RunEvidence) -> Finding | None:
        best, now = _validation(run)
        if best is None:
            return None
        rise = run.threshold(self.key, 1.3, 1.1) * best.loss
        gap = run.threshold(self.key, 0.07, 0.03) * run.start
        if not (now > rise and now - best.loss > gap and now > 2 * run.loss):
            return None
        if not run.loss < _level_at(run, best.iteration):
            return None
        spec = run.spec
        return self.finding(
            "bad" if now > 3 * best.loss else "warning",
            Message("Overfitting"),
            Message(
                "Validation loss {best} at step {step:,}, now {now}; training {training}",
                best=number(best.loss),
                step=best.iteration,
                now=number(now),
                training=number(run.loss),
            ),
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
    "linear for the task, or the descent may be on a plateau that momentum or an "
    "adaptive optimizer crosses faster.",
)
class Plateau(Rule):
    STEPS, EPOCHS = 3000, 20

    def check(self, run: RunEvidence) -> Finding | None:
        levels, steps = run.levels, run.frame.iteration - run.since
        quarter = len(levels) // 4
        if steps < self.STEPS or run.frame.epoch < self.EPOCHS or quarter < 2:
            return None
        before, now = levels[-2 * quarter : -quarter].mean(), levels[-quarter:].mean()
        gain = (before - now) / before
        if not gain < run.threshold(self.key, 0.005, 0.02):
            return None
        if not now > run.threshold(self.key, 0.5, 0.45) * run.start:
            return None
        return self.finding(
            "warning",
            Message("The loss has stopped decreasing"),
            Message(
                "{now} over the last {steps} steps, {before} before",
                now=number(now),
                steps=number(steps / 4),
                before=number(before),
            ),
            self._remedies(run.spec, steps),
        )

    def _remedies(self, spec: ExperimentSpec, steps: int) -> tuple[Remedy, ...]:
        optimizer, network = spec.training.optimizer, spec.network
        straight = isinstance(network.activation, Identity) and network.hidden
        plain = isinstance(optimizer, SGD | Momentum | NAG) and network.hidden
        return treat.offer(
            treat.use_activation(spec, ReLU()) if straight else None,
            treat.weaker_penalty(spec),
            treat.use_adam(spec) if plain else None,
            treat.more_units(spec),
            treat.decaying_rate(spec, int(float(f"{steps / 4:.0e}"))),
        )


def _largest(run: RunEvidence) -> float:
    """The largest typical ‖ΔW‖/‖W‖ of any layer; NaN if no layer has one."""
    ratio = run.update_ratio[np.isfinite(run.update_ratio)]
    return float(ratio.max()) if ratio.size else math.nan


def _drops_out(spec: ExperimentSpec) -> bool:
    return any([spec.network.dropout, *(block.dropout for block in spec.network.hidden)])


def _held_back(spec: ExperimentSpec) -> bool:
    """Whether regularisation raises the training loss."""
    training = spec.training
    penalised = not isinstance(training.penalty, NoPenalty) or training.weight_decay > 0
    return penalised or _drops_out(spec)


def _noisy(run: RunEvidence) -> bool:
    """Whether dropout or batch norm make the training loss noisy."""
    return run.lasting(_made_noisy)


def _made_noisy(run: RunEvidence) -> bool:
    return _drops_out(run.spec) or any(layer.normalized for layer in run.hidden)


def _level_at(run: RunEvidence, iteration: int) -> float:
    """The training loss at an iteration, but not before the last change of settings."""
    length = (run.frame.iteration - run.since) / len(run.levels)
    index = int((iteration - run.since) / length)
    return float(run.levels[max(0, min(index, len(run.levels) - 1))])


def _validation(run: RunEvidence) -> tuple[Score | None, float]:
    """The best score, unless it is among the recent ones, and the lower quartile of those."""
    scores, best = run.history.scores, run.history.best
    stop = int(np.searchsorted(scores.x, run.frame.iteration, side="right"))
    start = stop - max(SCORES, int(RECENT * stop))
    if best is None or start < 0 or not best.iteration < scores.x[start]:
        return None, math.nan
    recent = np.sort(scores.values[start:stop, 0])
    # Early stopping may have restored the best weights at the end.
    return best, min(float(recent[len(recent) // 4]), float(scores.values[stop - 1, 0]))
