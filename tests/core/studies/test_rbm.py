"""The pre-training lab: the same machines as the initialiser's, watched or not."""

from dataclasses import replace

import numpy as np
import pytest

from core.base.cancellation import Cancelled
from core.catalogue.activations import Sigmoid
from core.catalogue.blocks import Dense
from core.catalogue.initializers import RBM
from core.data.digits import Digits
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.network.rbm import ContrastiveDivergence
from core.studies.rbm import EXAMPLES, FANTASIES, Settings, curve, pretrained, unrolled
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

RULE = RBM(epochs=2)
SPEC = ExperimentSpec(
    data=DataSpec(dataset=Digits(count=300), standardize=False),
    network=NetworkSpec(
        hidden=(Dense(units=20), Dense(units=10)), activation=Sigmoid(), initializer=RULE
    ),
    precision="float64",
)


def test_unrolled_it_is_the_network_of_the_initialiser():
    machines = pretrained(Settings(SPEC, RULE)).machines
    trainer = unrolled(SPEC, machines, TrainingData(SPEC))
    np.testing.assert_allclose(trainer.network.params, Trainer(SPEC).network.params, atol=1e-9)


def test_inputs_outside_0_to_1_are_treated_as_the_initialiser_treats_them():
    spec = replace(SPEC, data=replace(SPEC.data, standardize=True))
    machines = pretrained(Settings(spec, RULE)).machines
    trainer = unrolled(spec, machines, TrainingData(spec))
    np.testing.assert_allclose(trainer.network.params, Trainer(spec).network.params, atol=1e-9)


@pytest.mark.parametrize("persistent", [False, True])
def test_the_statistics_are_those_of_the_last_update(monkeypatch, persistent):
    updates = []
    update = ContrastiveDivergence.update
    monkeypatch.setattr(
        ContrastiveDivergence, "update", lambda *args: updates.append(update(*args)) or updates[-1]
    )
    end = pretrained(Settings(SPEC, replace(RULE, k=3), persistent)).ends[-1]
    np.testing.assert_array_equal(end.positive, updates[-1].positive)
    np.testing.assert_array_equal(end.negative, updates[-1].negative)


def test_snapshots_show_pictures_of_the_inputs_size_for_every_layer():
    shown = []
    found = pretrained(Settings(SPEC, RULE), show=lambda epoch, make: shown.append(make()))
    assert {each.layer for each in shown} == {0, 1}
    for each in found.ends:
        assert each.filters.shape[1] == 64
        assert each.examples.shape == each.reconstructions.shape == (EXAMPLES, 64)
        assert each.fantasies.shape == (FANTASIES, 64)
        assert len(each.errors) == len(each.gaps) == 2
        assert np.isfinite(each.gaps).all() and each.positive.shape == each.negative.shape
    assert found.ends[0].errors[1] < found.ends[0].errors[0]


def test_watching_changes_nothing():
    watched = pretrained(Settings(SPEC, RULE), show=lambda epoch, make: [make(), None][1])
    alone = pretrained(Settings(SPEC, RULE))
    for a, b in zip(watched.machines, alone.machines, strict=True):
        np.testing.assert_array_equal(a.weights, b.weights)


def test_persistent_chains_learn_other_weights():
    usual, other = (pretrained(Settings(SPEC, RULE, on)).machines[0] for on in (False, True))
    assert not np.allclose(usual.weights, other.weights)


def test_it_can_be_given_up():
    def give_up(share, text):
        raise Cancelled

    with pytest.raises(Cancelled):
        pretrained(Settings(SPEC, RULE), progress=give_up)


def test_accuracy_is_measured_after_every_epoch():
    trainer = Trainer(SPEC)
    found = list(curve(trainer, 3, "validation"))
    assert len(found) == 3 and trainer.sampler.epochs == 3
