"""A file of the user, a table or a NumPy archive, as a data set that an experiment can name."""

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
from core.base.strings import is_unicode
from core.base.translation import Message, joined
from core.data.archive import SUFFIX, read_npz
from core.data.columns.choices import GAPS, KINDS, Choices, Missing, names_in, pairs_in
from core.data.columns.plan import Encoded, plan
from core.data.columns.plan import encoded as encoded_by
from core.data.columns.targets import Purpose
from core.data.dataset import DATASETS, DataError, Dataset, Samples, Task
from core.data.refusal import reading, refuse
from core.data.tables.reader import Progress, read_table
from core.data.tables.sniff import DELIMITERS, sniff
from core.data.tables.source import ENCODINGS
from core.data.tables.table import Layout, ReadOptions

HEADERS = {"auto": None, "yes": True, "no": False}
TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".asc", ".psv")
PACKED = (".gz", ".zip", ".bz2", ".xz")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".xlsm", ".parquet", ".pq", SUFFIX)
EXPERIMENTS = (".json", ".png", ".model")
# A run reads its data at every start; the samples of this many files are cached.
KEPT = 2


@DATASETS.add(
    "table",
    label="Your file",
    formula=Message("columns → target"),
    advice="A table as CSV, TSV, Excel or Parquet, or a NumPy archive with arrays x and y.",
)
class UserTable(Dataset):
    """A file, and how it becomes samples.

    `purpose` is the task where it is known, else "auto": then `task` is None, and the file decides.
    """

    bundled: ClassVar[bool] = False

    path: str = setting(
        "",
        label="File",
        restarts_run=True,
        help="A table (CSV, TSV, Excel, Parquet; also compressed) or a NumPy archive.",
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
        help="Two classes, several, or numbers; auto goes by the target column: words, and whole "
        "numbers of which at most ten differ, are classes.",
    )
    inputs: str = setting(
        "",
        label="Inputs",
        restarts_run=True,
        help="The columns to use, separated by commas; all that can serve if empty.",
    )
    exclude: str = setting(
        "",
        label="Leave out",
        restarts_run=True,
        help="Columns that are not used, separated by commas.",
    )
    kinds: str = setting(
        "",
        label="Kinds",
        rare=True,
        restarts_run=True,
        help="What columns are, where that is not what they look like: zip=class, dose=number, "
        "when=date, remark=text.",
    )
    missing: str = setting(
        "fill",
        label="Gaps",
        choices=GAPS,
        restarts_run=True,
        help="Fill missing numbers with the median and make missing words a category, or drop rows "
        "with gaps.",
    )
    gaps: str = setting(
        "",
        label="Gaps of",
        rare=True,
        restarts_run=True,
        help="The same for single columns: age=drop, height=fill.",
    )
    missing_words: str = setting(
        "",
        label="Gap words",
        rare=True,
        restarts_run=True,
        help="More words that stand for a missing value, separated by commas; NA, ?, unknown, "
        "#DIV/0! and many others are known.",
    )
    header: str = setting(
        "auto", label="Header", choices=tuple(HEADERS), rare=True, restarts_run=True
    )
    delimiter: str = setting(
        "auto", label="Delimiter", choices=("auto", *DELIMITERS), rare=True, restarts_run=True
    )
    encoding: str = setting(
        "auto", label="Encoding", choices=tuple(ENCODINGS), rare=True, restarts_run=True
    )
    skip: int = setting(
        -1,
        label="Skip lines",
        low=-1,
        high=1000,
        rare=True,
        restarts_run=True,
        help="Lines before the table; −1 recognises title lines.",
    )
    sheet: str = setting(
        "",
        label="Sheet",
        rare=True,
        restarts_run=True,
        help="Of a workbook; the first one with rows if empty.",
    )

    @property
    def task(self) -> Task | None:  # pyright: ignore[reportIncompatibleVariableOverride]
        return None if self.purpose == "auto" else self.purpose  # pyright: ignore[reportReturnType]

    def samples(self, rng: np.random.Generator) -> Samples:
        return load(self).samples


def is_data_file(path: Path) -> bool:
    """Whether a file looks, by its name, like one that can be opened as data.

    A file that exists and has no ending, or one that is unknown, may be a table too.
    """
    name = path.name.lower()
    for packing in PACKED:
        if name.endswith(packing):
            return True
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return True
    if suffix in EXPERIMENTS or not path.is_file():
        return False
    try:
        with open(path, "rb") as file:
            return not file.read(64).lstrip().startswith(b"{")
    except OSError:
        return True  # opening it as a table reports what is wrong


