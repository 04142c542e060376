"""NumPy archives: arrays by name, such as `x` and `y`, optionally with a separate test set."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.columns.plan import Encoded
from core.data.columns.targets import LARGEST_NUMBER, Purpose, encode_targets
from core.data.dataset import DataError, Samples
from core.data.refusal import reading, refuse
from core.data.tables.source import LARGEST
from core.data.tables.table import Column

SUFFIX = ".npz"
INPUT_NAMES = ("x", "X", "inputs", "features", "data", "images", "x_train", "X_train")
TARGET_NAMES = ("y", "Y", "targets", "target", "labels", "label", "y_train", "Y_train")
# Numbers of these kinds lose nothing that a network could learn in float32.
SHORT = ("u1", "i1", "u2", "i2", "f2", "f4", "b1")


class Member(NamedTuple):
    """One array of an archive."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype


class Archive:
    """The arrays of an open NPZ file; their sizes are known before any is read."""

    def __init__(self, file: zipfile.ZipFile, path: Path) -> None:
        self._file, self._path = file, path
        self.members = tuple(
            self._member(info) for info in file.infolist() if info.filename.endswith(".npy")
        )
        if not self.members:
            refuse(path, Message("holds no arrays; write it with np.savez"))
        self.names = [member.name for member in self.members]

    def read(self, name: str) -> np.ndarray:
        with self._file.open(f"{name}.npy") as file:
            return npy.read_array(file, allow_pickle=False)

    def check(self, *names: str) -> None:
        """Raise `DataError` if these arrays would not fit into the memory of most computers."""
        size = sum(
            prod(member.shape) * (4 if member.dtype.str[1:] in SHORT else 8)
            for member in self.members
            if member.name in names
        )
        if size > LARGEST:
            refuse(
                self._path,
                Message(
                    "takes {size:.1f} GB of memory; more than 2 GB is not read", size=size / 1e9
                ),
            )

    def _member(self, info: zipfile.ZipInfo) -> Member:
        with self._file.open(info) as file:
            shape, dtype = _header(file)
        return Member(info.filename.removesuffix(".npy"), shape, dtype)


def members(path: Path) -> tuple[Member, ...]:
    """What an archive holds, by its headers. Raises `DataError`."""
    with _opened(path) as archive:
        return archive.members


def read_npz(path: Path, target: str = "", purpose: Purpose = "auto") -> Encoded:
    """Samples of an archive with arrays such as `x` and `y`; `target` names the array of targets if
    it is not `y`.

    Inputs have shape (n, features) or, for pictures, (n, rows, columns); targets (n,) or (n, m).
    Arrays `x_test` and `y_test` beside `x_train` and `y_train` become the test set. Raises
    `DataError`.
    """
    with _opened(path) as arrays:
        x_name, y_name = _names(arrays.names, target, path)
        tests = [name.replace("train", "test") for name in (x_name, y_name)]
        arrays.check(x_name, y_name, *tests)
        x, y = _array(arrays, x_name, path), _array(arrays, y_name, path)
        notes = (Message("inputs: {inputs}, targets: {targets}", inputs=x_name, targets=y_name),)
        if not (set(tests) <= set(arrays.names) - {x_name, y_name}):
            return Encoded(_samples(x, y, purpose, path), notes, target=y_name)
        more = [_array(arrays, name, path) for name in tests]
    if more[0].shape[1:] != x.shape[1:] or more[1].shape[1:] != y.shape[1:]:
        refuse(
            path,
            Message(
                "{test_x} and {test_y} are of another shape than {x_name} and {y_name}",
                test_x=tests[0],
                test_y=tests[1],
                x_name=x_name,
                y_name=y_name,
            ),
        )
    if len(more[0]) != len(more[1]):
        refuse(
            path,
            Message(
                "has {inputs:,} test inputs but {targets:,} test targets",
                inputs=len(more[0]),
                targets=len(more[1]),
            ),
        )
    # Encoded together, so that a class has the same place in both.
    both = _samples(np.concatenate([x, more[0]]), np.concatenate([y, more[1]]), purpose, path)
    test = replace(both, inputs=both.inputs[len(x) :], targets=both.targets[len(x) :])
    train = replace(both, inputs=both.inputs[: len(x)], targets=both.targets[: len(x)], test=test)
    notes = (
        *notes,
        Message("{count:,} samples of {name} are the test set", count=len(test), name=tests[0]),
    )
    return Encoded(train, notes, target=y_name)


