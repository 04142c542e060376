"""A saved model: it gives exactly what the network gave, for other tables too, and no harm."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.base.streams import Streams
from core.catalogue.blocks import Dense, Skip
from core.data import DATASETS, DataError, user_files
from core.data.features import PlaneFeatures
from core.data.user_files import opened
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.training import training_data
from core.training.model import Model, model_of
from core.training.model_file import read_model, write_model
from core.training.model_inputs import rows_for
from core.training.model_output import score
from core.training.trainer import Trainer
from playground.__main__ import main


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(user_files, "_kept", type(user_files._kept)())


def table(folder: Path, name: str = "flowers.csv", rows: int = 90) -> Path:
    """Numbers with gaps, words, dates and yes/no, a class and an amount."""
    rng = np.random.default_rng(0)
    lines = ["width,colour,day,dry,kind,price"]
    for i in range(rows):
        width = "" if i % 9 == 0 else f"{rng.normal(5, 2):.3f}"
        colour = ["red", "blue", "green", ""][int(rng.integers(4))]
        day = f"2020-0{i % 9 + 1}-{i % 28 + 1:02d}"
        kind = ["iris", "rose", "tulip"][int(rng.integers(3))]
        dry = ["yes", "no"][int(rng.integers(2))]
        lines.append(f"{width},{colour},{day},{dry},{kind},{rng.normal(2e5, 4e4):.2f}")
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def specs(folder: Path) -> dict[str, ExperimentSpec]:
    path = table(folder)
    classes = DataSpec(dataset=opened(path, "kind"), validation=0.2)
    binary = DataSpec(dataset=opened(path, "dry"), validation=0.2)
    price = DataSpec(dataset=opened(path, "price"), validation=0.2)
    norm = NetworkSpec(hidden=(Dense(units=6), Skip(units=6)), normalization="before", dropout=0.2)
    plane = DataSpec(dataset=DATASETS["circle"](), features=PlaneFeatures())
    return {
        "classes": ExperimentSpec(data=classes, network=norm),
        "binary": ExperimentSpec(data=binary, precision="float64"),
        "regression": ExperimentSpec(data=replace(price, standardize=False, normalize=True)),
        "plane": ExperimentSpec(data=plane),
        "pictures": ExperimentSpec(data=DataSpec(dataset=DATASETS["digits"]())),
    }


def trained(spec: ExperimentSpec, steps: int = 15) -> Trainer:
    trainer = Trainer(spec)
    trainer.advance(steps)
    return trainer


@pytest.mark.parametrize("name", ["classes", "binary", "regression", "plane", "pictures"])
def test_a_model_read_back_gives_exactly_what_the_network_gave(tmp_path, name):
    spec = specs(tmp_path)[name]
    trainer = trained(spec)
    path = tmp_path / "some.model"
    write_model(path, model_of(trainer))
    model = read_model(path)
    for part in ("train", "validation"):
        raw = getattr(training_data._parts(spec, Streams(spec.seed)), part).inputs
        shown = trainer.objective.predict(trainer.logits(part)).T
        assert np.array_equal(model.predict(raw), shown)
    assert model.classes == trainer.data.split.train.class_names
    assert model.iteration == 15


def test_the_command_line_predicts_a_table_with_probabilities(tmp_path, capsys):
    path, out = table(tmp_path), tmp_path / "out"
    arguments = ["train", "--data", str(path), "--target", "kind", "--exclude", "price"]
    assert main([*arguments, "--epochs", "3", "--out", str(out)]) == 0
    new = table(tmp_path, "new.csv", 40)
    predictions = tmp_path / "predictions.csv"
    command = ["predict", str(out / "trained.model"), str(new), "--out", str(predictions)]
    assert main(command) == 0
    captured = capsys.readouterr()
    assert "predicts kind, 3 classes: iris, rose, tulip, from 8 inputs" in captured.err
    assert "accuracy" in captured.err and "40 predictions written" in captured.out
    with open(predictions) as file:
        heading, *rows = csv.reader(file)
    assert heading == [
        "predicted kind",
        *(f"probability of {k}" for k in ("iris", "rose", "tulip")),
    ]
    shares = np.array([row[1:] for row in rows], float)
    assert shares.sum(axis=1) == pytest.approx(np.ones(40), abs=1e-6)
    model = read_model(out / "trained.model")
    assert np.array_equal(shares.astype(np.float32), model.predict(rows_for(model, new).inputs))
    assert [row[0] for row in rows] == [
        heading[1 + int(at)].removeprefix("probability of ") for at in shares.argmax(axis=1)
    ]


def test_another_layout_of_the_table_is_predicted_alike(tmp_path):
    path = table(tmp_path)
    model = model_of(trained(specs(tmp_path)["classes"]))
    with open(path) as file:
        rows = list(csv.reader(file))
    turned = [[row[i].replace(".", ",") for i in (4, 3, 2, 1, 0, 5)] for row in rows]
    other = tmp_path / "other.csv"
    other.write_text("\n".join(";".join(row) for row in turned), encoding="utf-16")
    one, same = (model.predict(rows_for(model, each).inputs) for each in (path, other))
    assert np.array_equal(one, same)


def test_rows_with_gaps_and_new_words_are_predicted_and_told(tmp_path):
    model = model_of(trained(specs(tmp_path)["classes"]))
    path = tmp_path / "new.csv"
    path.write_text("width,colour,day,dry,price\n,mauve,2020-01-01,yes,5\n,,2020-01-02,no,\n")
    rows = rows_for(model, path)
    assert "colour: 'mauve' did not occur in training" in rows.notes
    assert np.isfinite(model.predict(rows.inputs)).all()


@pytest.mark.parametrize(
    ("lines", "kinds", "classes"),
    [
        # Spellings of yes and no, names in the first line, and names that look like numbers.
        (["x,y", "1,yes", "2,Y", "3,TRUE", "4,no", "5,N", "6,No"], "", ["yes", "no"]),
        (["6,1,neg,pos", "1,0", "2,0", "3,0", "4,1", "5,1", "6,1"], "", ["neg", "pos"]),
        (["x,y", "1,01", "2,01", "3,01", "4,02", "5,02", "6,02"], "y=class", ["01", "02"]),
    ],
)
def test_the_classes_of_a_predicted_table_are_those_of_training(tmp_path, lines, kinds, classes):
    path = tmp_path / "flags.csv"
    path.write_text("\n".join(lines) + "\n")
    dataset = replace(opened(path), kinds=kinds)
    model = model_of(trained(ExperimentSpec(data=DataSpec(dataset=dataset))))
    rows = rows_for(model, path)
    assert list(rows.targets) == [name for name in classes for _ in range(3)]
    perfect = np.array([[float(name == model.class_names()[1])] for name in rows.targets])
    assert score(model, perfect, rows.targets) == "accuracy 100.0% on 6 rows"


def test_targets_of_classes_that_the_model_does_not_know_are_told(tmp_path):
    model = model_of(trained(specs(tmp_path)["classes"]))
    path = tmp_path / "new.csv"
    cells = [f"1,red,2020-01-01,yes,{kind},5\n" for kind in ("Iris", "orchid", "?", "")]
    path.write_text("width,colour,day,dry,kind,price\n" + "".join(cells))
    rows = rows_for(model, path)
    assert rows.targets == ("iris", "orchid", "", "")
    told = score(model, model.predict(rows.inputs), rows.targets)
    assert told.endswith("on 2 rows; 1 of these have a class that training did not have: 'orchid'")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("width,colour\n1,red\n", "lacks the columns day, dry"),
        ("width,colour,day,dry,price\nwide,red,2020-01-01,yes,1\n", "'wide' is not a"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path, text, said):
    model = model_of(trained(specs(tmp_path)["classes"]))
    path = tmp_path / "new.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        rows_for(model, path)


def test_a_model_does_not_tell_where_the_table_was(tmp_path):
    path = tmp_path / "some.model"
    write_model(path, model_of(trained(specs(tmp_path)["binary"])))
    with zipfile.ZipFile(path) as file:
        text = file.read("model.json").decode()
    assert str(tmp_path) not in text and "flowers.csv" in text
    assert json.loads(text)["format"] == 1


def rewritten(path: Path, name: str, content: bytes | None) -> None:
    """The archive with one member replaced, or left out."""
    with zipfile.ZipFile(path) as file:
        members = {each: file.read(each) for each in file.namelist()}
    members.pop(name, None)
    if content is not None:
        members[name] = content
    with zipfile.ZipFile(path, "w") as file:
        for each, data in members.items():
            file.writestr(each, data)


def damaged(path: Path, how: str) -> None:
    if how == "cut":
        path.write_bytes(path.read_bytes()[:-50])
    elif how == "text":
        path.write_text("a,b\n1,2\n")
    elif how == "newer":
        rewritten(path, "model.json", b'{"format": 99}')
    elif how == "no description":
        rewritten(path, "model.json", None)
    elif how == "no weights":
        rewritten(path, "weights/output.bias.npy", None)
    elif how == "pickle":
        np.save(path.with_suffix(".npy"), np.array([{}], object), allow_pickle=True)
        rewritten(path, "mean.npy", path.with_suffix(".npy").read_bytes())
    else:
        head = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")
        text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (9000000000,)}"
        rewritten(path, "mean.npy", head + text.ljust(117) + b"\n")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("cut", "is incomplete or damaged"),
        ("text", "is incomplete or damaged"),
        ("newer", "newer version"),
        ("no description", "has no model.json"),
        ("no weights", "do not match the network: output.bias"),
        ("pickle", "is incomplete or damaged"),
        ("giant", "72.0 GB of memory"),
    ],
)
def test_a_damaged_model_is_refused(tmp_path, how, said):
    path = tmp_path / "some.model"
    write_model(path, model_of(trained(specs(tmp_path)["plane"], 2)))
    damaged(path, how)
    with pytest.raises(DataError) as caught:
        read_model(path)
    assert said in str(caught.value) and str(path) in str(caught.value)


def test_models_of_no_table_take_columns_by_name_or_in_order(tmp_path):
    model: Model = model_of(trained(specs(tmp_path)["plane"]))
    path = tmp_path / "points.csv"
    path.write_text("a,b\n0.5,0.25\n-1,2\n")
    points = np.array([[0.5, 0.25], [-1, 2]])
    assert np.array_equal(model.predict(rows_for(model, path).inputs), model.predict(points))
