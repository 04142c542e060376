"""A file of the user as a data set: encoded as told, carried by the experiment, read once."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data import DataError, user_files
from core.data.columns import plan as planning
from core.data.columns import targets
from core.data.columns.choices import Choices
from core.data.columns.plan import encode
from core.data.tables.reader import read_table
from core.data.tables.sniff import sniff
from core.data.user_files import UserTable, is_data_file, load, opened, resolved
from core.experiment.links import experiment_link, read_link
from core.experiment.serialization import dumps, loads, problems
from core.experiment.spec import DataSpec, ExperimentSpec, TrainingSpec
from core.training.trainer import Trainer
from core.training.training_data import TrainingData
from core.worker.training_worker import TrainingWorker
from playground.__main__ import main
from tests.core.worker.test_runner import Window

IRIS = """sepal,petal,colour,species
5.1,0.2,red,setosa
4.9,0.2,blue,setosa
7.0,1.4,,versicolor
6.4,,red,versicolor
6.3,2.5,green,virginica
5.8,1.9,blue,virginica
"""


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(user_files, "_kept", type(user_files._kept)())


@pytest.fixture
def iris(tmp_path) -> Path:
    return written(tmp_path, IRIS)


def written(folder: Path, text: str, name: str = "iris.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def with_data(dataset: UserTable) -> ExperimentSpec:
    return ExperimentSpec(data=DataSpec(dataset=dataset), training=TrainingSpec(max_epochs=5))


def refusal(read, *arguments) -> str:
    with pytest.raises(DataError) as caught:
        read(*arguments)
    return str(caught.value)


# As a data set of an experiment


def test_a_table_is_trained_on_and_carried_by_the_experiment(iris):
    dataset = opened(iris)
    assert dataset.task == "classes"
    spec = with_data(dataset)
    assert loads(dumps(spec)) == read_link(experiment_link(spec)) == spec
    one, same = Trainer(spec), Trainer(loads(dumps(spec)))
    for trainer in (one, same):
        trainer.advance(20)
    assert np.array_equal(one.network.params, same.network.params)
    assert one.network.features == 7 and one.network.outputs == 3


def test_the_target_decides_the_task(iris):
    assert opened(iris, "petal").task == "regression"
    assert opened(iris, "species").task == "classes"
    two = "a,b\n1,yes\n2,no\n3,yes\n"
    assert opened(written(iris.parent, two, "two.csv")).task == "binary"


def test_a_file_that_has_moved_is_told_with_the_remedy(iris):
    spec = with_data(opened(iris))
    iris.rename(iris.with_name("moved.csv"))
    message = refusal(TrainingData, spec)
    assert f"{iris}: is not there; if it was moved, open it again where it is now" in message
    assert "data.dataset.path" in message


def test_without_a_file_the_way_to_one_is_told():
    assert "File > Open data" in refusal(TrainingData, with_data(UserTable()))


def test_loss_and_task_must_agree_before_or_when_the_file_is_read(iris):
    training = TrainingSpec(loss=ExperimentSpec().training.loss.resolve("binary"))
    known = replace(with_data(opened(iris)), training=training)
    assert any("binary_cross_entropy does not suit" in problem for problem in problems(known))
    unknown = replace(known, data=DataSpec(dataset=UserTable(path=str(iris))))
    assert problems(unknown) == []
    assert "training.loss: binary_cross_entropy does not suit" in refusal(TrainingData, unknown)


def test_a_file_that_no_longer_fits_its_task_is_refused(iris):
    dataset = opened(iris)
    three = replace(dataset, purpose="binary")
    assert "has 3 classes; two were expected" in refusal(load, three)
    assert "can only be classified" in refusal(load, replace(dataset, purpose="regression"))


def test_a_file_is_read_once_until_it_changes(iris, monkeypatch):
    reads = []
    read = user_files.read_table
    monkeypatch.setattr(user_files, "read_table", lambda *given: reads.append(1) or read(*given))
    dataset = opened(iris)
    spec = with_data(dataset)
    first = TrainingData(spec)
    assert np.array_equal(TrainingData(replace(spec, seed=2)).targets.sum(), 4)
    assert len(reads) == 1
    written(iris.parent, IRIS + "1,1,red,setosa\n")
    assert len(TrainingData(spec).split.train) == len(first.split.train) + 1
    assert len(reads) == 2


def test_only_the_last_files_are_kept(tmp_path):
    for i in range(5):
        opened(written(tmp_path, IRIS, f"{i}.csv"))
    assert len({id(kept) for kept in user_files._kept.values()}) == user_files.KEPT


def test_what_was_encoded_elsewhere_need_not_be_read(iris, monkeypatch):
    dataset = UserTable(path=str(iris))
    encoded = encode(read_table(user_files.layout(dataset)))
    monkeypatch.setattr(user_files, "read_table", None)
    known = resolved(dataset, encoded)
    assert known.purpose == "classes"
    assert load(known) is encoded


def test_what_one_process_has_read_another_need_not(iris):
    dataset = opened(iris)
    samples = load(dataset).samples
    handover = user_files.hand_over(dataset)
    assert handover
    assert user_files.hand_over(dataset) is None
    user_files.take_over(handover)
    changed_unnoticed(iris)
    assert load(dataset).samples is samples
    assert user_files.hand_over(replace(dataset, missing="drop")) is None
    assert user_files.hand_over(ExperimentSpec().data.dataset) is None
    iris.unlink()
    assert user_files.hand_over(dataset) is None


def test_the_training_process_is_given_what_the_window_has_read(iris):
    dataset = opened(iris)
    changed_unnoticed(iris)
    window = Window(TrainingWorker)
    window.runner.load(with_data(dataset), 1)
    window.wait(lambda w: w.frames or w.failures)
    assert not window.failures
    data = window.frames[0].data
    assert data is not None
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert window.runner.close()


def changed_unnoticed(path: Path) -> None:
    """Other bytes in a file that looks the same from outside: reading it again would show."""
    state = path.stat()
    path.write_bytes(b"\0" * state.st_size)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_header_and_delimiter_can_be_forced(tmp_path):
    years = written(tmp_path, "2019;2020,5\n1;2\n3;4\n4;5\n")
    dataset = UserTable(path=str(years), header="yes", delimiter="semicolon")
    assert load(dataset).samples.feature_names == ("2019",)
    assert len(load(dataset).samples) == 3
    assert len(load(replace(dataset, header="no")).samples) == 4


def test_loading_can_be_given_up_and_leaves_nothing(iris):
    class Enough(Exception):
        pass

    def stop(share: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        opened(iris, progress=stop)
    assert not user_files._kept


def test_files_are_known_by_their_names():
    assert all(map(is_data_file, map(Path, ("a.csv", "b.TSV", "c.npz", "d.txt"))))
    assert not any(map(is_data_file, map(Path, ("a.json", "b.png", "csv"))))


@pytest.mark.parametrize(
    ("path", "said"),
    [("~nobody-of-that-name/x.csv", "is not there"), ("a\0b.csv", "NUL character")],
)
def test_a_path_that_no_file_can_have_is_refused(path, said):
    assert said in refusal(load, UserTable(path=path))
    with pytest.raises(DataError):
        opened(Path(path))


# Encoding


def test_rows_with_gaps_are_dropped_if_so_wished(iris):
    encoded = load(UserTable(path=str(iris), missing="drop"))
    assert encoded.samples.inputs[:, 0].tolist() == [5.1, 4.9, 6.3, 5.8]
    assert "2 rows with missing values left out" in encoded.notes
    assert np.isfinite(encoded.samples.inputs).all()


def test_dropping_every_row_is_refused(tmp_path):
    path = written(tmp_path, "a,b,c\n1,,x\n,2,y\n")
    message = refusal(load, UserTable(path=str(path), missing="drop"))
    assert "no row without a missing value; have them filled" in message


def test_two_classes_can_have_an_output_each(tmp_path):
    table = read_table(sniff(written(tmp_path, "a,b\n1,yes\n2,no\n")))
    assert encode(table, Choices(purpose="binary")).samples.outputs == 1
    assert encode(table, Choices(purpose="classes")).samples.targets.tolist() == [[0, 1], [1, 0]]


def test_numbers_beyond_reckoning_are_refused(tmp_path):
    for text in ("a,b\n1e300,1.5\n2,3\n", "a,b\n1.5,1e300\n2,3.5\n"):
        message = refusal(encode, read_table(sniff(written(tmp_path, text))))
        assert "holds numbers of up to 1e+300" in message


def test_samples_that_no_memory_holds_are_refused_before_they_are_made(tmp_path, monkeypatch):
    monkeypatch.setattr(targets, "LARGEST_SAMPLES", 100)
    table = read_table(sniff(written(tmp_path, IRIS)))
    assert "would take 0.0 GB of memory" in refusal(encode, table)


def test_many_categories_become_inputs_and_it_is_said(iris):
    notes = load(UserTable(path=str(iris))).notes
    assert "colour: 1 missing value, a category of their own, 4 categories, one input each" in notes
    assert (
        "petal: 1 missing value, filled with the median of the training part and flagged" in notes
    )


def test_gaps_are_filled_by_the_training_part_alone(tmp_path):
    rng = np.random.default_rng(0)
    rows = [
        f"{'' if i % 5 == 0 else x},{i % 5 + i / 1000},{i % 2}"
        for i, x in enumerate(rng.random(200))
    ]
    path = written(tmp_path, "\n".join(["x,row,label", *rows]), "gaps.csv")
    dataset = UserTable(path=str(path), purpose="binary")
    data = DataSpec(dataset=dataset, validation=0.5, test=0.2, standardize=False)
    parts = TrainingData(ExperimentSpec(data=data)).split
    train = parts.train.inputs
    assert parts.train.feature_names == ("x", "x = missing", "row")
    known = np.median(train[train[:, 1] == 0, 0])
    for part in (parts.train, parts.validation, parts.test):
        missing = part.inputs[:, 2] < 1
        assert np.array_equal(missing, part.inputs[:, 1] == 1)
        assert missing.any() and part.inputs[missing, 0] == pytest.approx(known)
        assert np.isfinite(part.inputs).all() and not part.gaps


def test_large_tables_take_half_the_memory_where_nothing_is_lost_by_it(tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "MANY_NUMBERS", 100)
    for start, dtype in ((0, np.float32), (1_700_000_000, np.float64)):
        rows = [f"{i / 7},{start + 2 * i},{i % 2}" for i in range(100)]
        path = written(tmp_path, "\n".join(["x,seconds,label", *rows]), f"{start}.csv")
        inputs = load(UserTable(path=str(path))).samples.inputs
        assert inputs.dtype == dtype and np.ptp(inputs[:, 1]) == 198


# On the command line


def test_the_command_line_trains_on_a_file_and_says_what_was_done(iris, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["train", "--data", str(iris), "--target", "petal", "--epochs", "3"]
    assert main([*arguments, "--json", "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"] == "finished"
    assert "colour: 1 missing value, a category of their own" in captured.err
    assert "petal: 1 row without a target left out" in captured.err
    data = json.loads((out / "experiment.json").read_text())["data"]["dataset"]
    assert data["path"] == str(iris) and data["purpose"] == "regression"
    assert main(["train", str(out / "experiment.json"), "--json"]) == 0


def test_settings_beside_the_file_hold(iris, capsys):
    given = ["--set", "data.dataset.missing=drop", "--set", "data.validation=0", "--json"]
    assert main(["train", "--data", str(iris), "--epochs", "1", *given]) == 0
    assert json.loads(capsys.readouterr().out)["validation"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "none.csv"], "none.csv: is not there"),
        (["--target", "x"], "--target: concerns the file given with --data"),
        (["--data", "{iris}", "--target", "x"], "has no column 'x' (columns: sepal, petal"),
        (["--data", "{iris}", "--set", "network.activation=x"], "network.activation: unknown"),
    ],
)
def test_the_command_line_says_what_is_wrong(iris, capsys, arguments, said):
    given = [argument.replace("{iris}", str(iris)) for argument in arguments]
    assert main(["train", *given]) == 2
    assert said in capsys.readouterr().err


# Without a display


@pytest.fixture
def trained(monkeypatch) -> list[ExperimentSpec]:
    """What would be trained offscreen."""
    specs: list[ExperimentSpec] = []
    monkeypatch.setattr("playground.app.missing_display", lambda: "there is none")
    monkeypatch.setattr(
        "playground.offscreen.train_offscreen", lambda spec, *_: specs.append(spec) or 0
    )
    return specs


def test_without_a_display_a_file_is_trained_on_at_once(iris, trained):
    assert main([str(iris)]) == main(["--data", str(iris), "--target", "petal"]) == 0
    first, second = (spec.data.dataset for spec in trained)
    assert first == UserTable(path=str(iris), purpose="classes")
    assert second == UserTable(path=str(iris), target="petal", purpose="regression")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--data", "none.csv"], "none.csv: is not there"), (["--target", "x"], "given with --data")],
)
def test_without_a_display_what_is_wrong_is_told(trained, capsys, arguments, said):
    assert main(arguments) == 2
    assert said in capsys.readouterr().err and not trained
