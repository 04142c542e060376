"""Made-up pictures for the frames of made-up runs: they move, and have the shapes of real ones."""

from __future__ import annotations

import numpy as np

from core.data.columns.recipe import Feature
from core.telemetry.pictures import (
    Confusion,
    FirstWeights,
    Fit,
    Group,
    Link,
    NetworkPicture,
    Plan,
    Surface,
    Units,
    Worst,
)
from core.telemetry.shades import quantised
from core.training.questions import Field, Questionnaire

SIDE = 20


def plan(layers: int, units: int = 4) -> Plan:
    """Two inputs, so many layers of units, the last of them one output."""
    groups = [Group("inputs", "input", 2, 2, 0, names=("x₁", "x₂"))]
    for i in range(1, layers):
        groups.append(Group(f"layer {i}", "layer", units, units, i, fan_in=groups[-1].units))
    groups.append(Group("output", "output", 1, 1, layers, fan_in=groups[-1].units))
    links = [Link(i, i + 1, group.name) for i, group in enumerate(groups[1:])]
    return Plan(tuple(groups), tuple(links), layers + 1)


def network(plan: Plan, rng: np.random.Generator) -> NetworkPicture:
    """A drawing with random numbers."""
    units, weights = [], []
    for group in plan.groups:
        n = group.units
        bias, mean = rng.normal(size=(2, n)).astype(np.float32)
        maps = quantised(rng.normal(size=(n, SIDE, SIDE)))
        none = np.empty(0, np.float32)
        if group.kind == "input":
            units.append(Units(none, none, none, *maps))
        else:
            units.append(Units(bias, mean, rng.random(n).astype(np.float32), *maps))
    for link in plan.links:
        shape = plan.groups[link.target].units, plan.groups[link.source].units
        weights.append(rng.normal(size=shape).astype(np.float32))
    return NetworkPicture(plan, tuple(units), tuple(weights))


def surface(rng: np.random.Generator) -> Surface:
    values = rng.random((1, 40, 40)).astype(np.float32)
    return Surface((-1.5, -1.5), (1.5, 1.5), values)


def fit(rng: np.random.Generator) -> Fit:
    curve = np.cumsum(rng.normal(size=(1, 60)), axis=1) / 5
    return Fit(-1.5, 1.5, curve.astype(np.float32))


def first_weights(rng: np.random.Generator, units: int = 12) -> FirstWeights:
    return FirstWeights("layer 1", units, *quantised(rng.normal(size=(units, 8, 8))))


def confusion(iteration: int, rng: np.random.Generator, classes: int = 4) -> Confusion:
    counts = rng.integers(0, 5, (classes, classes)) + 40 * np.eye(classes, dtype=int)
    worst = Worst(
        rng.integers(0, 255, (6, 8, 8)).astype(np.uint8),
        rng.integers(0, classes, 6).astype(np.int32),
        rng.integers(0, classes, 6).astype(np.int32),
        np.sort(rng.random(6)).astype(np.float32)[::-1],
    )
    return Confusion(iteration, tuple(range(classes)), counts.astype(np.uint32), worst)


def asked() -> Questionnaire:
    """Data of four columns and two classes."""
    fields = tuple(
        Field(Feature(name, "number"), -1.0, 1.0, 0.0)
        for name in ("width", "height", "age", "weight")
    )
    return Questionnaire("binary", ("a", "b"), "kind", fields)
