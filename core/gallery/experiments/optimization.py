"""Experiments about optimizers, batch sizes and how accurate a network becomes."""

from __future__ import annotations

from core.base.translation import Message
from core.catalogue.activations import Sigmoid
from core.catalogue.batching import FullBatch, MiniBatch, Stochastic
from core.catalogue.initializers import Normal, NormalSmall, XavierNormal
from core.catalogue.optimizers import SGD, AdaDelta, AdaGrad, Adam, Momentum, NAdam, RMSProp
from core.experiment.spec import ExperimentSpec
from core.gallery.experiment import Column, Expectation, Experiment, Plan
from core.gallery.experiments.building import classifier, pictures, variant, vary
from core.gallery.figures import (
    LATE,
    TEST,
    TRAIN,
    accuracy,
    accuracy_gap,
    difference,
    jitter,
    late_loss,
    least,
    loss,
    loss_at,
    most,
    of,
    ratio,
    rises,
    updates_per_epoch,
)

Bounds = tuple[float, float]


def _optimizers(data: str) -> Plan:
    base = classifier(pictures(data), (100,) * 4, batch=128)
    rules = {
        "SGD": SGD(learning_rate=0.01),
        "Momentum": Momentum(learning_rate=0.01),
        "AdaGrad": AdaGrad(learning_rate=0.01),
        "Adam": Adam(learning_rate=0.001),
        "RMSProp": RMSProp(learning_rate=0.001),
        "AdaDelta": AdaDelta(),
        "NAdam": NAdam(learning_rate=0.001),
    }
    others = tuple(label for label in rules if label != "SGD")
    early = loss_at(100)
    return Plan(
        variants=vary(base, "training.optimizer", rules),
        columns=(Column("Loss at step 100", early), LATE, TRAIN, TEST),
        steps=2000 if data == "mnist" else 600,
        expectations=(
            Expectation(
                "SGD is the slowest (its loss divided by the largest of the others)",
                ratio(of("SGD", late_loss), most(others, late_loss)),
                low=2,
                unit="×",
            ),
            Expectation(
                "Momentum is ahead of SGD from the start (loss at step 100)",
                ratio(of("SGD", early), of("Momentum", early)),
                low=2,
                unit="×",
            ),
            Expectation(
                "AdaGrad, with a step size for every weight, is ahead of Momentum at step 100",
                difference(of("Momentum", early), of("AdaGrad", early)),
                low=0.03,
            ),
            Expectation(
                "Adam ends below Momentum",
                difference(of("Momentum", late_loss), of("Adam", late_loss)),
                low=0.001,
            ),
            Expectation(
                "All but SGD learn well",
                least(others, accuracy("test")),
                low=0.95,
                unit="%",
            ),
        ),
    )


def _batches(data: str) -> Plan:
    base = classifier(pictures(data, 1000), (50,), epochs=10, optimizer=SGD(learning_rate=0.05))
    sizes = {Message("all 1000"): FullBatch(), "32": MiniBatch(size=32), "1": Stochastic()}
    return Plan(
        variants=vary(base, "training.batching", sizes),
        columns=(
            Column("Updates an epoch", updates_per_epoch),
            Column("Jitter", jitter, "%"),
            Column("Train loss", loss("train")),
            TRAIN,
            TEST,
        ),
        expectations=(
            Expectation(
                "Batch gradient descent makes one update per epoch",
                of("all 1000", updates_per_epoch),
                1,
                1,
            ),
            Expectation(
                "Mini-batches of 32 make N/32 updates, rounded up",
                of("32", updates_per_epoch),
                32,
                32,
            ),
            Expectation(
                "Stochastic gradient descent makes one update per sample",
                of("1", updates_per_epoch),
                1000,
                1000,
            ),
            Expectation(
                "With batch gradient descent the loss never rises", of("all 1000", rises), high=0.0
            ),
            Expectation(
                "Mini-batches make the loss noisier (jumps, relative to batch gradient descent)",
                ratio(of("32", jitter), of("all 1000", jitter)),
                low=3,
                unit="×",
            ),
            Expectation(
                "Single samples make it noisier still (jumps, relative to mini-batches)",
                ratio(of("1", jitter), of("32", jitter)),
                low=3,
                unit="×",
            ),
            Expectation(
                "After the same ten epochs mini-batches are far ahead of whole batches (loss)",
                ratio(of("all 1000", loss("train")), of("32", loss("train"))),
                low=3,
                unit="×",
            ),
            Expectation(
                "Stochastic gradient descent is ahead of mini-batches (loss)",
                ratio(of("32", loss("train")), of("1", loss("train"))),
                low=2,
                unit="×",
            ),
        ),
    )


