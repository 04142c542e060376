"""Inputs that once failed are read or refused, with little memory."""

import random
from pathlib import Path

import pytest

from tests.fuzz.check import fault
from tests.fuzz.memory import memory_limited
from tests.fuzz.mutation import mutated
from tests.fuzz.readers import READERS

CORPUS = sorted(
    path
    for path in Path(__file__).with_name("corpus").iterdir()
    if path.name.partition("-")[0] in READERS
)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_once_failed_is_read_or_refused(path, tmp_path):
    with memory_limited():
        assert fault(path.name.partition("-")[0], path.read_bytes(), tmp_path, limit=60.0) == ""


@pytest.mark.parametrize("name", READERS)
def test_damage_is_read_or_refused(name, tmp_path):
    chance, whole = random.Random(0), READERS[name].whole()
    for data in whole:
        READERS[name].read(_written(tmp_path / f"whole{READERS[name].suffix}", data))
    for _ in range(10):
        data = mutated(chance.choice(whole), chance)
        assert fault(name, data, tmp_path, limit=60.0) == "", data


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
