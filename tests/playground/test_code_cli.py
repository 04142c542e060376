"""`playground code` writes scripts, and says what it cannot write."""

import subprocess
import sys

import numpy as np
import pytest

from core.training.model_file import read_model
from playground.__main__ import main

QUICK = ["--set", "data.dataset.count=40"]


def test_script_is_printed_or_written_and_runs(tmp_path, capsys):
    arguments = ["code", "--to", "numpy", "--steps", "5", *QUICK]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "STEPS = 5" in printed and "COUNT = 40" in printed
    script = tmp_path / "spiral.py"
    assert main([*arguments, "--out", str(script)]) == 0
    assert capsys.readouterr().out == f"written to {script}\n"
    assert script.read_text() == printed.replace("experiment-trained", "spiral-trained")
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    assert (tmp_path / "spiral-trained.npz").exists()


def test_trained_weights_of_a_model_stand_beside_the_script(tmp_path, capsys):
    assert main(["train", *QUICK, "--epochs", "2", "--out", str(tmp_path)]) == 0
    model = tmp_path / "trained.model"
    arguments = ["code", str(model), "--to", "pytorch", "--weights", "trained"]
    assert main(arguments) == 2
    assert "say where with --out" in capsys.readouterr().err
    assert main([*arguments, "--out", str(tmp_path / "net.py")]) == 0
    with np.load(tmp_path / "net.npz") as beside:
        kept = beside["layer_1.weight"]
    assert np.array_equal(kept, read_model(model).tensors["layer 1.weight"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--weights", "trained"], "needs a saved model"),
        (["--set", "training.optimizer=adaam"], "adam"),
        (["--set", "training.batching=stochastic", "--set", "network.normalization=before"], "one"),
    ],
)
def test_what_cannot_be_written_is_said(arguments, said, capsys):
    assert main(["code", "--to", "pytorch", *arguments]) == 2
    assert said in capsys.readouterr().err
