"""Exported PyTorch scripts, run as programs, give the app's weights."""

# PyTorch is optional.
# pyright: reportMissingImports=false

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import Phase, given, reject, settings

if os.environ.get("PLAYGROUND_REQUIRE_TORCH"):
    import torch
else:
    torch = pytest.importorskip("torch")

from core.catalogue.activations import Step
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import AdamW, Lion, Momentum
from core.catalogue.penalties import L2, ByNorm
from core.codegen import CodeError, Options, export, start_weights, write
from core.experiment.spec import ExperimentSpec, NetworkSpec, TrainingSpec
from tests.parity.training import experiment
from tests.scripted import STEPS, assume_calm, difference, expected, result, run, trained, unending
from tests.strategies import specs


@pytest.fixture(autouse=True)
def as_before():
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.set_default_dtype(dtype)


@settings(max_examples=60, derandomize=True, phases=[Phase.generate])
@given(spec=specs(mild=True, precision="float64"))
def test_pytorch_script_gives_the_weights_of_the_app(spec, tmp_path_factory):
    spec = unending(spec, dropout=False)
    trainer = trained(spec)
    assume_calm(trainer)
    try:
        theirs = run(spec, "pytorch", tmp_path_factory.mktemp("torch"))
    except CodeError as error:
        assert "batches of one sample" in str(error)
        reject()
    assert difference(expected(trainer, "pytorch"), theirs) < 1e-6


@pytest.mark.parametrize(
    "training",
    [
        TrainingSpec(optimizer=Lion()),
        TrainingSpec(optimizer=AdamW(decay=0.3)),
        TrainingSpec(weight_decay=0.3, clipping=ByNorm()),
        TrainingSpec(optimizer=Momentum(), penalty=L2(strength=0.1)),
    ],
)
def test_layers_below_a_step_function_have_gradients_of_zero(tmp_path, training):
    blocks = (Dense(units=8), Dense(units=8, activation=Step()))
    network = NetworkSpec(hidden=blocks)
    spec = ExperimentSpec(network=network, training=training, precision="float64")
    theirs = run(spec, "pytorch", tmp_path)
    assert difference(expected(trained(spec), "pytorch"), theirs) < 1e-6


def test_pytorch_script_is_a_program(tmp_path):
    spec = experiment()
    write(tmp_path, export(spec, "pytorch", Options("script", STEPS), start_weights(spec)))
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "step 20: training loss" in done.stdout
    assert difference(expected(trained(spec), "pytorch"), result(tmp_path)) < 1e-6
