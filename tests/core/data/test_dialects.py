"""Generated tables in any dialect come back as they were written, or are refused with a reason.

`PLAYGROUND_DIALECTS=5000` tries so many of them instead of a few.
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import DataError
from core.data.columns.plan import encode
from core.data.tables.numbers import MISSING
from core.data.tables.reader import read_table
from core.data.tables.sniff import sniff

EXAMPLES = int(os.environ.get("PLAYGROUND_DIALECTS", "60"))
DIALECTS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORDS = {
    "utf-8": ["red", "grün", "서울", "d'or", "two words", 'a "quoted" one', "x,y;z"],
    "utf-8-sig": ["red", "grün", "서울", "two words"],
    "utf-16": ["red", "grün", "서울", "x,y;z"],
    "cp949": ["서울", "부산", "대구", "광주"],
    "cp1252": ["Köln", "Zürich", "Besançon", "Málaga"],
}
ODD = [b'"', b",", b";", b"\n", b"\0", b"\xff", b"oops", b"1e999", b" "]
GAPS = ["", "NA", "?", "--", "n.a.", "#DIV/0!", "<NA>", "unknown", "NULL", "\\N"]


@dataclass(frozen=True)
class Written:
    """A table as bytes, and what is in it: numbers (NaN where missing) and words by column."""

    data: bytes
    numbers: dict[str, list[float]]
    words: dict[str, list[str]]


def as_text(value: float, decimal: str, thousands: str) -> str:
    text = f"{value:,.2f}" if thousands else f"{value:.2f}"
    return text.translate(str.maketrans({",": thousands or "", ".": decimal}))


@st.composite
def tables(draw) -> Written:
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    decimal = draw(st.sampled_from([".", ","]))
    thousands = draw(st.sampled_from(["", {".": ",", ",": "."}[decimal], "'"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    encoding = draw(st.sampled_from(list(WORDS)))
    gap, share = draw(st.sampled_from(GAPS)), draw(st.sampled_from([0.0, 0.1, 0.3]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    preamble = (
        draw(st.sampled_from(["", "", "Title of it\n\n", "# a remark\n"])) if end == "\n" else ""
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(12, 60))
    numbers, words, columns = {}, {}, []
    for i in range(draw(st.integers(1, 3))):
        values = np.round(rng.normal(0, 10.0 ** rng.integers(0, 6), rows), 2)
        missing = rng.random(rows) < share
        cells = [
            gap if gone else as_text(value, decimal, thousands)
            for value, gone in zip(values, missing, strict=True)
        ]
        numbers[f"number {i}"] = np.where(missing, np.nan, values).tolist()
        columns.append(cells)
    for i in range(draw(st.integers(1, 2))):
        chosen = [WORDS[encoding][int(k)] for k in rng.integers(len(WORDS[encoding]), size=rows)]
        words[f"word {i}"] = chosen
        columns.append(chosen)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow([*numbers, *words])
    writer.writerows(zip(*columns, strict=True))
    return Written((preamble + text.getvalue()).encode(encoding), numbers, words)


@DIALECTS
@given(tables())
def test_a_table_in_any_dialect_comes_back(tmp_path: Path, parser, table: Written):
    path = tmp_path / "table.csv"
    path.write_bytes(table.data)
    try:
        read = {column.name: column for column in read_table(sniff(path)).columns}
    except DataError as error:
        # A refusal is no silent error, but must name the file and say more than that.
        assert str(error).startswith(f"{path}: ") and len(str(error)) > len(str(path)) + 20
        pytest.fail(f"refused: {error}")
    assert set(read) == {*table.numbers, *table.words}
    for name, values in table.numbers.items():
        assert read[name].categories is None and read[name].fault is None
        assert np.allclose(read[name].values, values, rtol=1e-12, equal_nan=True)
    for name, values in table.words.items():
        categories = read[name].categories
        assert categories is not None
        assert [categories[code] for code in read[name].values] == values


@st.composite
def spoiled(draw) -> bytes:
    """A table with something wrong or odd at a random place."""
    data = bytearray(draw(tables()).data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        odd = draw(
            st.sampled_from([b'"', b",", b";", b"\n", b"\0", b"\xff", b"oops", b"1e999", b" "])
        )
        if draw(st.booleans()):
            data[at:at] = odd
        else:
            del data[at : at + draw(st.integers(1, 40))]
    return bytes(data)


@DIALECTS
@given(spoiled())
def test_a_spoiled_table_is_read_whole_or_refused_with_a_reason(
    tmp_path: Path, parser, data: bytes
):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    try:
        table = read_table(sniff(path))
        assert len({len(column.values) for column in table.columns}) == 1
        for column in table.columns:
            # Numbers that became words are said, or are too few to make a column of numbers.
            assert (
                column.categories is not None or np.isfinite(column.values[~column.missing]).all()
            )
        samples = encode(table).samples
        assert len(samples.inputs) == len(samples.targets) > 0
        assert np.isfinite(samples.targets).all()
        assert samples.gaps == np.isnan(samples.inputs).any()
    except DataError as error:
        assert str(error).startswith(f"{path}: ") and len(str(error)) > len(str(path)) + 10


@pytest.mark.parametrize("word", sorted(MISSING - {"", "…", "...", "*", "**"}))
def test_every_missing_word_is_known_in_any_column_of_numbers(tmp_path, word):
    rows = [f"{word if i % 4 == 0 else i * 1.5};{'ab'[i % 2]}" for i in range(24)]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["x;kind", *rows]), encoding="utf-8")
    column = read_table(sniff(path)).columns[0]
    assert column.categories is None and column.fault is None and np.isnan(column.values[::4]).all()
