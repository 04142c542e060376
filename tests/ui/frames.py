"""Made-up runs that look like real ones, for the tests of everything that draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from core.telemetry.frame import BINS, Frame, Histograms, Shares
from core.telemetry.history import History
from core.training.questions import Answer
from core.training.results import Score, Segment
from tests.ui import pictures

ASKED = pictures.asked()


def layer_names(layers: int) -> tuple[str, ...]:
    return (*(f"layer {i + 1}" for i in range(layers - 1)), "output")


def histograms(
    layers: int, rng: np.random.Generator, kind: str = "relu", values: int = 2000
) -> Histograms:
    """Histograms of activations that look like ReLU outputs, pre-activations or weights."""
    counts = np.zeros((layers, BINS), np.int64)
    low, high = np.empty(layers), np.empty(layers)
    under, over = np.zeros(layers, np.int64), np.zeros(layers, np.int64)
    for i in range(layers):
        spread = 1.0 + 0.25 * i
        x = rng.normal(0.0, spread, values)
        last = i == layers - 1
        if kind == "relu" and not last:
            x = np.maximum(x, 0.0)
            low[i], high[i] = 0.0, 4.0 * spread
        else:
            low[i], high[i] = -3.0 * spread, 3.0 * spread
        counts[i], _ = np.histogram(x, BINS, (low[i], high[i]))
        under[i], over[i] = (x < low[i]).sum(), (x > high[i]).sum()
    return Histograms(low, high, counts, under, over, np.zeros(layers, np.int64))


def segment(first: int, steps: int, rng: np.random.Generator) -> Segment:
    t = np.arange(first, first + steps)
    trend = 0.08 + 2.2 / (1.0 + t / 40.0)
    loss = trend * np.exp(0.28 * rng.standard_normal(steps))
    accuracy = np.clip(1.0 - 0.38 * trend + 0.04 * rng.standard_normal(steps), 0.0, 1.0)
    return Segment(first, loss, accuracy, np.full(steps, 1e-3))


def run(
    frames: int = 60,
    layers: int = 6,
    steps: int = 10,
    seed: int = 0,
    classes: bool = True,
    kind: str = "relu",
) -> Iterator[Frame]:
    """Frames of a run, the first at iteration 0 with an empty segment."""
    rng = np.random.default_rng(seed)
    unknown = np.full(steps, np.nan)
    names = layer_names(layers)
    drift = np.zeros(layers)
    plan, art = pictures.plan(layers), np.random.default_rng((seed, 1))
    for i in range(frames):
        now = i * steps
        part = segment(now - steps, steps, rng) if i else segment(0, 0, rng)
        if not classes and i:
            part = replace(part, accuracy=unknown)
        trend = 0.11 + 2.3 / (1.0 + now / 40.0)
        accuracy = float(np.clip(0.985 - 0.36 * trend, 0, 1)) if classes else np.nan
        scores = (Score(now, float(trend * np.exp(0.03 * rng.standard_normal())), accuracy),)
        drift = 0.9 * drift + 0.08 * rng.standard_normal(layers)
        depth = np.arange(layers)
        gradient = 10.0 ** (-3.0 - 0.25 * (layers - 1 - depth) + drift) * (0.3 + trend / 2)
        weight = 0.09 + 0.01 * depth + 0.02 * np.log1p(now / 100)
        yield Frame(
            run=1,
            iteration=now,
            epoch=now / 390,
            status="running",
            reason="",
            steps_per_second=812.0,
            segment=part,
            validation=scores if i % 3 == 0 else (),
            layers=names,
            gradient=gradient,
            weight=weight,
            update_ratio=10.0 ** (-3.0 + 0.1 * depth + drift),
            activations=histograms(layers, rng, kind),
            preactivations=histograms(layers, rng, "linear"),
            weights=histograms(layers, rng, "linear"),
            shares=Shares(
                saturated=np.clip(0.1 + 0.05 * depth + 0.1 * drift, 0, 1),
                dead=np.clip(0.03 * depth + 0.05 * drift, 0, 1),
                same_sign=np.clip(0.5 + 0.05 * depth + 0.1 * drift, 0, 1),
            ),
            surface=pictures.surface(art),
            fit=pictures.fit(art),
            network=pictures.network(plan, art),
            pictures=pictures.first_weights(art),
            confusion=pictures.confusion(now, art),
            asked=ASKED,
            answer=Answer(1, now, 1, np.array([1 - accuracy, accuracy])),
        )


def recorded(**kwargs) -> tuple[History, Frame]:
    """A history of a made-up run and its last frame."""
    history = History()
    frame = None
    for frame in run(**kwargs):
        history.append(frame)
    assert frame is not None
    return history, frame
