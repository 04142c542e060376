"""Greedy layer-wise pre-training with restricted Boltzmann machines (Hinton et al. 2006).

Each layer in turn is trained as a machine between its inputs and its units, whose weights and
biases it gets; its outputs are the inputs of the next machine.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.base.arrays import Array
from core.catalogue.initializers import RBM
from core.network.layers import Affine
from core.network.rbm import FIRST_MOMENTUM, MOMENTUM, ContrastiveDivergence, Machine

BATCH = 50
# Called with the share of the epochs done, 0…1; may raise to stop.
Tell = Callable[[float], None]


# With a rate far too large the weights become infinite, and the run says where it diverged.
@np.errstate(all="ignore")
def pretrain(
    affine: Affine,
    inputs: Array,
    settings: RBM,
    rng: np.random.Generator,
    tell: Tell = lambda share: None,
) -> None:
    """Fill the weights and biases of a layer from its inputs (samples, features).

    Inputs are scaled to 0…1 with one common scale, and the layer gets the weights that have the
    same effect on the original inputs. A layer without biases is pre-trained without them; only
    inputs that lie in 0…1 are then treated exactly.
    """
    low, width = input_range(inputs)
    v = inputs if width == 1 else (inputs - low) / width
    machine = Machine.drawn(affine.fan_in, len(affine.block.value), rng, v.dtype)
    learning = ContrastiveDivergence(
        machine,
        rng,
        rate=settings.rate,
        k=settings.k,
        weight_cost=settings.weight_cost,
        hidden_bias=affine.bias,
    )
    for epoch in range(settings.epochs):
        momentum = FIRST_MOMENTUM if epoch == 0 else MOMENTUM

        def tell_epoch(share: float, epoch: int = epoch) -> None:
            tell((epoch + share) / settings.epochs)

        learning.epoch(v, BATCH, momentum, tell_epoch)
    weights = machine.weights / width
    affine.weights[...] = weights
    if affine.bias:
        affine.block.value[:, -1] = machine.hidden_bias - low * weights.sum(axis=1)


def input_range(inputs: Array) -> tuple[float, float]:
    """The minimum and the width of the range; 0 and 1 if all values are in 0…1 already."""
    low, high = float(inputs.min()), float(inputs.max())
    if (low >= 0 and high <= 1) or high == low:
        return 0.0, 1.0
    return low, high - low
