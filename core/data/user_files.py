"""The user's own table or archive as a data set that an experiment can name."""

from __future__ import annotations

import threading
import typing
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from core.base.registry import setting
from core.data.archive import SUFFIX, read_npz
from core.data.dataset import DATASETS, DataError, Dataset, Samples, Task
from core.data.encoding import Encoded, Missing, Purpose, encode
from core.data.refusal import reading, refuse
from core.data.table_reader import Progress, read_table
from core.data.tabular import DELIMITERS, Layout, sniff

HEADERS = {"auto": None, "yes": True, "no": False}
SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".dat", SUFFIX)
# A run reads its data afresh at every start; of so many files the samples are kept.
KEPT = 2


@DATASETS.add(
    "table",
    label="Own table",
    formula="columns → target",
    advice="Your own numbers: a table as CSV or TSV, or a NumPy archive with arrays x and y.",
)
class UserTable(Dataset):
    """A file, and how it becomes samples.

    `purpose` is the task where it is known, else "auto": then `task` is None, and the file decides.
    """

    bundled: ClassVar[bool] = False

    path: str = setting(
        "", label="File", restarts_run=True, help="A CSV or TSV table, or a NumPy archive."
    )
    target: str = setting(
        "",
        label="Target",
        restarts_run=True,
        help="The column to be predicted, the last one if empty; of an archive the array.",
    )
    purpose: str = setting(
        "auto",
        label="Predict",
        choices=("auto", "binary", "classes", "regression"),
        restarts_run=True,
        help="Two classes, several, or numbers; auto goes by the target column.",
    )
    missing: str = setting(
        "fill",
        label="Gaps",
        choices=("fill", "drop"),
        restarts_run=True,
        help="Fill missing numbers with the mean and make missing words a category, or drop rows "
        "with gaps.",
    )
    header: str = setting("auto", label="Header", choices=tuple(HEADERS), restarts_run=True)
    delimiter: str = setting(
        "auto", label="Delimiter", choices=("auto", *DELIMITERS), restarts_run=True
    )

    @property
    def task(self) -> Task | None:  # pyright: ignore[reportIncompatibleVariableOverride]
        return None if self.purpose == "auto" else self.purpose  # pyright: ignore[reportReturnType]

    def samples(self, rng: np.random.Generator) -> Samples:
        return load(self).samples


def is_data_file(path: Path) -> bool:
    """Whether a file looks, by its name, like one that can be opened as data."""
    return path.suffix.lower() in SUFFIXES


def is_archive(path: Path) -> bool:
    """Whether a file is read as a NumPy archive, else as a table."""
    return path.suffix.lower() == SUFFIX


def layout(dataset: UserTable) -> Layout:
    """How the table is to be read. Raises `DataError`."""
    delimiter = DELIMITERS.get(dataset.delimiter, "")
    return sniff(_file(dataset), HEADERS[dataset.header], delimiter)


def load(dataset: UserTable, progress: Progress = lambda share: None) -> Encoded:
    """The samples of a file, read only if they are not at hand.

    Raises `DataError`, and what `progress` raises to give up.
    """
    path = _file(dataset)
    key = _key(dataset, path)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    purpose = typing.cast(Purpose, dataset.purpose)
    if is_archive(path):
        encoded = read_npz(path, dataset.target, purpose)
    else:
        table = read_table(layout(dataset), progress)
        missing = typing.cast(Missing, dataset.missing)
        encoded = encode(table, dataset.target, purpose, missing)
    _keep(key, encoded)
    return encoded


def resolved(dataset: UserTable, encoded: Encoded) -> UserTable:
    """The data set with its purpose as the samples have it, which are at hand from now on.

    Raises `DataError` where the file has gone in the meantime.
    """
    known = replace(dataset, purpose=encoded.samples.task)
    _keep(_key(known, _file(known)), encoded)
    return known


def opened(path: Path, target: str = "", progress: Progress = lambda share: None) -> UserTable:
    """A file as a data set whose task is known: it is read for that. Raises `DataError`."""
    dataset = UserTable(path=str(path.expanduser().absolute()), target=target)
    return resolved(dataset, load(dataset, progress))


def _file(dataset: UserTable) -> Path:
    if not dataset.path:
        raise DataError(
            "no file is chosen for the data set Own table: open one with File > Open data, or "
            "name it in data.dataset.path"
        )
    return Path(dataset.path).expanduser()


def hand_over(dataset: Dataset) -> Handover | None:
    """What was read of a file, for another process to `take_over`: from now on it is not at hand
    here. None where nothing is."""
    if not isinstance(dataset, UserTable):
        return None
    with suppress(DataError), _lock:
        encoded = _kept.get(_key(dataset, _file(dataset)))
        keys = [key for key, kept in _kept.items() if kept is encoded]
        for key in keys:
            del _kept[key]
        return (keys, encoded) if encoded else None
    return None


def take_over(handover: Handover) -> None:
    """Have at hand what another process has read."""
    keys, encoded = handover
    for key in keys:
        _keep(key, encoded)


_Key = tuple[UserTable, int, int]
Handover = tuple[list[_Key], Encoded]
_kept: OrderedDict[_Key, Encoded] = OrderedDict()
_lock = threading.Lock()


def _key(dataset: UserTable, path: Path) -> _Key:
    """What samples depend on: settings, and the file as it is now. Raises `DataError`."""
    with reading(path):
        try:
            state = path.stat()
        except FileNotFoundError:
            advice = "open it again where it is now, or name its place in data.dataset.path"
            refuse(path, f"is not there; if it was moved, {advice}")
    return dataset, state.st_mtime_ns, state.st_size


def _keep(key: _Key, encoded: Encoded) -> None:
    with _lock:
        _kept[key] = encoded
        while len({id(kept) for kept in _kept.values()}) > KEPT:
            _kept.popitem(last=False)
