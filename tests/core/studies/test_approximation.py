"""Lab 4: what is built follows its target, what is wrong is said, and trained is not built."""

from itertools import pairwise

import numpy as np
import pytest

from core.catalogue.formulas import FormulaError
from core.studies import sawtooth, towers
from core.studies.approximation import (
    TARGETS,
    Bump,
    build,
    drawn_target,
    error,
    fit_bumps,
    staircase_errors,
    step,
    typed_target,
)
from core.studies.base import StudyError
from core.studies.learned import BUILT, Settings, learn

X = np.linspace(0, 1, 101)


def test_a_bump_is_its_height_inside_and_nothing_outside():
    network = build([Bump(0.2, 0.6, 3.0)], 1e4)
    assert network.units == 2
    assert network(np.array([0.0, 0.1, 0.3, 0.5, 0.7])) == pytest.approx([0, 0, 3, 3, 0])
    weight, bias = step(0.2, 1e4)
    assert (weight, bias) == (network.w[0], network.b[0])


@pytest.mark.parametrize("key", TARGETS)
def test_more_bumps_are_never_worse_on_average(key):
    means = [each.mean for each in staircase_errors(TARGETS[key].function, (4, 8, 16, 32, 64))]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(means))


def test_each_criterion_makes_its_own_error_smallest():
    target = TARGETS["wiggle"].function
    (best,) = staircase_errors(target, (10,))
    for criterion in ("mean", "largest", "squared"):
        got = error(target, build(fit_bumps(target, 10, criterion), 1e6))
        assert got.mean >= best.mean - 1e-4 and got.largest >= best.largest - 1e-4


def test_gentle_steps_do_worse_than_steep_ones():
    target = TARGETS["plateau"].function
    bumps = fit_bumps(target, 20)
    gentle, steep = (error(target, build(bumps, w)).mean for w in (20, 2000))
    assert gentle > 2 * steep


def test_a_typed_target_is_the_formula_and_says_where_it_is_undefined():
    target = typed_target("0.5 + 0.5 sin 2πx")
    assert target.function(X) == pytest.approx(TARGETS["sine"].function(X))
    with pytest.raises(StudyError, match=r"no finite value at x = 0\.$|at x = 0"):
        typed_target("ln x")
    with pytest.raises(FormulaError, match="Unknown name 'y'"):
        typed_target("x + y")


def test_a_drawn_target_goes_through_its_points():
    target = drawn_target([(0.8, 1), (0.2, 0), (0.5, 2)])
    assert target.function(np.array([0, 0.2, 0.35, 0.5, 1.0])) == pytest.approx([0, 0, 1, 2, 1])
    with pytest.raises(StudyError, match="Nothing is drawn"):
        drawn_target([])


def test_towers_follow_their_surface_better_the_more_there_are():
    x, y = np.meshgrid(np.linspace(0.01, 0.99, 40), np.linspace(0.01, 0.99, 40))
    _, target = towers.TARGETS["hills"]
    errors = [
        float(
            np.abs(towers.surface(towers.fit_towers(target, n), x, y, 2000) - target(x, y)).mean()
        )
        for n in (3, 6, 12)
    ]
    assert errors[0] > 1.5 * errors[1] > 2 * errors[2]
    assert towers.units(len(towers.fit_towers(target, 6))) == (144, 36)


def test_pieces_are_counted_not_assumed():
    assert sawtooth.linear_pieces(lambda x: x, 3) == 1
    assert sawtooth.linear_pieces(lambda x: np.maximum(x, 0.25), 3) == 2
    assert sawtooth.linear_pieces(lambda x: sawtooth.shallow(x, 6), 8) == 64
    assert np.array_equal(sawtooth.deep(X, 0), X)


def test_training_repeats_with_its_seed_and_starts_from_the_built_network():
    target = TARGETS["sine"].function
    built = build(fit_bumps(target, 5), 50)
    settings = Settings(built.units, steps=40, seeds=(1, 2))
    first, last = learn(target, settings, built, [1])
    again = list(learn(target, settings, built, [1]))[-1]
    assert (first.step, last.step) == (1, 40)
    assert list(last.networks) == ["seed 1", "seed 2", BUILT]
    assert last.loss == again.loss and last.loss["seed 1"] != last.loss["seed 2"]
    assert first.loss[BUILT] == pytest.approx(
        float(np.mean((built(np.linspace(0, 1, 257)) - target(np.linspace(0, 1, 257))) ** 2))
    )
    assert last.loss[BUILT] < first.loss[BUILT]


@pytest.mark.parametrize("count", [0, 501])
def test_a_count_out_of_range_is_refused(count):
    with pytest.raises(StudyError, match="1 to 500"):
        fit_bumps(TARGETS["sine"].function, count)
