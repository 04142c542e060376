"""Points drawn by the user, kept in the experiment as a line of text.

A point is written x,y,class with up to four significant digits; points are separated by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

import numpy as np

from core.base.translation import Message
from core.data.dataset import DATASETS, Dataset, Samples, Task

MOST_POINTS = 5000
FARTHEST = 1e6
NUMBER = r"-?(?:\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})(?:e[+-]?\d\d?)?"
POINT = re.compile(f"({NUMBER}),({NUMBER}),([01])")


class Point(NamedTuple):
    """One drawn point in the data's own units, of class 0 or 1."""

    x: float
    y: float
    label: int


def rounded(x: float, y: float, label: int) -> Point:
    """A point as it is after being kept as text."""
    return _point(f"{x:.4g},{y:.4g},{label}")


def as_text(points: Iterable[Point]) -> str:
    """Points as an experiment keeps them."""
    return " ".join(f"{x:.4g},{y:.4g},{label}" for x, y, label in points)


def from_text(text: str) -> tuple[Point, ...]:
    """The points in a text. Raises ValueError with what is wrong."""
    words = text.split()
    if len(words) > MOST_POINTS:
        raise ValueError(
            Message(
                "has {count:,} points; at most {most:,} are allowed",
                count=len(words),
                most=MOST_POINTS,
            )
        )
    return tuple(_point(word) for word in words)


def _point(word: str) -> Point:
    found = POINT.fullmatch(word)
    if found is None:
        raise ValueError(
            Message("{word!r} is not a point; write x,y,class, such as 1.5,-2,0", word=word[:40])
        )
    x, y = float(found[1]), float(found[2])
    if max(abs(x), abs(y)) > FARTHEST:
        raise ValueError(
            Message(
                "{word!r} lies too far out; at most ±{limit:,.0f} is allowed",
                word=word[:40],
                limit=FARTHEST,
            )
        )
    return Point(x, y, int(found[3]))


def drawn_like(samples: Samples, text: str) -> Samples | None:
    """Drawn points as samples that can be mixed with others; None if there are none or the data
    cannot take them: without two inputs, or with several outputs that are not classes.

    The classes are the first two; where numbers are to be predicted they stand for −1 and 1.
    """
    points = from_text(text)
    numbers = samples.task == "regression"
    if not points or samples.features != 2 or (numbers and samples.outputs > 1):
        return None
    columns = np.array(points, samples.inputs.dtype)
    labels = columns[:, 2]
    if samples.task == "classes":
        targets = np.eye(samples.outputs)[labels.astype(int)]
    else:
        targets = (2 * labels - 1 if numbers else labels)[:, None]
    return Samples(columns[:, :2].copy(), targets.astype(samples.targets.dtype), samples.task)


@DATASETS.add(
    "drawn",
    label="Drawn points",
    formula=Message("what you draw"),
    advice="Nothing but the points you draw yourself. Switch on the brush of the prediction: "
    "the left button draws one class, the right button the other.",
)
class DrawnPoints(Dataset):
    """No samples of its own: what is drawn is kept in `data.points`, beside any data set."""

    task: ClassVar[Task] = "binary"
    bundled: ClassVar[bool] = False
    features: ClassVar[int] = 2
    # Room to draw in, however few points there are.
    reach: ClassVar[float] = 5.5

    def samples(self, rng: np.random.Generator) -> Samples:
        return Samples(
            inputs=np.empty((0, 2)),
            targets=np.empty((0, 1)),
            task="binary",
            class_names=(Message("Class 0"), Message("Class 1")),
            feature_names=("x₁", "x₂"),
        )
