"""Rules about the initial weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import Activation
from core.catalogue.initializers import INITIALIZERS, Scaled
from core.diagnosis import remedies as treat
from core.diagnosis.base import RULES, Finding, Remedy, Rule
from core.diagnosis.evidence import RunEvidence, weights_counted
from core.diagnosis.words import fraction, number
from core.network.layer_names import layer_message
from core.telemetry.series import Floats

# Mean of |x| of a standard normal x.
MEAN_SIZE = math.sqrt(2 / math.pi)
# Layers whose weights are off by this factor are reported.
OFF = 1.5


@dataclass(frozen=True)
class Misfit:
    """The factor by which each hidden layer's weights were drawn too large or too small."""

    size: str
    factors: Floats
    severe: bool


def misfit(run: RunEvidence) -> Misfit | None:
    """Whether the initial weights did not suit the activations. With the ReLU family the factors
    multiply from layer to layer; an S-shaped unit bounds signals that are too large, and batch norm
    corrects both.
    """
    origin = run.origin
    if origin is None or origin.weights is None or not run.plain:
        return None
    low, high = _bands(run)
    drawn = origin.weight[:-1] / MEAN_SIZE
    large, small = drawn / high, drawn / low
    # Inputs can be of any size, so the first layer has more tolerance.
    first_freed = small * np.array([3.0] + [1.0] * (len(small) - 1))
    open_ended = np.array([not layer.s_shaped for layer in run.hidden])
    growth = float(np.prod(np.maximum(1, large)[open_ended]))
    loss = float(np.prod(np.minimum(1, first_freed)))
    if large.max() > 2.5 or growth > 5:
        return Misfit("large", large, max(large.max(), growth) > 50)
    if loss < 0.3:
        return Misfit("small", small, loss < 0.01)
    return None


def treat_start(run: RunEvidence) -> tuple[Remedy | None, ...]:
    """The recommended initialiser if the present one is a likely cause of the problem."""
    return (treat.fitting_initializer(run.spec),) if run.lasting(misfit) else ()


def _bands(run: RunEvidence) -> tuple[Floats, Floats]:
    """The range of suitable standard deviations of each hidden layer's weights. For S-shaped units
    it is between both kinds of Xavier, which differ if fan-in and fan-out do.
    """
    assert run.origin is not None
    bands, counted = [], weights_counted(run.origin).tolist()
    for layer in run.hidden:
        units = layer.block.units * getattr(layer.activation, "pieces", 1)
        fan_in = max(1, counted[layer.index] // units)
        entry = INITIALIZERS[layer.activation.initializer]()
        assert isinstance(entry, Scaled)
        wanted = entry.std(fan_in, layer.block.units)
        bands.append((wanted, max(wanted, math.sqrt(1 / fan_in))))
    low, high = np.array(bands).T
    return low, high


@RULES.add(
    "init_mismatch",
    label="Initialiser and activation do not match",
    formula="mean |W| before the first update, against the value recommended for the activation",
    advice="S-shaped activations need Xavier, the ReLU family He: then signals and "
    "gradients keep their size from layer to layer. Larger weights saturate or explode, "
    "smaller ones make the signal vanish.",
)
class InitMismatch(Rule):
    def check(self, run: RunEvidence) -> Finding | None:
        # Once the loss is low, the initial weights no longer matter.
        if run.has_sunk(0.5):
            return None
        wrong = run.lasting(misfit)
        if wrong is None:
            return None
        off = wrong.factors if wrong.size == "large" else 1 / wrong.factors
        worst = run.hidden[int(off.argmax())]
        wanted = INITIALIZERS[worst.activation.initializer].label
        times = number(off.max()) if wrong.size == "large" else fraction(1 / off.max())
        return self.finding(
            "bad" if wrong.severe else "warning",
            self._title(wrong, worst.activation),
            Message(
                "Those of {layer} are {times} times as large as {initializer} draws them",
                layer=layer_message(worst.name),
                times=times,
                initializer=Message(wanted),
            ),
            treat.offer(treat.fitting_initializer(run.spec), treat.batch_norm(run.spec)),
            tuple(run.hidden[i].name for i in np.flatnonzero(off > OFF)),
        )

    @staticmethod
    def _title(wrong: Misfit, activation: Activation) -> Message:
        label = Message(activation.label)
        if wrong.size == "large":
            return Message("Weights start too large for {activation}", activation=label)
        return Message("Weights start too small for {activation}", activation=label)
