"""An experiment as one immutable value.

`ExperimentSpec` contains everything a run depends on. Reading one from plain data reports every
problem at once, each with its path (`core.experiment.serialization`); `changes` lists the settings
that differ and whether each needs a restart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple

from core.base.registry import Entry, setting
from core.catalogue.activations import Activation, Tanh
from core.catalogue.batching import Batching, MiniBatch
from core.catalogue.blocks import NORMALIZATIONS, Block, Dense
from core.catalogue.initializers import Auto, Initializer
from core.catalogue.losses import AutoLoss, Loss
from core.catalogue.optimizers import Adam, Optimizer
from core.catalogue.penalties import Clipping, NoClipping, NoPenalty, Penalty
from core.catalogue.schedules import Constant, Schedule
from core.data.dataset import Dataset
from core.data.features import FeatureSet, PlainInputs
from core.data.split import Scaling
from core.data.toys import Spiral

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class DataSpec:
    """Which samples, and how they are split."""

    dataset: Dataset = setting(Spiral(), label="Dataset", restarts_run=True)
    validation: float = setting(
        0.25,
        label="Validation",
        low=0,
        high=0.9,
        restarts_run=True,
        help="Share of the samples held out to watch generalisation.",
    )
    test: float = setting(
        0.0,
        label="Test",
        low=0,
        high=0.9,
        restarts_run=True,
        help="Share of the samples reserved as test set, to be used last; validation takes "
        "its share of the others. A data set with a test set of its own keeps that one.",
    )
    standardize: bool = setting(
        True,
        label="Standardise",
        restarts_run=True,
        help="Shift and scale the inputs to mean 0 and deviation 1.",
    )
    normalize: bool = setting(
        False,
        label="Normalise",
        restarts_run=True,
        help="Shift and scale the inputs to 0…1, in place of standardising.",
    )
    standardize_targets: bool = setting(
        True,
        label="Standardise targets",
        restarts_run=True,
        help="Train on targets shifted and scaled to mean 0 and deviation 1 over the training "
        "part, so that targets of any size can be learned. Losses and predictions are shown in "
        "the units of the data. No effect on classes, or with a sigmoid output.",
    )
    features: FeatureSet = setting(
        PlainInputs(),
        label="Features",
        restarts_run=True,
        help="The features of the inputs that the network is given.",
    )
    label_noise: float = setting(
        0.0,
        label="Label noise",
        low=0,
        high=1,
        restarts_run=True,
        help="Share of the training samples that get a wrong class; for regression, the deviation "
        "of added noise as a share of the targets'. Validation and test keep the true targets.",
    )
    points: str = setting(
        "",
        label="Drawn points",
        restarts_run=True,
        help="Points drawn by hand, each as x,y,class with class 0 or 1. They join any data set "
        "with two inputs; for regression, the classes stand for −1 and 1.",
    )

    @property
    def scaling(self) -> Scaling:
        """Preparation of the inputs."""
        if self.normalize:
            return "normalize"
        return "standardize" if self.standardize else "none"


@dataclass(frozen=True)
class NetworkSpec:
    """The layers between input and output."""

    hidden: tuple[Block, ...] = setting(
        (Dense(units=32), Dense(units=16)), label="Layers", restarts_run=True
    )
    activation: Activation = setting(Tanh(), label="Activation")
    initializer: Initializer = setting(Auto(), label="Initialiser", restarts_run=True)
    normalization: str = setting(
        "none",
        label="Batch norm",
        choices=NORMALIZATIONS,
        restarts_run=True,
        help="Batch normalisation before or after each activation.",
    )
    dropout: float = setting(
        0.0,
        label="Dropout",
        low=0,
        high=0.95,
        help="Share of each hidden layer's outputs set to 0 at every step.",
    )
    bias: bool = setting(True, label="Biases", restarts_run=True)
    output: str = setting(
        "auto",
        label="Output",
        choices=("auto", "identity", "sigmoid", "softmax"),
        restarts_run=True,
        help="Output function; auto follows the loss.",
    )


@dataclass(frozen=True)
class TrainingSpec:
    """How the weights change."""

    loss: Loss = setting(AutoLoss(), label="Loss", restarts_run=True)
    class_weights: str = setting(
        "equal",
        label="Class weights",
        choices=("equal", "balanced"),
        restarts_run=True,
        help="Balanced: every class has the same weight in the loss that is minimised, however few "
        "its samples: weight n / (classes × samples of the class), over the training part. The "
        "data loss that is shown stays unweighted.",
    )
    optimizer: Optimizer = setting(Adam(), label="Optimizer")
    schedule: Schedule = setting(Constant(), label="Schedule")
    batching: Batching = setting(MiniBatch(), label="Descent")
    replacement: bool = setting(
        False,
        label="Replace",
        help="Draw every batch with replacement, so that samples may repeat.",
    )
    penalty: Penalty = setting(NoPenalty(), label="Penalty")
    weight_decay: float = setting(
        0.0,
        label="Weight decay",
        low=0,
        high=1e6,
        scale="log",
        help="Decoupled decay λ: W ← (1 − ηλ)W before every step. Weights only: biases and batch "
        "norm's γ and β are not decayed (AdamW's own decay includes them).",
    )
    clipping: Clipping = setting(NoClipping(), label="Clip")
    max_epochs: int = setting(0, label="Stop at", low=0, help="Epochs; 0 means no limit.")
    patience: int = setting(
        0,
        label="Patience",
        low=0,
        help="Stop after this many epochs without a better validation loss; 0 means never.",
    )
    restore_best: bool = setting(
        True,
        label="Restore best",
        help="With patience: at the end of the run, whatever ends it, restore the weights of the "
        "best validation loss.",
    )


@dataclass(frozen=True)
class ExperimentSpec:
    """Everything a run depends on: the same spec gives the same weights, bit for bit."""

    title: str = setting("", label="Title", help="A name for this experiment.")
    data: DataSpec = field(default_factory=DataSpec)
    network: NetworkSpec = field(default_factory=NetworkSpec)
    training: TrainingSpec = field(default_factory=TrainingSpec)
    seed: int = setting(1, label="Seed", low=0, high=2**32 - 1, restarts_run=True)
    precision: str = setting(
        "float32", label="Precision", choices=("float32", "float64"), restarts_run=True
    )


class Change(NamedTuple):
    """One setting that differs, and whether the change restarts the run."""

    path: str
    old: Any
    new: Any
    restarts_run: bool


Common = tuple[Activation | None, Activation | None]


def changes(
    old: Any, new: Any, path: str = "", restarts: bool = False, common: Common = (None, None)
) -> Iterator[Change]:
    """Every leaf setting in which two specs (or parts of the same class) differ. `common` are the
    old and the new activation of blocks without one of their own."""
    if isinstance(old, NetworkSpec):
        common = old.activation, new.activation
    for item in fields(old):
        before, after = getattr(old, item.name), getattr(new, item.name)
        if before == after and type(before) is type(after):
            continue
        where = f"{path}.{item.name}" if path else item.name
        declared = item.metadata.get("setting")
        restarts_run = restarts or (declared is not None and declared.restarts_run)
        if is_dataclass(before) and type(before) is type(after):
            below = restarts_run and isinstance(before, Entry)
            yield from changes(before, after, where, below, common)
        elif isinstance(before, tuple) and _same_kinds(before, after):
            for i, (a, b) in enumerate(zip(before, after, strict=True)):
                yield from changes(a, b, f"{where}[{i}]", common=common)
        else:
            swaps = _can_swap(before, after, common)
            yield Change(where, before, after, restarts_run or not swaps)


def _same_kinds(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    return [type(a) for a in before] == [type(b) for b in after]


def _can_swap(before: Any, after: Any, common: Common) -> bool:
    """Whether one value can replace the other without adding or removing parameters."""
    if not any(isinstance(value, Activation) for value in (before, after)):
        return True
    old, new = before or common[0], after or common[1]
    return old == new or not any(function and function.parametric for function in (old, new))
