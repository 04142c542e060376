"""The measured hidden layers with their settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.catalogue.activations import Activation
from core.catalogue.blocks import Block
from core.experiment.spec import ExperimentSpec


@dataclass(frozen=True)
class Hidden:
    """A measured hidden layer: its index in the frame's layers, and its settings."""

    index: int
    name: str
    block: Block
    activation: Activation
    normalized: bool

    @property
    def s_shaped(self) -> bool:
        """Flat at both ends, as sigmoid and tanh are."""
        return self.activation.initializer == "xavier_normal" and self.activation.saturation > 0


def hidden_layers(spec: ExperimentSpec, names: Sequence[str]) -> tuple[Hidden, ...]:
    """The hidden layers of a frame, by name; empty if the spec describes another network."""
    network, layers = spec.network, []
    for index, name in enumerate(names[:-1]):
        number = _block_number(name)
        if number >= len(network.hidden):
            return ()
        block = network.hidden[number]
        activation = network.activation if block.activation is None else block.activation
        norm = network.normalization if block.normalization is None else block.normalization
        layers.append(Hidden(index, name, block, activation, norm != "none"))
    return tuple(layers)


def _block_number(layer: str) -> int:
    """The index of the block of a layer such as "layer 2.1" or "layer 3 b.1"."""
    return int(layer.split()[1].partition(".")[0]) - 1
