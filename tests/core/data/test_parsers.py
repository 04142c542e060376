"""Each parser of blocks reads what cell by cell is read, bit by bit, or leaves the block."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import DataError
from core.data.tables import blocks
from core.data.tables.reader import read_table
from core.data.tables.sniff import sniff
from core.data.tables.table import Layout, ReadOptions

ROWS = 1100
HEADER = "x,kind,y\n"
# More than what the layout is found from, so that an odd cell below changes nothing about it.
PLAIN = HEADER + "".join(f"{i / 4},w{i % 3},{i}\n" for i in range(ROWS))


def told(layout: Layout) -> object:
    """What a table is read as, down to the bits of numbers and to lines, or why it is refused."""
    try:
        columns = read_table(layout).columns
    except DataError as error:
        return str(error)
    return [
        (each.name, each.values.tobytes(), each.categories, each.fault, each.lines)
        for each in columns
    ]


def assert_alike(parser, path: Path, data: bytes, options: ReadOptions | None = None) -> None:
    path.write_bytes(data)
    layout = sniff(path, options or ReadOptions())
    quick = told(layout)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "parse", lambda *_: None)
        assert quick == told(layout)


NUMBERS = (
    "inf|-Infinity|1e400|1e-400|0x10|1_0|+5|1e5|1E+05|1e00005|0e99999|1e-99999|-0|1.|.5|.|5e|1,5|"
    "nan|NAN |  NA  |nan(abc)|nan(ind)|true|1 000|(5)|5-|$5|5 %|٣|１２|\ufeff5|\u00a05|5\x0b| 5\t|"
    '"5"|" 5 "|""|""""|"5"x|5"|1.7976931348623159e308|2.4703282292062327e-324|1234567890123456789.5'
)


@pytest.mark.parametrize("cell", [*NUMBERS.split("|"), "9" * 400])
def test_cells_among_numbers(tmp_path, parser, cell):
    assert_alike(parser, tmp_path / "t.csv", f"{PLAIN}{cell},w1,1\n5,new,1\n".encode())


WORDS = ["", " ", '""', '" "', "NA", '"a\nb"', "'q'", 'a "b" c', '"a ""b"""', ' "a"', '"a" ']


@pytest.mark.parametrize("cell", [*WORDS, '"a,b"', 'a""', "\u00a0w1", "01", "1.0"])
def test_cells_among_words(tmp_path, parser, cell):
    assert_alike(parser, tmp_path / "t.csv", f"{PLAIN}1,{cell},1\n5,new,1\n".encode())


@pytest.mark.parametrize(
    "rows",
    ["\n\n", " \n", "# a remark\n", "1,w1\n", "1,w1,1,\n", "1,w1,1,1\n", "1,w1\n1,w1,1,\n"],
)
def test_rows_of_another_shape(tmp_path, parser, rows):
    assert_alike(parser, tmp_path / "t.csv", f"{PLAIN}{rows}oops,new,1\n".encode())


@pytest.mark.parametrize("cell", ["-999", " -999", "-999  ", "-999.0", "-9.99e2", "oops"])
def test_a_number_that_stands_for_missing(tmp_path, parser, cell):
    options = ReadOptions(missing=frozenset({"-999"}))
    text = f"{PLAIN}{cell},w1,-999\n1,new, -999\n"
    assert_alike(parser, tmp_path / "t.csv", text.encode(), options)


def test_lines_are_told_behind_blank_lines_and_cells_of_several(tmp_path, parser, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text(f'{PLAIN}1,"two\nlines",1\n\n2,new,1\n')
    layout = sniff(path)
    monkeypatch.setattr("core.data.tables.reader.rows_of", None)
    kind = read_table(layout).columns[1]
    assert kind.categories is not None
    lines = dict(zip(kind.categories, kind.lines, strict=True))
    assert lines["two\nlines"] == ROWS + 3 and lines["new"] == ROWS + 5


numbers = st.floats(allow_nan=False).map(repr) | st.decimals(allow_nan=False).map(str)
words = st.text(st.sampled_from("ab \"',;\n\t-1é"), max_size=4)
gaps = st.sampled_from(["", " ", "NA", "n.a.", "-999", "?"])


@st.composite
def tables(draw) -> bytes:
    """Tables with numbers in every notation, words with whatever needs quotes, and gaps."""
    cells = [draw(st.sampled_from([numbers | gaps, words | gaps])) for _ in range(3)]
    decimal = draw(st.sampled_from(".,"))
    rows = draw(st.lists(st.tuples(*cells), min_size=5, max_size=20))
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from(",;\t|")),
        quotechar=draw(st.sampled_from("\"'")),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r", "\n\n"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerow(["x", "y", "z"])
    writer.writerows([[cell.replace(".", decimal) for cell in row] for row in rows])
    return text.getvalue().encode(draw(st.sampled_from(["utf-8", "latin-1", "utf-16"])))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables(), st.sampled_from([30, blocks.BLOCK_BYTES]), st.sampled_from(["", "-999"]))
def test_tables_of_any_content(tmp_path, parser, data, block, missing):
    options = ReadOptions(missing=frozenset({missing} - {""}), numbers=frozenset({"x"}))
    # Where the layout is refused, nothing is parsed.
    with suppress(DataError), pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", block)
        assert_alike(parser, tmp_path / "t.csv", data, options)
