"""Weight penalties and gradient clipping.

Penalties concern weights only, never biases or batch normalisation's γ and β. `mask` is a vector
that is 1 at weights and 0 elsewhere. A penalty is added to the loss of the batch, so with a loss
averaged over the batch its strength does not depend on the batch size. The data loss that is shown
excludes it; data loss and penalty together are the objective.
"""

from __future__ import annotations

import math

import numpy as np

from core.base.arrays import Array
from core.base.registry import Entry, Registry, setting


class Penalty(Entry):
    """A term added to the loss that depends on the weights alone."""

    def value(self, params: Array, mask: Array) -> float:
        """The term itself."""
        return 0.0

    def add_gradient(self, params: Array, mask: Array, grads: Array, scratch: Array) -> None:
        """Add the term's gradient to `grads`, in place."""
        raise NotImplementedError


PENALTIES: Registry[Penalty] = Registry("penalty", Penalty)


def strength_setting(default: float, label: str = "Strength λ") -> float:
    """The strength of a penalty."""
    return setting(default, label=label, low=0, high=1e6, scale="log")


@PENALTIES.add("none", label="None", formula="0", advice="The loss is the data loss alone.")
class NoPenalty(Penalty):
    def add_gradient(self, params: Array, mask: Array, grads: Array, scratch: Array) -> None:
        pass


@PENALTIES.add(
    "l1",
    label="L1",
    formula="λ Σ |w|",
    advice="Pulls every weight towards 0 with the same force, so that many become 0.",
    torch="{strength} * sum(w.abs().sum() for w in weights)",
    source="Tibshirani 1996",
)
class L1(Penalty):
    """The slope of |w| at 0 is taken as 0, as in PyTorch."""

    strength: float = strength_setting(1e-4)

    def value(self, params: Array, mask: Array) -> float:
        return self.strength * _sum_of_sizes(params, mask)

    def add_gradient(self, params: Array, mask: Array, grads: Array, scratch: Array) -> None:
        _add_signs(params, mask, self.strength, grads, scratch)


@PENALTIES.add(
    "l2",
    label="L2",
    formula="½λ Σ w²",
    advice="Pulls large weights more than small ones: a smoother function. With SGD the same as "
    "weight decay, but not with Adam.",
    torch="0.5 * {strength} * sum(w.square().sum() for w in weights)",
    source="Krogh & Hertz 1992",
)
class L2(Penalty):
    """With the ½ the gradient is λw, which PyTorch's optimizers call weight_decay=λ."""

    strength: float = strength_setting(1e-3)

    def value(self, params: Array, mask: Array) -> float:
        return 0.5 * self.strength * _sum_of_squares(params, mask)

    def add_gradient(self, params: Array, mask: Array, grads: Array, scratch: Array) -> None:
        _add_weights(params, mask, self.strength, grads, scratch)


@PENALTIES.add(
    "elastic",
    label="Elastic net",
    formula="λ₁ Σ |w| + ½λ₂ Σ w²",
    advice="Both at once: few weights, and none of them large.",
    torch="{sparsity} * sum(w.abs().sum() for w in weights) "
    "+ 0.5 * {strength} * sum(w.square().sum() for w in weights)",
    source="Zou & Hastie 2005",
)
class Elastic(Penalty):
    sparsity: float = strength_setting(1e-4, label="L1 λ₁")
    strength: float = strength_setting(1e-3, label="L2 λ₂")

    def value(self, params: Array, mask: Array) -> float:
        sizes, squares = _sum_of_sizes(params, mask), _sum_of_squares(params, mask)
        return self.sparsity * sizes + 0.5 * self.strength * squares

    def add_gradient(self, params: Array, mask: Array, grads: Array, scratch: Array) -> None:
        _add_signs(params, mask, self.sparsity, grads, scratch)
        _add_weights(params, mask, self.strength, grads, scratch)


def _sum_of_sizes(params: Array, mask: Array) -> float:
    return float(np.dot(np.abs(params), mask))


def _sum_of_squares(params: Array, mask: Array) -> float:
    weights = params * mask
    return float(np.dot(weights, weights))


def _add_signs(params: Array, mask: Array, strength: float, grads: Array, scratch: Array) -> None:
    np.sign(params, scratch)
    np.multiply(scratch, mask, scratch)
    np.multiply(scratch, strength, scratch)
    np.add(grads, scratch, grads)


def _add_weights(params: Array, mask: Array, strength: float, grads: Array, scratch: Array) -> None:
    np.multiply(params, mask, scratch)
    np.multiply(scratch, strength, scratch)
    np.add(grads, scratch, grads)


class Clipping(Entry):
    """A bound on the gradient, applied before the optimizer."""

    def clip(self, grads: Array) -> None:
        """Clip in place. NaN is kept, so that the trainer notices it."""
        raise NotImplementedError


CLIPPINGS: Registry[Clipping] = Registry("clipping", Clipping)


@CLIPPINGS.add("none", label="Off", formula="g", advice="Gradients are used unchanged.")
class NoClipping(Clipping):
    def clip(self, grads: Array) -> None:
        pass


@CLIPPINGS.add(
    "by_norm",
    label="By norm",
    formula="g · min(1, c / (‖g‖ + 10⁻⁶))",
    advice="A gradient longer than c is scaled to length c in the same direction: the remedy for "
    "explosions.",
    torch="nn.utils.clip_grad_norm_(params, {limit})",
    source="Pascanu et al. 2013",
)
class ByNorm(Clipping):
    """‖g‖ is taken over all parameters together. The 10⁻⁶ is PyTorch's."""

    limit: float = setting(1.0, label="Limit c", low=0, high=1e6, scale="log")

    def clip(self, grads: Array) -> None:
        share = self.limit / (_norm(grads) + 1e-6)
        if not share >= 1:  # also if it is NaN
            np.multiply(grads, share, grads)


@CLIPPINGS.add(
    "by_value",
    label="By value",
    formula="each gᵢ kept within −c … c",
    advice="Every component is clipped separately, so the direction may change.",
    torch="nn.utils.clip_grad_value_(params, {limit})",
)
class ByValue(Clipping):
    limit: float = setting(0.5, label="Limit c", low=0, high=1e6, scale="log")

    def clip(self, grads: Array) -> None:
        np.clip(grads, -self.limit, self.limit, out=grads)


def _norm(vector: Array) -> float:
    """√Σ gᵢ², also where the squares are too large for the vector's precision."""
    with np.errstate(over="ignore"):
        norm = math.sqrt(np.dot(vector, vector))
    if norm != math.inf:
        return norm
    largest = float(np.abs(vector).max())
    if largest == math.inf:
        return largest
    scaled = vector / largest
    return largest * math.sqrt(np.dot(scaled, scaled))
