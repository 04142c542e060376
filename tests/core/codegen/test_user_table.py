"""Exported scripts with a table of the user: read by its path where plain Python can."""

from __future__ import annotations

import bz2
import gzip
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from core.codegen import Options, export, write
from core.data import DataError
from core.data.user_files import UserTable, load, opened
from core.experiment.spec import DataSpec, ExperimentSpec
from tests.core.data.test_dialects import tables
from tests.core.training.test_model import table
from tests.scripted import difference, expected, run, trained

SPEC = ExperimentSpec(precision="float64")
RUFF = [sys.executable, "-m", "ruff"]
# A name of a column that would end a docstring, in quotes as CSV doubles them.
CODE = '"""""""+open(0)+"""""""'
# Each of them 40 rows or more, with what its name says.
TABLES = {
    "plain": "x,y,label\n" + "0.25,-1e-3,a\n1.5,2,b\n2.75,.5,a\n-3.1,7.125,c\n" * 10,
    "decimal comma": "x;y\n" + "1,25;3,5\n2,5;1.000,75\n-0,75;2.500,5\n3;4,25\n" * 10,
    "units": "x,price\n" + '"1,200 kg",$3.50\n"2,350 kg",$4.25\n900 kg,$1.75\n' * 15,
    "yes and no": "x,dry,y\n" + "1.5,Yes,2.5\n2.5,no,1.25\n3,Y,2\n0.5,N,3.75\n" * 10,
    "yes and no as target": "x,dry\n" + "1.5,Yes\n2.5,no\n3,Y\n0.5,N\n" * 10,
    "missing words": "x,colour,y\n" + "1.5,red,2\nn/a,blue,3\n?,,1.5\n2.25,NA,4.5\n" * 10,
    "target with gaps": "x,y\n" + "1.5,2\n2.5,\n3.75,1.5\n0.25,3\n" * 10,
    "class with gaps": "x,y\n" + "1.5,a\n2.5,\n3.75,b\n0.25,NA\n" * 10,
    "numbers as classes": "x,kind\n" + "1.5,1\n2.5,2.0\n3.75,3\n0.25,2\n" * 10,
    "dates": "day,y\n" + "".join(f"{1 + i % 28}/{1 + i % 12}/2020,{i % 7}.5\n" for i in range(40)),
    "moments": "at,y\n" + "".join(f"2020-03-{1 + i % 28:02} 1{i % 9}:30,{i}\n" for i in range(40)),
    "quotes": 'x,"a ""name"", with\na line",y\n' + '1.5,"red, ""dark""",2\n2.5,\'b\',3.5\n' * 20,
    "spaces": "x  y\tz\n" + "1.5   2  3.25\n  2.5 1\t0.75\n0.5 4 2\n" * 15,
    "comments": "# taken by hand\nx,y\n" + "1.5,2\n# wrong: 7,7\n2.5,3.25\n0.75,1\n" * 15,
    "title lines": "Yields\n\nx,y\n" + "1.5,2\n2.5,3.25\n0.75,1\n" * 15,
    "no header": "1.5,2\n2.5,3.25\n0.75,1\n" * 15,
    "a name of code": f"x,{CODE},y\n" + "1.5,2,3\n2.5,3.25,1\n0.75,1,4\n" * 15,
}
BESIDE = {
    "short rows": "x,y,z\n" + "1.5,2,3\n2.5,3.25\n0.75,1,4\n" * 15,
    "thousands as k": "x,y\n" + "$1.5k,2\n$2.5k,3.25\n$0.75k,1\n" * 15,
}


def script_of(dataset: UserTable, folder: Path):
    """The samples of an exported script, and whether the script needs a file beside it."""
    spec = replace(SPEC, data=DataSpec(dataset=dataset))
    exported = export(spec, "numpy", Options("script", 20))
    script, *beside = write(folder, exported)
    return runpy.run_path(str(script))["samples"](), bool(beside)


def assert_same(dataset: UserTable, folder: Path, beside: bool = False):
    """The script has the samples of the application, `beside` it if they are too much for it."""
    made, is_beside = script_of(dataset, folder)
    assert is_beside == beside
    samples = load(dataset).samples
    for ours, theirs in zip((samples.inputs, samples.targets), made, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("name", TABLES)
def test_a_plain_table_is_read_by_its_path(name, tmp_path):
    path = tmp_path / "own table.csv"
    path.write_text(TABLES[name])
    assert_same(opened(path), tmp_path)
    assert str(path) in (tmp_path / "script.py").read_text()
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([*RUFF, *command, "--isolated", "--no-cache", str(tmp_path)])
        assert done.returncode == 0


@pytest.mark.parametrize("name", BESIDE)
def test_rows_that_python_reads_otherwise_come_beside_the_script(name, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(BESIDE[name])
    assert_same(opened(path), tmp_path, beside=True)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_compressed_table_is_read_by_its_path(pack, tmp_path):
    path = tmp_path / "table.csv.packed"
    path.write_bytes(pack(TABLES["plain"].encode()))
    assert_same(opened(path), tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "cp949", "cp1252"])
def test_a_table_in_another_encoding_is_read_by_its_path(encoding, tmp_path):
    word = {"cp1252": "Größe", "cp949": "크기", "utf-16": "크기"}[encoding]
    path = tmp_path / "table.csv"
    path.write_text(f"x,{word}\n" + f"1.5,{word}\n2.5,b\n3.5,{word}\n" * 15, encoding=encoding)
    assert_same(opened(path), tmp_path)


def test_the_choices_of_columns_are_the_scripts_too(tmp_path):
    path = table(tmp_path)
    gaps = replace(UserTable(path=str(path)), target="kind", exclude="price", gaps="width=drop")
    classes = replace(gaps, kinds="width=class", gaps="", inputs="width, dry")
    words = replace(gaps, gaps="", missing="drop", missing_words="red")
    for dataset in (gaps, classes, words):
        assert_same(dataset, tmp_path)


@pytest.mark.parametrize("target", ["kind", "dry", "price"])
def test_a_script_that_reads_the_table_gives_the_weights_of_the_app(target, tmp_path):
    spec = replace(SPEC, data=DataSpec(dataset=opened(table(tmp_path), target)))
    assert difference(expected(trained(spec), "numpy"), run(spec, "numpy", tmp_path)) < 1e-9


def test_a_large_table_comes_beside_the_script(tmp_path, monkeypatch):
    monkeypatch.setattr("core.codegen.user_table.LARGEST", 1000)
    assert_same(opened(table(tmp_path)), tmp_path, beside=True)


def test_a_table_that_changes_later_is_read_as_it_then_is(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(TABLES["plain"])
    script_of(opened(path), tmp_path)
    path.write_text(TABLES["plain"] + "9.5,1,a\n")
    inputs, targets = runpy.run_path(str(tmp_path / "script.py"))["samples"]()
    assert inputs[-1].tolist() == [9.5, 1.0]
    assert targets[-1].tolist() == [1.0, 0.0, 0.0]


@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_tables_in_any_dialect_are_read_by_their_path(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    path = folder / "table.csv"
    path.write_bytes(table.data)
    try:
        dataset = opened(path)
    except DataError:
        return
    assert_same(dataset, folder)
