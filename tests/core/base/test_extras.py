"""Optional libraries: what is said where one is missing."""

import importlib
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from core.base.extras import EXTRAS, MissingExtra, require, without

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


def test_the_extras_are_those_of_the_project_file():
    declared = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    names = {
        extra: tuple(re.split(r"[^\w-]", each)[0] for each in declared[extra])
        for extra in declared
        if extra not in ("bench", "dev", "package", "torch")
    }
    assert names == EXTRAS


def test_a_missing_library_is_one_sentence_with_the_line_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra) as raised:
        require("optuna", "search", "Searching for settings")
    said = str(raised.value)
    assert said.startswith("Searching for settings needs optuna, which is not installed.")
    assert said.endswith("-m pip install optuna")
    assert "\n" not in said


def test_a_frozen_program_is_not_told_to_use_pip(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(MissingExtra, match="this build of the application does not include it"):
        require("optuna", "search")


def test_what_is_installed_is_returned():
    assert require("json", "search").loads("[1]") == [1]


def test_a_module_can_be_hidden_from_those_that_would_load_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    with without("json"):
        assert importlib.import_module("json") is json
