"""Models as files: a ZIP archive of `model.json` and plain NumPy arrays, as docs/model.md says.

No pickle: reading one runs no code. Every array's size is known from its header before it is read.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.base.translation import Message, joined
from core.data import DataError
from core.data.archive import Archive
from core.data.columns.recipe import feature_from_plain
from core.data.refusal import reading, refuse
from core.data.tables.source import LARGEST
from core.experiment.files import replacing
from core.experiment.reading import SpecError
from core.experiment.serialization import from_dict, to_dict
from core.training.model import Model, without_path
from core.training.questions import from_plain, to_plain

SUFFIX = ".model"
FORMAT = 1
DESCRIPTION = "model.json"
MOST_JSON = 50_000_000
TASKS = ("binary", "classes", "regression")
ARRAYS = ("mean", "std", "fill", "target_mean", "target_std")
WEIGHTS = "weights/"


def write_model(path: Path, model: Model, program: str = "") -> None:
    """Write a model atomically. `program` is the writing program's name. Raises OSError."""
    plain = {
        "format": FORMAT,
        "program": program,
        "task": model.task,
        "classes": list(model.classes),
        "target": model.target,
        "input_names": list(model.input_names),
        "inputs": model.inputs,
        "columns": [feature.to_plain() for feature in model.recipe],
        "iteration": model.iteration,
        "asked": None if model.asked is None else to_plain(model.asked),
        "experiment": to_dict(without_path(model.spec)),
    }
    arrays = {name: getattr(model, name) for name in ARRAYS if getattr(model, name) is not None}
    arrays |= {WEIGHTS + name: tensor for name, tensor in model.tensors.items()}
    with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
        text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
        file.writestr(DESCRIPTION, f"{text}\n")
        for name, array in arrays.items():
            with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                _write_array(member, array)


def read_model(path: Path) -> Model:
    """Read a model. Raises `DataError` with what is wrong with the file."""
    with reading(path):
        try:
            with zipfile.ZipFile(path) as file:
                plain, arrays = _contents(file, path)
        except (DataError, OSError, MemoryError):
            raise
        except Exception as error:  # damaged bytes make their readers fail in any way
            _refuse_damaged(path, error)
    try:
        model = _model(plain, arrays)
        model.network()
    except SpecError as error:
        problems = joined("; ", error.problems[:3])
        refuse(
            path, Message("holds an experiment that cannot be read: {problems}", problems=problems)
        )
    except DataError as error:
        refuse(path, str(error))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        _refuse_damaged(path, error)
    return model


def _refuse_damaged(path: Path, error: Exception) -> NoReturn:
    reason = f"{type(error).__name__}: {str(error)[:200]}"
    refuse(path, Message("is incomplete or damaged ({reason})", reason=reason))


def _contents(file: zipfile.ZipFile, path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    sizes = {info.filename: info.file_size for info in file.infolist()}
    if DESCRIPTION not in sizes:
        refuse(path, Message("is not a model: it has no {file}", file=DESCRIPTION))
    if sizes[DESCRIPTION] > MOST_JSON or sum(sizes.values()) > LARGEST:
        refuse(path, Message("is too large for a model"))
    plain = json.loads(file.read(DESCRIPTION))
    if not isinstance(plain, dict) or not isinstance(plain.get("format"), int):
        refuse(path, Message("is not a model: {file} has no format", file=DESCRIPTION))
    if plain["format"] > FORMAT:
        refuse(path, Message("was written by a newer version of the application; update this one"))
    archive = Archive(file, path)
    archive.check(*archive.names)
    return plain, {name: archive.read(name) for name in archive.names}


def _model(plain: dict[str, Any], arrays: dict[str, np.ndarray]) -> Model:
    if plain["task"] not in TASKS:
        raise DataError(Message("has an unknown task {task!r}", task=plain["task"]))
    for name, array in arrays.items():
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise DataError(Message("{name} holds values that are not finite numbers", name=name))
    given = {name: arrays[name] for name in ARRAYS if name in arrays}
    shapes = {given[name].shape for name in ("mean", "std", "fill")}
    if len(shapes) != 1 or len(given["mean"].shape) != 1:
        raise DataError(Message("mean, std and fill must have one entry for each feature"))
    tensors = {n.removeprefix(WEIGHTS): a for n, a in arrays.items() if n.startswith(WEIGHTS)}
    return Model(
        spec=from_dict(plain["experiment"]),
        task=plain["task"],
        classes=tuple(map(str, plain["classes"])),
        target=str(plain["target"]),
        input_names=tuple(map(str, plain["input_names"])),
        inputs=int(plain["inputs"]),
        recipe=tuple(map(feature_from_plain, plain["columns"])),
        tensors=tensors,
        iteration=int(plain["iteration"]),
        asked=from_plain(plain["asked"]) if plain.get("asked") else None,
        **given,
    )


def _write_array(member: IO[bytes], array: NDArray[Any]) -> None:
    npy.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
