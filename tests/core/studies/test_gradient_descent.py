"""Lab 1: paths are exact, end where they must, and say what is wrong with the points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.schedules import Staircase
from core.studies.base import StudyError
from core.studies.gradient_descent import METHODS, POINTS, RULES, LeastSquares, descend, race

NUMBERS = st.floats(-5, 5).filter(lambda x: abs(x) > 0.1)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=6), st.sampled_from(list(RULES)))
def test_gradient_and_curvature_are_the_errors_derivatives(points, rule):
    problem = LeastSquares.line(points, rule)
    theta, step = np.array([0.3, -0.7]), 1e-5
    units = np.eye(2) * step
    numeric = [(problem.error(theta + u) - problem.error(theta - u)) / (2 * step) for u in units]
    scale = 1 + np.abs(numeric).max()
    assert problem.gradient(theta) == pytest.approx(numeric, abs=1e-7 * scale)
    slopes = [problem.gradient(theta + u) - problem.gradient(theta - u) for u in units]
    assert np.array(slopes) / (2 * step) == pytest.approx(problem.curvature, abs=1e-6 * scale)


def test_every_method_sees_each_sample_once_an_epoch_unless_it_draws():
    problem = LeastSquares.proportional(POINTS)
    runs = race(problem, [10], 0.01, 8)
    assert runs["batch"].seen[-1] == 32 and runs["cyclic"].seen[-1] == 8
    assert [row for rows in runs["cyclic"].rows[:4] for row in rows] == [0, 1, 2, 3]
    for epoch in (runs["mini_batch"].rows[:2], runs["mini_batch"].rows[2:4]):
        assert sorted(row for rows in epoch for row in rows) == [0, 1, 2, 3]
    assert all(path.theta[0] == 10 for path in runs.values())


def test_a_decaying_rate_lets_stochastic_descent_come_closer():
    problem = LeastSquares.proportional(POINTS)
    plain, decaying = (
        descend(problem, METHODS["cyclic"], [10], 0.05, 1000, schedule)
        for schedule in (None, Staircase(decay=0.5, steps=100))
    )
    assert abs(decaying.theta[-1, 0] - 1.8) < 0.01 < 0.02 < abs(plain.theta[-1, 0] - 1.8)


def test_what_diverges_goes_on_to_infinity_and_says_when():
    path = descend(LeastSquares.proportional(POINTS), METHODS["batch"], [10], 1.0, 5000)
    assert path.diverged_at == 3
    assert not np.isfinite(path.theta[-1]).all() and np.isfinite(path.theta[:-1]).all()
    assert len(path.theta) == len(path.seen) == len(path.error) == path.updates + 1


def test_the_same_seed_gives_the_same_path():
    problem = LeastSquares.proportional(POINTS)
    first, again, other = (
        descend(problem, METHODS["random"], [10], 0.02, 50, seed=seed).theta for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LeastSquares.proportional([]), "no point"),
        (lambda: LeastSquares.proportional([(1, float("nan"))]), "not a finite"),
        (lambda: LeastSquares.line([(1, 2), (1, 3)], standardize=True), "the same"),
        (lambda: LeastSquares.line([(1, 2), (1, 3)]).minimum(), "do not determine"),
        (lambda: LeastSquares.line([(0.1, 1)] * 3, standardize=True), "the same"),
        (lambda: LeastSquares.proportional([(1e200, 1)]), "too large"),
        (lambda: LeastSquares.line([(3, 1)]).newton(np.zeros(2)), "undefined"),
        (lambda: LeastSquares.line([(0.7, 1), (0.7, 2)]).newton(np.zeros(2)), "undefined"),
        (lambda: LeastSquares.proportional([(1e-200, 1)]).minimum(), "do not determine"),
        (lambda: LeastSquares.proportional([(0, 1)]).newton(np.zeros(1)), "undefined"),
        (lambda: LeastSquares.proportional(POINTS).cyclic_fixed_point(0.7), "does not contract"),
    ],
)
def test_what_cannot_be_solved_says_why(make, words):
    with pytest.raises(StudyError, match=words):
        make()


def test_a_flat_error_has_no_largest_rate():
    assert LeastSquares.proportional([(0, 1), (0, 2)]).largest_stable_rate == float("inf")
