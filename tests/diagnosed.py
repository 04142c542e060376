"""Runs that are diagnosed as they go, and experiments in trouble, for the tests of diagnosis."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from core.catalogue.activations import Identity, ReLU, Sigmoid, Step
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import Constant, Normal, NormalSmall, XavierNormal, Zeros
from core.catalogue.optimizers import SGD, Adam
from core.catalogue.penalties import L2, ByNorm
from core.catalogue.schedules import Exponential
from core.data import Dataset, Samples
from core.data.curves import Sine
from core.data.digits import Digits
from core.data.toys import Circle, Spiral
from core.diagnosis import Diagnoser, Finding
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.telemetry.frame import MEASURES, Frame
from core.telemetry.history import History
from core.telemetry.meter import Meter
from core.training.trainer import Trainer


def experiment(dataset=None, hidden=(32, 16), seed=1, training=None, **network) -> ExperimentSpec:
    return ExperimentSpec(
        data=DataSpec(dataset=dataset or Spiral()),
        network=NetworkSpec(hidden=tuple(Dense(units=n) for n in hidden), **network),
        training=TrainingSpec(**(training or {})),
        seed=seed,
    )


class Run:
    """A run watched as a window watches it: frame after frame, each diagnosed."""

    def __init__(self, spec: ExperimentSpec) -> None:
        self.spec = spec
        self.trainer, self.history, self.diagnoser = Trainer(spec), History(), Diagnoser()
        self.meter = Meter(self.trainer)
        self.frames: list[Frame] = []
        self.visits: list[tuple[Finding, ...]] = []
        self.look()

    def train(self, epochs: float, looks: int = 20, measures=MEASURES) -> "Run":
        steps = max(looks, round(epochs * self.trainer.sampler.steps_per_epoch))
        for _ in range(looks):
            self.trainer.advance(steps // looks - 1)
            if not self.trainer.finished:
                self.meter.measured_step()
            self.look(measures)
            if self.trainer.finished:
                break
        return self

    def look(self, measures=MEASURES) -> None:
        trainer = self.trainer
        status = "diverged" if trainer.divergence else "finished" if trainer.finished else "running"
        frame = self.meter.frame(status, measures=measures)
        self.history.append(frame)
        self.frames.append(frame)
        self.visits.append(self.diagnoser.diagnose(self.spec, frame, self.history))

    def apply(self, spec: ExperimentSpec) -> None:
        self.trainer.apply(spec)
        self.history.mark(self.trainer.iteration, "changed")
        self.spec = spec

    def found(self, key: str) -> Finding:
        """The last finding of that kind."""
        all_found = [f for visit in self.visits for f in visit if f.key == key]
        assert all_found, f"no {key} in {[keys(visit) for visit in self.visits]}"
        return all_found[-1]

    @property
    def now(self) -> set[str]:
        return keys(self.visits[-1])


@dataclass(frozen=True)
class Prices(Dataset):
    """Targets in the hundred thousands."""

    task: ClassVar = "regression"

    def samples(self, rng: np.random.Generator) -> Samples:
        area, rooms = rng.uniform(30, 200, 300), rng.integers(1, 8, 300)
        price = 1500 * area + 90_000 * rooms
        return Samples(np.column_stack([area, rooms]).astype(float), price[:, None], "regression")


@dataclass(frozen=True)
class Rare(Dataset):
    """One sample in twelve is of the second class, which overlaps the first."""

    task: ClassVar = "binary"

    def samples(self, rng: np.random.Generator) -> Samples:
        rare = np.arange(600) % 12 == 0
        inputs = rng.standard_normal((600, 2)) + 1.2 * rare[:, None]
        return Samples(inputs, rare[:, None].astype(float), "binary", ("often", "rarely"))


def keys(findings) -> set[str]:
    return {finding.key for finding in findings}


def watched(spec: ExperimentSpec, epochs: float, looks: int = 20) -> Run:
    return Run(spec).train(epochs, looks)


DEEP_SIGMOID = experiment(hidden=(8,) * 6, activation=Sigmoid())
FAINT = experiment(hidden=(20,) * 5, initializer=NormalSmall(), training={"optimizer": SGD()})
LOUD = experiment(
    hidden=(30,) * 4, activation=ReLU(), initializer=Normal(), training={"optimizer": SGD()}
)
MEMORISER = experiment(Circle(count=60, noise=0.4))

# What is found, in which experiment, after how many epochs and looks, and what to try first.
TROUBLES = {
    "deep sigmoid": ("vanishing", DEEP_SIGMOID, 10, 20, "Use ReLU"),
    "deep sigmoid, SGD": (
        "vanishing",
        replace(DEEP_SIGMOID, training=TrainingSpec(optimizer=SGD())),
        10, 20, "Use ReLU",
    ),
    "weights far too large": ("exploding", LOUD, 5, 60, "Initialise with He normal"),
    "saturated from the start": (
        "saturation",
        experiment(Digits(count=600), hidden=(40,) * 3, initializer=Normal()),
        4, 10, "Initialise with Xavier normal",
    ),
    "half saturated from the start": (
        "saturation",
        experiment(Digits(count=600), hidden=(40,) * 3, initializer=Normal(), seed=3),
        4, 10, "Initialise with Xavier normal",
    ),
    "saturated by the rate": (
        "saturation",
        experiment(training={"optimizer": Adam(learning_rate=1.0)}),
        10, 20, "Rate 0.01",
    ),
    "step": ("saturation", experiment(activation=Step()), 5, 10, "Use ReLU"),
    "dead by the rate": (
        "dead",
        experiment(activation=ReLU(), training={"optimizer": SGD(learning_rate=3.0)}),
        10, 20, "Rate 0.1",
    ),
    "constant weights": (
        "symmetric",
        experiment(initializer=Constant()),
        10, 20, "Initialise with Xavier normal",
    ),
    "zero weights": (
        "symmetric",
        experiment(initializer=Zeros(), activation=ReLU()),
        10, 20, "Initialise with He normal",
    ),
    "collapse": ("collapse", FAINT, 10, 20, "Initialise with Xavier normal"),
    "collapse of sigmoids": (
        "collapse",
        replace(DEEP_SIGMOID, training=TrainingSpec(optimizer=SGD())),
        10, 20, "Add batch norm",
    ),
    "penalty too strong": (
        "collapse",
        experiment(Circle(), training={"penalty": L2(0.2)}),
        20, 20, "Weaken the penalty",
    ),
    "large weights for tanh": (
        "init_mismatch", experiment(initializer=Normal()), 5, 10, "Initialise with Xavier normal",
    ),
    "small weights for ReLU": (
        "init_mismatch",
        experiment(initializer=NormalSmall(), activation=ReLU()),
        5, 10, "Initialise with He normal",
    ),
    "Xavier with deep ReLU": (
        "init_mismatch",
        experiment(hidden=(50,) * 6, initializer=XavierNormal(), activation=ReLU()),
        2, 10, "Initialise with He normal",
    ),
    "loss grows": (
        "high_rate",
        experiment(training={"optimizer": SGD(learning_rate=10.0)}),
        10, 20, "Rate 0.1",
    ),
    "loss jumps": (
        "high_rate",
        replace(
            experiment(Sine(), training={"optimizer": SGD(learning_rate=0.5)}),
            data=DataSpec(dataset=Sine(), standardize_targets=False),
        ),
        40, 40, "Rate 0.05",
    ),
    "far too low a rate": (
        "low_rate",
        experiment(Circle(), training={"optimizer": SGD(learning_rate=1e-5)}),
        10, 20, "Rate 0.1",
    ),
    "hardly any gradient let through": (
        "low_rate",
        experiment(Circle(), training={"optimizer": SGD(), "clipping": ByNorm(1e-6)}),
        10, 20, "Do not clip gradients",
    ),
    "rate decayed to nothing": (
        "low_rate",
        experiment(training={"schedule": Exponential(decay=0.01, steps=30)}),
        20, 20, "Keep the rate constant",
    ),
    "diverging regression": (
        "divergence",
        experiment(Sine(), training={"optimizer": SGD(learning_rate=1.0)}),
        10, 20, "Rate 0.1",
    ),
    "diverging from the start": ("divergence", LOUD, 5, 20, "Initialise with He normal"),
    "prices as they are": (
        "large_targets",
        replace(
            experiment(Prices()), data=DataSpec(dataset=Prices(), standardize_targets=False)
        ),
        20, 10, "Standardise the targets",
    ),
    "worse than the mean": (
        "worse_than_mean",
        experiment(Sine(), training={"optimizer": Adam(learning_rate=3.0)}),
        20, 20, "Rate 0.01",
    ),
    "batch norm over pairs": (
        "small_batch_norm",
        experiment(Circle(), normalization="before", training={"batching": MiniBatch(size=2)}),
        5, 5, "Use batches of 32",
    ),
    "the few are never found": (
        "majority", experiment(Rare(), hidden=(4,), training={"optimizer": SGD()}), 12, 6,
        "Balance the classes",
    ),
    "ten samples to validate": (
        "small_validation", experiment(Circle(count=40)), 5, 5, "Use 160 samples",
    ),
    "overfitting": ("overfitting", MEMORISER, 400, 20, "Add an L2 penalty of 0.01"),
    "straight network": (
        "plateau", experiment(hidden=(16,), activation=Identity()), 300, 10, "Use ReLU",
    ),
    "narrow network": ("plateau", experiment(hidden=(2,)), 300, 10, "Use four times the units"),
}  # fmt: skip
