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


def test_narrowing_keeps_the_best_fifth():
    values = [RATE.value_at(p) for p in (0.5, 0.45, 0.55, 0.52)] + [RATE.value_at(0.9)] * 16
    change = narrowed(RATE, values, ANY)
    assert RATE.low < change.after.low < values[1] < values[2] < change.after.high < RATE.high
    assert change.reason.startswith("narrowed") and not change.at_border


def test_a_range_grows_where_the_best_lies_at_its_border_but_not_beyond_the_setting():
    values = [RATE.value_at(0.99)] * 10
    assert narrowed(RATE, values, ANY).after.high > RATE.high
    assert narrowed(RATE, values, ANY).at_border
    assert narrowed(RATE, values, (0, 2.0)).after.high == 2.0
    assert "upper border" in narrowed(RATE, values, ANY).reason


def test_limits_are_those_of_the_setting():
    assert limits(EXPERIMENT, "network.dropout") == (0, 0.95)
    assert limits(EXPERIMENT, DECAY.path) == (0, 1e6)


def test_the_halton_sequence_fills_every_quarter_of_the_square_evenly():
    points = np.array([halton(2, index, seed=3) for index in range(64)])
    quarters = np.unique((points > 0.5) @ [1, 2], return_counts=True)[1]
    assert quarters.min() >= 14 and quarters.max() <= 18
