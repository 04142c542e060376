"""Experiments about depth: what it costs and what it buys."""

from __future__ import annotations

import numpy as np

from core.base.streams import Streams
from core.base.translation import Message
from core.catalogue.activations import Activation, Identity, ReLU, Sigmoid
from core.catalogue.initializers import XavierNormal
from core.catalogue.optimizers import SGD, Adam
from core.data.toys import Circle
from core.experiment.presets import deep_digits
from core.experiment.spec import DataSpec, ExperimentSpec
from core.gallery.experiment import Column, Expectation, Experiment, Plan
from core.gallery.experiments.building import classifier, pictures, variant
from core.gallery.figures import (
    LATE,
    TEST,
    TRAIN,
    accuracy,
    delta_std,
    difference,
    gradient_kept,
    kept,
    late_loss,
    most,
    of,
    probe,
)
from core.network.landscape import Landscape, local_extrema, random_directions
from core.training.trainer import Trainer


def _vanishing(data: str) -> Plan:
    samples, adam = pictures(data), Adam(learning_rate=0.001)
    depths = (2, 3, 4, 5, 6, 8, 10)

    def stack(depth: int, function: Activation) -> ExperimentSpec:
        return classifier(
            samples,
            (30,) * depth,
            batch=128,
            activation=function,
            initializer=XavierNormal() if isinstance(function, Sigmoid) else None,
            optimizer=adam,
        )

    variants = [variant(stack(d, Sigmoid()), f"sigmoid × {d}", {}) for d in depths]
    variants.append(variant(stack(10, ReLU()), "ReLU × 10", {}))

    def bound(depth: int) -> Expectation:
        return Expectation(
            Message(
                "{depth} layers: the error at the first is at most 4^−{depth} of the output's",
                depth=depth,
            ),
            of(f"sigmoid × {depth}", kept(delta_std, -1, 0)),
            high=4.0**-depth,
        )

    train = accuracy("train")
    return Plan(
        variants=tuple(variants),
        columns=(
            Column("δ₁/δ_out at the start", kept(delta_std, -1, 0)),
            Column("Gradient, first/last", gradient_kept),
            LATE,
            TRAIN,
            TEST,
        ),
        steps=1000,
        expectations=(
            *(bound(depth) for depth in (2, 4, 6, 8, 10)),
            Expectation("Two layers learn", of("sigmoid × 2", train), low=0.85, unit="%"),
            Expectation(
                "Ten layers do not, in the same number of steps",
                of("sigmoid × 10", train),
                high=0.5,
                unit="%",
            ),
            Expectation(
                "Ten layers of ReLU keep the error",
                of("ReLU × 10", kept(delta_std, -1, 0)),
                low=0.05,
            ),
            Expectation("They learn", of("ReLU × 10", train), low=0.85, unit="%"),
        ),
    )


def collapse_error(trainer: Trainer) -> float:
    """How far the product of all weight matrices is from the network: the largest difference of
    logits, as a share of the largest logit."""
    matrix = np.eye(trainer.network.features)
    offset = np.zeros(trainer.network.features)
    for affine in trainer.network.affines:
        weights = affine.weights.astype(np.float64)
        matrix, offset = weights @ matrix, weights @ offset
        if affine.bias:
            offset = offset + affine.block.value[:, -1]
    inputs = trainer.inputs[:1000, :-1].astype(np.float64)
    one_layer = matrix @ inputs.T + offset[:, None]
    logits = trainer.logits("train")[:, :1000]
    return float(np.abs(one_layer - logits).max() / np.abs(logits).max())


