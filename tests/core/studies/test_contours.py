"""Contour lines lie where the values are."""

import numpy as np

from core.studies.contours import contours

X, Y = np.linspace(-2, 2, 41), np.linspace(-1.5, 1.5, 31)


def test_contours_of_a_bowl_are_circles():
    values = X[None] ** 2 + Y[:, None] ** 2
    found = contours(X, Y, values, np.array([1.0]))
    assert len(found) > 40
    ends = found.reshape(-1, 2)
    np.testing.assert_allclose(np.hypot(*ends.T), 1, atol=0.01)
    length = np.hypot(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]).sum()
    assert abs(length - 2 * np.pi) < 0.05


def test_a_saddle_is_crossed_by_both_lines():
    x = y = np.array([-1.0, 1.0])
    found = contours(x, y, np.outer(y, x), np.array([0.0]))
    assert found.shape == (2, 4)


def test_places_that_are_not_finite_have_no_contours():
    values = X[None] + 0 * Y[:, None]
    values[:, :20] = np.inf
    found = contours(X, Y, values, np.array([-1.0, 1.0]))
    np.testing.assert_allclose(found[:, [0, 2]], 1)


def test_without_levels_there_is_nothing():
    assert contours(X, Y, np.zeros((31, 41)), np.empty(0)).shape == (0, 4)
