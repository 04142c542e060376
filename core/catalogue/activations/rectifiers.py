"""The ReLU family: linear above 0."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from core.base.constants import constant
from core.base.registry import setting
from core.catalogue.activations.base import (
    ACTIVATIONS,
    SMALL,
    Activation,
    Array,
    above_zero,
    below_zero,
    two_values,
)


def exponential_linear(z: Array, alpha: float, out: Array) -> None:
    """z above 0, α(eᶻ − 1) below; computed from magnitude and sign of z."""
    below_zero(z, out)
    np.expm1(out, out)
    np.multiply(out, constant(-alpha, out.dtype), out)
    np.maximum(out, z, out=out)
    np.copysign(out, z, out)


@ACTIVATIONS.add(
    "relu",
    label="ReLU",
    formula="max(0, x)",
    advice="Flat on one side only: trains several times faster than sigmoid or tanh, but a unit "
    "on the flat side for every sample is dead. Use with He.",
    torch="nn.ReLU()",
    source="Nair & Hinton 2010",
)
class ReLU(Activation):
    initializer: ClassVar[str] = "he_normal"

    def forward(self, z: Array, out: Array) -> None:
        above_zero(z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        if a.size < SMALL:
            np.sign(a, out)
        else:
            np.greater(a, constant(0, a.dtype), out=out)


@ACTIVATIONS.add(
    "leaky_relu",
    label="Leaky ReLU",
    formula="max(ax, x)",
    advice="No flat side, so no unit dies. Use with He.",
    torch="nn.LeakyReLU({slope})",
    source="Maas et al. 2013",
)
class LeakyReLU(Activation):
    initializer: ClassVar[str] = "he_normal"
    saturation: ClassVar[float] = 0.0

    slope: float = setting(0.01, label="Slope a", low=0, high=1, help="Slope of the negative side.")

    def forward(self, z: Array, out: Array) -> None:
        np.multiply(z, constant(self.slope, z.dtype), out)
        np.maximum(z, out, out=out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        two_values(z, self.slope, 1, out)


@ACTIVATIONS.add(
    "prelu",
    label="PReLU",
    formula="max(ax, x), a learned",
    advice="The slope of the negative side is a learned parameter. Use with He.",
    torch="nn.PReLU(init={start})",
    source="He et al. 2015",
)
class PReLU(Activation):
    """Built as a layer. "unit" is PyTorch's num_parameters = units; PyTorch, too, starts at ¼."""

    parametric: ClassVar[bool] = True
    initializer: ClassVar[str] = "he_normal"
    saturation: ClassVar[float] = 0.0

    start: float = setting(0.25, label="First slope", low=-1, high=1, restarts_run=True)
    share: str = setting(
        "layer", label="Slope per", choices=("layer", "unit"), restarts_run=True,
        help="Whether a layer's units share one slope or learn one each.",
    )  # fmt: skip


@ACTIVATIONS.add(
    "elu",
    label="ELU",
    formula="x if x > 0, else α(eˣ − 1)",
    advice="Smooth at 0, with negative values below; a little slower than ReLU. Use with He.",
    torch="nn.ELU({alpha})",
    source="Clevert et al. 2016",
)
class ELU(Activation):
    initializer: ClassVar[str] = "he_normal"

    alpha: float = setting(1.0, label="α", low=0, high=10, help="The function levels off at −α.")

    def forward(self, z: Array, out: Array) -> None:
        exponential_linear(z, self.alpha, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        # αeˣ = a + α below 0, 1 above.
        if self.alpha == 1:
            below_zero(a, out)
            np.add(out, constant(1, out.dtype), out)
        else:
            two_values(z, self.alpha, 1, out)
            np.add(out, np.minimum(a, constant(0, a.dtype)), out)


@ACTIVATIONS.add(
    "selu",
    label="SELU",
    formula="λx if x > 0, else λα(eˣ − 1);  λ = 1.0507, α = 1.6733",
    advice="Chosen so that activations keep mean 0 and variance 1 from layer to layer. Use with "
    "LeCun.",
    torch="nn.SELU()",
    source="Klambauer et al. 2017",
)
class SELU(Activation):
    initializer: ClassVar[str] = "lecun_normal"

    SCALE: ClassVar[float] = 1.0507009873554805
    ALPHA: ClassVar[float] = 1.6732632423543772

    def forward(self, z: Array, out: Array) -> None:
        exponential_linear(z, self.ALPHA, out)
        np.multiply(out, constant(self.SCALE, out.dtype), out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        two_values(z, self.SCALE * self.ALPHA, self.SCALE, out)
        np.add(out, np.minimum(a, constant(0, a.dtype)), out)


@ACTIVATIONS.add(
    "serlu",
    label="SERLU",
    formula="λx if x ≥ 0, else λαx eˣ;  λ = 1.07862, α = 2.90427",
    advice="Like SELU it preserves mean and variance, but approaches 0 for very "
    "negative inputs. Use with LeCun.",
    torch="lambda x: 1.07862 * torch.where(x > 0, x, 2.90427 * x * x.clamp(max=0).exp())",
    source="Zhang & Li 2018",
)
class SERLU(Activation):
    initializer: ClassVar[str] = "lecun_normal"

    SCALE: ClassVar[float] = 1.07862
    ALPHA: ClassVar[float] = 2.90427

    def forward(self, z: Array, out: Array) -> None:
        self._factor(z, out)
        np.multiply(out, z, out)

    def derivative(self, z: Array, a: Array, out: Array) -> None:
        # Below 0, λα(eˣ + x eˣ).
        self._factor(z, out)
        np.add(out, np.minimum(a, constant(0, a.dtype)), out)

    def _factor(self, z: Array, out: Array) -> None:
        """f(z)/z: λ above 0, λαeᶻ below."""
        factor = np.empty_like(z)
        two_values(z, self.SCALE * self.ALPHA, self.SCALE, factor)
        below_zero(z, out)
        np.exp(out, out)
        np.multiply(out, factor, out)


@ACTIVATIONS.add(
    "maxout",
    label="Maxout",
    formula="max(w₁x + b₁, …, w_k x + b_k)",
    advice="The largest of k affine maps: no saturation and no zigzag, for k times the weights. "
    "Use with LeCun.",
    torch="lambda x: x.unflatten(1, ({pieces}, -1)).max(1).values",
    source="Goodfellow et al. 2013",
)
class Maxout(Activation):
    """Built as a layer. The PyTorch expression expects the k maps' outputs one after the other. If
    pieces are equal, as with constant initial weights, one of them gets the whole gradient: here
    the first."""

    parametric: ClassVar[bool] = True
    # The larger of two independent signals has the mean square of either: LeCun's variance holds.
    initializer: ClassVar[str] = "lecun_normal"
    saturation: ClassVar[float] = 0.0

    pieces: int = setting(2, label="Pieces k", low=2, high=8, restarts_run=True)
