"""The catalogue against PyTorch's numbers on file, wherever the tests run."""

import numpy as np
import pytest

from tests.parity.families import CASES, difference, ours
from tests.parity.golden import kept

TOLERANCE = 1e-9


@pytest.mark.parametrize(("family", "case"), CASES)
def test_numbers_are_pytorchs(family, case):
    mine, reference = ours(family, case), kept(family, case)
    assert set(mine) == set(reference)
    if "start" in reference:
        assert np.array_equal(mine["start"], reference["start"]), (
            "data or first weights are drawn otherwise than before: "
            "make the golden files anew (python -m tests.parity.make_golden training)"
        )
    for name, theirs in reference.items():
        assert difference(mine[name], theirs) <= TOLERANCE, name


@pytest.mark.parametrize(("family", "case"), CASES)
def test_the_comparison_sees_a_small_error(family, case):
    for theirs in kept(family, case).values():
        assert difference(theirs * (1 + 1e-8), theirs) > TOLERANCE or not theirs.any()
