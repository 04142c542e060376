"""The figures of a run that conditions are about, gathered from its frames."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.experiment.serialization import to_dict
from core.experiment.spec import ExperimentSpec
from core.lessons.condition import Value
from core.telemetry.frame import Frame

# Losses kept for their mean over an epoch.
MOST_STEPS = 100_000


class RunState:
    """Follows one run: give it every frame with `take`, in order. Figures that have not been
    measured yet are missing from `values`."""

    def __init__(self) -> None:
        self._figures: dict[str, Value] = {}
        self._losses: deque[float] = deque(maxlen=1)
        self._accuracies: deque[float] = deque(maxlen=1)
        self._best = math.inf

    def take(self, frame: Frame) -> None:
        """Take the figures of a frame."""
        self._take_steps(frame)
        figures = self._figures
        figures["step"], figures["epoch"] = frame.iteration, frame.epoch
        figures["diverged"] = int(frame.status == "diverged")
        for score in frame.validation:
            self._best = min(self._best, score.loss)
            figures["validation_loss"], figures["validation_accuracy"] = score.loss, score.accuracy
            figures["best_validation_loss"] = self._best
        self._take_layers(frame)

    def values(self, spec: ExperimentSpec) -> dict[str, Value]:
        """All figures, and the settings of the experiment by their paths."""
        return {
            **dict(_settings(to_dict(spec), "")),
            **self._figures,
            "hidden_layers": sum(block.layer_count for block in spec.network.hidden),
            "hidden_units": sum(block.layer_count * block.units for block in spec.network.hidden),
        }

    def _take_steps(self, frame: Frame) -> None:
        segment = frame.segment
        if not segment.loss.size:
            return
        per_epoch = round(frame.iteration / frame.epoch) if frame.epoch else 1
        kept = min(max(per_epoch, 1), MOST_STEPS)
        if kept != self._losses.maxlen:
            self._losses = deque(self._losses, kept)
            self._accuracies = deque(self._accuracies, kept)
        self._losses.extend(segment.loss[-kept:].tolist())
        self._accuracies.extend(segment.accuracy[-kept:].tolist())
        self._figures |= {
            "loss": float(np.mean(self._losses)),
            "accuracy": float(np.mean(self._accuracies)),
            "learning_rate": float(segment.learning_rate[-1]),
        }

    def _take_layers(self, frame: Frame) -> None:
        hidden = len(frame.layers) - 1
        if hidden < 1:
            return
        first, last = float(frame.gradient[0]), float(frame.gradient[hidden - 1])
        self._figures["gradient_first"], self._figures["gradient_last"] = first, last
        self._figures["gradient_ratio"] = first / last if last else math.nan
        if shares := frame.shares:
            for name in ("saturated", "dead", "same_sign", "duplicate_units"):
                self._figures[name] = _largest(getattr(shares, name), hidden)
        if frame.spread is not None:
            self._figures["spread"] = float(frame.spread[hidden - 1])


def _largest(values: NDArray[np.float64] | None, hidden: int) -> float:
    if values is None or np.isnan(values[:hidden]).all():
        return math.nan
    return float(np.nanmax(values[:hidden]))


def _settings(plain: Any, path: str) -> Iterator[tuple[str, Value]]:
    """Every setting by its path; a catalogue entry's is its key."""
    if isinstance(plain, dict):
        if "key" in plain:
            yield path, plain["key"]
        for name, inner in plain.items():
            yield from _settings(inner, f"{path}.{name}" if path else name)
    elif isinstance(plain, float | int | str):
        yield path, plain
