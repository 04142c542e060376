"""Tables as people have them: each is read with the right values, or refused with a reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.data import DataError
from core.data.columns.choices import Choices, as_names, as_pairs, names_in, pairs_in
from core.data.columns.plan import Encoded, encode, plan
from core.data.columns.recipe import Feature
from core.data.columns.targets import LARGEST_NUMBER
from core.data.tables import builders
from core.data.tables.reader import read_table
from core.data.tables.sniff import sniff
from core.data.tables.table import Column, ReadOptions, Table
from core.data.user_files import UserTable, is_data_file, load
from playground.__main__ import main

pytestmark = pytest.mark.usefixtures("parser")
NAN = float("nan")


def written(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def table_of(folder: Path, content: str | bytes, name: str = "file.csv", **how) -> Table:
    return read_table(sniff(written(folder, content, name), ReadOptions(**how)))


def encoded_of(folder: Path, content: str | bytes, name: str = "file.csv", **chosen) -> Encoded:
    path = written(folder, content, name)
    layout = sniff(path)
    return encode(read_table(layout), Choices(**chosen), layout.classes)


def column(table: Table, name: str) -> Column:
    (found,) = (each for each in table.columns if each.name == name)
    return found


def numbers(table: Table, name: str) -> list[float]:
    found = column(table, name)
    assert found.categories is None and found.fault is None, f"{name} was read as words"
    return found.values.tolist()


def repeated(cells: list[str], rows: int = 30) -> list[str]:
    return [cells[i % len(cells)] for i in range(rows)]


def lines(header: str, *columns: list[str], delimiter: str = ",") -> str:
    rows = (delimiter.join(row) for row in zip(*columns, strict=True))
    return "\n".join([header, *rows]) + "\n"


LABELS = repeated(["a", "b", "b"])


# Columns that are no inputs (case 9)


def test_an_index_column_is_left_out_and_said(tmp_path):
    cells = [str(i) for i in range(30)], repeated(["5.1", "4.9", "7"]), repeated(["x", "y", "z"])
    encoded = encoded_of(tmp_path, lines(",width,kind", *cells))
    assert encoded.samples.feature_names == ("width",)
    assert "Column 1: counts the rows, left out" in encoded.notes


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([str(1000 + i) for i in range(30)], ""),
        ([f"name {i}" for i in range(30)], "30 different words, left out"),
        (repeated(["7"]), "the same in every row, left out"),
        (repeated([""]), "empty, left out"),
        ([str(i) for i in range(30)], "counts the rows, left out"),
    ],
)
def test_what_cannot_be_learned_from_is_left_out_and_said(tmp_path, cells, why):
    text = lines("x,some,kind", repeated(["1.5", "2.5"]), cells, LABELS)
    encoded = encoded_of(tmp_path, text)
    assert ("some" in encoded.samples.feature_names) == (not why)
    assert not why or f"some: {why}" in encoded.notes


def test_inputs_can_be_chosen_and_left_out(tmp_path):
    text = lines("a,b,c,kind", *[repeated(["1.5", "2.5", "3"])] * 3, LABELS)
    for chosen, names in (
        ({"inputs": ("a", "c")}, ("a", "c")),
        ({"exclude": ("b",)}, ("a", "c")),
        ({"exclude": ("a", "b")}, ("c",)),
    ):
        assert encoded_of(tmp_path, text, **chosen).samples.feature_names == names  # pyright: ignore
    with pytest.raises(DataError, match="has no column 'd'"):
        encoded_of(tmp_path, text, exclude=("d",))


def test_dates_become_numbers_and_it_is_said(tmp_path):
    days = [f"{i % 28 + 1:02d}.03.2020" for i in range(30)]
    encoded = encoded_of(tmp_path, lines("when,x,kind", days, repeated(["1", "2"]), LABELS))
    assert encoded.samples.inputs[:3, 0].tolist() == [18322, 18323, 18324]
    assert "when: dates (day-month-year) as days since 1970-01-01" in encoded.notes


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("1970-01-02", 1),
        ("1970-01-02T12:00:00Z", 1.5),
        ("1970/01/02 06:00", 1.25),
        ('"Jan 3, 1970"', 2),
        ("3 January 1970", 2),
        ("31/01/1970", 30),
        ("01/31/1970", 30),
        ("1970-01-02 01:00:00+01:00", 1),
        ("12:30", 12.5),
        ("1:30 PM", 13.5),
    ],
)
def test_dates_in_many_spellings(tmp_path, cell, days):
    encoded = encoded_of(tmp_path, lines("w,k", repeated([cell]), LABELS), kinds={"w": "date"})
    assert encoded.samples.inputs[0, 0] == pytest.approx(days)


def dates(style: str, count: int, hours: int = 24) -> tuple[list[str], list[float]]:
    """So many dates from 2000-01-01 on, as written and as days since 1970-01-01."""
    times = [datetime(2000, 1, 1) + timedelta(hours=hours * i) for i in range(count)]
    days = [(time - datetime(1970, 1, 1)) / timedelta(days=1) for time in times]
    return [time.strftime(style) for time in times], days


@pytest.mark.parametrize(
    ("style", "hours"), [("%d/%m/%Y", 24), ("%m/%d/%Y", 24), ("%d/%m/%Y %H:%M", 5)]
)
def test_every_cell_decides_the_order_of_day_and_month(tmp_path, style, hours):
    cells, days = dates(style, 4000, hours)
    text = lines("when,x", cells, [f"{i % 7}.5" for i in range(4000)])
    inputs = encoded_of(tmp_path, text).samples.inputs[:, 0]
    assert inputs == pytest.approx(days, abs=1e-9)
    targets = encoded_of(tmp_path, text, target="when").samples.targets[:, 0]
    assert targets == pytest.approx(days, abs=1e-9)


@pytest.mark.parametrize("target", ["x", "when"])
def test_a_cell_that_is_no_date_among_many_is_named(tmp_path, target):
    cells, _ = dates("%d/%m/%Y", 60)
    cells[40] = "31/02/2020"
    path = written(tmp_path, lines("when,x", cells, repeated(["1.5", "2", "3"], 60)))
    with pytest.raises(DataError, match="line 42, column 'when': '31/02/2020' is not a date"):
        load(UserTable(path=str(path), target=target))
    read = load(UserTable(path=str(path), target=target, missing_words="31/02/2020")).samples
    assert len(read) == (60 if target == "x" else 59) and not np.isnan(read.targets).any()


def test_a_recipe_tells_what_is_no_date_in_another_table(tmp_path):
    text = lines("when,x", ["31/12/2020", "12/31/2020", "", "NA"], ["1", "2", "3", "4"])
    found = column(table_of(tmp_path, text), "when")
    assert Feature("when", "date", date="day-month-year").fault(found) == (3, "12/31/2020", 1)


@pytest.mark.parametrize("missing", ["", "unknown"])
def test_rows_without_a_date_to_predict_are_left_out(tmp_path, missing):
    cells, days = dates("%d.%m.%Y", 40)
    cells[7] = missing
    encoded = encoded_of(tmp_path, lines("x,when", repeated(["1", "2", "3"], 40), cells))
    assert encoded.samples.targets[:, 0].tolist() == [*days[:7], *days[8:]]


@pytest.mark.parametrize("style", ["%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"])
def test_more_dates_than_words_are_kept_are_dates(tmp_path, monkeypatch, style):
    monkeypatch.setattr(builders, "MOST_WORDS", 100)
    cells, days = dates(style, 500, 7)
    cells[450] = "unknown"
    text = lines("when,x", cells, repeated(["1.5", "2", "3"], 500)) + "Total,7\n"
    for chosen in ({}, {"kinds": {"when": "date"}}):
        inputs = encoded_of(tmp_path, text, **chosen).samples.inputs[:, 0]  # pyright: ignore
        assert np.isnan(inputs[450]) and np.delete(inputs, 450) == pytest.approx(
            np.delete(days, 450)
        )
    targets = encoded_of(tmp_path, text, target="when").samples.targets[:, 0]
    assert targets == pytest.approx(np.delete(days, 450))


def test_more_numbers_below_empty_cells_than_words_are_kept_are_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(builders, "MOST_WORDS", 100)
    cells = [""] * 1500 + [f"{i / 4}" for i in range(500)]
    table = table_of(tmp_path, lines("x,kind", cells, repeated(["a", "b"], 2000)))
    assert numbers(table, "x")[1500:] == [i / 4 for i in range(500)]


def test_words_that_are_not_all_kept_are_no_input_and_no_target(tmp_path, monkeypatch):
    monkeypatch.setattr(builders, "MOST_WORDS", 100)
    words = [f"name {i}" for i in range(500)]
    text = lines("who,a,x", words, repeated(["1", "2"], 500), repeated(["1.5", "2", "3"], 500))
    encoded = encoded_of(tmp_path, text)
    assert encoded.samples.feature_names == ("a",)
    assert any(note.startswith("who: over 100,000 different words") for note in encoded.notes)
    with pytest.raises(DataError, match="different words; is it a key"):
        encoded_of(tmp_path, text, target="who")
    with pytest.raises(DataError, match="too many for an input"):
        encoded_of(tmp_path, text, kinds={"who": "class"})


# Numbers in every spelling (cases 10 and 11)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (['"542,601"', '"1,000"', '"12,345,678"'], [542601, 1000, 12345678]),
        (['"$542,601"', "$5", '"$1,250.50"'], [542601, 5, 1250.5]),
        (["40%", "5.5%", "100 %"], [40, 5.5, 100]),
        (["1'100.50", "2", "1'000'000"], [1100.5, 2, 1e6]),
        (["−5", "−0.5", "3"], [-5, -0.5, 3]),
        (["1.2D+00", "3.5D-02", "1d3"], [1.2, 0.035, 1000]),
        (['"2,9"', '"3,25"', '"10"'], [2.9, 3.25, 10]),
        (["€ 1.50", "€2", "-€3"], [1.5, 2, -3]),
        (["1 234.5", "2\u00a0000", "7"], [1234.5, 2000, 7]),
        (['"(1,250)"', "300", "(5)"], [-1250, 300, -5]),
        (["5 kg", "7.5 kg", "10kg"], [5, 7.5, 10]),
        (["1,100 원".replace(",", ""), "2500원", "3 원"], [1100, 2500, 3]),
        (["１２", "３.５", "7"], [12, 3.5, 7]),
        (["+1.5", ".5", "2."], [1.5, 0.5, 2]),
        (["$1.5M", "$20K", "$3"], [1.5e6, 20e3, 3]),
    ],
)
def test_numbers_in_many_spellings_are_numbers(tmp_path, cells, values):
    table = table_of(tmp_path, lines("x,kind", repeated(cells), LABELS))
    assert numbers(table, "x")[:3] == pytest.approx(values)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["900", "1.1K", "902", "1.3K"], [900, 1100, 902, 1300]),
        (["900000", "1.1M", "2k"], [900000, 1.1e6, 2000]),
        (["19M", "201k", "8.7M"], [19e6, 201e3, 8.7e6]),
        (["0", "1.1K", "350", "2B"], [0, 1100, 350, 2e9]),
        (["1.1K", "1.3K", "2K"], [1.1, 1.3, 2]),
        (["300 K", "305 K", "310 K"], [300, 305, 310]),
    ],
)
def test_letters_beside_plain_numbers_are_factors(tmp_path, cells, values):
    encoded = encoded_of(tmp_path, lines("x,kind", repeated(cells), LABELS))
    assert encoded.samples.inputs[: len(cells), 0] == pytest.approx(values)
    told = "K, M and B read as thousands, millions and billions" in " ".join(encoded.notes)
    assert told == (max(values) > 310)


def test_letters_are_read_in_other_tables_as_they_were(tmp_path):
    few, mixed = ["1.1K", "1.3K"], ["900", "1.1K", "950", "1.3K"]
    for cells, letters in ((few, "unit"), (mixed, "factor")):
        text = lines("x,kind", repeated(cells), LABELS)
        assert encoded_of(tmp_path, text).features[0].letters == letters
    text = lines("x,kind", few, ["a", "b"])
    assert numbers(table_of(tmp_path, text, factors=frozenset({"x"})), "x") == [1100, 1300]
    text = lines("x,kind", mixed, ["a", "b", "a", "b"])
    assert numbers(table_of(tmp_path, text, units=frozenset({"x"})), "x") == [900, 1.1, 950, 1.3]


@pytest.mark.parametrize("unit", ["%", "K"])
@pytest.mark.parametrize("first", [0, 1500])
def test_a_unit_beside_some_numbers_only_is_warned_of(tmp_path, unit, first):
    cells = [f"{i + 11} {unit}" for i in range(2000)]
    cells[first::2] = [f"{i / 10}" for i in range(first, 2000, 2)]
    cells[first] = "0.5"
    text = lines("x,y", cells, [f"{i % 7}.5" for i in range(2000)])
    for target in ("x", "y"):
        warnings = encoded_of(tmp_path, text, target=target).warnings
        assert any(f"{unit} stands beside some numbers only; 0.5 is" in each for each in warnings)


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        ([f"{i:02d}:30" for i in range(24)], "time"),
        ([f"{i:02d}:15:00" for i in range(24)], "time"),
        ([f"{i:02d}/06/2020" for i in range(1, 31)], "day-month-year"),
    ],
)
def test_what_follows_a_number_in_dates_and_times_is_no_unit(tmp_path, cells, style):
    count = len(cells)
    found = plan(table_of(tmp_path, lines("w,x", cells, repeated(["1", "2", "3.5"], count))))
    assert found.features[0].date == style


@pytest.mark.parametrize("unit", ["mg/dl", "km/h", "people"])
def test_units_of_words_are_units(tmp_path, unit):
    cells = [f"{i} {unit}" for i in range(24)]
    table = table_of(tmp_path, lines("x,kind", cells, repeated(["a", "b"], 24)))
    assert numbers(table, "x") == list(range(24))


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["3.935,00", "1.250,5", "7"], [3935, 1250.5, 7]),
        (["3.935", "12.500", "1,5"], [3935, 12500, 1.5]),
        (["1.234.567", "2", "3"], [1234567, 2, 3]),
        (["2,9", "-3,25", "1e3"], [2.9, -3.25, 1000]),
    ],
)
def test_decimal_commas_with_points_between_thousands(tmp_path, cells, values):
    text = lines("x;kind", repeated(cells), LABELS, delimiter=";")
    assert numbers(table_of(tmp_path, text), "x")[:3] == pytest.approx(values)


MISSING = ["--", "\\N", "n.a.", "#DIV/0!", "<NA>", "unknown", "NA", "?", " ? ", "NULL", "#N/A", "."]


@pytest.mark.parametrize("word", MISSING)
def test_a_word_for_missing_leaves_numbers_numbers(tmp_path, word):
    cells = [word if i % 5 == 0 else f"{i / 4}" for i in range(60)]
    encoded = encoded_of(tmp_path, lines("x,kind", cells, repeated(["a", "b"], 60)))
    assert encoded.samples.feature_names == ("x", "x = missing")
    assert np.isnan(encoded.samples.inputs[::5, 0]).all()
    assert encoded.samples.inputs[::5, 1].all()
    assert any("12 missing values, filled with the median" in note for note in encoded.notes)


def test_numbers_with_underscores_are_words(tmp_path):
    read = column(table_of(tmp_path, "x,y\n" + "1_0,1\n1_1,2\n" * 20), "x")
    assert read.categories == ("1_0", "1_1")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.floats(allow_nan=False, width=64), min_size=4, max_size=30),
    decimal=st.sampled_from(".,"),
)
def test_numbers_are_those_that_python_reads(tmp_path, values, decimal):
    values = [value for value in values if abs(value) <= LARGEST_NUMBER]
    assume(len(values) > 3)
    spellings = [*map(repr, values), *(f"{value:.17e}" for value in values)]
    cells = [cell.replace(".", decimal) for cell in spellings]
    text = "x;y\n" + "".join(f"{cell};a\n" for cell in cells)
    read = column(table_of(tmp_path, text, delimiter=";", numbers=frozenset({"x"})), "x").values
    assert read.tobytes() == np.array([float(cell) for cell in spellings]).tobytes()


def test_other_missing_words_can_be_named(tmp_path):
    cells = ["pending" if i % 5 == 0 else f"{i / 4}" for i in range(60)]
    path = written(tmp_path, lines("x,kind", cells, repeated(["a", "b"], 60)))
    with pytest.raises(DataError) as caught:
        load(UserTable(path=str(path)))
    assert "line 2, column 'x': 'pending' is not a finite number" in str(caught.value)
    assert "and 11 more cells" in str(caught.value)
    samples = load(UserTable(path=str(path), missing_words="pending, later")).samples
    assert np.isnan(samples.inputs[::5, 0]).all() and not np.isnan(samples.inputs[1, 0])
    words = load(UserTable(path=str(path), exclude="", kinds="x=class"))
    assert "x = pending" in words.samples.feature_names


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("mark", [-999, -999.9])
def test_missing_words_are_gaps_in_columns_of_numbers_of_any_file(tmp_path, dtype, mark):
    mark = int(mark) if dtype == "int64" else mark
    x = np.array([mark if i % 7 == 0 else i for i in range(60)], dtype)
    frame = pd.DataFrame({"x": x, "y": np.sin(np.arange(60))})
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False)
    for name in ("t.parquet", "t.csv"):
        read = load(UserTable(path=str(tmp_path / name), missing_words=f"{mark}, later"))
        assert np.array_equal(np.isnan(read.samples.inputs[:, 0]), np.arange(60) % 7 == 0)


def test_missing_words_are_gaps_in_columns_of_words_too(tmp_path):
    colours = repeated(["red", "blue", "later"], 60)
    path = written(tmp_path, lines("colour,kind", colours, repeated(["a", "b", "c", "later"], 60)))
    read = load(UserTable(path=str(path), missing_words="later"))
    assert read.samples.feature_names == ("colour = missing", "colour = blue", "colour = red")
    assert read.samples.class_names == ("a", "b", "c")
    assert len(read.samples) == 45
    dropped = load(UserTable(path=str(path), missing_words="later", missing="drop"))
    assert len(dropped.samples) == 30


def test_labels_with_underscores_are_words(tmp_path):
    encoded = encoded_of(tmp_path, lines("x,kind", repeated(["1", "2"]), repeated(["1_0", "1_1"])))
    assert encoded.samples.class_names == ("1_0", "1_1")


# Classes (cases 12, 17 and 18)


@pytest.mark.parametrize("classes", [("EU", "NA", "APAC"), ("+", "-", "0"), ("a", "?", "unknown")])
def test_classes_that_look_like_gaps_stay_classes(tmp_path, classes):
    cells = [*repeated(list(classes)), ""]
    encoded = encoded_of(tmp_path, lines("x,kind", repeated(["1.5", "2", "4"], 31), cells))
    assert set(encoded.samples.class_names) == set(classes)
    assert len(encoded.samples) == 30
    assert "kind: 1 row without a target left out" in encoded.notes


def test_spellings_of_yes_and_no_are_two_classes(tmp_path):
    answers = ["yes", "Yes", "TRUE", "1", "no", "0"]
    as_target = encoded_of(tmp_path, lines("x,ok", repeated(["1.5", "2"]), repeated(answers)))
    assert as_target.samples.class_names == ("no", "yes")
    assert as_target.samples.targets[:6, 0].tolist() == [1, 1, 1, 1, 0, 0]
    assert any("count as yes and no" in note for note in as_target.notes)
    as_input = encoded_of(tmp_path, lines("ok,kind", repeated(answers), LABELS))
    assert as_input.samples.inputs[:6, 0].tolist() == [1, 1, 1, 1, 0, 0]


def test_a_target_of_nearly_as_many_classes_as_rows_is_warned_of(tmp_path):
    words = [f"word {i}" for i in range(51)]
    encoded = encoded_of(tmp_path, lines("x,kind", repeated(["1", "3", "2"], 51), words))
    assert any("51 classes in 51 rows" in warning for warning in encoded.warnings)


def test_classes_too_small_to_split_are_named(tmp_path):
    encoded = encoded_of(
        tmp_path, lines("x,k", repeated(["1", "2"]), ["rare", *["a", "b"] * 14, "a"])
    )
    assert any("too small to split: rare" in warning for warning in encoded.warnings)


def test_columns_that_know_the_target_are_warned_of(tmp_path):
    kinds = repeated(["a", "b", "b"])
    copy = ["1.5" if kind == "a" else "2.5" for kind in kinds]
    noise = [f"{(i * 7919) % 31}.5" for i in range(30)]
    encoded = encoded_of(tmp_path, lines("copy,noise,kind", copy, noise, kinds))
    (warning,) = encoded.warnings
    assert warning.startswith("copy: alone predicts the target perfectly")
    price = [f"{(i * 7919) % 31}.25" for i in range(30)]
    cents = [f"{(i * 7919) % 31 * 100 + 25}" for i in range(30)]
    scaled = encoded_of(tmp_path, lines("cents,noise,price", cents, LABELS, price))
    assert any("cents: is the target in another scale" in w for w in scaled.warnings)


# Layouts (cases 13 and 14)


def test_columns_separated_by_runs_of_spaces(tmp_path):
    rows = [f' {i}.0   8  307.0\t"chevrolet chevelle {i % 3}"' for i in range(10, 40)]
    table = table_of(tmp_path, "\n".join(rows), "auto-mpg.data")
    assert numbers(table, "Column 1")[:2] == [10, 11]
    assert column(table, "Column 4").categories == tuple(
        f"chevrolet chevelle {i}" for i in range(3)
    )


@pytest.mark.parametrize("delimiter", [" ", "\t", ","])
def test_a_header_one_field_short_has_row_names_below(tmp_path, delimiter):
    rows = [delimiter.join([f'"{i + 1}"', f"{i / 2}", f'"k{i % 2}"']) for i in range(20)]
    encoded = encoded_of(tmp_path, "\n".join([delimiter.join(['"size"', '"kind"']), *rows]))
    assert encoded.samples.feature_names == ("size",) and encoded.target == "kind"
    assert any(note.startswith("Row names: counts the rows") for note in encoded.notes)


BODY = "width,height,kind\n1.5,2,a\n2.5,3,b\n3.5,1,a\n2,1,b\n"


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"# made by hand\n# in 2020\n{BODY}",
        f"Report 2020\n\n{BODY}",
        f"Report 2020,,\n,,\n{BODY}",
        BODY.replace("1.5", "cm,cm,\n1.5", 1),
        f"{BODY}Total,7,\n",
        f"{BODY}# the end\n",
        BODY.replace("\n", ",\n"),
        BODY.replace("\n", "\r\n"),
        BODY.replace("\n", "\r"),
        "# width,height,kind\n" + BODY.partition("\n")[2],
        "sep=;\n" + BODY.replace(",", ";"),
        f"\n\n{BODY}",
        f"\ufeff{BODY}",
        BODY.replace(",", " , "),
        BODY.replace(",", "|"),
        BODY.replace(",", "~"),
    ],
)
def test_what_stands_around_a_table_is_no_part_of_it(tmp_path, text):
    encoded = encoded_of(tmp_path, text, target="kind")
    assert encoded.samples.feature_names == ("width", "height")
    assert encoded.samples.inputs.tolist() == [[1.5, 2], [2.5, 3], [3.5, 1], [2, 1]]
    assert encoded.samples.class_names == ("a", "b")


@pytest.mark.parametrize("word", ["#N/A", "#DIV/0!", "#NULL!", "#REF!", "#####", " #NAME?"])
@pytest.mark.parametrize("delimiter", [",", "\t", " "])
def test_a_row_that_begins_with_an_error_of_a_spreadsheet_is_no_comment(tmp_path, word, delimiter):
    rows = [f"{word if i % 7 == 1 else i}{delimiter}{'ab'[i % 2]}" for i in range(20)]
    text = ["# a remark", f"x{delimiter}kind", *rows[:8], "#####", *rows[8:]]
    table = table_of(tmp_path, "\n".join(text))
    x = [NAN if i % 7 == 1 else float(i) for i in range(20)]
    assert np.array_equal(numbers(table, "x"), x, equal_nan=True)
    assert "lines that begin with # left out" in table.notes


@pytest.mark.parametrize("text", ["# a remark\na b\n", "# remark\na b\n", "# a b\n", "% a b\n"])
def test_comments_above_columns_that_are_spaced_apart_are_none_of_their_rows(tmp_path, text):
    table = table_of(tmp_path, text + "".join(f"{i} {i}.5\n" for i in range(9)))
    assert table.names() == ["a", "b"] and numbers(table, "b") == [i + 0.5 for i in range(9)]


def test_lines_can_be_skipped_by_hand(tmp_path):
    table = table_of(tmp_path, "1,2,3\n4,5,6\na,b,c\n1,2,3\n", skip=2)
    assert table.names() == ["a", "b", "c"] and len(table) == 1


def test_the_first_line_of_scikit_learn_names_the_classes(tmp_path):
    rows = [f"5.{i % 7},3.{i % 5},1.{i % 3},0.{i % 4},{i * 7 % 3}" for i in range(30)]
    encoded = encoded_of(tmp_path, "\n".join(["30,4,setosa,versicolor,virginica", *rows]))
    assert encoded.samples.class_names == ("setosa", "versicolor", "virginica")
    assert encoded.samples.inputs.shape == (30, 4)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2019,2020\n1,2\n3,4\n", ["2019", "2020"]),
        ("land,2019,2020\nA,1,2\nB,3,4\n", ["land", "2019", "2020"]),
        ("1,2\n3,4\n", ["Column 1", "Column 2"]),
        ("vhigh,2,low\nhigh,3,low\nvhigh,2,med\n", ["Column 1", "Column 2", "Column 3"]),
        ("#,Name\n1,a\n2,b\n", ["#", "Name"]),
        ("100m,200m\n10.2,21\n10.4,20.9\n", ["100m", "200m"]),
        ("100m,Long.jump,Points\n10.2,7,8000\n10.4,7.1,7900\n", ["100m", "Long.jump", "Points"]),
        ("2d,3d,y\n1.5,2,3\n2.5,3,a\n", ["2d", "3d", "y"]),
        ("5K,10K\n15.1,31\n14.9,30\n", ["5K", "10K"]),
        ("100m 200m\na 10.2 21\nb 10.4 22\n", ["Row names", "100m", "200m"]),
        ("# 100m,200m\n10.2,21\n10.4,20.9\n", ["100m", "200m"]),
        ("5 kg,red\n6 kg,blue\n7 kg,red\n", ["Column 1", "Column 2"]),
        ("1.1K,5\n900,6\n1.2K,7\n", ["Column 1", "Column 2"]),
    ],
)
def test_headers_are_told_from_data(tmp_path, text, names):
    assert table_of(tmp_path, text).names() == names


def test_short_rows_are_filled_and_said_and_long_ones_refused(tmp_path):
    encoded = encoded_of(tmp_path, "a,b,c\n1.5,2,x\n2\n3,4,y\n4,5,x\n", target="c")
    assert any("1 row is short (line 3 first)" in note for note in encoded.notes)
    with pytest.raises(DataError, match="line 3 has 4 fields instead of 3"):
        table_of(tmp_path, "a,b,c\n1,2,3\n1,2,3,4\n")


# Encodings, compression and formats (cases 15 and 16)

KOREAN = "이름,나이,지역\n철수,12,서울\n영희,13,부산\n민수,14,서울\n"
JAPANESE = "品名,色,買う\nりんご,あか,はい\nバナナ,きいろ,いいえ\nぶどう,むらさき,はい\n"
WESTERN = "größe,stadt\n1.5,Köln\n2.5,Zürich\n3.5,Köln\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((KOREAN, each) for each in ("utf-8", "utf-8-sig", "utf-16", "cp949", "euc_kr")),
        *((WESTERN, each) for each in ("utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1")),
        ("имя,город\nИван,Москва\nОльга,Казань\nПётр,Самара\n", "cp1251"),
        *(("名前,都市\n太郎,東京\n花子,大阪\n", each) for each in ("shift_jis", "cp932")),
        *((JAPANESE, each) for each in ("shift_jis", "cp932", "euc_jp", "utf-16")),
        ("番号,髙さ\n①,低い\n②,髙い\n", "cp932"),
        ("ville,élève\nNîmes,été\nForêt,garçon\nNoël,hôtel\n", "mac_roman"),
        ("ville,élève\nNîmes,été\nForêt,garçon\nNoël,hôtel\n", "cp850"),
        ("ÉCOLE,VILLE\nA,NÎMES\nB,ORLÉANS\n", "cp850"),
        ("ÉCOLE,VILLE\nA,NÎMES\nB,ORLÉANS\n", "mac_roman"),
        (WESTERN, "cp850"),
        (WESTERN, "mac_roman"),
        ("shop,owner\nJoe’s,it’s\nAnn’s,don’t\n", "cp1252"),
        ("城市,数值\n北京,是\n上海,否\n", "gb18030"),
        ("城市,是否\n臺北,是\n高雄,否\n臺中,是\n", "big5"),
    ],
)
def test_the_encoding_is_found(tmp_path, text, encoding):
    table = table_of(tmp_path, text.encode(encoding))
    assert table.names() == text.split("\n")[0].split(",")
    last = text.split("\n")[1].split(",")[-1]
    assert last in (table.columns[-1].categories or ())


def test_letters_far_down_decide_the_encoding_too(tmp_path):
    text = "x,stadt\n" + "1,Bonn\n" * 400_000 + "2,Köln\n"
    table = table_of(tmp_path, text.encode("cp1252"))
    assert column(table, "stadt").categories == ("Bonn", "Köln")


def test_a_wrong_encoding_chosen_by_hand_is_refused_with_its_line(tmp_path):
    with pytest.raises(DataError, match=r"is not UTF-16 text at line|is empty"):
        table_of(tmp_path, b"a,b\n1,2\n1", encoding="utf-16")
    with pytest.raises(DataError, match="is not UTF-8 text at line 2; choose another encoding"):
        table_of(tmp_path, WESTERN.replace("größe", "g").encode("latin-1"), encoding="utf-8-sig")


def zipped(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("inside.csv", text)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("t.csv.gz", lambda text: gzip.compress(text.encode())),
        ("t.csv.zip", zipped),
        ("t.csv.bz2", lambda text: bz2.compress(text.encode())),
        ("t.csv.xz", lambda text: lzma.compress(text.encode())),
        ("t.data", str.encode),
        ("t.txt", str.encode),
        ("table", str.encode),
    ],
)
def test_compressed_files_and_any_ending_are_opened(tmp_path, name, pack):
    encoded = encoded_of(tmp_path, pack(BODY), name)
    assert encoded.samples.inputs.tolist() == [[1.5, 2], [2.5, 3], [3.5, 1], [2, 1]]
    assert is_data_file(tmp_path / name)


FRAME = pd.DataFrame(
    {
        "width": [1.5, None, 3.5, 2.0],
        "when": pd.to_datetime(["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"]),
        "count": [3, 1, 4, 1],
        "good": [True, False, True, True],
        "kind": ["a", "b", None, "a"],
    }
)


@pytest.mark.parametrize("name", ["t.xlsx", "t.parquet"])
def test_excel_and_parquet(tmp_path, name):
    data = io.BytesIO()
    FRAME.to_excel(data, index=False) if name == "t.xlsx" else FRAME.to_parquet(data)
    encoded = encoded_of(tmp_path, data.getvalue(), name, target="kind")
    names = ("width", "width = missing", "when", "count", "good = yes")
    assert encoded.samples.feature_names == names
    assert encoded.samples.inputs[:, 2:].tolist() == [[18262, 3, 1], [18293, 1, 0], [18353, 1, 1]]
    assert encoded.samples.class_names == ("a", "b")


def test_a_sheet_of_a_workbook_can_be_chosen(tmp_path):
    data = io.BytesIO()
    with pd.ExcelWriter(data) as writer:
        for name, factor in (("one", 1), ("two", 10)):
            frame = pd.DataFrame({"a": [factor * 1.5, factor * 2.5], "b": ["x", "y"]})
            frame.to_excel(writer, sheet_name=name, index=False)
    for sheet, first in (("", 1.5), ("two", 15)):
        table = table_of(tmp_path, data.getvalue(), "t.xlsx", sheet=sheet)
        assert numbers(table, "a")[0] == first
    with pytest.raises(DataError, match="has no sheet 'three'"):
        table_of(tmp_path, data.getvalue(), "t.xlsx", sheet="three")


def test_without_the_library_the_line_to_type_is_told(tmp_path, monkeypatch):
    for library in ("pyarrow.csv", "pandas"):
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(DataError, match=r"Reading tables needs pandas.*pip install"):
        table_of(tmp_path, BODY)


# One line that says what is predicted (case 8)


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("kind", "predicts kind, 3 classes: x, y, z, from 2 inputs"),
        ("size", "predicts size, a number, from 4 inputs"),
        ("grade", "predicts grade, 3 classes: 1, 2, 3, from 4 inputs"),
    ],
)
def test_dialog_and_command_line_say_what_is_predicted(tmp_path, capsys, target, line):
    grades = repeated(["1", "2", "3", "2"])
    sizes = [f"{(i * 7919) % 31}.5" for i in range(30)]
    path = written(tmp_path, lines("size,grade,kind", sizes, grades, repeated(["x", "y", "z"])))
    made = plan(read_table(sniff(path)), Choices(target=target))
    assert made.summary == line
    assert main(["train", "--data", str(path), "--target", target, "--epochs", "1"]) == 0
    assert f"playground: {line}\n" in capsys.readouterr().err


def test_few_whole_numbers_are_classes_unless_said_otherwise(tmp_path, capsys):
    path = written(tmp_path, lines("x,grade", repeated(["1.5", "2"]), repeated(["1", "2", "3"])))
    command = ["train", "--data", str(path), "--epochs", "1", "--set"]
    assert main([*command, "data.dataset.purpose=regression"]) == 0
    assert "predicts grade, a number, from 1 input" in capsys.readouterr().err
    assert main([*command, "data.dataset.kinds=grade=number"]) == 0
    assert "predicts grade, a number, from 1 input" in capsys.readouterr().err


# Settings as text


def test_names_and_pairs_of_settings_are_read_back():
    names = ('plain, with a comma and "marks"', "two words", " padded ", "a=b")
    assert names_in(as_names(names)) == tuple(name.strip() for name in names)
    pairs = {"a, b": "class", "c=d": "number"}
    assert pairs_in(as_pairs(pairs), ("class", "number")) == pairs
    with pytest.raises(ValueError, match="must be COLUMN=CHOICE"):
        pairs_in("a=nonsense", ("class",))


# Further shapes of the same kinds


@pytest.mark.parametrize(
    ("mark", "others", "said"),
    [
        (-999, range(-40, 40), True),
        (9999, range(40), True),
        (-200, [i / 7 for i in range(60)], True),
        (-1, range(30), True),
        (-999, [i * 1000 - 3000 for i in range(60)], False),
        (99, range(30, 110), False),
        (-1, [0, 1], False),
        (0, range(100, 140), False),
    ],
)
def test_numbers_that_mark_missing_values_are_warned_of(tmp_path, mark, others, said):
    cells = [str(mark)] * 5 + [str(each) for each in others if each != mark] * 2
    text = lines("x,y", cells, [str(i * 7 % 101) for i in range(len(cells))])
    found = any("looks like a mark" in each for each in encoded_of(tmp_path, text).warnings)
    assert found == said
    table = table_of(tmp_path, text, missing=frozenset({str(mark)}))
    assert np.isnan(column(table, "x").values[:5]).all()


@pytest.mark.parametrize(
    ("classes", "warned"),
    [
        (["Cat", "cat", "dog"], True),
        (["<=50K", "<=50K.", ">50K"], True),
        (["<=50K", ">50K"], False),
        (["+", "-", "0"], False),
        ([".", ". ."], False),
    ],
)
def test_classes_that_hardly_differ_are_warned_of(tmp_path, classes, warned):
    text = lines("x,y", [str(i * i) for i in range(30)], repeated(classes))
    found = any(
        "count as different classes" in each for each in encoded_of(tmp_path, text).warnings
    )
    assert found == warned


@pytest.mark.parametrize("target", ["0.3", "7", "a", "1e5"])
def test_a_constant_target_is_refused(tmp_path, target):
    text = lines("x,y", [str(i * i) for i in range(30)], [target] * 30)
    with pytest.raises(DataError, match="only one value"):
        encoded_of(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"x": 1, "y": 2}]', "is JSON"),
        ('{"x": 1}\n{"x": 2}\n', "is JSON"),
        ("\n<!DOCTYPE html>\n<p>1,2</p>", "web page"),
        ('<?xml version="1.0"?><a>1,2</a>', "XML"),
        ("+1 1:0.5 2:3\n-1 1:2 7:1e3\n", "LIBSVM"),
    ],
)
def test_text_that_is_no_table_is_refused_by_its_name(tmp_path, content, said):
    with pytest.raises(DataError, match=said):
        table_of(tmp_path, content)


def test_a_picture_in_an_archive_is_no_table(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.png", b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DataError, match="is a picture"):
        table_of(tmp_path, packed.getvalue(), "a.zip")


def test_a_workbook_under_another_name_is_opened(tmp_path):
    book = tmp_path / "book.xlsx"
    pd.DataFrame({"x": [1, 4, 9], "y": [2.5, 3.5, 4.5]}).to_excel(book, index=False)
    assert numbers(table_of(tmp_path, book.read_bytes(), "book.csv"), "y") == [2.5, 3.5, 4.5]


def test_a_table_of_markdown_is_read_without_its_rule(tmp_path):
    rows = "".join(f"| {i * i} | {'ab'[i % 2]} |\n" for i in range(9))
    made = encoded_of(tmp_path, f"| x | kind |\n|:--|-----:|\n{rows}")
    assert made.samples.class_names == ("a", "b")
    assert made.samples.inputs[:, 0].tolist() == [i * i for i in range(9)]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866"])
@pytest.mark.parametrize("words", [["муж", "жен"], ["Москва", "Санкт-Петербург", "Казань"]])
def test_cyrillic_words_decide_their_encoding_and_it_is_said(tmp_path, encoding, words):
    content = lines("рост,город", [str(150 + i * i) for i in range(30)], repeated(words))
    made = encoded_of(tmp_path, content.encode(encoding))
    assert set(made.samples.class_names) == set(words)
    assert any("Cyrillic" in each for each in made.notes)


def test_a_guessed_encoding_is_said_and_a_chosen_one_is_not(tmp_path):
    content = lines("größe,farbe", [str(i * i) for i in range(30)], repeated(["grün", "weiß"]))
    guessed = table_of(tmp_path, content.encode("cp1252"))
    assert guessed.notes[0].startswith("read as Western (Windows-1252")
    assert not table_of(tmp_path, content.encode("cp1252"), encoding="cp1252").notes
    assert not table_of(tmp_path, content).notes
