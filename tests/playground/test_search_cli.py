"""`playground search`: what it ranks trials by, and that no option is silently ignored."""

from __future__ import annotations

import json

import pytest

from playground.__main__ import main

QUICK = ["search", "--trials", "2", "--epochs", "1", "--jobs", "1"]
VARY = ["--vary", "training.optimizer.learning_rate=log:1e-3..1e-1"]


@pytest.fixture
def numbers(tmp_path) -> str:
    """The setting that takes a table of numbers to be predicted as data."""
    file = tmp_path / "numbers.csv"
    file.write_text("x,y\n" + "".join(f"{i % 7},{i * i / 7}\n" for i in range(60)))
    return f"data.dataset={json.dumps({'key': 'table', 'path': str(file)})}"


def searched(capsys, *options: str) -> dict:
    """What the search printed as JSON."""
    assert main([*QUICK, *options, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_trials_on_a_table_of_numbers_are_ranked_by_loss(numbers, capsys):
    found = searched(capsys, *VARY, "--set", numbers)
    assert found["plan"]["score"] == "loss" and len(found["best"]) == 2


def test_the_lecture_search_on_a_regression_is_ranked_by_loss(capsys):
    shared = ("--set", "data.dataset=plane", "--set", "data.validation=0.3")
    found = searched(capsys, "--bundled", *shared)
    assert found["plan"]["score"] == "loss" and len(found["best"]) == 2


def test_a_regression_has_no_accuracy_to_be_ranked_by(numbers, capsys):
    assert main([*QUICK, *VARY, "--set", numbers, "--score", "accuracy"]) == 2
    assert "rank its trials by loss" in capsys.readouterr().err


def refused(capsys, *arguments: str) -> str:
    """The message of a search that is bad input."""
    try:
        status = main([*arguments])
    except SystemExit as error:
        status = error.code
    assert status == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "differs"),
    [
        ("--trials 12", "trials"),
        ("--epochs 7", "experiment"),
        ("--strategy tpe", "strategy"),
        ("--score loss", "score"),
        ("--seed 9", "seed"),
        ("--pruning median", "pruning"),
    ],
)
def test_a_study_is_not_resumed_with_other_options(option, differs, tmp_path, capsys):
    study = ("--study", str(tmp_path / "study"))
    searched(capsys, *study, *VARY)
    said = refused(capsys, "search", *study, *option.split())
    assert f"(it differs in {differs})" in said


def test_bundled_digits_resume_their_own_study_only(tmp_path, capsys):
    study = ("--study", str(tmp_path / "study"))
    first = searched(capsys, *study, "--bundled")
    assert searched(capsys, *study, "--bundled")["trials"] == first["trials"]
    other = ("--study", str(tmp_path / "other"))
    searched(capsys, *other, *VARY)
    assert "differs in experiment" in refused(capsys, "search", *other, "--bundled")


def test_a_finished_study_goes_on_with_narrowed_ranges(tmp_path, capsys):
    study = ("--study", str(tmp_path / "study"))
    first = searched(capsys, *study, *VARY)
    second = searched(capsys, *study, "--narrow", "1")
    assert second["trials"][:2] == first["trials"] and len(second["trials"]) == 4


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--epochs 0", "argument --epochs: must be a whole number, at least 1"),
        ("--epochs -3", "argument --epochs"),
        ("--jobs 0", "argument --jobs"),
        ("--minutes 0", "argument --minutes: must be a number of minutes above 0"),
        ("--minutes -1", "argument --minutes"),
        ("--minutes nan", "argument --minutes"),
        (f"--bundled {' '.join(VARY)}", "--bundled: concerns the lecture's search"),
    ],
)
def test_options_that_cannot_apply_are_refused(options, says, capsys):
    assert says in refused(capsys, "search", *options.split())


def test_an_unfinished_search_says_that_it_repeats_nothing(capsys):
    arguments = [*QUICK, *VARY, "--trials", "1000", "--minutes", "0.001", "--repeat", "--json"]
    assert main(arguments) in (0, 1)
    out, said = capsys.readouterr()
    found = json.loads(out)
    assert len(found["trials"]) < 1000 and not found["repeated"]
    assert "repeated only when all trials are over" in said


def test_patience_is_said_to_be_left_out(capsys):
    assert main([*QUICK, "--bundled", "--set", "training.patience=3", "--json"]) == 0
    assert "training.patience is left out" in capsys.readouterr().err
