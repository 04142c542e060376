"""Exported Keras scripts, run as programs, give the app's weights: `make keras`."""

# Keras is optional.
# pyright: reportMissingImports=false

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, reject, settings

from core.catalogue.activations import Step
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import SGD, AdaDelta, Adam, Momentum, NAdam
from core.catalogue.schedules import Exponential
from core.codegen import CodeError, Options, export, start_weights, write
from core.codegen.keras import OTHER_EPSILON
from core.experiment.spec import ExperimentSpec, NetworkSpec, TrainingSpec
from tests.parity.training import experiment
from tests.scripted import STEPS, assume_calm, difference, expected, result, run, trained, unending
from tests.strategies import specs

pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
# Keras with PyTorch has not followed a change of NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# Keras adds epsilon elsewhere, and keeps the learning rate in single precision.
NEAR, SAME = 2e-3, 1e-5


@pytest.fixture(autouse=True)
def as_before():
    floatx = keras.config.floatx()
    yield
    keras.config.set_floatx(floatx)


def without_variances(tensors):
    """Keras averages another estimate of the variances."""
    return {name: value for name, value in tensors.items() if "moving_variance" not in name}


@settings(max_examples=25, derandomize=True, phases=[Phase.generate])
@given(spec=specs(mild=True, precision="float64"))
def test_keras_script_gives_the_weights_of_the_app(spec, tmp_path_factory):
    spec = unending(spec, dropout=False)
    if spec.training.optimizer.key in OTHER_EPSILON:
        spec = replace(spec, training=replace(spec.training, optimizer=SGD(learning_rate=0.1)))
    trainer = trained(spec)
    assume_calm(trainer)
    try:
        theirs = run(spec, "keras", tmp_path_factory.mktemp("keras"))
    except CodeError:
        reject()
    assert difference(without_variances(expected(trainer, "keras")), theirs) < SAME


@pytest.mark.parametrize("optimizer", [Momentum(), AdaDelta(), Adam()])
def test_keras_script_is_a_program(tmp_path, optimizer):
    spec = experiment()
    spec = replace(spec, training=replace(spec.training, optimizer=optimizer))
    write(tmp_path, export(spec, "keras", Options("script", STEPS), start_weights(spec)))
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "step 20: training loss" in done.stdout
    limit = NEAR if optimizer.key in OTHER_EPSILON else SAME
    ours = without_variances(expected(trained(spec), "keras"))
    assert difference(ours, result(tmp_path)) < limit


def test_layers_below_a_step_function_are_decayed_too(tmp_path):
    blocks = (Dense(units=8), Dense(units=8, activation=Step()))
    training = TrainingSpec(weight_decay=0.3, optimizer=SGD(learning_rate=0.1))
    spec = ExperimentSpec(
        network=NetworkSpec(hidden=blocks), training=training, precision="float64"
    )
    assert difference(expected(trained(spec), "keras"), run(spec, "keras", tmp_path)) < SAME


def test_layers_of_equal_width_drop_units_of_their_own(tmp_path):
    network = NetworkSpec(hidden=(Dense(units=32),) * 2, dropout=0.5)
    write(tmp_path, export(ExperimentSpec(network=network), "keras", Options("script", STEPS)))
    model = runpy.run_path(str(tmp_path / "script.py"))["Network"]()
    ones = np.ones((8, 32), "float32")
    masks = [
        keras.ops.convert_to_numpy(layer(ones, training=True))
        for layer in (model.layer_1_dropout, model.layer_2_dropout)
    ]
    assert not np.array_equal(*masks)


@pytest.mark.parametrize(
    ("optimizer", "schedule", "reason"),
    [
        (NAdam(), None, "Nadam rises at a fixed pace"),
        (Momentum(), Exponential(), "keeps the learning rates of earlier steps"),
    ],
)
def test_what_keras_cannot_have_is_said(optimizer, schedule, reason):
    training = replace(experiment().training, optimizer=optimizer)
    if schedule:
        training = replace(training, schedule=schedule)
    with pytest.raises(CodeError, match=reason):
        export(replace(experiment(), training=training), "keras")
