"""A network small enough to be computed by hand, and what its quantities are called.

Weights have shape (fan_out, fan_in) as in the training core. Layers are counted from 1, the inputs
being layer 0; w²₁₃ is the weight of layer 2 to unit 1 from unit 3.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message, joined
from core.catalogue.activations import ACTIVATIONS, Activation, Sigmoid
from core.catalogue.blocks import Dense
from core.catalogue.losses import LOSSES, OUTPUTS, HalfSquaredError, Loss
from core.catalogue.optimizers import SGD
from core.experiment.spec import ExperimentSpec, NetworkSpec
from core.studies.base import StudyError

Values = NDArray[np.float64]

MOST_UNITS, MOST_LAYERS = 4, 3  # up to 4-4-4-4: three layers of weights


class Key(NamedTuple):
    """Which quantity: `kind` is "x", "y", "z", "a", "E", "da", "delta", "w", "b", "dw", "db",
    "new w" or "new b"; `unit` and `source` count from 0."""

    kind: str
    layer: int = 0
    unit: int = 0
    source: int = 0


@dataclass(frozen=True)
class HandNetwork:
    """Weights and biases (None without) of every layer, and its functions.

    Any elementwise activation of the catalogue will do; one with learned parameters will not.
    """

    weights: tuple[Values, ...]
    biases: tuple[Values, ...] | None = None
    activation: Activation = field(default_factory=Sigmoid)
    output: str = "sigmoid"
    loss: Loss = field(default_factory=HalfSquaredError)

    def __post_init__(self) -> None:
        if not 1 <= len(self.weights) <= MOST_LAYERS:
            raise StudyError(
                Message("There must be 1 to {most} layers of weights.", most=MOST_LAYERS)
            )
        if any(not 1 <= size <= MOST_UNITS for size in self.widths):
            raise StudyError(Message("A layer must have 1 to {most} units.", most=MOST_UNITS))
        if self.activation.parametric:
            raise StudyError(
                Message(
                    "{label} has parameters of its own; choose another.",
                    label=Message(self.activation.label),
                )
            )
        if self.output not in self.loss.outputs:
            allowed = joined(", ", (Message(OUTPUTS[key].label) for key in self.loss.outputs))
            raise StudyError(
                Message(
                    "{label} goes with {allowed} as output function.",
                    label=Message(self.loss.label),
                    allowed=allowed,
                )
            )
        pairs = itertools.pairwise(self.weights)
        if any(len(lower) != upper.shape[1] for lower, upper in pairs):
            raise StudyError(Message("The widths of neighbouring layers do not fit together."))
        for array in (*self.weights, *(self.biases or ())):
            if not np.isfinite(array).all():
                raise StudyError(Message("A weight is not a finite number."))

    @classmethod
    def random(
        cls, widths: Sequence[int], rng: np.random.Generator, bias: bool = True, **functions: Any
    ) -> HandNetwork:
        """Weights and biases drawn evenly from −1 to 1, to two digits so that they can be typed."""
        pairs = list(itertools.pairwise(widths))
        weights = tuple(np.round(rng.uniform(-1, 1, (m, n)), 2) for n, m in pairs)
        biases = tuple(np.round(rng.uniform(-1, 1, m), 2) for _, m in pairs) if bias else None
        return cls(weights, biases, **functions)

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of every layer, the inputs first."""
        return (self.weights[0].shape[1], *(len(matrix) for matrix in self.weights))

    @property
    def layers(self) -> int:
        return len(self.weights)

    @property
    def parameters(self) -> int:
        biases = sum(self.widths[1:]) if self.biases else 0
        return sum(matrix.size for matrix in self.weights) + biases

    def spec(self, rate: float) -> ExperimentSpec:
        """An experiment of the training page with these layers, functions and rate."""
        base = ExperimentSpec()
        network = NetworkSpec(
            hidden=tuple(Dense(units=units) for units in self.widths[1:-1]),
            activation=self.activation,
            output=self.output,
            bias=self.biases is not None,
        )
        training = replace(base.training, loss=self.loss, optimizer=SGD(learning_rate=rate))
        return replace(base, network=network, training=training)


def usable_activations() -> tuple[str, ...]:
    """Keys of the activations that a network by hand can have."""
    return tuple(key for key in ACTIVATIONS if not ACTIVATIONS[key].parametric)


def usable_losses() -> tuple[str, ...]:
    return tuple(key for key in LOSSES if LOSSES[key].outputs)


# The lecture's network: 2-2-1, sigmoid everywhere, no bias; its W1 has a row for each input.
LECTURE = HandNetwork((np.array([[0.3, 0.2], [0.4, 0.1]]), np.array([[0.1, 0.2]])))
LECTURE_DATA = (((1.0, 1.0), (1.0,)), ((2.0, 2.0), (0.0,)))
LECTURE_RATE = 0.01

# Mazur's example, "A step by step backpropagation example" (2015).
MAZUR = HandNetwork(
    (np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([[0.40, 0.45], [0.50, 0.55]])),
    (np.array([0.35, 0.35]), np.array([0.60, 0.60])),
)
MAZUR_DATA = (((0.05, 0.10), (0.01, 0.99)),)
MAZUR_RATE = 0.5


def parameters(network: HandNetwork) -> dict[Key, float]:
    """Every weight and bias by its key."""
    known = {}
    for layer, matrix in enumerate(network.weights, 1):
        for (unit, source), value in np.ndenumerate(matrix):
            known[Key("w", layer, unit, source)] = float(value)
    for layer, vector in enumerate(network.biases or (), 1):
        for unit, value in enumerate(vector.tolist()):
            known[Key("b", layer, unit)] = value
    return known


_UPPER = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWER = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def name(key: Key, network: HandNetwork) -> str:
    """How a quantity is written: x₁, z¹₂, h¹₂, ŷ₁, w¹₂₁, δ¹₂, ∂E/∂w¹₂₁ …"""
    layer = str(key.layer).translate(_UPPER)
    unit = str(key.unit + 1).translate(_LOWER)
    source = str(key.source + 1).translate(_LOWER)
    signal = f"ŷ{unit}" if key.layer == network.layers else f"h{layer}{unit}"
    if key.layer == 0:
        signal = f"x{unit}"
    weight, bias = f"w{layer}{unit}{source}", f"b{layer}{unit}"
    return {
        "x": f"x{unit}",
        "y": f"y{unit}",
        "z": f"z{layer}{unit}",
        "a": signal,
        "E": "E",
        "da": f"∂E/∂{signal}",
        "delta": f"δ{layer}{unit}",
        "w": weight,
        "b": bias,
        "dw": f"∂E/∂{weight}",
        "db": f"∂E/∂{bias}",
        "new w": Message("{name} new", name=weight),
        "new b": Message("{name} new", name=bias),
    }[key.kind]


def figure(value: float) -> str:
    """A number to eight significant digits, with a real minus sign."""
    return f"{value:.8g}".replace("-", "−")
