"""Features: how inputs are presented to a network.

Squares, products and sines of the two inputs of a plane let even a network without hidden layers
draw curves; the price is that somebody has to know which of them will help.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.registry import Entry, Registry, setting
from core.base.translation import Message
from core.data.dataset import DataError, Dataset, Samples

Inputs = NDArray[np.floating]


class FeatureSet(Entry):
    """Turns inputs (n, inputs) into features (n, features). A `planar` one takes two inputs."""

    planar: ClassVar[bool] = False

    def of(self, inputs: Inputs) -> Inputs:
        """The features, in an array of their own."""
        raise NotImplementedError

    def names(self, inputs: tuple[str, ...]) -> tuple[str, ...]:
        """The features' names, given those of the inputs."""
        raise NotImplementedError


FEATURES: Registry[FeatureSet] = Registry("feature set", FeatureSet)


@FEATURES.add(
    "inputs",
    label="Inputs",
    formula=Message("as they are"),
    advice="The network gets the inputs as they are and has to find features by itself.",
)
class PlainInputs(FeatureSet):
    def of(self, inputs: Inputs) -> Inputs:
        return inputs.copy()

    def names(self, inputs: tuple[str, ...]) -> tuple[str, ...]:
        return inputs


def _term(label: str, chosen: bool) -> bool:
    return setting(chosen, label=label, restarts_run=True)


@FEATURES.add(
    "plane",
    label="Of the plane",
    formula="x₁, x₂, x₁², x₂², x₁x₂, sin x₁, sin x₂",
    advice="For data with two inputs: with the right features one unit separates circles (squares) "
    "or solves exclusive or (the product).",
    source="TensorFlow Playground",
)
class PlaneFeatures(FeatureSet):
    planar: ClassVar[bool] = True

    x1: bool = _term("x₁", True)
    x2: bool = _term("x₂", True)
    x1_squared: bool = _term("x₁²", True)
    x2_squared: bool = _term("x₂²", True)
    product: bool = _term("x₁x₂", True)
    sin_x1: bool = _term("sin x₁", False)
    sin_x2: bool = _term("sin x₂", False)

    @property
    def chosen(self) -> tuple[bool, ...]:
        """Which of the seven features are taken, in the order of `of` and `names`."""
        squares = self.x1_squared, self.x2_squared
        return self.x1, self.x2, *squares, self.product, self.sin_x1, self.sin_x2

    def of(self, inputs: Inputs) -> Inputs:
        x, y = inputs[:, 0], inputs[:, 1]
        every = np.stack([x, y, x * x, y * y, x * y, np.sin(x), np.sin(y)], axis=1)
        return every[:, np.array(self.chosen)]

    def names(self, inputs: tuple[str, ...]) -> tuple[str, ...]:
        a, b = inputs if len(inputs) == 2 else ("x₁", "x₂")
        both = f"{a}{b}" if (a, b) == ("x₁", "x₂") else f"{a} × {b}"
        every = a, b, f"{a}²", f"{b}²", both, f"sin {a}", f"sin {b}"
        return tuple(name for name, taken in zip(every, self.chosen, strict=True) if taken)


def with_features(samples: Samples, features: FeatureSet) -> Samples:
    """Samples with features for inputs. Raises `DataError` where the data have no plane."""
    if features.planar and samples.features != 2:
        raise DataError(
            Message(
                "the features of the plane need data with two inputs, these have {count:,}: set "
                "data.features to inputs",
                count=samples.features,
            )
        )
    return replace(
        samples,
        inputs=features.of(samples.inputs),
        feature_names=features.names(samples.feature_names),
        image_shape=None if features.planar else samples.image_shape,
    )


@dataclass(frozen=True, eq=False)
class Preparation:
    """How inputs in the data's own units, named `names`, become what the network is given."""

    features: FeatureSet
    names: tuple[str, ...]
    mean: Inputs
    std: Inputs

    def __call__(self, inputs: Inputs) -> Inputs:
        """Scaled features (n, features) of inputs (n, inputs)."""
        return (self.features.of(inputs) - self.mean) / self.std


def lacks_plane(dataset: Dataset) -> bool:
    """Whether a data set certainly does not have two inputs."""
    return getattr(dataset, "features", 2) != 2
