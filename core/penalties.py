"""Remedies that act on the gradient: weight penalties and clipping.

Penalties concern weights only, never biases or batch normalisation's γ and β. `mask` is a vector
that is 1 at weights and 0 elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.registry import Entry, Registry

Array = NDArray[np.floating]


class Penalty(Entry):
    """A term added to the loss that depends on the weights alone."""

    def value(self, params: Array, mask: Array) -> float:
        """The term itself."""
        return 0.0

    def add_gradient(self, params: Array, mask: Array, grads: Array, scratch: Array) -> None:
        """Add the term's gradient to `grads`, in place."""
        raise NotImplementedError


PENALTIES: Registry[Penalty] = Registry("penalty", Penalty)


@PENALTIES.add("none", label="None", formula="0", advice="The loss is the data's alone.")
class NoPenalty(Penalty):
    def add_gradient(self, params: Array, mask: Array, grads: Array, scratch: Array) -> None:
        pass


class Clipping(Entry):
    """A bound put on the gradient before the optimizer sees it."""

    def clip(self, grads: Array) -> None:
        """Clip in place."""
        raise NotImplementedError


CLIPPINGS: Registry[Clipping] = Registry("clipping", Clipping)


@CLIPPINGS.add("none", label="Off", formula="g", advice="Gradients are used as they come.")
class NoClipping(Clipping):
    def clip(self, grads: Array) -> None:
        pass
