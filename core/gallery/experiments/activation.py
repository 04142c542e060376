"""Experiments about activation functions: which is best, which dies, which zigzags."""

from __future__ import annotations

from core.base.translation import Message, joined
from core.catalogue.activations import ELU, LeakyReLU, ReLU, Sigmoid, Swish, Tanh
from core.catalogue.batching import MiniBatch, Stochastic
from core.catalogue.initializers import Auto, Normal, XavierNormal
from core.catalogue.optimizers import SGD, Adam
from core.gallery.experiment import Column, Expectation, Experiment, Plan
from core.gallery.experiments.building import classifier, pictures, variant
from core.gallery.figures import (
    LATE,
    TEST,
    TRAIN,
    accuracy,
    dead,
    difference,
    diverged,
    late_loss,
    most,
    of,
    ratio,
    same_sign,
)


def _compare(data: str) -> Plan:
    base = classifier(pictures(data), (100,) * 4, batch=128, optimizer=Adam(learning_rate=0.001))
    functions = {
        "sigmoid": Sigmoid(),
        "tanh": Tanh(),
        "ReLU": ReLU(),
        "leaky ReLU": LeakyReLU(),
        "ELU": ELU(),
        "swish": Swish(),
    }
    starts = {Message("good"): Auto(), "std 1": Normal()}
    variants = tuple(
        variant(
            base,
            joined(", ", (name, start)),
            {"network.activation": function, "network.initializer": initializer},
        )
        for start, initializer in starts.items()
        for name, function in functions.items()
    )
    poor = tuple(f"{name}, std 1" for name in functions if name != "sigmoid")
    leaders = ("ReLU, good", "swish, good")
    test = accuracy("test")
    return Plan(
        variants=variants,
        columns=(LATE, TRAIN, TEST),
        steps=1000,
        expectations=(
            Expectation(
                "With good initial weights ReLU and swish are ahead of tanh (loss)",
                ratio(of("tanh, good", late_loss), most(leaders, late_loss)),
                low=1.05,
                unit="×",
            ),
            Expectation(
                "They leave sigmoid far behind (loss)",
                ratio(of("sigmoid, good", late_loss), most(leaders, late_loss)),
                low=1.5,
                unit="×",
            ),
            Expectation(
                "With poor initial weights (std 1) sigmoid leads (accuracy minus the best other)",
                difference(of("sigmoid, std 1", test), most(poor, test)),
                low=0.01,
                unit="%",
            ),
            Expectation(
                "Tanh, which saturates, suffers most (test accuracy lost by them)",
                difference(of("tanh, good", test), of("tanh, std 1", test)),
                low=0.2,
                unit="%",
            ),
        ),
    )


def _dead(data: str) -> Plan:
    large = data == "mnist"
    base = classifier(pictures(data), (100,) * 3, batch=128)
    rates = {"0.1": SGD(learning_rate=0.1), "1": SGD(learning_rate=1.0)}
    functions = {"ReLU": ReLU(), "leaky ReLU": LeakyReLU()}
    variants = tuple(
        variant(
            base,
            f"{name}, η {rate}",
            {"network.activation": function, "training.optimizer": rule},
        )
        for name, function in functions.items()
        for rate, rule in rates.items()
    )
    calm, wild = "ReLU, η 0.1", "ReLU, η 1"
    return Plan(
        variants=variants,
        columns=(Column("Dead units", dead, "%"), Column("Diverged", diverged, "%"), LATE, TEST),
        steps=500,
        expectations=(
            Expectation("At η = 0.1 few units are dead", of(calm, dead), high=0.2, unit="%"),
            Expectation("At η = 1 many are", of(wild, dead), low=0.25 if large else 0.4, unit="%"),
            Expectation(
                "The network gets worse (test accuracy lost)",
                difference(of(calm, accuracy("test")), of(wild, accuracy("test"))),
                low=0.02 if large else 0.2,
                unit="%",
            ),
            Expectation(
                "Leaky ReLU has no dead units at either rate",
                most([f"leaky ReLU, η {rate}" for rate in rates], dead),
                0,
                0,
                "%",
            ),
        ),
    )


def _zigzag(data: str) -> Plan:
    base = classifier(
        pictures(data), (50,) * 3, initializer=XavierNormal(), optimizer=SGD(learning_rate=0.05)
    )
    functions = {"sigmoid": Sigmoid(), "tanh": Tanh()}
    batchings = {
        Message("single samples"): Stochastic(),
        Message("batches of 32"): MiniBatch(size=32),
    }
    variants = tuple(
        variant(
            base,
            joined(", ", (name, size)),
            {"network.activation": function, "training.batching": batching},
        )
        for size, batching in batchings.items()
        for name, function in functions.items()
    )
    return Plan(
        variants=variants,
        columns=(
            Column("Same sign, layer 2", same_sign(1), "%"),
            Column("Same sign, layer 3", same_sign(2), "%"),
            LATE,
            TEST,
        ),
        steps=2000,
        expectations=(
            Expectation(
                "After sigmoids all weights of a unit move in the same direction at each sample",
                of("sigmoid, single samples", same_sign(1)),
                1,
                1,
                "%",
            ),
            Expectation(
                "After tanh, whose outputs have both signs, they hardly ever do",
                of("tanh, single samples", same_sign(1)),
                high=0.05,
                unit="%",
            ),
            Expectation(
                "Batches weaken the effect, but most units still move that way",
                of("sigmoid, batches of 32", same_sign(2)),
                low=0.5,
                unit="%",
            ),
            Expectation(
                "Tanh learns faster (loss, sigmoid minus tanh, batches of 32)",
                difference(
                    of("sigmoid, batches of 32", late_loss), of("tanh, batches of 32", late_loss)
                ),
                low=0.5,
            ),
        ),
    )


EXPERIMENTS = (
    Experiment(
        key="activation_compare",
        title="Activation functions with good and poor initial weights",
        question="Which activation function learns best, and do initial weights change that?",
        look_for="ReLU and swish in front where the weights suit them; sigmoid in front where all "
        "weights are far too large.",
        varies="activation, initialiser",
        views=("loss", "activations", "gradients"),
        plans={key: _compare(key) for key in ("mnist", "digits")},
    ),
    Experiment(
        key="dead_relu",
        title="Dead ReLUs",
        question="How do ReLU units die, and can a leak keep them alive?",
        look_for="The share of units that are 0 for every image, after a few steps that are too "
        "large.",
        varies="learning rate, leak",
        views=("activations", "loss", "gradients"),
        plans={key: _dead(key) for key in ("mnist", "digits")},
        finding="A leak keeps the units alive but does not save the run: at the rate that kills "
        "ReLU units, half of the leaky networks diverge. Dead units are what keeps ReLU from "
        "exploding; the remedy is a smaller rate.",
    ),
    Experiment(
        key="zigzag",
        title="Zigzag",
        question="Why is it bad when all outputs of a layer are positive?",
        look_for="The share of units whose weights all move in the same direction: nearly all "
        "after sigmoids, nearly none after tanh.",
        varies="activation, batch size",
        views=("loss", "gradients"),
        plans={key: _zigzag(key) for key in ("mnist", "digits")},
        finding="That sigmoid learns more slowly than tanh here is not due to the zigzag alone: "
        "its slope is also a quarter of tanh's, so its gradients vanish sooner.",
    ),
)
