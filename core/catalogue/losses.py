"""Output functions and losses.

Arrays are feature-major: logits z, outputs a and targets y all have shape (outputs, batch). A class
label is one-hot. A loss is computed from the logits directly (`fused`, numerically stable) or from
the outputs.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.arrays import Array
from core.base.constants import constant
from core.base.registry import Entry, Registry, setting
from core.catalogue.activations.base import logistic


class Output(Entry):
    """An output function a = f(z), applied once, after the last affine map."""

    def forward(self, z: Array, out: Array) -> None:
        raise NotImplementedError

    def backward(self, a: Array, da: Array, out: Array) -> None:
        """Write dE/dz to `out`, given a = f(z) and dE/da."""
        raise NotImplementedError


OUTPUTS: Registry[Output] = Registry("output function", Output)


@OUTPUTS.add(
    "identity",
    label="Identity",
    formula="z",
    advice="Any real number: regression.",
    torch="nn.Identity()",
)
class IdentityOutput(Output):
    def forward(self, z: Array, out: Array) -> None:
        np.copyto(out, z)

    def backward(self, a: Array, da: Array, out: Array) -> None:
        np.copyto(out, da)


@OUTPUTS.add(
    "sigmoid",
    label="Sigmoid",
    formula="1 / (1 + e⁻ᶻ)",
    advice="A probability of one of two classes.",
    torch="nn.Sigmoid()",
)
class SigmoidOutput(Output):
    def forward(self, z: Array, out: Array) -> None:
        logistic(z, 1, out)

    def backward(self, a: Array, da: Array, out: Array) -> None:
        np.subtract(constant(1, a.dtype), a, out)
        np.multiply(out, a, out)
        np.multiply(out, da, out)


@OUTPUTS.add(
    "softmax",
    label="Softmax",
    formula="e^zᵢ / Σ e^zⱼ",
    advice="Probabilities of several classes that sum to 1. An output function only.",
    torch="nn.Softmax(dim=1)",
)
class SoftmaxOutput(Output):
    def forward(self, z: Array, out: Array) -> None:
        np.subtract(z, np.maximum.reduce(z, axis=0), out)
        np.exp(out, out)
        np.divide(out, np.add.reduce(out, axis=0), out)

    def backward(self, a: Array, da: Array, out: Array) -> None:
        np.multiply(a, da, out)
        np.subtract(da, np.add.reduce(out, axis=0), out)
        np.multiply(out, a, out)


class Loss(Entry):
    """A loss over one batch. `outputs` are the output functions it supports, the default first."""

    outputs: ClassVar[tuple[str, ...]] = ()
    tasks: ClassVar[tuple[str, ...]] = ()
    fused: ClassVar[bool] = False

    def value(self, z: Array, a: Array, y: Array) -> Array:
        """The loss of each sample, shape (batch,)."""
        raise NotImplementedError

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        """Write dE/dz (fused) or dE/da (otherwise) of the whole batch's loss to `out`."""
        raise NotImplementedError

    def resolve(self, task: str) -> Loss:
        """The loss used for a task; itself, except for "auto"."""
        return self


LOSSES: Registry[Loss] = Registry("loss", Loss)


@LOSSES.add(
    "auto",
    label="Auto",
    formula="follows the data",
    advice="Cross-entropy for classification, squared error for regression.",
)
class AutoLoss(Loss):
    def resolve(self, task: str) -> Loss:
        return next(entry() for entry in LOSSES.entries() if entry.tasks[:1] == (task,))


@LOSSES.add(
    "half_squared_error",
    label="½ squared error",
    formula="½ Σ (ŷ − y)²",
    advice="The regression loss. Summed over outputs; over the batch averaged or summed. The data "
    "loss that is shown is always the mean over samples, in the units of the data and without "
    "penalty; the objective is what is minimised.",
    torch="0.5 * (output - target).square().sum(1).{reduction}()",
)
class HalfSquaredError(Loss):
    outputs: ClassVar[tuple[str, ...]] = ("identity", "sigmoid", "softmax")
    tasks: ClassVar[tuple[str, ...]] = ("regression", "binary", "classes")

    reduction: str = setting("mean", label="Over batch", choices=("mean", "sum"))

    def value(self, z: Array, a: Array, y: Array) -> Array:
        return 0.5 * np.square(a - y).sum(axis=0)

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        np.subtract(a, y, out)
        if self.reduction == "mean":
            np.multiply(out, constant(1 / a.shape[1], a.dtype), out)


class CrossEntropy(Loss):
    """Shared by both cross-entropies: through its own output function dE/dz = (a − y) / batch."""

    fused: ClassVar[bool] = True

    def gradient(self, a: Array, y: Array, out: Array) -> None:
        np.subtract(a, y, out)
        np.multiply(out, constant(1 / a.shape[1], a.dtype), out)


@LOSSES.add(
    "binary_cross_entropy",
    label="Binary cross-entropy",
    formula="−y ln ŷ − (1−y) ln(1−ŷ)",
    advice="Two classes, one sigmoid output.",
    torch="F.binary_cross_entropy_with_logits(logits, target)",
)
class BinaryCrossEntropy(CrossEntropy):
    outputs: ClassVar[tuple[str, ...]] = ("sigmoid",)
    tasks: ClassVar[tuple[str, ...]] = ("binary",)

    def value(self, z: Array, a: Array, y: Array) -> Array:
        # max(z,0) − zy + ln(1+e^−|z|) is equal, without overflow or ln 0.
        return (np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))).sum(axis=0)


@LOSSES.add(
    "softmax_cross_entropy",
    label="Softmax cross-entropy",
    formula="−Σ yᵢ ln ŷᵢ",
    advice="Several classes, one softmax output each.",
    torch="F.cross_entropy(logits, target)",
)
class SoftmaxCrossEntropy(CrossEntropy):
    outputs: ClassVar[tuple[str, ...]] = ("softmax",)
    tasks: ClassVar[tuple[str, ...]] = ("classes",)

    def value(self, z: Array, a: Array, y: Array) -> Array:
        shifted = z - z.max(axis=0)
        return np.log(np.exp(shifted).sum(axis=0)) - (shifted * y).sum(axis=0)
