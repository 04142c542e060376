"""What a data set is: an entry of the catalogue that yields samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from core.base.errors import UserError
from core.base.registry import Entry, Registry

Task = Literal["binary", "classes", "regression"]


@dataclass(frozen=True)
class Samples:
    """Inputs of shape (n, features) and targets, in float64, or in float32 where that is precise
    enough.

    Targets have shape (n, outputs): 0 or 1 for "binary", one-hot for "classes", numbers for
    "regression". `image_shape` is (rows, columns) where an input is a picture. `test` are samples
    that the data set itself keeps apart as its test set. Where there are `gaps`, missing inputs
    are NaN; they are filled once it is known which samples are trained on (`core.data.split`).
    """

    inputs: NDArray[np.floating]
    targets: NDArray[np.floating]
    task: Task
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    image_shape: tuple[int, int] | None = None
    test: Samples | None = None
    gaps: bool = False

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def features(self) -> int:
        return self.inputs.shape[1]

    @property
    def outputs(self) -> int:
        return self.targets.shape[1]


class Dataset(Entry):
    """One entry of the data dropdown; its settings say how the samples are made.

    A `bundled` one comes with the application, any other needs files that the user must obtain.
    """

    task: ClassVar[Task]
    bundled: ClassVar[bool] = True

    def samples(self, rng: np.random.Generator) -> Samples:
        """All samples, drawn with `rng`. Raises `DataError` if they are unavailable."""
        raise NotImplementedError


class DataError(UserError):
    """The data are unavailable or unreadable; the message names the place and the remedy."""


DATASETS: Registry[Dataset] = Registry("dataset", Dataset)
