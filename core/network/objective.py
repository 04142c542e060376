"""What a network is trained for: a loss together with the output function it goes with."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.catalogue.losses import OUTPUTS, Loss, Output
from core.experiment.spec import ExperimentSpec
from core.network.tape import Signal, Tape


class Objective:
    """Loss and output function resolved for a task. Arrays are (outputs, samples)."""

    def __init__(self, spec: ExperimentSpec, task: str) -> None:
        self.task = task
        self.loss: Loss = spec.training.loss.resolve(task)
        key = spec.network.output
        self.output: Output = OUTPUTS[self.loss.outputs[0] if key == "auto" else key]()

    def record(self, tape: Tape, logits: Signal, targets: Array) -> None:
        """Record outputs and the way back from the loss to dE/dlogits; targets (outputs, rows)."""
        outputs = tape.buffer(logits.units)
        tape.forward(self.output.forward, logits.value, outputs)
        if self.loss.fused:
            tape.backward(partial(self.loss.gradient, outputs, targets, logits.grad))
            return
        slope = tape.buffer(logits.units)
        tape.backward(
            partial(self.loss.gradient, outputs, targets, slope),
            partial(self.output.backward, outputs, slope, logits.grad),
        )

    def predict(self, logits: Array) -> Array:
        """Outputs for given logits, both (outputs, samples)."""
        outputs = np.empty_like(logits)
        self.output.forward(logits, outputs)
        return outputs

    def score(self, logits: Array, targets: Array) -> tuple[NDArray, NDArray]:
        """Loss and correctness (0 or 1; NaN for regression) of each sample, in float64."""
        with np.errstate(all="ignore"):
            z, y = logits.astype(np.float64), targets.astype(np.float64)
            a = self.predict(z)
            return self.loss.value(z, a, y), self._correct(a, y)

    def _correct(self, a: Array, y: Array) -> NDArray:
        if self.task == "regression":
            return np.full(a.shape[1], np.nan)
        if self.task == "binary":
            return ((a > 0.5) == (y > 0.5)).all(axis=0).astype(np.float64)
        return (a.argmax(axis=0) == y.argmax(axis=0)).astype(np.float64)
