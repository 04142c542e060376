"""Command lines that once failed, and some odd ones, end with a status and a clear message."""

import json
import random
from pathlib import Path

import pytest

from tests.fuzz.commands import Call, Commands, call

CORPUS = sorted(Path(__file__).with_name("corpus").glob("command-*"))
COUNT = 60


@pytest.fixture
def commands(tmp_path):
    return Commands(tmp_path, patience=10.0)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_once_failed_ends_well(path, commands):
    assert commands.fault(Call(json.loads(path.read_text()))) == ""


def test_odd_command_lines_end_well(commands):
    chance = random.Random(0)
    for _ in range(COUNT):
        asked = call(chance)
        assert commands.fault(asked) == "", asked
