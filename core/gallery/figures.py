"""Figures for the evaluation of an experiment.

A reading is one number of one outcome; a figure compares the outcomes of one seed. Where a run
diverged, losses are infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from core.gallery.experiment import Column, Figure, Outcome, Reading, Runs
from core.telemetry.frame import BINS

# Readings of one outcome


def accuracy(part: str) -> Reading:
    """Accuracy over a whole part, measured once at the end."""
    return lambda outcome: getattr(outcome.final[part], "accuracy", math.nan)


def loss(part: str) -> Reading:
    """Loss over a whole part, measured once at the end."""

    def reading(outcome: Outcome) -> float:
        if outcome.status == "diverged":
            return math.inf
        return getattr(outcome.final[part], "loss", math.nan)

    return reading


def loss_at(step: int, width: int = 50) -> Reading:
    """Mean training loss of the `width` batches before a step."""

    def reading(outcome: Outcome) -> float:
        if len(outcome.loss) < step:
            return math.inf
        return float(np.mean(outcome.loss[step - width : step]))

    return reading


def late_loss(outcome: Outcome) -> float:
    """Mean training loss of the last 100 batches."""
    return math.inf if outcome.status == "diverged" else float(np.mean(outcome.loss[-100:]))


def loss_gap(outcome: Outcome) -> float:
    """Overfitting: test loss minus training loss."""
    return loss("test")(outcome) - loss("train")(outcome)


def accuracy_gap(outcome: Outcome) -> float:
    """Overfitting: training accuracy minus test accuracy."""
    return accuracy("train")(outcome) - accuracy("test")(outcome)


def diverged(outcome: Outcome) -> float:
    return float(outcome.status == "diverged")


def iterations(outcome: Outcome) -> float:
    return float(outcome.iterations)


def updates_per_epoch(outcome: Outcome) -> float:
    return float(outcome.steps_per_epoch)


def rises(outcome: Outcome) -> float:
    """Share of the steps whose loss is above that of the step before."""
    return float((np.diff(outcome.loss) > 0).mean())


def jitter(outcome: Outcome) -> float:
    """Mean jump of the loss from step to step, as a share of the mean loss."""
    return float(np.abs(np.diff(outcome.loss)).mean() / outcome.loss.mean())


def probe(name: str) -> Reading:
    return lambda outcome: outcome.probes[name]


# The columns of most tables
TRAIN = Column("Train accuracy", accuracy("train"), "%")
TEST = Column("Test accuracy", accuracy("test"), "%")
LATE = Column("Loss at the end", late_loss)


# Readings of layers: hidden layers count from 0, the output is −1


def activation_std(layer: int) -> Reading:
    """Deviation of a layer's activations before the first step."""
    return lambda outcome: float(outcome.before[0].activation_std[layer])


def delta_std(layer: int) -> Reading:
    """Deviation of a layer's errors δ = dE/dz before the first step."""
    return lambda outcome: float(outcome.before[0].delta_std[layer])


def kept(signal: Callable[[int], Reading], start: int, end: int) -> Reading:
    """The ratio of a signal at layer `end` to that at layer `start`."""
    return lambda outcome: signal(end)(outcome) / signal(start)(outcome)


def gradient_kept(outcome: Outcome) -> float:
    """Mean |dE/dW| of the first layer as a share of the last hidden layer's, before step 1."""
    gradient = outcome.before[1].gradient
    return float(gradient[0] / gradient[-2])


def at_the_ends(layer: int) -> Reading:
    """Share of a bounded function's activations in its outermost bins, before the first step."""

    def reading(outcome: Outcome) -> float:
        histograms = outcome.before[1].activations
        assert histograms is not None
        counts = histograms.counts[layer]
        return float((counts[0] + counts[BINS - 1]) / counts.sum())

    return reading


def dead(outcome: Outcome) -> float:
    """Share of dead units, mean over the hidden layers, at the end."""
    shares = outcome.after[1].shares
    assert shares is not None
    return float(shares.dead[:-1].mean())


def same_sign(layer: int) -> Reading:
    """Share of the units that the first update moves whose incoming weights all move the same
    way."""

    def reading(outcome: Outcome) -> float:
        shares = outcome.before[1].shares
        assert shares is not None
        return float(shares.same_sign[layer])

    return reading


# Figures over the outcomes of one seed


def of(label: str, reading: Reading) -> Figure:
    """A reading of one variant."""
    return lambda runs: reading(runs[label])


def difference(minuend: Figure, subtrahend: Figure) -> Figure:
    return lambda runs: minuend(runs) - subtrahend(runs)


def ratio(dividend: Figure, divisor: Figure) -> Figure:
    def figure(runs: Runs) -> float:
        below = divisor(runs)
        return dividend(runs) / below if below else math.nan

    return figure


def least(labels: Sequence[str], reading: Reading) -> Figure:
    """The smallest of several variants' readings."""
    return lambda runs: min(reading(runs[label]) for label in labels)


def most(labels: Sequence[str], reading: Reading) -> Figure:
    """The largest of several variants' readings."""
    return lambda runs: max(reading(runs[label]) for label in labels)


def count(labels: Sequence[str], reading: Reading, low: float) -> Figure:
    """The number of variants' readings that are at least `low`."""
    return lambda runs: float(sum(reading(runs[label]) >= low for label in labels))
