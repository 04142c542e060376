"""When frames are due: often enough to look smooth, seldom enough to train on."""

import numpy as np
import pytest

from core.worker.frame_clock import (
    FRAME_SECONDS,
    FRAME_SHARE,
    PAINT_SECONDS,
    SLOWEST_FRAME_SECONDS,
    FrameClock,
)


def after(cost, frames=100):
    """A clock that has seen frames of one cost, and when the last was made."""
    clock, now = FrameClock(), 50.0
    clock.begin(now)
    for _ in range(frames):
        clock.made(now)
        clock.handed_out(now + cost)
        now = clock.due()
    return clock, now


def test_cheap_frames_come_sixty_times_a_second():
    clock, _ = after(cost=0.001)
    assert clock.gap == FRAME_SECONDS < 1 / 60


def test_dear_frames_take_their_share_of_the_time_and_no_more():
    clock, _ = after(cost=0.003)
    assert 0.003 / clock.gap == pytest.approx(FRAME_SHARE, rel=0.01)


def test_even_the_dearest_come_thirty_times_a_second():
    clock, _ = after(cost=0.1)
    assert clock.gap == SLOWEST_FRAME_SECONDS < 1 / 30


def test_steps_that_take_long_do_not_make_frames_rarer():
    clock, now = after(cost=0.001)
    times = []
    for i in range(100):
        now = clock.due() + 0.001 * (i % 4)
        clock.made(now)
        clock.handed_out(now + 0.001)
        times.append(now)
    assert (times[-1] - times[0]) / 99 == pytest.approx(FRAME_SECONDS, rel=0.01)
    assert min(np.diff(times)) >= FRAME_SECONDS - 0.0031


def test_after_a_pause_frames_do_not_come_in_a_rush():
    clock, now = after(cost=0.001)
    clock.made(now + 1.0)
    assert clock.due() == now + 1.0 + FRAME_SECONDS


def test_a_frame_that_is_not_painted_is_waited_for_but_not_for_ever():
    clock, now = after(cost=0.001)
    clock.made(now)
    assert clock.due(shown=False) == now + PAINT_SECONDS
    assert clock.due(1.0, shown=False) == now + 1.0


def test_a_slow_pace_asks_for_fewer():
    clock, now = after(cost=0.001)
    clock.made(now)
    assert clock.due(0.25) == now + 0.25
    assert clock.due(0.001) == now + FRAME_SECONDS


def test_the_first_frame_holds_everything_and_later_two_a_second():
    clock, now = FrameClock(), 50.0
    clock.begin(now)
    whole = []
    while now < 60.0:
        clock.made(now)
        if clock.takes_everything():
            whole.append(now - 50.0)
        now += 1 / 60
    assert whole[0] == 0.0
    assert sum(when < 1.0 for when in whole) >= 5
    assert sum(when >= 8.0 for when in whole) == 4


def test_where_measuring_everything_is_dear_it_is_done_less_often():
    clock, now = FrameClock(), 50.0
    clock.begin(now)
    spent = count = 0
    while now < 90.0:
        clock.made(now)
        cost = 0.02 if clock.takes_everything() else 0.001
        clock.measured(now + cost)
        if now > 70.0:
            spent, count = spent + (cost if cost > 0.01 else 0), count + (cost > 0.01)
        now += 1 / 30
    assert count >= 4
    assert spent <= 0.006 * 20.0
