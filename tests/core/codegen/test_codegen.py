"""Exported scripts: what NumPy's gives, what they look like, and what cannot be exported."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.batching import Stochastic
from core.catalogue.blocks import Dense, Skip, SplitMerge
from core.catalogue.initializers import INITIALIZERS, RBM
from core.catalogue.losses import LOSSES, OUTPUTS
from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.penalties import CLIPPINGS, PENALTIES
from core.catalogue.schedules import SCHEDULES
from core.codegen import TARGETS, CodeError, Options, export, write
from core.codegen import numpy as for_numpy
from core.codegen import pytorch as for_pytorch
from core.data.digits import FILE, Digits
from core.data.user_files import opened
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from tests.scripted import assume_calm, difference, expected, result, run, trained, unending
from tests.strategies import specs

RUFF = [sys.executable, "-m", "ruff"]
DOUBLE = ExperimentSpec(precision="float64")


@settings(max_examples=60, derandomize=True, phases=[Phase.generate])
@given(spec=specs(mild=True, precision="float64"))
def test_numpy_script_gives_the_weights_of_the_app(spec, tmp_path_factory):
    spec = unending(spec)
    trainer = trained(spec)
    assume_calm(trainer)
    theirs = run(spec, "numpy", tmp_path_factory.mktemp("numpy"))
    assert difference(expected(trainer, "numpy"), theirs) < 1e-9


@settings(max_examples=15, derandomize=True, phases=[Phase.generate])
@given(spec=specs(mild=True, precision="float64"))
def test_numpy_script_draws_the_same_first_weights_by_itself(spec, tmp_path_factory):
    spec = unending(spec)
    try:
        theirs = run(spec, "numpy", tmp_path_factory.mktemp("numpy"), beside=False)
    except CodeError as error:
        assert "fits the first weights to the data" in str(error)
        return
    trainer = trained(spec)
    assume_calm(trainer)
    assert difference(expected(trainer, "numpy"), theirs) < 1e-9


def test_numpy_script_runs_where_there_is_only_numpy(tmp_path):
    write(tmp_path, export(DOUBLE, "numpy", Options("script", 20)))
    code = (
        "import runpy, sys\n"
        f"runpy.run_path({str(tmp_path / 'script.py')!r}, run_name='__main__')\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded - set(sys.stdlib_module_names) - {'__main__'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    libraries = re.findall(r"'(\w+)'", done.stdout.splitlines()[-1])
    assert {name for name in libraries if not name.startswith(("_", "cython"))} == {"numpy"}
    assert difference(expected(trained(DOUBLE), "numpy"), result(tmp_path)) < 1e-9


def test_digits_come_with_the_script(tmp_path):
    spec = replace(DOUBLE, data=DataSpec(dataset=Digits(count=200)))
    theirs = run(spec, "numpy", tmp_path, beside=False)
    assert str(FILE) not in (tmp_path / "script.py").read_text()
    assert difference(expected(trained(spec), "numpy"), theirs) < 1e-9


def test_an_archives_own_test_set_stays_the_test_set(tmp_path, capsys):
    x = np.random.default_rng(1).normal(size=(60, 3))
    y = (x[:, 0] > 0).astype(int)
    archive = tmp_path / "own.npz"
    np.savez(archive, x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    spec = replace(DOUBLE, data=DataSpec(dataset=opened(archive), test=0.3))
    write(tmp_path, export(spec, "numpy", Options("script", 20)))
    runpy.run_path(str(tmp_path / "script.py"), run_name="__main__")
    trainer = trained(spec)
    assert difference(expected(trainer, "numpy"), result(tmp_path)) < 1e-9
    score = trainer.evaluate("test")
    assert score is not None
    assert f"test loss {score.loss:.6g}" in capsys.readouterr().out


def test_the_file_beside_a_script_never_replaces_the_data(tmp_path):
    archive = tmp_path / "own.npz"
    np.savez(archive, x=np.arange(40.0).reshape(20, 2), y=np.arange(20) % 2)
    before = archive.read_bytes()
    exported = export(
        ExperimentSpec(data=DataSpec(dataset=opened(archive))), "numpy", Options("own")
    )
    with pytest.raises(CodeError, match="holds the data, which would be replaced"):
        write(tmp_path, exported)
    assert archive.read_bytes() == before and not (tmp_path / "own.py").exists()


@pytest.mark.parametrize("target", TARGETS)
def test_scripts_pass_ruff(target, tmp_path):
    for i, spec in enumerate(_every_entry()):
        try:
            write(tmp_path, export(spec, target, Options(f"script_{i}")))
        except CodeError:
            continue
    assert len(list(tmp_path.glob("*.py"))) > 10
    for command in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [*RUFF, *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[:2000]


def _every_entry():
    """Experiments that together have every entry of the catalogue with some settings."""
    parts: list[list[Any]] = [
        [entry() for entry in registry.entries()]
        for registry in (ACTIVATIONS, INITIALIZERS, OPTIMIZERS, SCHEDULES, PENALTIES, CLIPPINGS)
    ]
    names = "activation", "initializer", "optimizer", "schedule", "penalty", "clipping"
    for each in zip_longest(*parts):
        chosen: dict[str, Any] = {n: entry for n, entry in zip(names, each, strict=True) if entry}
        network = {n: chosen.pop(n) for n in ("activation", "initializer") if n in chosen}
        yield ExperimentSpec(
            network=NetworkSpec(hidden=(Dense(), Dense(dropout=0.5)), **network),
            training=TrainingSpec(patience=3, weight_decay=0.01, **chosen),
        )


def test_dropout_of_every_layer_has_a_seed_of_its_own_in_keras():
    network = NetworkSpec(hidden=(Dense(units=8), Skip(units=8), SplitMerge(units=8)), dropout=0.5)
    script = export(ExperimentSpec(network=network), "keras").script
    seeds = re.findall(r"Dropout\([^)]*seed=(seed_of\(.*?\))", script)
    assert len(seeds) == len(set(seeds)) == script.count("keras.layers.Dropout") == 6


def test_every_entry_of_the_catalogue_can_be_written():
    for module in (for_numpy, for_pytorch):
        layers = getattr(module, "LAYERS", ())
        assert set(chain(module.ACTIVATIONS, layers)) == set(ACTIVATIONS)
        assert set(module.INITIALIZERS) == set(INITIALIZERS) - {"auto"}
    assert set(for_pytorch.OPTIMIZERS) == set(OPTIMIZERS)
    assert set(for_pytorch.OUTPUTS) == set(OUTPUTS)
    assert set(for_pytorch.LOSSES) == set(LOSSES) - {"auto"}


def test_what_a_target_cannot_have_is_said():
    fitted = replace(DOUBLE, network=NetworkSpec(initializer=RBM()))
    with pytest.raises(CodeError, match="RBM pre-training fits the first weights to the data"):
        export(fitted, "pytorch")
    single = replace(
        DOUBLE,
        network=NetworkSpec(normalization="before"),
        training=TrainingSpec(batching=Stochastic()),
    )
    with pytest.raises(CodeError, match="refuses batches of one sample"):
        export(single, "pytorch")
    with pytest.raises(KeyError, match="did you mean 'pytorch'"):
        export(DOUBLE, "pytorhc")
