"""The command line does what the window does, and says what is wrong in full."""

import csv
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.base.registry import Entry
from core.experiment import reference as catalogue
from core.experiment.serialization import dumps, loads
from core.experiment.spec import ExperimentSpec
from core.training.trainer import Trainer
from playground import __version__
from playground.__main__ import main
from playground.settings import DEFAULT_EPOCHS, experiment

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["train", "--set", "data.dataset.count=40", "--epochs", "3"]
ENDLESS = ["train", "--epochs", "100000000"]


def test_training_writes_everything_a_reader_needs(tmp_path, capsys):
    assert main([*QUICK, "--seed", "7", "--out", str(tmp_path / "new" / "run")]) == 0
    out = tmp_path / "new" / "run"
    assert sorted(p.name for p in out.iterdir()) == [
        "curves.csv",
        "experiment.json",
        "metrics.json",
        "trained.model",
        "weights.npz",
    ]
    assert "stopped after 3 epochs" in capsys.readouterr().out

    with open(out / "curves.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["iteration"]) for row in rows] == list(range(4))
    assert all(row["loss"] and row["accuracy"] for row in rows[:-1])
    assert [row["epoch"] for row in rows if row["validation_loss"]] == ["0", "1", "2", "3"]

    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["iterations"] == 3 and metrics["status"] == "finished"
    assert metrics["validation"]["loss"] == pytest.approx(float(rows[-1]["validation_loss"]))

    spec = loads((out / "experiment.json").read_bytes())
    assert (spec.seed, spec.training.max_epochs) == (7, 3)
    with np.load(out / "weights.npz") as weights:
        assert {"layer 1.weight", "output.bias"} <= set(weights)
        assert sum(w.size for w in weights.values()) == metrics["parameters"]


def test_no_epochs_at_all_evaluate_the_untrained_network(capsys):
    assert main(["train", "--epochs", "0", "--json"]) == 0
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["iterations"] == 0
    untrained = Trainer(ExperimentSpec()).evaluate()
    assert untrained is not None
    assert metrics["validation"]["loss"] == pytest.approx(untrained.loss)


def test_the_penalty_is_told_beside_the_losses(tmp_path, capsys):
    l2 = ["--set", "training.penalty=l2", "--set", "training.penalty.strength=0.01"]
    assert main([*QUICK, "--json", "--out", str(tmp_path), *l2]) == 0
    penalty = json.loads(capsys.readouterr().out)["penalty"]
    with np.load(tmp_path / "weights.npz") as weights:
        squares = sum(float((w**2).sum()) for name, w in weights.items() if "weight" in name)
    assert penalty == pytest.approx(0.01 * squares / 2)
    assert main([*QUICK, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["penalty"] == 0


def test_parameters_are_those_that_are_learned(capsys):
    norm = ["--set", "network.normalization=before", "--set", "network.hidden=[4]"]
    assert main([*QUICK, "--json", *norm]) == 0
    learned = 4 * (2 + 1) + 2 * 4 + (4 + 1)
    assert json.loads(capsys.readouterr().out)["parameters"] == learned


def test_numbers_are_reported_with_r_squared_and_rmse(capsys):
    assert main(["train", "--set", "data.dataset=sine", "--epochs", "5"]) == 0
    assert "R² " in (said := capsys.readouterr().out)
    assert "RMSE " in said


def test_patience_without_a_single_validation_sample_comes_to_an_end(capsys):
    few = ["--set", "data.dataset=circle", "--set", "data.dataset.count=40"]
    few += ["--set", "data.validation=0.01", "--set", "training.patience=1000"]
    assert main(["train", *few, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["epochs"] == 100


def test_the_same_experiment_gives_the_same_curves_and_weights(tmp_path):
    assert main([*QUICK, "--out", str(tmp_path / "a")]) == 0
    saved = str(tmp_path / "a" / "experiment.json")
    assert main(["train", saved, "--out", str(tmp_path / "b")]) == 0
    for name in ("curves.csv", "experiment.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with np.load(tmp_path / "a/weights.npz") as a, np.load(tmp_path / "b/weights.npz") as b:
        assert all(np.array_equal(a[name], b[name]) for name in a)


def test_curves_are_whole_however_the_run_is_cut_into_pieces(tmp_path):
    whole = ["data.dataset.count=500", "data.validation=0.2", "training.batching.size=40"]
    settings = [part for setting in whole for part in ("--set", setting)]
    assert main(["train", *settings, "--epochs", "60", "--out", str(tmp_path)]) == 0
    with open(tmp_path / "curves.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    losses = [row["loss"] for row in rows[:-1]]
    assert [int(row["iteration"]) for row in rows] == list(range(60 * 10 + 1))
    assert all(losses) and len(set(losses)) > 500


def test_json_is_all_there_is_on_standard_output(capsys):
    assert main([*QUICK, "--json", "--set", "data.dataset=sine", "--set", "data.test=0.2"]) == 0
    captured = capsys.readouterr()
    metrics = json.loads(captured.out)
    assert metrics["train"]["accuracy"] is None
    assert metrics["test"]["loss"] > 0
    assert captured.err == ""


def test_an_experiment_without_an_end_gets_one():
    assert experiment(None, []).training.max_epochs == DEFAULT_EPOCHS
    assert experiment(None, ["training.patience=5"]).training.max_epochs == 0
    assert experiment(None, ["training.max_epochs=5"]).training.max_epochs == 5
    assert experiment(None, []).training.patience == 0


def test_on_a_file_of_the_user_the_best_epoch_is_kept(tmp_path, capsys):
    rng = np.random.default_rng(0)
    x, noise = rng.standard_normal((120, 6)), rng.standard_normal(120)
    table = np.column_stack([x, 9e5 + 1e5 * (x[:, 0] + noise)])
    rows = (",".join(map(str, row)) for row in table)
    path = tmp_path / "houses.csv"
    path.write_text("\n".join(["a,b,c,d,e,f,price", *rows]))
    assert main(["train", "--data", str(path), "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["validation"]["loss"]
    assert main(["train", "--data", str(path), "--json", "--epochs", "100"]) == 0
    assert kept < 0.9 * json.loads(capsys.readouterr().out)["validation"]["loss"]


def test_a_table_in_the_place_of_an_experiment_is_trained_on(tmp_path, capsys):
    path = tmp_path / "sizes.csv"
    path.write_text("a,b\n" + "".join(f"{i},{2 * i}\n" for i in range(40)))
    assert main(["train", str(path), "--target", "a", "--epochs", "1", "--json"]) == 0
    assert "predicts a" in capsys.readouterr().err


def test_settings_are_read_as_json_or_text():
    settings = ["network.hidden=[4,5]", "network.activation=relu", "training.optimizer=sgd"]
    spec = experiment(None, [*settings, "training.optimizer.learning_rate=1e-1", "title=a=b"])
    assert [block.units for block in spec.network.hidden] == [4, 5]
    assert spec.network.activation.key == "relu"
    assert spec.training.optimizer.learning_rate == 0.1
    assert spec.title == "a=b"


def test_every_problem_is_named_with_status_2(capsys):
    wrong = ["network.activation=rleu", "a..b=1", "nothing", "data.validation=3"]
    given = [part for setting in wrong for part in ("--set", setting)]
    assert main(["train", *given, "--epochs", "many", "--seed", "-1"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 6
    for text in (
        "network.activation: unknown activation 'rleu'; did you mean 'relu'?",
        "'a..b': is no path",
        "--set nothing: must be PATH=VALUE",
        "data.validation: must be ≤ 0.9",
        "training.max_epochs: must be a whole number, not 'many'",
        "seed: must be ≥ 0",
    ):
        assert any(text in line for line in said), text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"seed": 1,\n "title" 2}', "line 2 column 10"),
        (b"\x89PNG\r\n", "is not UTF-8 text"),
        (b"", "line 1 column 1"),
        (b'{"network": {"activation": "tanj"}}', "did you mean 'tanh'"),
    ],
)
def test_a_file_that_is_no_experiment_is_told(tmp_path, capsys, content, said):
    file = tmp_path / "mine.json"
    file.write_bytes(content)
    assert main(["train", str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line and "mine.json" in line


def test_a_file_that_cannot_be_read_is_told(tmp_path, capsys):
    for path, said in ((tmp_path / "none.json", "No such file"), (tmp_path, "directory")):
        assert main(["train", str(path)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line and str(path) in line


def test_a_folder_that_cannot_be_written_is_told_before_training(tmp_path, capsys):
    file = tmp_path / "file"
    file.write_text("")
    assert main([*ENDLESS, "--out", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


def test_divergence_is_one_line_and_keeps_the_record(tmp_path, capsys):
    in_flight = ["training.optimizer=sgd", "training.optimizer.learning_rate=1e9"]
    in_flight += ["network.activation=relu", "network.hidden=[8,8]"]
    settings = [part for setting in in_flight for part in ("--set", setting)]
    assert main(["train", *settings, "--out", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert "diverged" in line and captured.out == ""
    assert json.loads((tmp_path / "metrics.json").read_text())["status"] == "diverged"
    assert len((tmp_path / "curves.csv").read_text().splitlines()) >= 2


def test_interrupting_keeps_what_was_recorded(tmp_path):
    leader, follower = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "playground", *ENDLESS, "--json", "--out", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=follower,
    )
    os.close(follower)
    try:
        drawn = b""
        while b"steps/s" not in drawn:
            drawn += os.read(leader, 4096)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=30)
    finally:
        running.kill()
        os.close(leader)
    assert running.returncode == 130
    metrics = json.loads(out)
    assert metrics["status"] == "interrupted" and metrics["iterations"] > 0
    rows = (tmp_path / "curves.csv").read_text().splitlines()
    assert metrics["iterations"] <= len(rows) - 1 <= metrics["iterations"] + 1


def test_an_unknown_command_is_told(capsys):
    assert main(["trian"]) == 2
    assert "did you mean 'train'" in capsys.readouterr().err


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"playground {__version__}\n"


# The catalogue


def test_the_catalogue_page_is_up_to_date(capsys):
    assert main(["catalogue"]) == 0
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == page, "stale: run `make catalogue`"


def test_the_catalogue_names_every_entry_and_every_setting():
    page = catalogue.markdown()
    for _, _, registry in (*catalogue.CHAPTERS, *catalogue.LAB_CHAPTERS):
        for entry in registry.entries():
            assert f"### {entry.label} · `{entry.key}`" in page

    def paths(part, prefix=""):
        for name, value in part.items():
            if isinstance(value, dict) and "key" not in value:
                yield from paths(value, f"{prefix}{name}.")
            elif name != "schema":
                yield prefix + name

    for path in paths(json.loads(dumps(ExperimentSpec()))):
        assert f"- `{path}`" in page


def test_every_registry_has_a_chapter():
    def bases(cls):
        return [cls, *(each for sub in cls.__subclasses__() for each in bases(sub))]

    registries = {base.registry.name for base in bases(Entry) if "registry" in vars(base)}
    # Neither the diagnosis' rules nor the languages of scripts are set in an experiment.
    registries -= {"rule", "export target"}
    chapters = (*catalogue.CHAPTERS, *catalogue.LAB_CHAPTERS)
    assert {registry.name for _, _, registry in chapters} == registries


@pytest.mark.parametrize("command", ["train", "gallery run", "data fetch"])
def test_the_usage_of_a_command_is_its_own(command, capsys):
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"usage: playground {command} ") and "COMMAND" not in first
