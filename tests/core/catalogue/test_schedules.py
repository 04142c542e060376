"""Schedules: the learning rate over the steps, and over validation losses."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    InverseTime,
    Linear,
    ReduceOnPlateau,
    Staircase,
    Warmup,
    WarmupCosine,
)


def at(schedule, *steps):
    return [pytest.approx(schedule.factor(t, schedule.start()), abs=1e-12) for t in steps]


def after(schedule, losses):
    """The factor after each epoch's validation loss."""
    memory, factors = schedule.start(), []
    for loss in losses:
        memory = schedule.observe(memory, loss)
        factors.append(schedule.factor(0, memory))
    return factors


@pytest.mark.parametrize("key", SCHEDULES)
@given(t=st.integers(0, 10**9))
def test_every_schedule_starts_defined_and_stays_within_the_rate(key, t):
    schedule = SCHEDULES[key]()
    assert 0 <= schedule.factor(t, schedule.start()) <= 1


def test_constant():
    assert at(Constant(), 0, 10**8) == [1, 1]


def test_the_staircase_falls_at_once_and_the_exponential_meets_it_at_each_stair():
    assert at(Staircase(decay=0.1, steps=10), 0, 9, 10, 19, 20) == [1, 1, 0.1, 0.1, 0.01]
    assert [1, math.sqrt(0.1), 0.1, 0.01] == at(Exponential(decay=0.1, steps=10), 0, 5, 10, 20)


def test_cosine_and_linear_come_down_to_the_floor_and_stay():
    assert at(Cosine(steps=100, floor=0.1), 0, 50, 100, 5000) == [1, 0.55, 0.1, 0.1]
    assert at(Linear(steps=100, floor=0.1), 0, 50, 100, 5000) == [1, 0.55, 0.1, 0.1]


def test_restarts_begin_anew():
    assert at(CosineRestarts(steps=100), 0, 50, 100, 250) == [1, 0.5, 1, 0.5]


def test_inverse_time_halves_and_thirds():
    assert at(InverseTime(steps=100), 0, 100, 200) == [1, 1 / 2, 1 / 3]


def test_warm_up_rises_and_then_stays_or_falls():
    assert at(Warmup(warmup=10, start_share=0.2), 0, 5, 10, 99) == [0.2, 0.6, 1, 1]
    both = WarmupCosine(warmup=10, start_share=0.2, steps=100, floor=0.1)
    assert at(both, 0, 5, 10, 60, 110, 999) == [0.2, 0.6, 1, 0.55, 0.1, 0.1]


def test_a_plateau_lowers_the_rate_after_more_than_patience_epochs():
    schedule = ReduceOnPlateau(decay=0.5, patience=2)
    assert after(schedule, [3, 2, 2, 2, 2, 2, 2, 2]) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_a_gain_below_the_threshold_does_not_count():
    schedule = ReduceOnPlateau(decay=0.5, patience=0, threshold=0.1)
    assert after(schedule, [1, 0.95, 0.8]) == [1, 0.5, 0.5]


def test_the_rate_rests_after_a_fall_and_never_goes_below_the_floor():
    schedule = ReduceOnPlateau(decay=0.1, patience=0, cooldown=3, floor=0.05)
    assert after(schedule, [1] * 9) == [1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]


def test_a_loss_that_is_not_a_number_is_no_gain():
    assert after(ReduceOnPlateau(decay=0.5, patience=0), [1, math.nan, 0.5]) == [1, 0.5, 0.5]


def test_only_the_plateau_rule_reads_the_loss():
    assert [key for key in SCHEDULES if SCHEDULES[key].reactive] == ["reduce_on_plateau"]
    for entry in SCHEDULES.entries():
        if not entry.reactive:
            assert entry().observe(entry().start(), 1.0) == entry().start()


def test_every_entry_is_described():
    for entry in SCHEDULES.entries():
        assert entry.label and entry.formula and entry.advice and entry.torch
