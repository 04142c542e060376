"""Building blocks of the hidden part of a network.

A block is a description; `core.network.network` builds it. Settings left at None follow the
network's.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.base.registry import Entry, Registry, setting
from core.catalogue.activations import Activation
from core.catalogue.initializers import Initializer

NORMALIZATIONS = ("none", "before", "after")


@dataclass(frozen=True)
class Block(Entry):
    """A hidden block. Batch norm is "before" or "after" the activation, or absent."""

    units: int = setting(8, label="Units", low=1, high=4096, scale="log", restarts_run=True)
    activation: Activation | None = setting(None, label="Activation")
    initializer: Initializer | None = setting(None, label="Initialiser", restarts_run=True)
    normalization: str | None = setting(
        None, label="Batch norm", choices=NORMALIZATIONS, restarts_run=True
    )
    dropout: float | None = setting(None, label="Dropout", low=0, high=0.95)

    @property
    def layer_count(self) -> int:
        """The layers of `units` in the block, those of both branches together."""
        return 1


BLOCKS: Registry[Block] = Registry("block", Block)


@BLOCKS.add(
    "dense",
    label="Dense",
    formula="f(Wx + b)",
    advice="Every unit is connected to every unit of the previous layer.",
)
class Dense(Block):
    pass


@BLOCKS.add(
    "skip",
    label="Skip",
    formula="x + f(W₂ f(W₁x))",
    advice="The input is added to the output of the layers, so the gradient has a path around "
    "them. Where the widths differ, a linear projection adapts the input.",
    source="He et al. 2016",
)
class Skip(Block):
    layers: int = setting(2, label="Layers", low=1, high=8, restarts_run=True)

    @property
    def layer_count(self) -> int:
        return self.layers


@BLOCKS.add(
    "split",
    label="Split & merge",
    formula="f(W₁x) ⊕ f(V₂ f(V₁x))",
    advice="Two branches of different depth have the same input; their outputs are added or "
    "concatenated.",
    source="Szegedy et al. 2015",
)
class SplitMerge(Block):
    short: int = setting(1, label="Layers, 1st", low=1, high=8, restarts_run=True)
    long: int = setting(2, label="Layers, 2nd", low=1, high=8, restarts_run=True)
    merge: str = setting("add", label="Merge by", choices=("add", "concatenate"), restarts_run=True)

    @property
    def layer_count(self) -> int:
        return self.short + self.long
