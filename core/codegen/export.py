"""An experiment written out as a program, with the arrays that it needs beside it."""

from __future__ import annotations

import re
import textwrap
import zipfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.extras import require
from core.base.translation import Message, joined
from core.codegen.plan import Linear, Norm, Plan, plan
from core.codegen.target import TARGETS, CodeError, Target
from core.codegen.text import comment, imports, string
from core.codegen.user_table import reading_of
from core.data import Dataset, Samples, digits, mnist
from core.data.drawn import drawn_like, from_text
from core.data.features import PlaneFeatures
from core.data.split import classes_of
from core.data.user_files import UserTable, absolute, load
from core.experiment.files import replacing
from core.experiment.spec import ExperimentSpec
from core.network.calibration import Report
from core.network.objective import balanced_weights
from core.training.sampler import Sampler
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

TEMPLATES = Path(__file__).parent / "templates"
DEFAULT_EPOCHS = 100
FEATURES = ("x1", "x2", "x1**2", "x2**2", "x1 * x2", "np.sin(x1)", "np.sin(x2)")


@dataclass(frozen=True)
class Options:
    """What is written. `name` is the script's, without suffix: the files beside it begin with it.

    `steps` ends the training after so many updates, 0 after the experiment's own epochs.
    """

    name: str = "experiment"
    steps: int = 0


@dataclass(frozen=True)
class Export:
    """A script, and the arrays of the .npz file that it reads; without any there is no file.

    `source` is the user's file that the samples come from, which the script reads itself if
    `reads_source`.
    """

    name: str
    script: str
    arrays: dict[str, NDArray[Any]]
    source: str = ""
    reads_source: bool = False

    @property
    def beside(self) -> str:
        """The name of the file with the arrays."""
        return f"{self.name}.npz"


def export(
    spec: ExperimentSpec,
    target: str,
    options: Options | None = None,
    weights: dict[str, Array] | None = None,
    data: TrainingData | None = None,
) -> Export:
    """An experiment as a script for the target of that key.

    With `weights`, parameters and running statistics as `Network.tensors` names them, the script
    starts from these. `data` are the experiment's samples where they are at hand.

    Raises `CodeError` where the target cannot have the experiment, `DataError` where the data
    cannot be had, `MissingExtra` without Jinja2, and KeyError where there is no such target.
    """
    options = options or Options()
    writer = TARGETS[target]()
    prepared = plan(spec, data or TrainingData(spec))
    obstacles = writer.obstacles(prepared)
    fitted = {layer.initializer for layer in prepared.of(Linear) if layer.initializer.data_driven}
    if fitted and weights is None:
        labels = sorted(each.label for each in fitted)
        names = joined(", ", map(Message, labels))
        obstacles.append(
            Message(
                "{names} fits the first weights to the data: export them with the script",
                names=names,
            )
        )
    if obstacles:
        raise CodeError(joined(" ", obstacles))
    arrays = dict(writer.tensors(weights)) if weights is not None else {}
    dataset = spec.data.dataset
    table = reading_of(dataset, _environment()) if isinstance(dataset, UserTable) else None
    if table is None:
        arrays |= _data_arrays(dataset)
    beside = f"{options.name}.npz" if arrays else ""
    context = {"weights": weights is not None, "beside": beside, "table": table}
    text = _rendered(writer, prepared, options, context)
    source = dataset.path if isinstance(dataset, UserTable) else ""
    return Export(options.name, text, arrays, source, table is not None)


def needs_weights(spec: ExperimentSpec) -> bool:
    """Whether a script can only start from weights beside it: they are fitted to the data."""
    network = spec.network
    chosen = (network.initializer, *(block.initializer for block in network.hidden))
    return any(each.data_driven for each in chosen if each)


def start_weights(
    spec: ExperimentSpec, data: TrainingData | None = None, report: Report | None = None
) -> dict[str, Array]:
    """The first weights of an experiment's run, copied. Raises `DataError`."""
    network = Trainer(spec, data, report=report).network
    return {name: tensor.copy() for name, tensor in network.tensors().items()}


def write(folder: Path, exported: Export) -> tuple[Path, ...]:
    """Write the script and the file beside it; their paths. Raises OSError, and `CodeError` rather
    than replace the user's data."""
    script, beside = folder / f"{exported.name}.py", folder / exported.beside
    if exported.source and exported.arrays and absolute(Path(exported.source)) == absolute(beside):
        raise CodeError(
            Message(
                "{file} holds the data, which would be replaced; choose another name", file=beside
            )
        )
    with replacing(script) as part:
        part.write_text(exported.script, encoding="utf-8")
    if not exported.arrays:
        return (script,)
    with replacing(beside) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
        for name, array in exported.arrays.items():
            with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
    return script, beside


def _data_arrays(dataset: Dataset) -> dict[str, NDArray[Any]]:
    """The samples that a script finds beside it: those it neither computes nor reads elsewhere."""
    if isinstance(dataset, digits.Digits):
        images, labels = digits.pictures()
        return {"data/images": images, "data/labels": labels}
    if not isinstance(dataset, UserTable):
        return {}
    samples = load(dataset).samples
    arrays = {"data/inputs": samples.inputs, "data/targets": samples.targets}
    if samples.test is not None:
        arrays |= {"data/test_inputs": samples.test.inputs}
        arrays |= {"data/test_targets": samples.test.targets}
    return arrays


