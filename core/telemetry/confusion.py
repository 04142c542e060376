"""The confusion matrix and the images with the largest loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.data import Samples
from core.telemetry.pictures import Confusion, Worst
from core.telemetry.shades import shrunk

MOST_CLASSES = 20
MOST_WORST = 12
LARGEST_IMAGE = 32


class Confuser:
    """Counts confusions over one set of samples."""

    def __init__(self, samples: Samples, range_from: Samples) -> None:
        """`range_from` are samples whose inputs give the range from black to white."""
        self._samples, self._from = samples, range_from
        binary = samples.task == "binary"
        self._labels = _classes(samples.targets.T, binary)
        self._binary = binary
        size = 2 if binary else samples.outputs
        self._places, self._drawn = _places(self._labels, size)
        self._rows = int(self._places.max()) + 1
        self._shades: tuple[float, float] | None = None

    def count(self, iteration: int, outputs: Array, loss: Array) -> Confusion:
        """Confusions for outputs (outputs, samples); `loss` (samples,) selects the worst."""
        predicted = _classes(outputs, self._binary)
        true, guessed = self._places[self._labels], self._places[predicted]
        counts = np.bincount(true * self._rows + guessed, minlength=self._rows**2)
        table = counts.reshape(self._rows, self._rows).astype(np.uint32)
        worst = self._worst(predicted, loss) if self._samples.image_shape else None
        found = (predicted == self._labels) & (true == len(self._drawn))
        return Confusion(iteration, self._drawn, table, worst, int(found.sum()))

    def _worst(self, predicted: NDArray[np.intp], loss: Array) -> Worst:
        known = np.where(np.isnan(loss), np.inf, loss)
        n = min(MOST_WORST, len(known))
        chosen = np.argpartition(known, len(known) - n)[len(known) - n :]
        chosen = chosen[np.argsort(-known[chosen], kind="stable")]
        return Worst(
            self._images(chosen),
            self._labels[chosen].astype(np.int32),
            predicted[chosen].astype(np.int32),
            loss[chosen].astype(np.float32),
        )

    def _images(self, chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
        assert self._samples.image_shape
        if self._shades is None:
            few = self._from.inputs[:512]
            self._shades = float(few.min()), float(few.max())
        low, high = self._shades
        pictures = self._samples.inputs[chosen].reshape(-1, *self._samples.image_shape)
        shades = (shrunk(pictures, LARGEST_IMAGE) - low) * (255 / (high - low or 1))
        return np.clip(shades, 0, 255).astype(np.uint8)


def _classes(outputs: Array, binary: bool) -> NDArray[np.intp]:
    """The class of every column: of probabilities as well as of targets."""
    return (outputs[0] > 0.5).astype(np.intp) if binary else outputs.argmax(axis=0)


def _places(labels: NDArray[np.intp], classes: int) -> tuple[NDArray[np.intp], tuple[int, ...]]:
    """The row of every class, and the most frequent classes, which have a row of their own."""
    if classes <= MOST_CLASSES:
        return np.arange(classes), tuple(range(classes))
    frequent = np.argsort(-np.bincount(labels, minlength=classes), kind="stable")
    drawn = np.sort(frequent[:MOST_CLASSES])
    places = np.full(classes, MOST_CLASSES)
    places[drawn] = np.arange(MOST_CLASSES)
    return places, tuple(drawn.tolist())
