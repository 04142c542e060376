"""Experiments about initial weights."""

from __future__ import annotations

import numpy as np

from core.base.translation import Message
from core.catalogue.activations import ReLU, Sigmoid, Tanh
from core.catalogue.initializers import (
    Constant,
    HeNormal,
    Normal,
    NormalSmall,
    XavierFanIn,
    XavierNormal,
    Zeros,
)
from core.catalogue.optimizers import SGD
from core.catalogue.penalties import ByNorm
from core.data.noise import Noise
from core.experiment.spec import DataSpec
from core.gallery.experiment import Column, Expectation, Experiment, Plan
from core.gallery.experiments.building import classifier, pictures, variant, vary
from core.gallery.figures import (
    LATE,
    TEST,
    TRAIN,
    accuracy,
    activation_std,
    at_the_ends,
    delta_std,
    difference,
    diverged,
    iterations,
    kept,
    late_loss,
    least,
    of,
    probe,
)
from core.training.trainer import Trainer


def _study() -> Plan:
    data = DataSpec(dataset=Noise(count=1000), validation=0, standardize=False)
    functions = {"sigmoid": Sigmoid(), "tanh": Tanh(), "ReLU": ReLU()}
    starts = {
        "std 1": Normal(),
        "std 0.01": NormalSmall(),
        "Xavier": XavierFanIn(),
        "He": HeNormal(),
    }
    base = classifier(data, (100,) * 5, network={"bias": False})
    variants = tuple(
        variant(
            base,
            f"{name}, {start}",
            {"network.activation": function, "network.initializer": initializer},
        )
        for name, function in functions.items()
        for start, initializer in starts.items()
    )

    def forward(label: str, statement: str, low: float | None, high: float | None) -> Expectation:
        return Expectation(statement, of(label, kept(activation_std, 0, 4)), low, high)

    def backward(label: str, statement: str, low: float | None, high: float | None) -> Expectation:
        return Expectation(statement, of(label, kept(delta_std, 4, 0)), low, high)

    return Plan(
        variants=variants,
        columns=(
            Column("std of a₁", activation_std(0)),
            Column("std of a₅", activation_std(4)),
            Column("forward a₅/a₁", kept(activation_std, 0, 4)),
            Column("backward δ₁/δ₅", kept(delta_std, 4, 0)),
        ),
        steps=0,
        expectations=(
            Expectation(
                "Sigmoid, std 1: activations pile up at 0 and 1 (share in the outermost 48ths)",
                of("sigmoid, std 1", at_the_ends(4)),
                low=0.4,
                unit="%",
            ),
            Expectation(
                "Sigmoid, std 0.01: activations pile up at 0.5 (their deviation)",
                of("sigmoid, std 0.01", activation_std(4)),
                high=0.02,
            ),
            Expectation(
                "Sigmoid, Xavier: activations spread (their deviation)",
                of("sigmoid, Xavier", activation_std(4)),
                low=0.05,
            ),
            Expectation(
                "Sigmoid, Xavier: activations do not pile up at the ends",
                of("sigmoid, Xavier", at_the_ends(4)),
                high=0.05,
                unit="%",
            ),
            Expectation(
                "Tanh, std 0.01: activations collapse to 0 (their deviation)",
                of("tanh, std 0.01", activation_std(4)),
                high=1e-3,
            ),
            forward(
                "tanh, Xavier",
                Message("Tanh, Xavier: activations keep half their spread"),
                0.4,
                1.2,
            ),
            forward("ReLU, std 0.01", Message("ReLU, std 0.01: activations vanish"), None, 1e-3),
            forward(
                "ReLU, Xavier",
                Message("ReLU, Xavier: activations shrink from layer to layer"),
                None,
                0.45,
            ),
            forward("ReLU, He", Message("ReLU, He: activations keep their size"), 0.5, 2),
            forward("ReLU, std 1", Message("ReLU, std 1: activations explode"), 1000, None),
            backward(
                "tanh, Xavier",
                Message("Backward, tanh, Xavier: errors roughly keep their size"),
                0.3,
                1.5,
            ),
            backward("ReLU, Xavier", Message("Backward, ReLU, Xavier: errors shrink"), None, 0.45),
            backward("ReLU, He", Message("Backward, ReLU, He: errors keep their size"), 0.5, 2),
            backward("ReLU, std 1", Message("Backward, ReLU, std 1: errors explode"), 1000, None),
            backward(
                "sigmoid, std 1",
                Message("Backward, sigmoid, std 1: errors do not vanish"),
                0.1,
                None,
            ),
            backward(
                "sigmoid, Xavier",
                Message("Backward, sigmoid, Xavier: errors still lose a factor of four a layer"),
                None,
                4.0**-4,
            ),
        ),
    )


def _compare(data: str) -> Plan:
    base = classifier(pictures(data), (100,) * 4, batch=128)
    start = {"std 0.01": NormalSmall(), "Xavier": XavierNormal(), "He": HeNormal()}
    return Plan(
        variants=vary(base, "network.initializer", start),
        columns=(LATE, TRAIN, TEST),
        steps=2000 if data == "mnist" else 1000,
        expectations=(
            Expectation(
                "With std 0.01 nothing is learned: the loss stays at ln 10 = 2.303",
                of("std 0.01", late_loss),
                2.28,
                2.32,
            ),
            Expectation("Xavier learns", of("Xavier", accuracy("test")), low=0.88, unit="%"),
            Expectation("He learns", of("He", accuracy("test")), low=0.9, unit="%"),
            Expectation(
                "He is ahead of Xavier: its loss is lower",
                difference(of("Xavier", late_loss), of("He", late_loss)),
                low=0.02,
            ),
        ),
    )


