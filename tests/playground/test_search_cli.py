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
