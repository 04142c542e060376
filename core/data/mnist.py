"""MNIST and Fashion-MNIST: 60,000 pictures to train on and 10,000 to test, kept as IDX files.

The files do not come with the application. They are looked for in the folders of
`core.data.folders`, gzipped or not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.base.registry import setting
from core.base.translation import Message
from core.data.dataset import DATASETS, DataError, Dataset, Samples, Task
from core.data.folders import data_folders
from core.data.idx import read_pictures

PICTURES = 60_000
CLASSES = 10
# Stems of the files: training pictures and labels, test pictures and labels.
FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)

Bytes = NDArray[np.uint8]


def find(key: str) -> tuple[Path, ...] | None:
    """The four files of a data set in the order of `FILES`, or None where some are missing."""
    for folder in data_folders():
        if found := files_in(folder / key):
            return found
    return None


def files_in(folder: Path) -> tuple[Path, ...] | None:
    """The four files in one folder, gzipped or not, or None where some are missing."""
    found = [_file(folder, stem) for stem in FILES]
    return None if None in found else tuple(path for path in found if path)


def missing_in(folder: Path) -> list[str]:
    """The stems of the files that a folder lacks."""
    return [stem for stem in FILES if _file(folder, stem) is None]


def _file(folder: Path, stem: str) -> Path | None:
    names = (stem, f"{stem}.gz", stem.replace("-idx", ".idx"))
    # Unlike Path.is_file this treats what cannot be accessed as absent.
    return next((folder / name for name in names if os.path.isfile(folder / name)), None)


def read_set(files: tuple[Path, ...]) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Pictures (n, rows, columns) and labels (n,), of the training and of the test set.

    Raises `DataError` where the files are not those of ten classes of pictures.
    """
    images, labels = read_pictures(files[0], files[1])
    test_images, test_labels = read_pictures(files[2], files[3])
    if test_images.shape[1:] != images.shape[1:]:
        raise DataError(
            Message(
                "{path}: the pictures are of another size than those of {other}",
                path=files[2],
                other=files[0],
            )
        )
    for path, classes in ((files[1], labels), (files[3], test_labels)):
        if classes.max() >= CLASSES:
            raise DataError(
                Message(
                    "{path}: has a label {label}; 0 to {last} are expected",
                    path=path,
                    label=classes.max(),
                    last=CLASSES - 1,
                )
            )
    return images, labels, test_images, test_labels


@dataclass(frozen=True)
class Pictures(Dataset):
    """Grey values are scaled to 0…1, in float32: 60,000 pictures take 188 MB."""

    task: ClassVar[Task] = "classes"
    bundled: ClassVar[bool] = False
    class_names: ClassVar[tuple[str, ...]] = ()

    count: int = setting(
        PICTURES,
        label="Pictures",
        low=10,
        high=PICTURES,
        scale="log",
        restarts_run=True,
        help="How many of the 60,000 training pictures are used, the first ones of the file. The "
        "10,000 test pictures are not among them.",
    )

    def samples(self, rng: np.random.Generator) -> Samples:
        files = find(self.key)
        if files is None:
            raise DataError(
                Message(
                    "{label} is not on this computer; get it with `playground data fetch {key}`, "
                    "or put its four IDX files into {folder}",
                    label=Message(self.label),
                    key=self.key,
                    folder=data_folders()[0] / self.key,
                )
            )
        images, labels, test_images, test_labels = _kept(files, _state(files))
        test = self._samples(test_images, test_labels)
        return self._samples(images[: self.count], labels[: self.count], test)

    def _samples(self, images: Bytes, labels: Bytes, test: Samples | None = None) -> Samples:
        return Samples(
            inputs=np.divide(images.reshape(len(images), -1), np.float32(255), dtype=np.float32),
            targets=np.eye(CLASSES, dtype=np.float32)[labels],
            task="classes",
            class_names=self.class_names,
            image_shape=(images.shape[1], images.shape[2]),
            test=test,
        )


@DATASETS.add(
    "mnist",
    label="MNIST",
    formula=Message("784 pixels → 0…9"),
    advice="70,000 handwritten digits, the field's standard example. A linear model reaches 92 %, "
    "a small network 98 %.",
    source="LeCun, Cortes & Burges 1998",
)
class MNIST(Pictures):
    class_names: ClassVar[tuple[str, ...]] = tuple("0123456789")


@DATASETS.add(
    "fashion_mnist",
    label="Fashion-MNIST",
    formula=Message("784 pixels → 10 garments"),
    advice="As large as MNIST and harder: shirts, coats and pullovers look alike. A small network "
    "reaches about 88 %.",
    source="Xiao, Rasul & Vollgraf 2017",
)
class FashionMNIST(Pictures):
    class_names: ClassVar[tuple[str, ...]] = (
        Message("T-shirt"),
        Message("Trousers"),
        Message("Pullover"),
        Message("Dress"),
        Message("Coat"),
        Message("Sandal"),
        Message("Shirt"),
        Message("Sneaker"),
        Message("Bag"),
        Message("Ankle boot"),
    )


def _state(files: tuple[Path, ...]) -> tuple[tuple[int, int], ...]:
    """A value that changes when a file does."""
    return tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in files)


@lru_cache(maxsize=2)
def _kept(files: tuple[Path, ...], state: tuple[tuple[int, int], ...]) -> tuple[Bytes, ...]:
    """The decoded files, read once: one byte per pixel."""
    return read_set(files)
