"""Lab 3: backpropagation by hand, one quantity a step.

`trace` lists every step for one sample: forward (sum, activation, …, loss), backward (upstream ×
local = downstream) and the update. A step's value is a sum of products of quantities computed
before it, so that the page can show each factor, and the quiz can tell which one is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from core.base.translation import Message
from core.studies.base import StudyError
from core.studies.hand_network import HandNetwork, Key, Values, parameters
from core.studies.steps import Step, StepWriter


@dataclass(frozen=True)
class Trace:
    """All steps for one sample. Before step n only the inputs and `steps[:n]` are known."""

    network: HandNetwork
    x: tuple[float, ...]
    y: tuple[float, ...]
    rate: float
    train_biases: bool
    steps: tuple[Step, ...]

    @cached_property
    def given(self) -> dict[Key, float]:
        """What is known before the first step: inputs, targets, weights and biases."""
        known = {Key("a", 0, i): value for i, value in enumerate(self.x)}
        known |= {Key("y", 0, i): value for i, value in enumerate(self.y)}
        known |= parameters(self.network)
        return known

    def known(self, steps: int) -> dict[Key, float]:
        """Everything that is known after a number of steps; what is missing is not computed yet."""
        return self.given | {step.key: step.value for step in self.steps[:steps]}

    @cached_property
    def values(self) -> dict[Key, float]:
        return self.known(len(self.steps))

    def reused(self, step: int) -> tuple[Key, ...]:
        """The δ that this step uses and an earlier step has used already."""
        before = {key for each in self.steps[:step] for key in each.uses}
        uses = self.steps[step].uses
        return tuple(key for key in uses if key.kind == "delta" and key in before)

    def first(self, phase: str) -> int:
        """The index of the first step of a phase."""
        return next(i for i, step in enumerate(self.steps) if step.phase == phase)

    @property
    def error(self) -> float:
        return self.values[Key("E")]

    def gradients(self) -> tuple[tuple[Values, ...], tuple[Values, ...]]:
        """dE/dW and dE/db of every layer, from the steps; no biases, no dE/db."""
        weights = tuple(matrix.copy() for matrix in self.network.weights)
        biases = tuple(vector.copy() for vector in self.network.biases or ())
        for key, value in self.values.items():
            if key.kind == "dw":
                weights[key.layer - 1][key.unit, key.source] = value
            elif key.kind == "db":
                biases[key.layer - 1][key.unit] = value
        return weights, biases

    def updated(self) -> HandNetwork:
        """The network with the new weights."""
        weights = tuple(matrix.copy() for matrix in self.network.weights)
        biases = tuple(vector.copy() for vector in self.network.biases or ())
        for key, value in self.values.items():
            if key.kind == "new w":
                weights[key.layer - 1][key.unit, key.source] = value
            elif key.kind == "new b":
                biases[key.layer - 1][key.unit] = value
        return replace(self.network, weights=weights, biases=biases or None)


class Cost(NamedTuple):
    """Multiplications for all gradients of one sample."""

    forward: int
    backward: int
    finite_differences: int


def cost(network: HandNetwork) -> Cost:
    """One backward pass against 2P forward passes, P being the number of parameters.

    Counted are products with a weight or a slope; evaluations of functions are left out.
    """
    products = sum(matrix.size for matrix in network.weights)
    units = sum(network.widths[1:])
    messages = sum(matrix.size for matrix in network.weights[1:])
    backward = products + messages + units
    return Cost(products, backward, 2 * network.parameters * products)


def trace(
    network: HandNetwork,
    x: Sequence[float],
    y: Sequence[float],
    rate: float,
    train_biases: bool = True,
) -> Trace:
    """Every step for one sample. Raises StudyError where the sample does not fit the network."""
    x, y = tuple(map(float, x)), tuple(map(float, y))
    if len(x) != network.widths[0] or len(y) != network.widths[-1]:
        raise StudyError(
            Message(
                "The network needs {inputs} inputs and {targets} targets, not {x} and {y}.",
                inputs=network.widths[0],
                targets=network.widths[-1],
                x=len(x),
                y=len(y),
            )
        )
    if not np.isfinite([*x, *y, rate]).all():
        raise StudyError(Message("An input, a target or the rate is not a finite number."))
    with np.errstate(all="ignore"):
        steps = StepWriter(network, x, y, rate, train_biases).written()
    return Trace(network, x, y, rate, train_biases, steps)