def _two_layer(data: str) -> Plan:
    base = classifier(
        pictures(data),
        (50,),
        activation=Sigmoid(),
        initializer=NormalSmall(),
        optimizer=SGD(learning_rate=0.1),
    )
    low = 0.93 if data == "mnist" else 0.92
    return Plan(
        variants=(variant(base, Message("two layers"), {}),),
        columns=(LATE, TRAIN, TEST),
        steps=10_000,
        expectations=(
            Expectation(
                "Two layers learn to read digits",
                of("two layers", accuracy("test")),
                low,
                0.97,
                "%",
            ),
            Expectation(
                "They do not overfit: train and test accuracy are close",
                of("two layers", accuracy_gap),
                -0.01,
                0.02 if data == "mnist" else 0.05,
                "%",
            ),
        ),
    )


def _ladder(data: str) -> Plan:
    large = data == "mnist"
    middle, deep = ((256,) * 2, (256,) * 4) if large else ((64,) * 2, (64,) * 4)
    samples, adam = pictures(data), Adam(learning_rate=0.001)

    def net(widths: tuple[int, ...], dropout: float = 0.0) -> ExperimentSpec:
        return classifier(
            samples,
            widths,
            initializer=XavierNormal(),
            optimizer=adam,
            batch=100 if large else 50,
            epochs=15 if large else 40,
            network={"dropout": dropout},
        )

    good, tall = net(middle), net(deep, 0.3)

    def rung(label: str, statement: str, mnist: Bounds, digits: Bounds) -> Expectation:
        low, high = mnist if large else digits
        return Expectation(statement, of(label, accuracy("test")), low, high, "%")

    rungs = (
        rung("softmax", Message("Softmax regression, no hidden layer"), (0.9, 0.935), (0.87, 0.95)),
        rung(
            "poor start", Message("Two hidden layers, weights of std 1"), (0.93, 0.96), (0.8, 0.93)
        ),
        rung("Xavier", Message("The same from Xavier"), (0.968, 0.985), (0.945, 0.985)),
        rung(
            "deep, dropout",
            Message("Four hidden layers and dropout 0.3"),
            (0.975, 0.988),
            (0.945, 0.985),
        ),
        rung(
            "deep, dropout, BN", Message("The same with batch norm"), (0.975, 0.988), (0.96, 0.995)
        ),
        rung(
            "SGD",
            Message("Two hidden layers from Xavier again, SGD at 0.1 instead of Adam"),
            (0.97, 0.985),
            (0.94, 0.985),
        ),
    )
    climbs = (
        Expectation(
            "Initial weights matter: Xavier minus std 1",
            difference(of("Xavier", accuracy("test")), of("poor start", accuracy("test"))),
            low=0.015,
            unit="%",
        ),
        Expectation(
            "The best network minus softmax regression",
            difference(of("deep, dropout, BN", accuracy("test")), of("softmax", accuracy("test"))),
            low=0.03,
            unit="%",
        ),
    )
    return Plan(
        variants=(
            variant(net(()), "softmax", {}),
            variant(good, Message("poor start"), {"network.initializer": Normal()}),
            variant(good, "Xavier", {}),
            variant(tall, Message("deep, dropout"), {}),
            variant(tall, Message("deep, dropout, BN"), {"network.normalization": "before"}),
            variant(good, "SGD", {"training.optimizer": SGD(learning_rate=0.1)}),
        ),
        columns=(LATE, TRAIN, TEST),
        expectations=(
            *rungs,
            *climbs,
        ),
    )


EXPERIMENTS = (
    Experiment(
        key="optimizer_compare",
        title="Optimizers",
        question="Which optimizer brings the loss down fastest?",
        look_for="SGD trails. AdaGrad leads for a few hundred steps; then its step size shrinks, "
        "and Adam and similar optimizers catch up.",
        varies="optimizer, each with its usual learning rate",
        views=("loss", "gradients"),
        plans={key: _optimizers(key) for key in ("mnist", "digits")},
    ),
    Experiment(
        key="batch_sizes",
        title="Batch, mini-batch, stochastic",
        question="How many samples should an update see?",
        look_for="The smooth, slow curve of batch gradient descent against the noisy, fast one of "
        "single samples, over the same ten epochs.",
        varies="batch size",
        views=("loss",),
        plans={key: _batches(key) for key in ("mnist", "digits")},
    ),
    Experiment(
        key="two_layer",
        title="A two-layer network",
        question="How far does one small hidden layer of sigmoids get?",
        look_for="A plateau at the start, while the small weights grow; then a steady fall. "
        "Train and test accuracy stay close.",
        varies="nothing",
        views=("loss", "activations"),
        plans={key: _two_layer(key) for key in ("mnist", "digits")},
    ),
    Experiment(
        key="ladder",
        title="The ladder of accuracy",
        question="What does each improvement add to the accuracy on unseen digits?",
        look_for="Test accuracy, looked at once at the end, from softmax regression up to a deep "
        "network with dropout and batch norm.",
        varies="one setting per step",
        views=("loss",),
        plans={key: _ladder(key) for key in ("mnist", "digits")},
        seeds=(1,),
    ),
)
