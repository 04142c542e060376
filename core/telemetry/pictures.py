"""The measures that are shown as pictures: the data, the surface, the network's units.

Everything here is immutable and small, as a history keeps hundreds of frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.dataset import Task
from core.data.features import Preparation

# Maximum number of units of a layer, or inputs, drawn individually.
MOST_UNITS = 12


@dataclass(frozen=True, eq=False)
class Points:
    """Samples of one part to draw: at most `MOST_POINTS` of `total`.

    `inputs` (n, features) in the data's own units. `targets` (n,) hold the number of the class, or
    for regression the first target.
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]
    total: int


@dataclass(frozen=True)
class Baseline:
    """Loss and accuracy (NaN for regression) of the best constant prediction: the training part's
    mean, or its class frequencies and most frequent class."""

    loss: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class DataPicture:
    """What views need of a run's samples. All frames of a run share one object.

    `mean` and `std` (dimensions,) convert the surface's inputs to the data's units. If the network
    is given features of a plane, `preparation` computes them from points in the plane. `drawn` are
    the points drawn by hand, and the plane extends at least from −`reach` to `reach`. `points` are
    the samples of "train" and "validation", of data with one or two features only; `counts` has the
    number of samples of each part, `validated` how many of "validation" are used during a run.
    `span` has the smallest and largest target of the training part. `baseline` is the score of the
    best constant prediction on the validation part (or else the training part). `too_small` lists
    the classes with too few samples to be in every part. `askable` says whether rows or pictures
    can be asked about by hand.
    """

    task: Task
    features: int
    outputs: int
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    image_shape: tuple[int, int] | None
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    span: tuple[float, float]
    points: dict[str, Points]
    counts: dict[str, int]
    preparation: Preparation | None = None
    drawn: str = ""
    reach: float = 0.0
    validated: int = 0
    baseline: Baseline | None = None
    too_small: tuple[str, ...] = ()
    askable: bool = True

    @property
    def dimensions(self) -> int:
        """The number of inputs of the data, before features are computed."""
        return 2 if self.preparation else self.features

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of these inputs; empty if they have none."""
        return self.preparation.names if self.preparation else self.feature_names

    @property
    def classifies(self) -> bool:
        return self.task != "regression"

    @property
    def classes(self) -> int:
        """Number of classes; 0 for regression."""
        return {"binary": 2, "classes": self.outputs}.get(self.task, 0)


def class_name(data: DataPicture | None, i: int) -> str:
    """The name of a class, else its number."""
    if data and i < len(data.class_names):
        return data.class_names[i]
    return Message("class {number}", number=i)


@dataclass(frozen=True)
class Surface:
    """Outputs over a grid of a two-feature input space (standardised, as the network sees it).

    `values` (outputs, rows, columns), rows from `low[1]` to `high[1]`, columns along feature 0.
    With several classes, `classes` (rows, columns) is the most probable one and `values` a single
    plane with its probability.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    values: NDArray[np.float32]
    classes: NDArray[np.uint16] | None = None


@dataclass(frozen=True)
class Fit:
    """Outputs (outputs, points) over evenly spaced points of a one-feature input space, from `low`
    to `high` as the network sees it."""

    low: float
    high: float
    values: NDArray[np.float32]


@dataclass(frozen=True)
class Worst:
    """The validation images with the largest loss, worst first: images (n, rows, columns) from 0 to
    255, the others (n,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    predictions: NDArray[np.int32]
    losses: NDArray[np.float32]


@dataclass(frozen=True)
class Confusion:
    """Counts (true class, predicted class) over the validation set at `iteration`.

    `classes` are the classes of rows and columns; if not all are included, one more row and column
    at the end is for the others together. Their common cell also counts those of them that are
    confused with each other; `found_of_others` are the correct ones in it.
    """

    iteration: int
    classes: tuple[int, ...]
    counts: NDArray[np.uint32]
    worst: Worst | None = None
    found_of_others: int = 0

    @property
    def found(self) -> NDArray[np.uint32]:
        """The correctly predicted samples of each row, (rows,)."""
        found = self.counts.diagonal().copy()
        if len(found) > len(self.classes):
            found[-1] = self.found_of_others
        return found

    @property
    def accuracy(self) -> float:
        """The share of correct predictions; 0 without samples."""
        return float(self.found.sum() / max(self.counts.sum(), 1))

    @property
    def recall(self) -> NDArray[np.float64]:
        """Recall of each row, (rows,); NaN for classes without samples."""
        return _shares(self.found, self.counts.sum(axis=1))

    @property
    def precision(self) -> NDArray[np.float64]:
        """Precision of each column, (columns,); NaN for classes never predicted."""
        return _shares(self.found, self.counts.sum(axis=0))


def _shares(part: NDArray[np.uint32], whole: NDArray[np.uint64]) -> NDArray[np.float64]:
    unknown = np.full(len(part), np.nan)
    return np.divide(part, whole, out=unknown, where=whole > 0)


@dataclass(frozen=True)
class FirstWeights:
    """Incoming weights of the first layer's first units, as images (shown, rows, columns).

    A weight is its image's value times `reach` (shown,) / 127. `units` is the layer's size.
    """

    layer: str
    units: int
    images: NDArray[np.int8]
    reach: NDArray[np.float32]


@dataclass(frozen=True)
class Group:
    """The units of one layer in a drawing of the network; the first `shown` are drawn.

    `kind` is "input", "layer", "output", or "sum" where branches are added. With `shown` 0, one
    symbol represents all. It is in branch number `branch` of `branches`. `names` are those of
    inputs and classes, where known. `fan_in` is the number of weights of a unit, and `pieces` the
    number of such sets: more than one in a maxout layer, where the first is drawn.
    """

    name: str
    kind: str
    units: int
    shown: int
    column: int
    branch: int = 0
    branches: int = 1
    names: tuple[str, ...] = ()
    fan_in: int = 0
    pieces: int = 1


@dataclass(frozen=True)
class Link:
    """Weights between two groups: the columns of `layer` from `start` on. With an empty `layer`
    values are passed on unchanged, unit by unit from `start` on. An `around` link is a skip
    connection.
    """

    source: int
    target: int
    layer: str
    start: int = 0
    around: bool = False


@dataclass(frozen=True)
class Plan:
    """The structure of a drawn network. `left_out` is the number of layers in the middle of a very
    deep network that are not drawn; they would follow the column `gap`."""

    groups: tuple[Group, ...]
    links: tuple[Link, ...]
    columns: int
    left_out: int = 0
    gap: int = 0


@dataclass(frozen=True)
class Units:
    """One group's drawn units: bias (empty without biases), mean activation and the share of
    samples at which the unit is 0, each (shown,); `maps` (shown, side, side) are the unit's
    activation over the input plane or its weights as a picture, times `reach` (shown,) / 127."""

    bias: NDArray[np.float32]
    mean: NDArray[np.float32]
    silent: NDArray[np.float32]
    maps: NDArray[np.int8] | None = None
    reach: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class NetworkPicture:
    """The drawn part of a network: `units` per group, `weights` (target, source) per link.

    A link from or to a group that is drawn as one symbol has the root mean square of its weights
    on that side; a link without weights has an empty array.
    """

    plan: Plan
    units: tuple[Units, ...]
    weights: tuple[NDArray[np.float32], ...]