def distinct_units(trainer: Trainer) -> float:
    """How many units of the first hidden layer differ from all others by more than rounding."""
    weights = trainer.network.affines[0].block.value.astype(np.float64)
    tolerance = 1e-4 * np.abs(weights).max()
    different: list[np.ndarray] = []
    for unit in weights:
        if all(np.abs(unit - other).max() > tolerance for other in different):
            different.append(unit)
    return float(len(different))


def _symmetry(data: str) -> Plan:
    base = classifier(
        pictures(data), (50, 50), activation=Sigmoid(), optimizer=SGD(learning_rate=0.5)
    )
    start = {
        Message("zeros"): Zeros(),
        Message("all 0.01"): Constant(value=0.01),
        "Xavier": XavierNormal(),
    }
    same = ("zeros", "all 0.01")
    return Plan(
        variants=vary(base, "network.initializer", start),
        columns=(Column("Different units", probe("distinct")), LATE, TEST),
        steps=1500,
        probes={"distinct": distinct_units},
        expectations=(
            Expectation(
                "Starting from zeros, the 50 units of layer 1 stay identical",
                of("zeros", probe("distinct")),
                1,
                1,
            ),
            Expectation(
                "Starting from one constant they do, too", of("all 0.01", probe("distinct")), 1, 1
            ),
            Expectation(
                "Starting from random weights all 50 differ",
                of("Xavier", probe("distinct")),
                50,
                50,
            ),
            Expectation("Random weights learn", of("Xavier", accuracy("test")), low=0.88, unit="%"),
            Expectation(
                "They leave the better symmetric network far behind (test accuracy)",
                difference(
                    of("Xavier", accuracy("test")),
                    lambda runs: max(accuracy("test")(runs[label]) for label in same),
                ),
                low=0.3,
                unit="%",
            ),
        ),
    )


def _exploding(data: str) -> Plan:
    base = classifier(pictures(data), (100,) * 5, batch=128, initializer=Normal())
    rescued = ("clipped", "batch norm", "He")
    return Plan(
        variants=(
            variant(base, "std 1", {}),
            variant(base, Message("clipped"), {"training.clipping": ByNorm(limit=10.0)}),
            variant(base, Message("batch norm"), {"network.normalization": "before"}),
            variant(base, "He", {"network.initializer": HeNormal()}),
        ),
        columns=(
            Column("Signal a₅/a₁", kept(activation_std, 0, 4)),
            Column("Steps", iterations),
            LATE,
            TEST,
        ),
        steps=1000,
        expectations=(
            Expectation("With std 1 the run diverges", of("std 1", diverged), 1, 1),
            Expectation("It does so within a few steps", of("std 1", iterations), high=20),
            Expectation(
                "Every layer multiplies the signal by about seven (layer 5 / layer 1)",
                of("std 1", kept(activation_std, 0, 4)),
                low=1000,
            ),
            Expectation(
                "None of the rescued runs diverges",
                lambda runs: max(diverged(runs[label]) for label in rescued),
                0,
                0,
            ),
            Expectation("All of them learn", least(rescued, accuracy("test")), low=0.5, unit="%"),
            Expectation(
                "Avoiding the explosion is best: He minus the better of the other two",
                difference(
                    of("He", accuracy("test")),
                    lambda runs: max(accuracy("test")(runs[each]) for each in rescued[:2]),
                ),
                low=0.02,
                unit="%",
            ),
        ),
    )


EXPERIMENTS = (
    Experiment(
        key="init_study",
        title="Initial weights and signals",
        question="What do initial weights do to the signals in a network?",
        look_for="The histograms of the five layers before the first step: piled up at the ends, "
        "collapsed to one value, or as wide at the fifth layer as at the first.",
        varies="activation and standard deviation of the weights",
        views=("activations", "gradients"),
        plans={"noise": _study()},
        finding="Xavier keeps the activations of sigmoid spread out, but not its errors: going "
        "backward, each layer still costs a factor of four or more with every initialisation that "
        "does not saturate it.",
    ),
    Experiment(
        key="init_compare",
        title="Initial weights and learning",
        question="How much do std 0.01, Xavier and He matter for a ReLU network?",
        look_for="The flat line of std 0.01, and He ahead of Xavier from the first steps on.",
        varies="initialiser",
        views=("loss", "activations", "gradients"),
        plans={key: _compare(key) for key in ("mnist", "digits")},
    ),
    Experiment(
        key="symmetry",
        title="Symmetric weights",
        question="Why must weights start at random?",
        look_for="All units of a layer stay copies of one unit; the loss stops where a network of "
        "one unit a layer stops.",
        varies="initialiser",
        views=("loss", "activations"),
        plans={key: _symmetry(key) for key in ("mnist", "digits")},
    ),
    Experiment(
        key="exploding",
        title="Exploding signals and their remedies",
        question="What ends a run that starts with too large weights, and what saves it?",
        look_for="The first run ends at once. Clipping limits the damage of each step, batch norm "
        "undoes the growth, He avoids it.",
        varies="remedy",
        views=("loss", "activations", "gradients"),
        plans={key: _exploding(key) for key in ("mnist", "digits")},
    ),
)
