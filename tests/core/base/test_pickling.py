"""Pickles: what is read is what was written, and small arrays own their values."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.base.pickling import LARGE_ARRAY, dumps

KINDS = st.sampled_from(["f8", "f4", "i8", "i1", "u1", "?", "U3"])


@given(arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, min_side=0)), st.booleans())
def test_arrays_come_back_as_they_were(array, is_transposed):
    array = array.T if is_transposed else array
    read = pickle.loads(dumps({"one": [array]}))["one"][0]
    np.testing.assert_array_equal(read, array, strict=True)
    assert read.flags.owndata
    assert read.flags.f_contiguous == array.flags.f_contiguous


@pytest.mark.parametrize("size", [LARGE_ARRAY // 8 - 1, LARGE_ARRAY // 8, LARGE_ARRAY])
def test_arrays_of_every_size_come_back_and_can_be_written_to(size):
    read = pickle.loads(dumps(np.arange(float(size))))
    read += 1
    np.testing.assert_array_equal(read, np.arange(1.0, size + 1))


def test_an_array_that_is_there_twice_is_one_array():
    array = np.zeros(3)
    first, second = pickle.loads(dumps((array, array)))
    assert first is second
