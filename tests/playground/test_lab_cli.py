"""`playground lab` lists, computes and checks the labs, and writes what it has computed."""

import csv
import json

import pytest

from core.studies import LABS
from core.studies.base import Check, Outcome
from playground.__main__ import main


def test_list_names_every_lab(capsys):
    assert main(["lab", "list"]) == 0
    out = capsys.readouterr().out
    assert all(key in out and lab.question in out for key, lab in LABS.items())


def test_run_writes_tables_and_checks(tmp_path, capsys):
    arguments = ["lab", "run", "gradient_descent", "--check", "--json", "--out", str(tmp_path)]
    assert main(arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["passed"] is True
    folder = tmp_path / "gradient_descent"
    stored = json.loads((folder / "results.json").read_text())
    assert stored["checks"] == printed["labs"][0]["checks"] and stored["checks"]
    with open(folder / "b_against_updates.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["batch"]) for row in rows[:3]] == pytest.approx([10, -2.3, 3.85], abs=1e-12)


def test_a_failed_check_is_named_and_fails_the_command(monkeypatch, capsys):
    def wrong() -> Outcome:
        raise ZeroDivisionError("by zero")

    lab = LABS["gradient_descent"]
    monkeypatch.setattr(lab, "checks", [Check("wrong", "1/0 is a number", wrong)])
    assert main(["lab", "run", lab.key, "--check"]) == 1
    assert "✗ 1/0 is a number" in capsys.readouterr().out


def test_an_unknown_lab_gets_a_hint(capsys):
    assert main(["lab", "run", "gradient_decent"]) == 2
    assert "did you mean 'gradient_descent'?" in capsys.readouterr().err
