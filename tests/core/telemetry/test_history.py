"""The recorded run: bounded, never losing its ends, and honest about what it merges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.telemetry.frame import measured_bytes
from core.telemetry.history import FEWEST_FRAMES, LOSS, MOST_FRAME_BYTES, History
from core.telemetry.series import Buckets, Rows
from core.training.results import Score, Segment
from tests.ui.frames import recorded, run

anything = st.floats(width=64, allow_nan=True, allow_infinity=True)
runs = st.lists(st.lists(anything, min_size=0, max_size=40), max_size=12)


def filled(parts, capacity=8, tail=10):
    buckets = Buckets(("loss",), capacity, tail)
    first = 0
    for part in parts:
        buckets.append(first, np.array([part], dtype=float).reshape(1, -1))
        first += len(part)
    return buckets, np.array([v for part in parts for v in part], dtype=float)


@given(runs)
def test_buckets_hold_the_true_envelope_and_mean_of_every_stretch(parts):
    buckets, values = filled(parts)
    assert buckets.used <= buckets.capacity
    assert buckets.used == -(-values.size // buckets.width)
    means = buckets.mean(0)
    for i in range(buckets.used):
        stretch = values[i * buckets.width : (i + 1) * buckets.width]
        finite = stretch[np.abs(stretch) <= 1e300]
        assert buckets.count[0, i] == finite.size
        if finite.size:
            assert buckets.low[0, i] == finite.min()
            assert buckets.high[0, i] == finite.max()
            size = np.abs(finite).max()
            assert means[i] == pytest.approx(np.mean(finite), rel=1e-9, abs=1e-12 * size)
        else:
            assert np.isnan(means[i])


@given(runs)
def test_the_first_step_and_the_recent_ones_stay_exact(parts):
    buckets, values = filled(parts)
    first, tail = buckets.tail()
    np.testing.assert_array_equal(tail[0], values[first:])
    assert tail.shape[1] == min(values.size, 10)
    if values.size:
        assert buckets.first is not None
        np.testing.assert_array_equal(buckets.first[0], values[0])


@given(runs, st.data())
def test_a_rewound_run_continues_as_if_it_had_never_gone_further(parts, data):
    buckets, values = filled(parts, capacity=64, tail=1000)
    to = data.draw(st.integers(0, values.size))
    buckets.rewind(to)
    first, tail = buckets.tail()
    assert first + tail.shape[1] == to
    np.testing.assert_array_equal(tail[0], values[first:to])
    more = np.arange(30.0)[None]
    buckets.append(to, more)
    expected, _ = filled([])
    expected = Buckets(("loss",), 64, 1000)
    expected.append(0, np.concatenate((values[:to], more[0]))[None])
    while expected.width < buckets.width:
        expected._halve()
    for name in ("low", "high", "count"):
        np.testing.assert_array_equal(getattr(buckets, name), getattr(expected, name))


def test_a_rewind_past_what_is_known_singly_leaves_no_step_of_the_lost_future():
    buckets = Buckets(("loss",), 4, 2)
    buckets.append(0, np.arange(16.0)[None])
    buckets.rewind(6)
    assert buckets.high[0, : buckets.used].max() <= 5
    buckets.append(6, np.array([[100.0]]))
    assert buckets.tail()[0] == 6
    assert buckets.high[0, 1] == 100


def test_going_back_without_rewinding_is_refused():
    buckets = Buckets(("loss",), 8, 8)
    buckets.append(0, np.ones((1, 3)))
    with pytest.raises(ValueError, match="already recorded"):
        buckets.append(2, np.ones((1, 3)))


def test_smoothing_keeps_a_constant_and_quietens_noise():
    rng = np.random.default_rng(0)
    buckets = Buckets(("flat", "noisy"), 512, 16)
    buckets.append(0, np.array((np.full(2000, 3.0), rng.standard_normal(2000))))
    smooth = buckets.smoothed(0, 0, buckets.used, reach=100)
    np.testing.assert_allclose(smooth, 3.0)
    noisy = buckets.smoothed(1, 0, buckets.used, reach=100)
    assert noisy.std() < 0.5 * buckets.mean(1).std()


def test_smoothing_a_stretch_agrees_with_smoothing_the_whole():
    rng = np.random.default_rng(0)
    buckets = Buckets(("noisy",), 512, 16)
    buckets.append(0, rng.standard_normal((1, 2000)))
    whole = buckets.smoothed(0, 0, buckets.used, reach=60)
    part = buckets.smoothed(0, 301, buckets.used, reach=60)
    np.testing.assert_allclose(part, whole[301:])
    np.testing.assert_allclose(buckets.smoothed(0, 16, 100, 60, step=4), whole[16:100:4])


@given(st.integers(1, 300), st.sampled_from([4, 8, 32]))
def test_rows_are_bounded_and_keep_first_and_last(n, capacity):
    rows = Rows(capacity)
    for i in range(n):
        rows.append(i, np.array([float(i), np.nan]))
        assert rows.x[-1] == i
        assert rows.values[-1, 0] == i
    assert len(rows) <= capacity
    assert rows.x[0] == 0
    assert np.all(np.diff(rows.x) > 0)
    np.testing.assert_array_equal(rows.x, rows.values[:, 0])
    assert np.all(np.diff(rows.x[: rows.settled]) == rows.stride)


@settings(max_examples=30)
@given(st.integers(1, 200), st.integers(0, 250))
def test_rewound_rows_go_on_evenly(n, to):
    rows = Rows(16)
    for i in range(n):
        rows.append(i, np.array([float(i)]))
    rows.rewind(to)
    assert not len(rows) or rows.x[-1] < max(to, 1) or to >= n
    for i in range(to, to + 40):
        rows.append(i, np.array([float(i)]))
    assert rows.x[-1] == to + 39
    assert len(rows) <= 16
    assert np.all(np.diff(rows.x) > 0)


def test_rows_of_another_shape_are_refused():
    rows = Rows(8)
    rows.append(0, np.zeros(3))
    with pytest.raises(ValueError, match="shape"):
        rows.append(1, np.zeros(4))


@pytest.mark.parametrize("frames", [1, 2, 39, 40, 41, 333])
def test_kept_frames_are_bounded_with_first_and_last(frames):
    history = History(rows=32, frames=40)
    for frame in run(frames=frames, layers=2, steps=3):
        history.append(frame)
    moments = history.recorded_steps()
    assert len(moments) <= 41
    assert moments[0] == 0
    assert moments[-1] == (frames - 1) * 3 == history.iteration
    steps = np.diff(moments[:-1])
    assert not steps.size or steps.max() == steps.min()


def test_fewer_frames_are_kept_of_a_deep_network():
    history = History()
    frame = next(run(layers=80))
    for i in range(1500):
        history.append(replace(frame, iteration=i))
    moments = history.recorded_steps()
    kept = sum(measured_bytes(frame) for frame in history.frames)
    assert kept <= 1.1 * MOST_FRAME_BYTES
    assert FEWEST_FRAMES // 2 <= len(moments) < 100
    assert (moments[0], moments[-1]) == (0, 1499)
    assert len(set(np.diff(moments[:-1]))) == 1


def test_frames_with_more_measures_are_kept_before_others():
    history = History(frames=10)
    for i, frame in enumerate(run(frames=400, layers=2, steps=1)):
        frame = replace(frame, surface=None)
        history.append(frame if i % 20 == 7 else replace(frame, activations=None))
    moments = history.recorded_steps()
    full = [f.iteration for f in history.frames if f.activations is not None]
    assert len(moments) <= 11
    assert moments == sorted(set(moments))
    assert (moments[0], moments[-1]) == (0, 399)
    assert len(full) >= len(moments) - 3
    assert history.nearest(0, "activations").iteration == full[0]
    with pytest.raises(LookupError):
        history.nearest(0, "surface")


def test_a_moment_recorded_again_replaces_the_last():
    history, frame = recorded(frames=5)
    empty = replace(frame.segment, loss=np.empty(0))
    history.append(replace(frame, status="paused", segment=empty))
    assert history.recorded_steps() == [0, 10, 20, 30, 40]
    assert history.frames[-1].status == "paused"
    assert len(history.layer_rows) == 5


def test_the_nearest_frame_is_found():
    history, _ = recorded(frames=5, steps=10)
    assert history.nearest(0).iteration == 0
    assert history.nearest(14).iteration == 10
    assert history.nearest(16).iteration == 20
    assert history.nearest(1e9).iteration == 40


def test_a_long_run_stays_small():
    history = History(buckets=64, rows=32, frames=20)
    frame = next(run(layers=3))
    for i in range(500):
        loss = np.full(100, float(i))
        part = Segment(i * 100, loss, loss, loss)
        scores = (Score(i * 100 - 50, 2.0, 0.5), Score(i * 100, 1.0 / (i + 1), 0.5))
        history.append(replace(frame, iteration=i * 100, segment=part, validation=scores))
    assert history.steps.used <= 64
    assert len(history.layer_rows) <= 32
    assert len(history.scores) <= 64
    assert len(history.frames) <= 21
    assert all(f.segment.loss.size == 0 for f in history.frames)
    assert all([s.iteration for s in f.validation] == [f.iteration] for f in history.frames)
    assert history.steps.high[0, : history.steps.used].max() == 499
    assert history.best is not None and history.best.iteration == 49900


def test_layer_figures_come_back_per_row():
    history, frame = recorded(frames=9, layers=4)
    assert history.figure("gradient").shape == (9, 4)
    np.testing.assert_array_equal(history.figure("gradient")[-1], frame.gradient)
    assert frame.shares is not None
    np.testing.assert_array_equal(history.figure("dead")[-1], frame.shares.dead)


def test_shares_that_were_not_measured_are_nan():
    history, frame = recorded(frames=3, layers=4)
    history.append(
        replace(frame, iteration=30, segment=Segment(20, *[np.ones(10)] * 3), shares=None)
    )
    assert np.isnan(history.figure("dead")[-1]).all()


def test_marks_of_one_moment_are_joined():
    history = History()
    history.mark(5, "learning rate 0.1")
    history.mark(5, "batch 32")
    history.mark(5, "batch 32")
    history.mark(9, "sgd")
    assert [(m.iteration, m.text) for m in history.marks] == [
        (5, "learning rate 0.1, batch 32"),
        (9, "sgd"),
    ]
    for i in range(1000):
        history.mark(10 + i, "batch")
    assert len(history.marks) <= 200


def test_going_on_from_an_earlier_moment():
    history, _ = recorded(frames=20, steps=10)
    history.mark(150, "late")
    history.rewind(100)
    assert history.iteration == 100
    assert history.steps.next == 100
    assert history.scores.x.max() <= 100
    assert history.layer_rows.x[-1] == 100
    assert not history.marks
    frames = list(run(frames=20, steps=10, seed=3))
    history.append(frames[11])
    assert history.iteration == 110


def test_cleared_it_is_empty():
    history, _ = recorded(frames=5)
    history.ghost = history
    history.clear()
    assert not history
    assert history.iteration == 0
    assert history.steps.used == 0
    assert history.ghost is history


def test_a_fork_knows_the_past_only_and_leaves_the_whole_run_as_it_is():
    history, _ = recorded(frames=20, steps=10)
    losses = history.steps.mean(LOSS).copy()
    branch = history.fork(100)
    assert (branch.iteration, history.iteration) == (100, 190)
    assert branch.recorded_steps() == [i for i in history.recorded_steps() if i <= 100]
    np.testing.assert_array_equal(branch.steps.mean(LOSS), losses[:100])
    branch.append(list(run(frames=20, steps=10, seed=3))[11])
    np.testing.assert_array_equal(history.steps.mean(LOSS), losses)
    assert len(history.layer_rows) == 20


def test_the_best_score_is_one_of_what_is_left_after_going_back():
    history, _ = recorded(frames=20, steps=10)
    assert history.best is not None
    assert history.best.iteration > 60
    history.rewind(60)
    assert history.best is not None
    assert history.best.iteration <= 60
    assert history.best.loss == history.scores.values[:, 0].min()


def test_a_run_that_is_over_can_do_without_its_frames():
    history, _ = recorded(frames=20, steps=10)
    history.keep_curves()
    assert history.recorded_steps() == [0, 190]
    assert history.iteration == 190
    assert len(history.layer_rows) == 20
