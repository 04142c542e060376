"""Views take turns: a frame shows what it has time for, none is left out, none waits for long."""

from itertools import pairwise

import pytest

from ui.pages.train.view_scheduler import BUDGET, LEAST_OFTEN, ViewScheduler


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def turns(n, fps, seconds=2.0, cost=BUDGET):
    """For every one of n views that cost so many seconds each, the times at which it was shown."""
    clock, views = Clock(), [object() for _ in range(n)]
    scheduler = ViewScheduler(clock)
    scheduler.next(views)
    times = {id(view): [clock.now] for view in views}
    counts = []
    for _ in range(round(seconds * fps)):
        clock.now += 1 / fps
        shown = scheduler.next(views)
        assert len(set(map(id, shown))) == len(shown)
        counts.append(len(shown))
        scheduler.note_cost(cost * len(shown), len(shown))
        for view in shown:
            times[id(view)].append(clock.now)
    return times.values(), counts


@pytest.mark.parametrize("n", [1, 2, 4, 7, 14])
@pytest.mark.parametrize("fps", [60, 30, 10, 1])
def test_every_view_is_shown_ten_times_a_second_or_with_every_frame(n, fps):
    times, _ = turns(n, fps)
    longest = max(b - a for each in times for a, b in pairwise(each))
    assert longest <= max(LEAST_OFTEN + 1 / fps, 1 / fps) + 1e-9


@pytest.mark.parametrize("n", [4, 7, 14])
def test_at_full_rate_no_frame_shows_many_dear_views(n):
    _, counts = turns(n, 60)
    assert max(counts[1:]) <= n // 4 + 2
    assert min(counts) >= 1


@pytest.mark.parametrize("n", [1, 4, 7, 14])
def test_cheap_views_are_all_shown_in_every_frame(n):
    _, counts = turns(n, 60, cost=BUDGET / 14.5)
    assert set(counts[1:]) == {n}


def test_a_frame_shows_as_many_views_as_it_has_time_for():
    _, counts = turns(14, 60, cost=BUDGET / 5.5)
    assert set(counts[1:]) == {5}


def test_a_view_that_comes_into_sight_is_shown_at_once():
    clock = Clock()
    scheduler, views = ViewScheduler(clock), [object() for _ in range(4)]
    for _ in range(10):
        clock.now += 1 / 60
        scheduler.next(views)
    new = object()
    clock.now += 1 / 60
    assert new in scheduler.next([*views, new])


def test_without_views_nothing_is_shown():
    assert ViewScheduler(Clock()).next([]) == []