def _rendered(writer: Target, plan: Plan, options: Options, context: dict[str, Any]) -> str:
    context = {
        **context,
        **_settings(plan, options),
        **_data(plan),
        **_objective(plan),
        **writer.context(plan),
    }
    body = _environment().get_template(writer.template).render(context)
    parts = (_docstring(plan, writer), imports(body), body.lstrip("\n"))
    text = "\n\n".join(parts)
    text = re.sub(r"\n{4,}", "\n\n\n", text)
    return text.strip("\n") + "\n"


@cache
def _environment() -> Any:
    jinja2 = require("jinja2", "code", Message("Exporting code"))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["text"] = string
    return environment


def _settings(plan: Plan, options: Options) -> dict[str, Any]:
    spec, training = plan.spec, plan.spec.training
    train = plan.data.split.train
    joins = bool(plan.of(Norm)) and plan.rows > 1
    rng = np.random.default_rng(0)
    sampler = Sampler(len(train), training.batching, False, rng, joins=joins)
    watched = "validation" if len(plan.data.split.validation) else "train"
    scaled = plan.data.target_scale is not None
    plateau, patient = training.schedule.reactive, bool(training.patience)
    return {
        "trained": f"{options.name}-trained.npz",
        "seed": spec.seed,
        "precision": spec.precision,
        "training": training,
        "optimizer": training.optimizer,
        "schedule": training.schedule,
        "penalty": training.penalty,
        "clipping": training.clipping,
        "replacement": training.replacement,
        "rows": plan.rows,
        "joins": joins and len(train) > plan.rows,
        "steps": options.steps,
        "epochs": training.max_epochs or DEFAULT_EPOCHS,
        "steps_per_epoch": sampler.steps_per_epoch,
        "plateau": plateau,
        "patience": patient,
        "restore": patient and training.restore_best,
        "epochs_matter": plateau or patient,
        "watched": watched,
        "scale_parameter": ", scale" if scaled else "",
        "scale_argument": ", scale" if scaled else "",
        "inputs": train.features,
        "outputs": train.outputs,
    }


def _data(plan: Plan) -> dict[str, Any]:
    data, dataset = plan.spec.data, plan.spec.data.dataset
    split, chosen = plan.data.split, data.features
    pictures = split.train.image_shape is not None
    own_test = isinstance(dataset, mnist.Pictures)
    if isinstance(dataset, UserTable):
        own_test = load(dataset).samples.test is not None
    points = from_text(data.points) if drawn_like(_unplanned(plan), data.points) else ()
    terms = ""
    if isinstance(chosen, PlaneFeatures):
        terms = ", ".join(
            text for text, taken in zip(FEATURES, chosen.chosen, strict=True) if taken
        )
    return {
        "data": data,
        "dataset": dataset,
        "key": dataset.key,
        "label": dataset.label,
        "formula": dataset.formula,
        "files": _files(dataset),
        "has_count": hasattr(dataset, "count"),
        "has_noise": hasattr(dataset, "noise"),
        "test_share": 0.0 if own_test else data.test,
        "own_test": own_test,
        "has_test": len(split.test) > 0,
        "label_noise": data.label_noise,
        "points": points,
        "features": terms,
        "pictures": pictures,
        "scaling": data.scaling,
        "gaps": isinstance(dataset, UserTable) and load(dataset).samples.gaps,
        "classes": plan.task != "regression",
        **_table(dataset),
    }


def _table(dataset: Any) -> dict[str, str]:
    if not isinstance(dataset, UserTable):
        return {"source": "", "columns": ""}
    named = [label for feature in load(dataset).features for label in feature.labels]
    wrapped = textwrap.wrap(comment(", ".join(named)), 80) or ["as in the file"]
    return {"source": comment(Path(dataset.path).name), "columns": "\n    ".join(wrapped)}


def _unplanned(plan: Plan) -> Samples:
    """The training samples as they are before features are computed of them."""
    train = plan.data.split.train
    return replace(train, inputs=plan.data.plane["train"]) if plan.data.plane else train


def _files(dataset: Any) -> tuple[str, ...]:
    if isinstance(dataset, mnist.Pictures):
        return tuple(map(str, mnist.find(dataset.key) or ()))
    return ()


def _objective(plan: Plan) -> dict[str, Any]:
    training, train = plan.spec.training, plan.data.split.train
    weights: tuple[float, ...] = ()
    if training.class_weights == "balanced" and plan.task != "regression":
        count = 2 if plan.task == "binary" else train.outputs
        counts = np.bincount(classes_of(train), minlength=count)
        weights = tuple(balanced_weights(counts).tolist())
    return {
        "task": plan.task,
        "target_scaled": plan.data.target_scale is not None,
        "class_weights": weights,
        "summed": plan.objective.summed,
    }


def _docstring(plan: Plan, writer: Target) -> str:
    title = comment(plan.spec.title) or f"{plan.spec.data.dataset.label}"
    needed = "NumPy" if writer.key == "numpy" else f"NumPy and {writer.label}"
    return f'"""{title}\n\nWritten by the Training Playground. Needs {needed}.\n"""'
