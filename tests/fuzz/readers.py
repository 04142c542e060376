"""What is read, from what whole inputs, and the errors that are clear refusals."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
import pyarrow
import pyarrow.parquet
from PIL import Image, PngImagePlugin

from core.base.errors import UserError
from core.catalogue.formulas import Formula, FormulaError
from core.data.idx import read_idx
from core.data.user_files import opened
from core.experiment.files import SPEC_KEY, read_experiment
from core.experiment.links import experiment_link, read_link
from core.experiment.serialization import dumps
from core.experiment.spec import ExperimentSpec
from core.lessons.library import bundled, lesson_file
from core.lessons.reading import read as read_lesson
from core.search.study import load
from core.training.model import model_of
from core.training.model_file import read_model, write_model
from core.training.trainer import Trainer
from tests.core.search.searching import plan, searched
from tests.ui.frames import recorded
from ui.session.snapshot import Snapshot
from ui.session.snapshot_file import (
    DIGEST,
    MAGIC,
    SnapshotError,
    read_snapshot,
    write_snapshot,
)

REFUSALS = (UserError, FormulaError, SnapshotError, OSError)


@dataclass(frozen=True)
class Reader:
    """`read` takes the path of a file that ends in `suffix`; `whole` are inputs it accepts."""

    suffix: str
    read: Callable[[Path], object]
    whole: Callable[[], list[bytes]]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _picture() -> bytes:
    out, texts = io.BytesIO(), PngImagePlugin.PngInfo()
    texts.add_itxt(SPEC_KEY, dumps(ExperimentSpec()), zip=True)
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=texts)
    return out.getvalue()


def _tables() -> list[bytes]:
    plain = "a;b;y\n" + "".join(f"{i},5;{i % 7};{'no' if i % 2 else 'yes'}\n" for i in range(40))
    comma = "when,x,y\n" + "".join(f"2024-01-{1 + i % 28:02},{i}e-1,{i % 3}\n" for i in range(40))
    return [plain.encode(), comma.encode("utf-16"), plain.encode("latin-1")]


def _archives() -> list[bytes]:
    x, y = np.arange(60, dtype=np.float32).reshape(20, 3), np.arange(20) % 2
    plain, packed = io.BytesIO(), io.BytesIO()
    np.savez(plain, x=x, y=y)
    np.savez_compressed(packed, x_train=x, y_train=y, x_test=x, y_test=y)
    return [plain.getvalue(), packed.getvalue()]


def _idx() -> list[bytes]:
    plain = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 3, 4) + bytes(24)
    return [plain, gzip.compress(plain)]


def _model() -> list[bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.model"
        write_model(path, model_of(Trainer(ExperimentSpec())))
        return [path.read_bytes()]


def _lessons() -> list[bytes]:
    return [lesson_file(name).read_bytes() for name in list(bundled())[:3]]


def _sessions() -> list[bytes]:
    """What follows the digest in the file of a session."""
    history, _ = recorded(frames=5)
    changed = ExperimentSpec(seed=2)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.session"
        write_snapshot(path, Snapshot(changed, [(ExperimentSpec(), changed)], 0, history))
        return [path.read_bytes()[len(MAGIC) + DIGEST :]]


def _read_session(path: Path) -> object:
    """Read what a digest declares to be whole."""
    content = path.read_bytes()
    path.write_bytes(MAGIC + hashlib.sha256(content).digest() + content)
    return read_snapshot(path)


def _parquet() -> list[bytes]:
    columns = {
        "a": np.arange(40) / 3,
        "b": np.arange(40) % 7,
        "y": [("no", "yes")[i % 2] for i in range(40)],
    }
    packed = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), packed)
    return [packed.getvalue()]


def _workbooks() -> list[bytes]:
    book, packed = openpyxl.Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(["a", "b", "y"])
    for i in range(40):
        sheet.append([i / 3, i % 7, ("no", "yes")[i % 2]])
    book.save(packed)
    return [packed.getvalue()]


def _formulas() -> list[bytes]:
    texts = ("x*sin(x)", "max(0, x) + 0.1·min(0, x)", "(1 + e^(-x))^-1", "x² − 3|x|", "tanh(x)/x")
    nested = ("√√ln sin²x^y^2", "((x - y)^(2x))/((|y|+1)(x))", "2π e^-(x^2+y^2)/σ(3x y)")
    return [text.encode() for text in (*texts, *nested)]


def _read_formula(path: Path) -> None:
    formula = Formula(_text(path))
    x, y = np.array([-1.5, 0.0, 2.0]), np.array([0.5, 0.0, -3.0])
    for by in ((), ("x",), ("x", "y"), ("y", "y")):
        formula.derivative(by, x, y)
    again = Formula(formula.written())
    assert np.array_equal(again.value(x, y), formula.value(x, y), equal_nan=True)


def _studies() -> list[bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.study"
        searched(plan(trials=3), path)
        return [path.read_bytes()]


READERS = {
    "experiment": Reader(".json", read_experiment, lambda: [dumps(ExperimentSpec()).encode()]),
    "picture": Reader(".png", read_experiment, lambda: [_picture()]),
    "table": Reader(".csv", opened, _tables),
    "archive": Reader(".npz", opened, _archives),
    "idx": Reader(".idx", read_idx, _idx),
    "model": Reader(".model", read_model, _model),
    "lesson": Reader(".md", read_lesson, _lessons),
    "session": Reader(".session", _read_session, _sessions),
    "parquet": Reader(".parquet", opened, _parquet),
    "workbook": Reader(".xlsx", opened, _workbooks),
    "study": Reader(".study", lambda path: load(path).ranked(), _studies),
    "formula": Reader(".txt", _read_formula, _formulas),
    "link": Reader(
        ".link",
        lambda path: read_link(_text(path)),
        lambda: [experiment_link(ExperimentSpec()).encode()],
    ),
}
