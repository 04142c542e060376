"""Lab 6 on the command line: pre-training against other starts, and a machine small enough to
enumerate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import Activation, ReLU, Sigmoid
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import RBM, HeNormal, Initializer, NormalSmall, XavierNormal
from core.catalogue.optimizers import SGD
from core.data.digits import Digits
from core.data.mnist import MNIST, find
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.network.rbm import ContrastiveDivergence, Machine
from core.studies.base import Lab, Outcome, Progress, Table, at_least, at_most, within
from core.studies.rbm import Exact, Pretrained, Settings, Snapshot, curve, pretrained, unrolled
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

LAB = Lab(
    key="rbm",
    title="Pre-training",
    question="How did deep sigmoid networks learn before there were better starting weights?",
    minutes=15,
)
PICTURES = 10_000
SEEDS = (1, 2, 3, 4, 5)


class Case(NamedTuple):
    """What is measured on a data set: accuracies on its test part after `first` and `last` epochs
    must reach `early` and `late`, with other starts they must not exceed `lost`. `labels` are the
    numbers of labelled pictures of the comparison."""

    data: DataSpec
    rbm: RBM
    first: int
    last: int
    early: float
    late: float
    lost: float
    labels: tuple[int, ...]


def case() -> Case:
    """MNIST where it is, else the digits that come with the application."""
    if find("mnist"):
        data = DataSpec(dataset=MNIST(count=PICTURES), validation=0, standardize=False)
        return Case(data, RBM(), 1, 10, 0.85, 0.91, 0.12, (100, 500, 5000))
    data = DataSpec(dataset=Digits(), validation=0, test=0.25, standardize=False)
    return Case(data, RBM(epochs=30), 10, 50, 0.88, 0.93, 0.2, (50, 200, 1000))


def deep(
    data: DataSpec, initializer: Initializer, activation: Activation, seed: int = 1
) -> ExperimentSpec:
    """Five layers of 100 units; SGD 0.1 on batches of 50."""
    return ExperimentSpec(
        data=data,
        network=NetworkSpec(
            hidden=(Dense(units=100),) * 5, activation=activation, initializer=initializer
        ),
        training=TrainingSpec(optimizer=SGD(learning_rate=0.1), batching=MiniBatch(size=50)),
        seed=seed,
    )


@cache
def _data(seed: int = 1) -> TrainingData:
    return TrainingData(deep(case().data, RBM(), Sigmoid(), seed))


@cache
def _curve(initializer: Initializer) -> tuple[float, ...]:
    """Test accuracy after every epoch."""
    this = case()
    return tuple(curve(Trainer(deep(this.data, initializer, Sigmoid()), _data()), this.last))


def fewer_labels(data: TrainingData, labels: int) -> TrainingData:
    """The same data with the first `labels` training samples only."""
    return data.resampled(np.arange(labels))


def _machines(seed: int) -> Pretrained:
    this = case()
    return pretrained(Settings(deep(this.data, this.rbm, Sigmoid(), seed), this.rbm), _data(seed))


def _best(trainer: Trainer, epochs: int = 60) -> float:
    """Test accuracy at the end."""
    return list(curve(trainer, epochs))[-1]


@LAB.report
def tables(progress: Progress) -> Iterator[Table]:
    """Accuracy by epoch from three starts; then with few labels against ReLU from He weights."""
    this = case()
    starts: dict[str, Initializer] = {
        Message("pre-trained"): this.rbm,
        "std 0.01": NormalSmall(),
        "Xavier": XavierNormal(),
    }
    curves = {}
    for i, (name, start) in enumerate(starts.items()):
        progress(i / 6, Message("five sigmoid layers, {name}", name=name))
        curves[name] = _curve(start)
    rows = zip(range(1, this.last + 1), *curves.values(), strict=True)
    yield Table(Message("test accuracy"), (Message("epoch"), *curves), tuple(rows))
    yield few_labels(progress)


def few_labels(progress: Progress, seeds: tuple[int, ...] = SEEDS) -> Table:
    """Machines see all pictures without labels; then few labels, against ReLU with He."""
    this = case()
    found: dict[int, list[tuple[float, float]]] = {labels: [] for labels in this.labels}
    for i, seed in enumerate(seeds):
        progress(0.5 + i / len(seeds) / 2, Message("few labels, seed {seed}", seed=seed))
        data, machines = _data(seed), _machines(seed).machines
        for labels in this.labels:
            few = fewer_labels(data, labels)
            sigmoid = unrolled(deep(this.data, RBM(), Sigmoid(), seed), machines, few)
            relu = Trainer(deep(this.data, HeNormal(), ReLU(), seed), few)
            found[labels].append((_best(sigmoid), _best(relu)))
    rows = []
    for labels, pairs in found.items():
        values = np.array(pairs)
        rows.append((labels, *values.mean(axis=0).tolist(), *values.std(axis=0).tolist()))
    columns = (
        Message("labels"),
        Message("pre-trained sigmoid"),
        Message("ReLU with He"),
        Message("std of the first"),
        Message("of the second"),
    )
    return Table(Message("test accuracy with few labels"), columns, tuple(rows))


@LAB.check("Pre-trained, five sigmoid layers learn at once (test accuracy, first epochs)")
def learns_at_once() -> Outcome:
    this = case()
    return at_least(this.early, _curve(this.rbm)[this.first - 1])


@LAB.check("and go on learning (test accuracy, all epochs)")
def goes_on_learning() -> Outcome:
    this = case()
    return at_least(this.late, _curve(this.rbm)[-1])


@LAB.check("From std 0.01 and from Xavier they have learned nothing by then")
def others_fail() -> Outcome:
    this = case()
    return at_most(this.lost, max(_curve(NormalSmall())[-1], _curve(XavierNormal())[-1]))


# A rate without momentum, for persistent chains on the digits.
PERSISTENT = RBM(epochs=30, rate=0.3)


@cache
def _persistent_curve() -> tuple[float, ...]:
    """Test accuracy after every epoch on the bundled digits."""
    data = DataSpec(dataset=Digits(), validation=0, test=0.25, standardize=False)
    settings = Settings(deep(data, PERSISTENT, Sigmoid()), PERSISTENT, persistent=True)
    shared = TrainingData(settings.spec)
    machines = pretrained(settings, shared).machines
    return tuple(curve(unrolled(settings.spec, machines, shared), 50))


@LAB.check("Pre-trained by persistent chains without momentum they learn, too (digits)")
def persistent_chains_learn() -> Outcome:
    return at_least(0.85, _persistent_curve()[-1])


@LAB.check("The same seed gives the same weights, bit for bit, watched or not")
def reproducible() -> Outcome:
    spec = deep(DataSpec(dataset=Digits(count=300), standardize=False), RBM(epochs=2), Sigmoid())
    settings = Settings(spec, RBM(epochs=2))
    seen: list[Snapshot] = []
    watched = pretrained(settings, show=lambda epoch, make: seen.append(make()))
    alone = pretrained(settings)
    weights = Trainer(spec).network.affines[0].weights
    differences = [
        np.abs(a.weights - b.weights).max()
        for a, b in zip(watched.machines, alone.machines, strict=True)
    ]
    return within(0, max(*differences, np.abs(weights - alone.machines[0].weights).max()), 0)


# A machine of 4 visible and 3 hidden units, by enumeration


@cache
def _small() -> tuple[Machine, Exact]:
    rng = np.random.default_rng(7)
    machine = Machine(rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal(3))
    return machine, Exact(machine)


def _brute_partition(machine: Machine) -> float:
    """Z, term by term from the definition of the energy."""
    total = 0.0
    for v in product((0, 1), repeat=4):
        for h in product((0, 1), repeat=3):
            energy = -sum(machine.visible_bias[i] * v[i] for i in range(4))
            energy -= sum(machine.hidden_bias[j] * h[j] for j in range(3))
            energy -= sum(h[j] * machine.weights[j, i] * v[i] for i in range(4) for j in range(3))
            total += np.exp(-energy)
    return float(total)


@LAB.check("4 × 3 machine: the partition function is the sum over all 128 states")
def partition() -> Outcome:
    machine, exact = _small()
    by_free_energy = float(np.exp(-machine.free_energy(exact.states_v)).sum())
    expected = _brute_partition(machine)
    return within([expected] * 2, [exact.partition, by_free_energy], 1e-10, relative=True)


@LAB.check("4 × 3 machine: free energies are −ln p(v) − ln Z")
def free_energy() -> Outcome:
    machine, exact = _small()
    expected = -np.log(exact.probability()) - np.log(exact.partition)
    return within(expected, machine.free_energy(exact.states_v), 1e-10)


@LAB.check("4 × 3 machine: the likelihood of data is that of the enumeration")
def likelihood() -> Outcome:
    _, exact = _small()
    rows = np.array([3, 3, 7, 12, 15])
    expected = float(np.log(exact.probability()[rows]).mean())
    return within(expected, exact.log_likelihood(exact.states_v[rows]), 1e-10)


@LAB.check("4 × 3 machine: both conditionals are those of the joint distribution")
def conditionals() -> Outcome:
    machine, exact = _small()
    expected = [*exact.hidden_given_visible().ravel(), *exact.visible_given_hidden().ravel()]
    measured = [*machine.hidden(exact.states_v).ravel(), *machine.visible(exact.states_h).ravel()]
    return within(expected, measured, 1e-10)


def _distance_from_exact(persistent: bool) -> float:
    """How far the model's ⟨h v⟩ are from those of the enumeration, with 40,000 chains that start at
    four states."""
    machine, exact = _small()
    start = exact.states_v[[3, 3, 7, 12]]
    wanted = machine.hidden(start).T @ start / len(start) - exact.gradient(start)
    learning = ContrastiveDivergence(
        machine, np.random.default_rng(1), rate=0, weight_cost=0, persistent=persistent
    )
    batch = np.tile(start, (10_000, 1))
    negative = [learning.update(batch).negative for _ in range(40)][-1]
    return float(np.abs(negative - wanted).max())


@LAB.check("4 × 3 machine: persistent chains reach the model's exact statistics")
def chains_are_right() -> Outcome:
    return at_most(0.01, _distance_from_exact(persistent=True))


@LAB.check("and CD-1, which starts at the data each time, does not")
def one_step_is_biased() -> Outcome:
    return at_least(0.05, _distance_from_exact(persistent=False))


@LAB.check("4 × 3 machine: data minus model is the gradient of the likelihood (differences)")
def gradient() -> Outcome:
    machine, exact = _small()
    v, step = exact.states_v[[3, 3, 7, 12]], 1e-6
    measured = np.zeros((3, 4))
    for j, i in np.ndindex(3, 4):
        ends = []
        for sign in (1, -1):
            weights = machine.weights.copy()
            weights[j, i] += sign * step
            moved = replace(machine, weights=weights)
            ends.append(Exact(moved).log_likelihood(v))
        measured[j, i] = (ends[0] - ends[1]) / (2 * step)
    return within(exact.gradient(v), measured, 1e-8)