def read_inputs(path: Path, features: int) -> NDArray[np.floating]:
    """Only the inputs of an archive, of shape (n, features). Raises `DataError`."""
    with _opened(path) as archive:
        name = next((each for each in INPUT_NAMES if each in archive.names), archive.names[0])
        archive.check(name)
        array = _array(archive, name, path)
    if array.ndim < 2 or array[0].size != features:
        refuse(
            path,
            Message(
                "array {name!r} has shape {shape}; {features} inputs a row are needed",
                name=name,
                shape=array.shape,
                features=features,
            ),
        )
    return _finite(array.reshape(len(array), -1), path, Message("inputs"))


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    with reading(path):
        try:
            with zipfile.ZipFile(path) as file:
                yield Archive(file, path)
        except (DataError, MemoryError):
            raise
        except Exception as error:  # readers can raise anything on damaged bytes
            if isinstance(error, OSError) and error.errno is not None:
                raise  # from the operating system, not a decompressor
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            refuse(
                path,
                Message(
                    "is not a whole NumPy archive of plain arrays ({what}); write it again "
                    "with np.savez",
                    what=what[:200],
                ),
            )


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of an array, without reading its numbers."""
    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(file)
    return shape, dtype


def _names(names: list[str], target: str, path: Path) -> tuple[str, str]:
    """The names of the inputs and of the targets."""
    y = next((name for name in ((target,) if target else TARGET_NAMES) if name in names), None)
    others = [name for name in names if name != y]
    x = next((name for name in INPUT_NAMES if name in others), None)
    if y is None and x is not None and len(names) == 2 and not target:
        (y,) = (name for name in names if name != x)
    if x is None and y is not None and len(others) == 1:
        (x,) = others
    if x is None or y is None:
        lacking = (target or "y") if y is None else "x"
        found = ", ".join(names[:20]) or Message("none")
        refuse(
            path,
            Message(
                "lacks an array named {lacking!r} (it has: {found})", lacking=lacking, found=found
            ),
        )
    return x, y


def _array(arrays: Archive, name: str, path: Path) -> np.ndarray:
    array = np.asarray(arrays.read(name))
    if not array.ndim or array.dtype.kind not in "biufU":
        refuse(
            path,
            Message(
                "array {name!r} holds {dtype}, not a list of numbers or words",
                name=name,
                dtype=array.dtype,
            ),
        )
    return array


def _samples(x: np.ndarray, y: np.ndarray, purpose: Purpose, path: Path) -> Samples:
    shape = (x.shape[1], x.shape[2]) if x.ndim == 3 else None
    if x.ndim not in (2, 3) or not x.size:
        refuse(
            path,
            Message(
                "inputs have shape {shape}; (n, features) or (n, rows, columns) is needed",
                shape=x.shape,
            ),
        )
    if y.ndim > 2 or not y.size:
        refuse(
            path,
            Message("targets have shape {shape}; (n,) or (n, outputs) is needed", shape=y.shape),
        )
    if len(y) != len(x):
        refuse(
            path,
            Message("has {inputs:,} inputs but {targets:,} targets", inputs=len(x), targets=len(y)),
        )
    inputs = _finite(x.reshape(len(x), -1), path, Message("inputs"))
    if y.ndim == 2 and y.shape[1] > 1:
        return Samples(
            inputs, _finite(y, path, Message("targets")), "regression", image_shape=shape
        )
    targets = encode_targets(_column(y.reshape(-1), path), None, purpose, path)
    return Samples(inputs, targets.values, targets.task, targets.classes, image_shape=shape)


def _column(values: np.ndarray, path: Path) -> Column:
    if values.dtype.kind == "U":
        names, codes = np.unique(values, return_inverse=True)
        return Column("targets", codes.astype(np.int64), tuple(map(str, names)))
    return Column("targets", _finite(values, path, Message("targets")).astype(np.float64))


def _finite(values: np.ndarray, path: Path, what: str) -> NDArray[np.floating]:
    if values.dtype.kind == "U":
        refuse(path, Message("{what} are words, not numbers", what=what))
    short = values.dtype.str[1:] in SHORT
    values = values.astype(np.float32 if short else np.float64)
    bad = ~(np.abs(values) <= LARGEST_NUMBER)
    if count := int(bad.sum()):
        row = int(np.argwhere(bad)[0][0])
        refuse(
            path,
            Message(
                "{what} hold {count:,} values that are not finite numbers, the first in row {row}",
                what=what,
                count=count,
                row=row,
            ),
        )
    return values
