"""Searches to begin with: the one of the lecture."""

from __future__ import annotations

from core.catalogue.activations import ReLU
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import HeNormal
from core.catalogue.optimizers import SGD
from core.data.dataset import Dataset
from core.data.digits import IMAGES, Digits
from core.data.mnist import MNIST, find
from core.experiment.space import Range
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.search.plan import SearchPlan

PICTURES, EPOCHS, TRIALS, BATCH, WIDTH, DEPTH = 500, 50, 100, 100, 100, 6
VALIDATION = 0.2


def lecture(bundled: bool = False, seed: int = 1) -> SearchPlan:
    """The lecture's search: learning rate 10^U(−6,−2), weight decay 10^U(−8,−4), 100 trials.

    500 pictures, a fifth of them for validation, 784-100×6-10 with ReLU, SGD in batches of 100, 50
    epochs. On MNIST where it is on this computer and `bundled` is not set, else on the digits.
    """
    network = NetworkSpec(
        hidden=(Dense(units=WIDTH),) * DEPTH, activation=ReLU(), initializer=HeNormal()
    )
    training = TrainingSpec(
        optimizer=SGD(learning_rate=0.01), batching=MiniBatch(size=BATCH), max_epochs=EPOCHS
    )
    spec = ExperimentSpec(
        title="Hyperparameter search", data=_pictures(bundled), network=network, training=training
    )
    ranges = (
        Range("training.optimizer.learning_rate", "log", 1e-6, 1e-2),
        Range("training.weight_decay", "log", 1e-8, 1e-4),
    )
    return SearchPlan(spec, ranges, trials=TRIALS, seed=seed)


def _pictures(bundled: bool) -> DataSpec:
    if not bundled and find("mnist"):
        dataset: Dataset = MNIST(count=PICTURES)
        return DataSpec(dataset=dataset, validation=VALIDATION, standardize=False)
    # Of the 1,797 digits the rest is the test part.
    test = (IMAGES - PICTURES) / IMAGES
    return DataSpec(dataset=Digits(), validation=VALIDATION, test=test, standardize=False)
