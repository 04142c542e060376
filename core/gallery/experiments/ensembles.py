"""Experiments about many networks at once: ensembles, and dropout as one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from core.base.translation import Message
from core.catalogue.optimizers import Adam
from core.gallery.experiment import Column, Expectation, Experiment, Figure, Plan, Runs
from core.gallery.experiments.building import classifier, pictures, variant
from core.gallery.figures import TEST, TRAIN, accuracy, difference, loss, of, probe
from core.training import ensembles
from core.training.trainer import Trainer

MEMBERS = tuple(Message("member {number}", number=i) for i in range(1, 9))
MASKS = 50
# Test samples that the masks are evaluated on.
JUDGED = 1000


def _mean(reading: str) -> Figure:
    """The mean over the members of a reading of the test part."""
    read = accuracy("test") if reading == "accuracy" else loss("test")

    def figure(runs: Runs) -> float:
        return float(np.mean([read(runs[label]) for label in MEMBERS]))

    return figure


def _together(trainers: Mapping[str, Trainer]) -> dict[str, float]:
    """Accuracy and loss on the test part of the mean probability and of the vote."""
    outputs = np.stack([ensembles.outputs_of(t, "test") for t in trainers.values()])
    targets = next(iter(trainers.values())).data.part("test").targets.T.astype(np.float64)
    mean, shares = outputs.mean(axis=0), ensembles.votes(outputs)
    return {
        "ensemble": float(ensembles.accuracy(mean, targets)),
        "vote": float(ensembles.accuracy(shares, targets)),
        "ensemble loss": float(ensembles.cross_entropy(mean, targets)),
    }


def _ensemble(data: str) -> Plan:
    large = data == "mnist"
    samples = pictures(data, 1000 if large else 600)
    base = classifier(samples, (50, 50), batch=50, epochs=20, optimizer=Adam(learning_rate=0.002))
    first = MEMBERS[0]
    gain = difference(of(first, probe("ensemble")), _mean("accuracy"))
    return Plan(
        variants=tuple(variant(base, label, {}, member=i) for i, label in enumerate(MEMBERS)),
        columns=(
            TRAIN,
            TEST,
            Column("All by mean probability", probe("ensemble"), "%"),
            Column("All by vote", probe("vote"), "%"),
        ),
        together=_together,
        expectations=(
            Expectation(
                "The mean probability of eight is right more often than the mean member",
                gain,
                low=0.005 if large else 0.003,
                unit="%",
            ),
            Expectation(
                "A vote of eight gains about as much",
                difference(of(first, probe("vote")), of(first, probe("ensemble"))),
                -0.01,
                0.01,
                "%",
            ),
            Expectation(
                "The loss of the mean probability is below the mean loss, which is a theorem",
                difference(_mean("loss"), of(first, probe("ensemble loss"))),
                low=0.0,
            ),
        ),
    )


def _masked(kind: str, trainer: Trainer) -> float:
    """Accuracy on the first JUDGED test samples: of "one" mask (mean over masks), of the mean
    output of all "masks", or of the "whole" network."""
    targets = trainer.data.part("test").targets[:JUDGED].T.astype(np.float64)
    if kind == "whole":
        outputs = ensembles.outputs_of(trainer, "test")[:, :JUDGED]
        return float(ensembles.accuracy(outputs, targets))
    inputs = trainer.data.part_inputs("test")[:JUDGED]
    outputs = ensembles.dropout_samples(trainer, inputs, MASKS)
    if kind == "masks":
        outputs = outputs.mean(axis=0)
    return float(ensembles.accuracy(outputs, targets).mean())


def _dropout(data: str) -> Plan:
    samples = pictures(data, 1000 if data == "mnist" else 600)
    base = classifier(samples, (100, 100), batch=50, epochs=30, optimizer=Adam(learning_rate=0.002))
    half = Message("dropout {rate}", rate=0.5)
    return Plan(
        variants=(
            variant(base, Message("plain"), {}),
            variant(base, Message("dropout {rate}", rate=0.2), {"network.dropout": 0.2}),
            variant(base, half, {"network.dropout": 0.5}),
        ),
        columns=(
            TRAIN,
            TEST,
            Column("One mask", probe("one"), "%"),
            Column(Message("Mean of {count} masks", count=MASKS), probe("masks"), "%"),
        ),
        probes={kind: partial(_masked, kind) for kind in ("one", "masks", "whole")},
        expectations=(
            Expectation(
                Message(
                    "Dropout 0.5: the mean of {count} thinned networks beats one of them",
                    count=MASKS,
                ),
                difference(of(half, probe("masks")), of(half, probe("one"))),
                low=0.02,
                unit="%",
            ),
            Expectation(
                "The network with all units on is as good as that mean (test accuracy)",
                difference(of(half, probe("whole")), of(half, probe("masks"))),
                -0.015,
                0.015,
                "%",
            ),
            Expectation(
                "Without dropout there is nothing to average",
                difference(of("plain", probe("masks")), of("plain", probe("whole"))),
                0.0,
                0.0,
                "%",
            ),
        ),
    )


EXPERIMENTS = (
    Experiment(
        key="ensemble",
        title="An ensemble",
        question="Is the average of eight networks better than one of them?",
        look_for="Eight runs that differ in their first weights and in the order of their batches "
        "end at about the same accuracy, but not with the same mistakes.",
        varies="random draws of weights and batches",
        views=("loss",),
        plans={key: _ensemble(key) for key in ("mnist", "digits")},
        finding="The average beats the mean member on every seed. It does not always beat the best "
        "member, but nobody knows beforehand which one that will be.",
    ),
    Experiment(
        key="dropout_ensemble",
        title="Dropout as an ensemble",
        question="What does a network trained with dropout average over?",
        look_for="One thinned network is clearly worse than the whole; the mean of fifty is not.",
        varies="dropout rate",
        views=("loss",),
        plans={key: _dropout(key) for key in ("mnist", "digits")},
    ),
)
