"""The training objective: a loss with its output function."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.catalogue.losses import OUTPUTS, Loss, Output
from core.data.target_scale import TargetScale
from core.experiment.spec import ExperimentSpec
from core.network.tape import Signal, Tape


class Objective:
    """Loss and output function resolved for a task. Arrays are (outputs, samples).

    `target_scale` is the scaling of the targets used in training: outputs and losses are reported
    in the original units. `class_weights` (classes,) weight the samples of each class in the
    objective; None weights them equally.
    """

    def __init__(
        self,
        spec: ExperimentSpec,
        task: str,
        target_scale: TargetScale | None = None,
        class_weights: NDArray[np.float64] | None = None,
    ) -> None:
        self.task, self.scale, self.class_weights = task, target_scale, class_weights
        self.loss: Loss = spec.training.loss.resolve(task)
        key = spec.network.output
        self.output: Output = OUTPUTS[self.loss.outputs[0] if key == "auto" else key]()
        self.summed = getattr(self.loss, "reduction", "mean") == "sum"

    def record(self, tape: Tape, logits: Signal, targets: Array) -> None:
        """Record outputs and the backward pass from the loss to dE/dlogits; targets (outputs,
        rows)."""
        outputs = tape.buffer(logits.units)
        tape.forward(self.output.forward, logits.value, outputs)
        if self.loss.fused:
            steps = [partial(self.loss.gradient, outputs, targets, logits.grad)]
        else:
            slope = tape.buffer(logits.units)
            steps = [
                partial(self.loss.gradient, outputs, targets, slope),
                partial(self.output.backward, outputs, slope, logits.grad),
            ]
        if self.class_weights is not None:
            steps.append(partial(self._weight_gradient, targets, logits.grad))
        tape.backward(*steps)

    def predict(self, logits: Array) -> Array:
        """Outputs in the units of the targets for given logits, both (outputs, samples)."""
        outputs = np.empty_like(logits)
        self.output.forward(logits, outputs)
        return self.scale.original(outputs) if self.scale else outputs

    def score(self, logits: Array, targets: Array, scaled: bool = False) -> tuple[NDArray, NDArray]:
        """Loss and correctness (0 or 1; NaN for regression) of each sample, in float64.

        Losses are in the units of the data and unweighted; `scaled` targets are those used in
        training.
        """
        with np.errstate(all="ignore"):
            z, y = logits.astype(np.float64), targets.astype(np.float64)
            a = self.predict(z)
            if scaled and self.scale:
                y = self.scale.original(y)
            return self.loss.value(z, a, y), self._correct(a, y)

    def batch_loss(self, logits: Array, targets: Array) -> float:
        """The data loss of a batch as minimised, for scaled targets: the mean or sum over samples,
        weighted by class, without penalty."""
        with np.errstate(all="ignore"):
            z, y = logits.astype(np.float64), targets.astype(np.float64)
            outputs = np.empty_like(z)
            self.output.forward(z, outputs)
            losses = self.loss.value(z, outputs, y)
            weights = self._sample_weights(y)
            if weights is None:
                return float(losses.sum() if self.summed else losses.mean())
            return float(losses @ weights if self.summed else losses @ weights / weights.sum())

    def _sample_weights(self, y: Array) -> NDArray | None:
        weights = self.class_weights
        if weights is None:
            return None
        if self.task == "binary":
            return weights[0] + (weights[1] - weights[0]) * y[0]
        return weights @ y

    def _weight_gradient(self, targets: Array, gradient: Array) -> None:
        """Weight each sample's gradient; a mean over the batch becomes a weighted mean."""
        weights = self._sample_weights(targets)
        assert weights is not None
        if not self.summed:
            weights *= len(weights) / weights.sum()
        np.multiply(gradient, weights, out=gradient, casting="unsafe")

    def _correct(self, a: Array, y: Array) -> NDArray:
        if self.task == "regression":
            return np.full(a.shape[1], np.nan)
        if self.task == "binary":
            return ((a > 0.5) == (y > 0.5)).all(axis=0).astype(np.float64)
        return (a.argmax(axis=0) == y.argmax(axis=0)).astype(np.float64)


def balanced_weights(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """n / (k·nᵢ) for k classes of nᵢ samples, as scikit-learn's "balanced"; 1 for empty ones."""
    present = counts > 0
    weights = np.ones(len(counts))
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return weights
