"""Ranges: how they are written, drawn from, narrowed and widened."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.optimizers import Adam
from core.experiment.sampling import halton
from core.experiment.space import (
    Range,
    SearchError,
    limits,
    narrowed,
    parse_range,
    validate_ranges,
    with_parameters,
)
from tests.core.search.searching import DECAY, EXPERIMENT, RATE

ANY = (-math.inf, math.inf)


@given(
    st.sampled_from(["log", "linear", "int"]),
    st.integers(1, 1000),
    st.integers(1, 1000),
    st.floats(0, 1),
)
def test_a_value_drawn_lies_in_its_range_and_reads_back_from_text(scale, low, width, position):
    each = Range("seed", scale, float(low), float(low + width))
    value = each.value_at(position)
    assert low <= value <= low + width
    assert parse_range(f"seed={each}") == each
    if scale != "int":
        assert each.position(value) == pytest.approx(position, abs=1e-9)


def test_a_log_range_is_uniform_in_the_exponent():
    assert RATE.value_at(1 / 3) == pytest.approx(1e-2)
    assert RATE.grid(4) == pytest.approx([1e-3, 1e-2, 1e-1, 1])


def test_choices_may_be_words_numbers_and_lists():
    each = parse_range("network.hidden=choice:[16],[32,16],[8,8,8]")
    assert each.choices == ([16], [32, 16], [8, 8, 8])
    assert parse_range("network.activation=choice:relu,tanh").choices == ("relu", "tanh")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("network.dropout", "must be PATH="),
        ("network.dropout=lin:0..1", "must be PATH="),
        ("training.weight_decay=log:0..1", "above 0"),
        ("network.dropout=linear:1..0", "LOW < HIGH"),
        ("network.dropout=linear:a..b", "LOW..HIGH"),
        ("network.hidden[0].units=int:1.5..3", "whole numbers"),
        ("network.activation=choice:relu", "at least two"),
    ],
)
def test_a_range_that_cannot_be_read_says_why(text, says):
    with pytest.raises(SearchError, match=says):
        parse_range(text)


def test_ranges_beyond_what_a_setting_allows_are_all_named():
    ranges = [
        Range("network.dropout", "linear", 0, 2),
        Range("training.optimizer.learning_rat", "log", 1e-3, 1),
    ]
    with pytest.raises(SearchError, match=r"(?s)network.dropout.*learning_rat"):
        validate_ranges(EXPERIMENT, ranges)


def test_another_optimizer_keeps_the_learning_rate_drawn_for_it():
    spec = with_parameters(
        EXPERIMENT,
        {"training.optimizer.learning_rate": 0.02, "training.optimizer": "adam"},
    )
    assert spec.training.optimizer == Adam(learning_rate=0.02)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("log:1e-8..1e-4", 3.8612e-7, "3.86e-07"),
        ("log:1..1.01", 1.0051, "1.0051"),
        ("linear:0..0.5", 0.12345, "0.123"),
        ("linear:0.9..0.9999", 0.9999, "0.9999"),
        ("linear:100000..100100", 100050.0, "100050"),
        ("int:8..4096", 4096.0, "4096"),
        ("choice:0.9,0.9999", 0.9999, "0.9999"),
        ("choice:[16],[8,8]", [8, 8], "[8, 8]"),
    ],
)
def test_a_value_is_shown_with_the_digits_that_its_range_needs(text, value, shown):
    assert parse_range(f"seed={text}").text(value) == shown


def test_narrowing_keeps_the_best_fifth():
    values = [RATE.value_at(p) for p in (0.5, 0.45, 0.55, 0.52)] + [RATE.value_at(0.9)] * 16
    change = narrowed(RATE, values, ANY)
    assert RATE.low < change.after.low < values[1] < values[2] < change.after.high < RATE.high
    assert change.reason.startswith("narrowed") and not change.border


def test_a_range_grows_where_the_best_lies_at_its_border_but_not_beyond_the_setting():
    values = [RATE.value_at(0.99)] * 10
    assert narrowed(RATE, values, ANY).after.high > RATE.high
    assert narrowed(RATE, values, ANY).border == "upper"
    assert narrowed(RATE, values, (0, 2.0)).after.high == 2.0
    assert "upper border" in narrowed(RATE, values, ANY).reason


def test_whole_numbers_grow_where_the_best_is_the_last_of_them():
    few = Range("network.hidden[0].units", "int", 1, 8)
    change = narrowed(few, [8] * 12, (1, 4096))
    assert change.border == "upper" and change.after.high > 8
    assert narrowed(few, [1] * 12, (0, 4096)).border == "lower"
    # Fewer than one unit there cannot be.
    assert not narrowed(few, [1] * 12, (1, 4096)).border
    assert not narrowed(few, [7] * 12, (1, 4096)).border


def test_rounded_ends_are_not_taken_for_a_border():
    beta = Range("training.optimizer.beta2", "linear", 0.9, 0.9999)
    change = narrowed(beta, [0.95, 0.9999, 0.999], (0, 0.9999999))
    assert change.reason.startswith("narrowed") and not change.border
    assert change.after.high == 0.9999


def test_a_range_keeps_the_best_however_narrow_it_is():
    far = Range("seed", "linear", 100_000, 100_100)
    change = narrowed(far, [100_050.0] * 10, ANY)
    assert 100_000 < change.after.low < 100_050 < change.after.high < 100_100
    # Best by chance alone among the best fifth, and far from all others of it.
    lonely = [RATE.value_at(p) for p in (0.9, *[0.2] * 9)] + [RATE.value_at(0.5)] * 40
    assert narrowed(RATE, lonely, ANY).after.high > lonely[0]


@st.composite
def searches(draw):
    """A range, values drawn from it, best first, and what its setting allows."""
    scale = draw(st.sampled_from(["log", "linear", "int"]))
    if scale == "int":
        low = draw(st.integers(-1000, 1000))
        each = Range("seed", scale, float(low), float(low + draw(st.integers(0, 1000))))
    else:
        low = draw(st.floats(1e-9, 1e6))
        each = Range("seed", scale, low, low * (1 + draw(st.floats(1e-9, 1e9))))
    positions = draw(st.lists(st.floats(0, 1), min_size=1, max_size=40))
    beyond = draw(st.sampled_from([(0.0, 0.0), (1e-3, 1e-3), (math.inf, math.inf), (0.0, 0.7)]))
    allowed = each.low - beyond[0], each.high + beyond[1]
    return each, [each.value_at(p) for p in positions], allowed


@given(searches())
def test_a_narrowed_range_holds_the_best_within_what_is_allowed(search):
    each, values, allowed = search
    change = narrowed(each, values, allowed)
    after = change.after
    assert allowed[0] <= after.low <= values[0] <= after.high <= allowed[1]
    assert after.low < after.high or each.scale == "int"
    if each.scale == "int":
        assert after.low.is_integer() and after.high.is_integer()
    assert (after.low < each.low) <= (change.border == "lower")
    assert (after.high > each.high) <= (change.border == "upper")
    # It can be narrowed again, and is written and read as it is.
    assert narrowed(after, values[:1], allowed).after.low <= values[0]
    if after.low < after.high:
        assert parse_range(f"seed={after}") == after


@given(st.lists(st.sampled_from(["relu", "tanh", "elu"]), min_size=1, max_size=40))
def test_narrowed_choices_hold_that_of_the_best(values):
    words = Range("network.activation", "choice", choices=("relu", "tanh", "elu"))
    after = narrowed(words, values, ANY).after
    assert values[0] in after.choices and set(after.choices) <= set(words.choices)


def test_limits_are_those_of_the_setting():
    assert limits(EXPERIMENT, "network.dropout") == (0, 0.95)
    assert limits(EXPERIMENT, DECAY.path) == (0, 1e6)


def test_the_halton_sequence_fills_every_quarter_of_the_square_evenly():
    points = np.array([halton(2, index, seed=3) for index in range(64)])
    quarters = np.unique((points > 0.5) @ [1, 2], return_counts=True)[1]
    assert quarters.min() >= 14 and quarters.max() <= 18
