"""The same network by scikit-learn: how well both do on real tables, and how long they take.

MLPClassifier and MLPRegressor of the same size, activation, initialiser, Adam settings, batch size
and number of epochs, over SPLITS splits of each data set; both sides are given the same samples,
standardised.
"""

# scikit-learn is optional.
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.catalogue.activations import ReLU
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import XavierUniform
from core.catalogue.optimizers import Adam
from core.data import Dataset, Samples
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.training.trainer import Trainer
from tests.bench import houses as prices

SPLITS, EPOCHS, UNITS, BATCH, RATE = 8, 60, (32, 16), 32, 0.005
HELD_OUT = 0.25


@dataclass(frozen=True, eq=False)
class Table(Dataset):
    """Inputs and targets that are there already."""

    task: ClassVar = "regression"
    known: Samples | None = None

    def samples(self, rng: np.random.Generator) -> Samples:
        assert self.known is not None
        return self.known


def classes(inputs: np.ndarray, labels: np.ndarray) -> Samples:
    return Samples(inputs.astype(float), np.eye(int(labels.max()) + 1)[labels], "classes")


def numbers(inputs: np.ndarray, targets: np.ndarray) -> Samples:
    return Samples(inputs.astype(float), targets[:, None].astype(float), "regression")


def penguins(rng: np.random.Generator) -> Samples:
    """Three species by bill length and depth, flipper length and mass, with the means and
    deviations of Palmer's penguins."""
    mean = np.array([[38.8, 18.3, 190, 3700], [48.8, 18.4, 196, 3733], [47.5, 15.0, 217, 5076]])
    std = np.array([[2.7, 1.2, 6.5, 459], [3.3, 1.1, 7.1, 384], [3.1, 1.0, 6.5, 504]])
    labels = np.repeat([0, 1, 2], [152, 68, 124])
    size = rng.standard_normal((len(labels), 1))
    own = rng.standard_normal((len(labels), 4))
    return classes(mean[labels] + std[labels] * (0.7 * size + 0.71 * own), labels)


def houses(rng: np.random.Generator) -> Samples:
    """Prices made by formula from income, age, rooms, occupancy and place, in dollars."""
    n = 2000
    income, age = rng.lognormal(1.25, 0.45, n), rng.uniform(1, 52, n)
    rooms, people = rng.normal(5.4, 1.2, n), rng.lognormal(1.0, 0.25, n)
    x, y = rng.uniform(-1, 1, (2, n))
    coast = np.exp(-4 * (x + 0.4 * y + 0.5) ** 2)
    price = 42_000 * income + 600 * age + 9000 * (rooms - 5) - 15_000 * (people - 3)
    price = price * (1 + coast) + 25_000 * rng.standard_normal(n)
    return numbers(np.column_stack([income, age, rooms, people, x, y]), price)


def tables() -> dict[str, Samples]:
    from sklearn import datasets

    rng = np.random.default_rng(0)
    loaded = {
        name: getattr(datasets, f"load_{name}")() for name in ("iris", "wine", "breast_cancer")
    }
    diabetes = datasets.load_diabetes()
    return {
        **{name.replace("_", " "): classes(t.data, t.target) for name, t in loaded.items()},
        "penguins": penguins(rng),
        "diabetes": numbers(diabetes.data, diabetes.target),
        "housing": houses(rng),
    }


def spec_of(samples: Samples, seed: int) -> ExperimentSpec:
    return ExperimentSpec(
        data=DataSpec(dataset=Table(known=samples), validation=HELD_OUT),
        network=NetworkSpec(
            hidden=tuple(Dense(units=n) for n in UNITS),
            activation=ReLU(),
            # As scikit-learn has it. He weights lose 0.006 R² on `housing`, there as well as here.
            initializer=XavierUniform(),
        ),
        training=TrainingSpec(
            optimizer=Adam(learning_rate=RATE), batching=MiniBatch(size=BATCH), max_epochs=EPOCHS
        ),
        seed=seed,
    )


def own(trainer: Trainer) -> tuple[float, float]:
    """Accuracy or R² on the held-out samples, and seconds of training."""
    began = time.perf_counter()
    trainer.advance(10**9)
    seconds = time.perf_counter() - began
    score = trainer.evaluate()
    assert score is not None
    return score.accuracy if score.r2 is None else score.r2, seconds


def theirs(trainer: Trainer, seed: int) -> tuple[float, float]:
    """The same by scikit-learn, on the samples that the trainer has."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    train, held_out = trainer.split.train, trainer.split.validation
    classifies = train.task == "classes"
    kind = MLPClassifier if classifies else MLPRegressor
    network = kind(
        hidden_layer_sizes=UNITS,
        batch_size=BATCH,  # pyright: ignore
        learning_rate_init=RATE,
        alpha=0,
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS + 1,
        random_state=seed,
    )
    inputs = trainer.inputs[:, :-1]
    targets = trainer.targets.argmax(axis=1) if classifies else trainer.targets[:, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        began = time.perf_counter()
        network.fit(inputs, targets)
        seconds = time.perf_counter() - began
    truth = trainer.data.scaled_targets(held_out)
    truth = truth.argmax(axis=1) if classifies else truth[:, 0]
    return float(network.score(held_out.inputs.astype(inputs.dtype), truth)), seconds


def compare(samples: Samples) -> np.ndarray:
    """(SPLITS, 2 sides, score and seconds)."""
    rows = []
    for seed in range(1, SPLITS + 1):
        trainer = Trainer(spec_of(samples, seed))
        other = theirs(trainer, seed)
        rows.append((own(trainer), other))
    return np.array(rows)


def main() -> None:
    try:
        import sklearn
    except ImportError:
        print("scikit-learn is not installed: pip install .[bench]")
        return
    print(f"\nscikit-learn {sklearn.__version__}: {SPLITS} splits, {EPOCHS} epochs, {UNITS}")
    print(
        f"{'':16}{'own':>8}{'sklearn':>9}{'gap':>8} ± error"
        f"{'own s':>9}{'sklearn s':>11}{'ratio':>7}"
    )
    worst = 0.0
    for name, samples in tables().items():
        figures = compare(samples)
        score, seconds = figures[:, :, 0], np.median(figures[:, :, 1], axis=0)
        gaps = score[:, 0] - score[:, 1]
        error = max(gaps.std(ddof=1) / np.sqrt(SPLITS), 1e-12)
        worst = min(worst, gaps.mean() / error)
        print(
            f"{name:16}{score[:, 0].mean():8.3f}{score[:, 1].mean():9.3f}{gaps.mean():+8.3f}"
            f" ± {error:.3f}{seconds[0]:9.2f}{seconds[1]:11.2f}{seconds[1] / seconds[0]:7.1f}"
        )
    print(f"lowest gap: {worst:+.1f} standard errors (within noise above -3)")
    prices.main()
