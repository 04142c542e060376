"""From the columns of a table, or the arrays of an archive, to samples that a network can learn."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Samples, Task
from core.data.tabular import LARGEST, Column, Table, refuse

Purpose = Literal["auto", "classification", "regression"]

# A column with more categories than this (names, keys, dates) says nothing that generalises.
MOST_CATEGORIES = 100
MOST_CLASSES = 1000
# A numeric target with at most so many different whole values is taken for classes.
FEW_CLASSES = 10

INPUT_NAMES = ("x", "X", "inputs", "features", "data", "images")
TARGET_NAMES = ("y", "Y", "targets", "target", "labels", "label")


@dataclass(frozen=True)
class Encoded:
    """Samples, and in plain words what was done to get them."""

    samples: Samples
    notes: tuple[str, ...]


def encode(table: Table, target: str = "", purpose: Purpose = "auto") -> Encoded:
    """Samples of a table; `target` names a column, the last one if empty.

    Numbers stay numbers, missing ones become the column's mean. Categories become one input each,
    two categories one input of 0 and 1. Rows without a target are left out. Raises `DataError`.
    """
    names = [column.name for column in table.columns]
    if len(names) < 2:
        refuse(table.path, "has only one column; a target and one input at least are needed")
    if target and target not in names:
        refuse(table.path, f"has no column {target!r} (columns: {', '.join(names[:20])})")
    chosen = table.columns[names.index(target) if target else -1]
    notes: list[str] = []
    known = ~chosen.missing
    if not known.all():
        notes.append(f"{chosen.name}: {(~known).sum():,} rows without a target left out")
    if not known.any():
        refuse(table.path, f"column {chosen.name!r} is empty; choose another target")
    targets, task, classes = _targets(chosen, known, purpose, table.path)
    inputs: list[NDArray[np.float64]] = []
    features: list[str] = []
    for column in table.columns:
        if column is not chosen:
            values, labels, note = _inputs(column, known)
            inputs += values
            features += labels
            notes += note
    if not inputs:
        refuse(table.path, "has no column that can serve as an input")
    samples = Samples(np.column_stack(inputs), targets, task, classes, tuple(features))
    return Encoded(samples, tuple(notes))


def read_npz(path: Path, purpose: Purpose = "auto") -> Encoded:
    """Samples of a NumPy archive with arrays such as `x` and `y`. Raises `DataError`.

    Inputs have shape (n, features) or, for pictures, (n, rows, columns); targets (n,) or (n, m).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > LARGEST:
            refuse(path, f"unpacks to {size / 1e9:.1f} GB; more than 2 GB is not read")
        with np.load(path, allow_pickle=False) as arrays:
            x = _pick(arrays, INPUT_NAMES, path)
            y = _pick(arrays, TARGET_NAMES, path)
    except OSError as error:
        refuse(path, f"cannot be read: {error.strerror or error}")
    except (
        ValueError,
        KeyError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        zipfile.error,
    ) as error:
        refuse(path, f"is not a NumPy archive of plain arrays ({error})")
    shape = (x.shape[1], x.shape[2]) if x.ndim == 3 else None
    if x.ndim not in (2, 3) or not x.size:
        refuse(path, f"inputs have shape {x.shape}; (n, features) or (n, rows, columns) is needed")
    if len(y) != len(x):
        refuse(path, f"has {len(x):,} inputs but {len(y):,} targets")
    inputs = _finite(x.reshape(len(x), -1), path, "inputs")
    if y.ndim == 2 and y.shape[1] > 1:
        samples = Samples(inputs, _finite(y, path, "targets"), "regression", image_shape=shape)
        return Encoded(samples, ())
    column = _column(y.reshape(-1), path)
    targets, task, classes = _targets(column, np.ones(len(x), bool), purpose, path)
    return Encoded(Samples(inputs, targets, task, classes, image_shape=shape), ())


def _targets(
    column: Column, known: NDArray[np.bool_], purpose: Purpose, path: Path
) -> tuple[NDArray[np.float64], Task, tuple[str, ...]]:
    """Targets (n, outputs) of the known rows, the task, and the names of the classes."""
    if column.categories is None:
        values = column.values[known]
        distinct = np.unique(values)
        whole = bool((distinct == np.round(distinct)).all())
        if (
            purpose == "regression"
            or not (purpose == "classification" or whole)
            or (purpose == "auto" and len(distinct) > FEW_CLASSES)
        ):
            return values[:, None].astype(np.float64), "regression", ()
        codes = np.searchsorted(distinct, values)
        names = tuple(f"{value:.15g}" for value in distinct[: MOST_CLASSES + 1])
    else:
        if purpose == "regression":
            refuse(path, f"column {column.name!r} holds words; they can only be classified")
        used, codes = np.unique(column.values[known], return_inverse=True)
        names = tuple(column.categories[int(code)] for code in used)
    if len(names) < 2:
        refuse(path, f"column {column.name!r} has only one value; there is nothing to learn")
    if len(names) > MOST_CLASSES:
        refuse(path, f"column {column.name!r} has over {MOST_CLASSES:,} classes; is it a key?")
    if len(names) == 2:
        return codes.reshape(-1, 1).astype(np.float64), "binary", names
    return np.eye(len(names))[codes.reshape(-1)], "classes", names


def _inputs(
    column: Column, rows: NDArray[np.bool_]
) -> tuple[list[NDArray[np.float64]], list[str], list[str]]:
    """The inputs that one column becomes, their names, and notes."""
    values, missing = column.values[rows], column.missing[rows]
    if missing.all():
        return [], [], [f"{column.name}: empty, left out"]
    if column.categories is None:
        if not missing.any():
            return [values.astype(np.float64)], [column.name], []
        mean = float(values[~missing].mean())
        note = f"{column.name}: {missing.sum():,} missing values replaced by the mean {mean:.4g}"
        return [np.where(missing, mean, values)], [column.name], [note]
    if len(column.categories) > MOST_CATEGORIES:
        count = f"{len(column.categories):,} different words"
        return [], [], [f"{column.name}: {count}, left out"]
    notes = [f"{column.name}: {missing.sum():,} missing values, a category of their own"]
    codes = [code for code in range(-1, len(column.categories)) if (values == code).any()]
    labels = [f"{column.name} = {column.categories[c] if c >= 0 else 'missing'}" for c in codes]
    if len(codes) <= 2:
        codes, labels = codes[-1:], labels[-1:]
    inputs = [(values == code).astype(np.float64) for code in codes]
    return inputs, labels, notes if missing.any() else []


def _pick(arrays: np.lib.npyio.NpzFile, names: tuple[str, ...], path: Path) -> np.ndarray:
    for name in names:
        if name in arrays:
            array = np.asarray(arrays[name])
            if array.ndim and array.dtype.kind in "biufU":
                return array
            refuse(path, f"array {name!r} holds {array.dtype}, not a list of numbers or words")
    refuse(path, f"lacks an array named {names[0]!r} (it has: {', '.join(arrays) or 'none'})")


def _column(values: np.ndarray, path: Path) -> Column:
    if values.dtype.kind == "U":
        names, codes = np.unique(values, return_inverse=True)
        return Column("targets", codes.astype(np.int64), tuple(map(str, names)))
    return Column("targets", _finite(values, path, "targets"))


def _finite(values: np.ndarray, path: Path, what: str) -> NDArray[np.float64]:
    if values.dtype.kind == "U":
        refuse(path, f"{what} are words, not numbers")
    values = values.astype(np.float64)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        refuse(path, f"{what} hold {bad:,} values that are no numbers, the first in row {row}")
    return values
