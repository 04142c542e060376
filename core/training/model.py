"""A trained network with everything that is needed to use it on other data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.streams import Streams
from core.base.translation import Message
from core.data import DataError
from core.data.columns.recipe import Feature
from core.data.dataset import Task
from core.data.user_files import UserTable, load
from core.experiment.spec import ExperimentSpec
from core.network.network import Network, misfits
from core.network.objective import Objective
from core.network.passes import EvaluationPass
from core.training.questions import Questionnaire, questionnaire
from core.training.trainer import Trainer
from core.training.training_data import with_ones


@dataclass(frozen=True, eq=False)
class Model:
    """Weights, with what converts table rows to inputs and outputs to predictions.

    Inputs (n, inputs) in the units of the data become features by `spec.data.features`; `mean` was
    subtracted from these and `std` divided by, all (features,). `fill` stands for missing ones, in
    scaled units. `tensors` are the parameters and running statistics by name. `recipe` says how
    columns become inputs (empty where the data were no table), `input_names` and `target` name
    them. `target_mean` and `target_std` (outputs,) bring outputs back to their units, if any.
    `asked` says what can be asked of it by hand, where that is known.
    """

    spec: ExperimentSpec
    task: Task
    classes: tuple[str, ...]
    target: str
    input_names: tuple[str, ...]
    inputs: int
    recipe: tuple[Feature, ...]
    mean: NDArray[np.floating]
    std: NDArray[np.floating]
    fill: NDArray[np.floating]
    tensors: dict[str, Array]
    target_mean: NDArray[np.float64] | None = None
    target_std: NDArray[np.float64] | None = None
    iteration: int = 0
    asked: Questionnaire | None = None

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        bias = self.tensors.get("output.bias")
        return len(self.tensors["output.weight"] if bias is None else bias)

    def network(self) -> Network:
        """The network with its weights. Raises `DataError` if they do not match."""
        dtype = np.dtype(self.spec.precision)
        network = Network(
            self.spec.network, len(self.mean), self.outputs, Streams(self.spec.seed), dtype
        )
        views = network.tensors()
        if wrong := misfits(views, self.tensors):
            names = ", ".join(wrong[:4])
            raise DataError(Message("the weights do not match the network: {names}", names=names))
        for name, view in views.items():
            np.copyto(view, self.tensors[name])
        return network

    def predict(self, inputs: NDArray[np.floating]) -> Array:
        """Outputs (n, outputs) for inputs (n, inputs) in the units of the data, NaN where missing.

        These are class probabilities, of two classes that of the second, or numbers in the units
        of the target: exactly what the network gave while it was trained.
        """
        if inputs.ndim != 2 or inputs.shape[1] != self.inputs:
            raise DataError(
                Message(
                    "expected {needed} inputs, not {given}",
                    needed=self.inputs,
                    given=inputs.shape[1:],
                )
            )
        if not len(inputs):
            return np.empty((0, self.outputs), np.dtype(self.spec.precision))
        network = self.network()
        ready = with_ones(self.prepared(inputs), network.dtype)
        with np.errstate(all="ignore"):
            logits = EvaluationPass(network, ready).logits()
            outputs = Objective(self.spec, self.task).predict(logits)
            return self._in_units(outputs).T

    def answer(self, inputs: NDArray[np.floating]) -> NDArray[np.float64]:
        """Class probabilities (classes,), also of two classes, or numbers (outputs,) for one row
        of inputs (inputs,)."""
        return self.probabilities(self.predict(inputs[None])).astype(np.float64)[0]

    def prepared(self, inputs: NDArray[np.floating]) -> NDArray[np.floating]:
        """Scaled features (n, features) without gaps."""
        features = self.spec.data.features.of(np.asarray(inputs, self.mean.dtype))
        with np.errstate(invalid="ignore"):
            scaled = (features - self.mean) / self.std
        return np.where(np.isnan(scaled), self.fill, scaled)

    def _in_units(self, outputs: Array) -> Array:
        """Outputs (outputs, n) in the units of the targets."""
        if self.target_mean is None or self.target_std is None:
            return outputs
        restored = outputs * self.target_std[:, None] + self.target_mean[:, None]
        return restored.astype(outputs.dtype, copy=False)

    def answers(self, outputs: Array) -> list[str]:
        """The most probable class of every row (n, outputs), or the numbers as text."""
        if self.task == "regression":
            return [" ".join(f"{value:.9g}" for value in row) for row in outputs]
        if self.task == "binary":
            return [self._class(int(p > 0.5)) for p in outputs[:, 0]]
        return [self._class(int(at)) for at in outputs.argmax(axis=1)]

    def probabilities(self, outputs: Array) -> Array:
        """Class probabilities (n, classes), also of two classes."""
        if self.task == "binary":
            return np.concatenate([1 - outputs, outputs], axis=1)
        return outputs

    def class_names(self) -> tuple[str, ...]:
        """The names of the classes in the order of `probabilities`; none of numbers."""
        count = 2 if self.task == "binary" else self.outputs
        return tuple(self._class(i) for i in range(count)) if self.task != "regression" else ()

    def _class(self, index: int) -> str:
        if index < len(self.classes):
            return self.classes[index]
        return Message("class {number}", number=index + 1)


def model_of(trainer: Trainer, fill: NDArray[np.floating] | None = None) -> Model:
    """The model of a trainer's present weights. Raises `DataError` if the user's file is missing.

    `fill` (features,) stands for missing inputs, the medians of the training part if not given.
    """
    spec, data = trainer.spec, trainer.data
    train = data.split.train
    raw = data.plane["train"] if data.plane else train.inputs
    recipe, target = recipe_of(spec)
    names = data.preparation.names if data.preparation else train.feature_names
    # Only columns of tables have gaps.
    if fill is None:
        fill = np.median(train.inputs, axis=0) if recipe else np.zeros(train.features)
    scale: Any = getattr(trainer.objective, "scale", None)
    return Model(
        spec=spec,
        task=train.task,
        classes=train.class_names,
        target=target,
        input_names=names,
        inputs=raw.shape[1],
        recipe=recipe,
        mean=data.split.mean.copy(),
        std=data.split.std.copy(),
        fill=fill.astype(data.split.mean.dtype),
        tensors={name: np.array(view) for name, view in trainer.network.tensors().items()},
        target_mean=None if scale is None else np.array(scale.mean),
        target_std=None if scale is None else np.array(scale.std),
        iteration=trainer.iteration,
        asked=questionnaire(data, recipe, target),
    )


def without_path(spec: ExperimentSpec) -> ExperimentSpec:
    """The experiment without the path of the user's file, for sharing."""
    dataset = spec.data.dataset
    if not isinstance(dataset, UserTable):
        return spec
    name = dataset.path.replace("\\", "/").rpartition("/")[2]
    return replace(spec, data=replace(spec.data, dataset=replace(dataset, path=name)))


def recipe_of(spec: ExperimentSpec) -> tuple[tuple[Feature, ...], str]:
    """How the columns of the experiment's table become inputs, and its target; nothing of data
    that are no table."""
    dataset = spec.data.dataset
    if not isinstance(dataset, UserTable):
        return (), ""
    encoded = load(dataset)
    return encoded.features, encoded.target