def is_archive(path: Path) -> bool:
    """Whether a file is read as a NumPy archive, else as a table."""
    return path.suffix.lower() == SUFFIX


def read_options(dataset: UserTable) -> ReadOptions:
    """The user's choices of how the table is to be read. Raises `DataError`."""
    kinds = _pairs(dataset, "kinds", KINDS)
    return ReadOptions(
        header=HEADERS[dataset.header],
        delimiter=DELIMITERS.get(dataset.delimiter, ""),
        encoding="" if dataset.encoding == "auto" else dataset.encoding,
        skip=dataset.skip,
        sheet=dataset.sheet,
        words=frozenset(name for name, kind in kinds.items() if kind in ("class", "text", "date")),
        numbers=frozenset(name for name, kind in kinds.items() if kind == "number"),
        missing=frozenset(names_in(dataset.missing_words)),
    )


def choices(dataset: UserTable) -> Choices:
    """What the user has decided about the columns. Raises `DataError`."""
    return Choices(
        target=dataset.target,
        purpose=typing.cast(Purpose, dataset.purpose),
        missing=typing.cast(Missing, dataset.missing),
        inputs=names_in(dataset.inputs),
        exclude=names_in(dataset.exclude),
        kinds=_pairs(dataset, "kinds", KINDS),
        gaps=_pairs(dataset, "gaps", GAPS),
    )


def layout(dataset: UserTable) -> Layout:
    """How the table is to be read. Raises `DataError`."""
    return sniff(_file(dataset), read_options(dataset))


def load(dataset: UserTable, progress: Progress = lambda share: None) -> Encoded:
    """The samples of a file; read only where they are not kept from the last time.

    Raises `DataError`, and what `progress` raises to give up.
    """
    path = _file(dataset)
    key = _key(dataset, path)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    if is_archive(path):
        encoded = read_npz(path, dataset.target, typing.cast(Purpose, dataset.purpose))
    else:
        found = layout(dataset)
        made = plan(read_table(found, progress), choices(dataset), found.classes)
        encoded = encoded_by(made, consume=True)
    _keep(key, encoded)
    return encoded


def resolved(dataset: UserTable, encoded: Encoded) -> UserTable:
    """The data set with the purpose that its samples have; the samples are cached.

    Raises `DataError` where the file has gone in the meantime.
    """
    known = replace(dataset, purpose=encoded.samples.task)
    _keep(_key(known, _file(known)), encoded)
    return known


def opened(path: Path, target: str = "", progress: Progress = lambda share: None) -> UserTable:
    """A file as a data set whose task is known: it is read for that. Raises `DataError`."""
    dataset = UserTable(path=str(absolute(path)), target=target)
    return resolved(dataset, load(dataset, progress))


def absolute(path: Path) -> Path:
    """The path from the root, with ~ for the user's folder resolved where there is such a user."""
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        return path.absolute()


def _file(dataset: UserTable) -> Path:
    if not dataset.path:
        raise DataError(
            Message(
                "no file is chosen for the data set Your file: open one with File > Open data, "
                "or name it in data.dataset.path"
            )
        )
    if "\0" in dataset.path:
        raise DataError(Message("data.dataset.path: the name of the file holds a NUL character"))
    if not is_unicode(dataset.path):
        # An experiment that names the file could not be saved.
        name = dataset.path.encode("utf-8", "replace").decode()
        raise DataError(
            Message(
                "{name}: the name is not Unicode text; rename the file, then open it", name=name
            )
        )
    try:
        return Path(dataset.path).expanduser()
    except RuntimeError:
        return Path(dataset.path)  # a folder that is really called ~name


def _pairs(dataset: UserTable, name: str, allowed: tuple[str, ...]) -> dict[str, str]:
    try:
        return pairs_in(getattr(dataset, name), allowed)
    except ValueError as error:
        raise DataError(joined(": ", [f"data.dataset.{name}", str(error)])) from None


def hand_over(dataset: Dataset) -> Handover | None:
    """The cached samples of a file, for another process to `take_over`: they are removed here. None
    if there are none."""
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
    """Keep what another process has read."""
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
            refuse(
                path,
                Message(
                    "is not there; if it was moved, open it again where it is now, or name its "
                    "place in data.dataset.path"
                ),
            )
    return dataset, state.st_mtime_ns, state.st_size


def _keep(key: _Key, encoded: Encoded) -> None:
    with _lock:
        _kept[key] = encoded
        while len({id(kept) for kept in _kept.values()}) > KEPT:
            _kept.popitem(last=False)