def _linear(data: str) -> Plan:
    large = data == "mnist"
    samples = pictures(data) if large else DataSpec(dataset=Circle(count=600), test=0.3)
    width, test = 100 if large else 16, accuracy("test")

    def net(depth: int, function: Activation) -> ExperimentSpec:
        return classifier(
            samples,
            (width,) * depth,
            activation=function,
            initializer=XavierNormal(),
            optimizer=SGD(learning_rate=0.1),
        )

    return Plan(
        variants=(
            variant(net(0, Identity()), Message("no hidden layer"), {}),
            variant(net(1, Identity()), Message("1 linear"), {}),
            variant(net(4, Identity()), Message("4 linear"), {}),
            variant(net(4, ReLU()), Message("4 ReLU"), {}),
        ),
        columns=(Column("Off one matrix", probe("collapse"), "%"), LATE, TRAIN, TEST),
        steps=2000,
        probes={"collapse": collapse_error},
        expectations=(
            Expectation(
                "Four linear layers are exactly one matrix (difference of the outputs)",
                of("4 linear", probe("collapse")),
                high=1e-4,
                unit="%",
            ),
            Expectation(
                "With ReLU they are not", of("4 ReLU", probe("collapse")), low=0.1, unit="%"
            ),
            Expectation(
                "Depth buys nothing: no hidden layer against four linear ones (loss)",
                difference(of("no hidden layer", late_loss), of("4 linear", late_loss)),
                -0.05,
                0.05,
            ),
            Expectation(
                "ReLU gains what linear layers cannot (test accuracy)",
                difference(of("4 ReLU", test), most(("no hidden layer", "4 linear"), test)),
                low=0.03 if large else 0.25,
                unit="%",
            ),
        ),
    )


def extrema(trainer: Trainer) -> float:
    """Local extrema of the loss along a random line through the network, mean of ten lines."""
    network, rows = trainer.network, slice(0, 500)
    landscape = Landscape(network, trainer.objective, trainer.inputs[rows], trainer.targets[rows])
    rng = Streams(trainer.spec.seed)["landscape"]
    steps = np.linspace(-1, 1, 41)
    lines = (landscape.line(d, steps) for d in random_directions(network, 10, rng))
    return float(np.mean([local_extrema(line) for line in lines]))


def _landscape() -> Plan:
    depths = (4, 16, 32)

    def label(depth: int, skip: bool) -> Message:
        if skip:
            return Message("{depth} layers, skip", depth=depth)
        return Message("{depth} layers, plain", depth=depth)

    def turns(depth: int, skip: bool, low: float | None, high: float | None) -> Expectation:
        statement = (
            Message(
                "{depth} layers, with skip connections: extrema along a random line", depth=depth
            )
            if skip
            else Message("{depth} layers, plain: extrema along a random line", depth=depth)
        )
        return Expectation(statement, of(label(depth, skip), probe("extrema")), low, high)

    return Plan(
        variants=tuple(
            variant(deep_digits(depth, skip), label(depth, skip), {})
            for depth in depths
            for skip in (False, True)
        ),
        columns=(Column("Extrema a line", probe("extrema")), LATE, TRAIN, TEST),
        probes={"extrema": extrema},
        expectations=(
            turns(4, False, None, 1.5),
            turns(16, False, 4, None),
            turns(32, False, 4, None),
            *(turns(depth, True, None, 1.5) for depth in depths),
            Expectation(
                "With skip connections 32 layers learn",
                of(label(32, True), accuracy("test")),
                low=0.93,
                unit="%",
            ),
        ),
    )


EXPERIMENTS = (
    Experiment(
        key="vanishing",
        title="Vanishing gradients",
        question="What happens to a network of sigmoids when it gets deeper?",
        look_for="The gradient of the first layer: a quarter, or less, of the next one's, and so "
        "on from layer to layer.",
        varies="number of hidden layers",
        views=("gradients", "loss"),
        plans={key: _vanishing(key) for key in ("mnist", "digits")},
    ),
    Experiment(
        key="linear_stack",
        title="A stack of linear layers",
        question="What does depth buy without an activation function?",
        look_for="Four linear layers end where one does; their product is one matrix that gives "
        "the same outputs.",
        varies="depth, activation",
        views=("loss", "activations"),
        plans={"mnist": _linear("mnist"), "circle": _linear("circle")},
    ),
    Experiment(
        key="landscape",
        title="Skip connections smooth the loss",
        question="What does the loss look like around a deep network?",
        look_for="Deep plain networks hardly learn with these large steps; those with skip "
        "connections learn at every depth.",
        varies="depth, skip connections",
        views=("loss", "gradients"),
        plans={"digits": _landscape()},
        seeds=(1, 2, 3, 4, 5),
        finding="Depth alone does not make the loss rugged: a plain network of 16 layers trained "
        "with smaller steps to full accuracy has one extremum a line, too. Rugged is the place "
        "where training got lost.",
    ),
)
