"""Colour maps of any values, infinite and undefined ones among them."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ui.plots import ramp

TABLE = np.arange(256, dtype=np.uint32)
ANY = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(ANY, min_size=1, max_size=9), ANY, ANY)
def test_every_value_has_a_colour_and_larger_ones_no_lower_one(values, low, high):
    found = ramp.colored(np.array(values), low, high, TABLE).tolist()
    known = sorted((v, c) for v, c in zip(values, found, strict=True) if not math.isnan(v))
    assert [color for _, color in known] == sorted(color for _, color in known)
    assert all(color == 0 for v, color in zip(values, found, strict=True) if math.isnan(v))


def test_the_ends_of_the_table_are_the_ends_of_the_range():
    values = np.array([-math.inf, -1.0, 0.0, 1.0, math.inf, math.nan])
    assert ramp.colored(values, -1.0, 1.0, TABLE).tolist() == [0, 0, 128, 255, 255, 0]
    assert ramp.colored(values, 0.0, 0.0, TABLE).tolist() == [0] * 6


def test_what_is_not_finite_keeps_to_its_place_when_enlarged():
    values = np.zeros((5, 5), np.float32)
    values[0, 0], values[0, 4], values[4, 0] = math.inf, math.nan, -math.inf
    found = ramp.enlarged(values, 20, 20)
    colors = ramp.colored(found, -1.0, 1.0, TABLE)
    assert (colors[0, 0], colors[0, 19], colors[19, 0]) == (255, 0, 0)
    assert (colors[8:12, 8:12] == 128).all() and (colors[12:, 12:] == 128).all()
