"""What is shown of an experiment while it goes on, and what is recorded of it for its card."""

import json
import math
import pickle

import numpy as np
import pytest

from core.catalogue.batching import MiniBatch
from core.catalogue.optimizers import SGD
from core.gallery import GALLERY, recording
from core.gallery.axes import Range, common, rebinned
from core.gallery.comparison import ACCURACY, LOSS, Comparison, Curve
from core.gallery.engine import GalleryJob, run
from core.gallery.experiment import Experiment, Plan
from core.gallery.experiments.building import classifier, pictures, vary
from core.gallery.figures import LATE
from core.gallery.results import table_csv
from core.telemetry.frame import BINS, Histograms
from core.training.results import Segment
from playground.__main__ import main

BASE = classifier(pictures("digits", 200, 100), (12,), batch=50, epochs=4)
BATCHES = {"50": MiniBatch(size=50), "25": MiniBatch(size=25)}


def experiment_of(variants, views=("loss",), steps=None):
    plans = {"digits": Plan(variants, (LATE,), (), steps)}
    return Experiment("small", "Small", "Is it?", "This.", "x", views, plans)


def watched(experiment, seeds=(1,)):
    comparison = Comparison(experiment, "digits", seeds)
    return comparison, run(experiment, seeds=seeds, watch=comparison.take)


def segment(first, loss):
    loss = np.array(loss, float)
    return Segment(first, loss, np.full(loss.shape, 0.5), np.zeros(loss.shape))


def histograms(low, high, counts, under=0, over=0):
    numbers = (np.array([value]) for value in (under, over, 0))
    return Histograms(np.array([low]), np.array([high]), np.array([counts]), *numbers)


# Curves


def test_a_long_curve_keeps_the_mean_of_every_bucket():
    curve, loss = Curve(4000), np.linspace(4, 1, 4000)
    for first in range(0, 4000, 300):
        curve.add(segment(first, loss[first : first + 300]))
    values = curve.smoothed(LOSS)
    assert values.shape == curve.x().shape == (400,)
    middle = slice(20, -20)
    assert values[middle] == pytest.approx(np.interp(curve.x(), np.arange(4000), loss)[middle])
    assert curve.x()[[0, -1]] == pytest.approx([4.5, 3994.5])


def test_what_has_not_come_yet_and_what_is_no_number_is_left_out():
    curve = Curve(10)
    curve.add(segment(0, [1, math.inf, 3]))
    assert np.isfinite(curve.smoothed(LOSS)).tolist() == [True, False, True] + 7 * [False]
    assert np.isfinite(curve.smoothed(ACCURACY)).sum() == 3


def test_a_comparison_holds_what_the_results_hold():
    rates = {"slow": SGD(learning_rate=0.01), "fast": SGD(learning_rate=0.5)}
    comparison, results = watched(experiment_of(vary(BASE, "training.optimizer", rates)), (1, 2, 3))
    for label, outcomes in results.outcomes.items():
        band = comparison.runs[label].band(LOSS)
        losses = np.array([outcome.loss for outcome in outcomes])
        assert band.mean == pytest.approx(losses.mean(axis=0))
        assert band.low == pytest.approx(losses.min(axis=0))
        assert band.high == pytest.approx(losses.max(axis=0))
        scores = comparison.runs[label].validation(ACCURACY)
        assert scores.x.tolist() == [0, 4, 8, 12, 16]
        last = [outcome.validation[-1].accuracy for outcome in outcomes]
        assert scores.mean[-1] == pytest.approx(np.mean(last))
        assert comparison.runs[label].now is outcomes[0].after[1]


@pytest.mark.parametrize(("steps", "epochs"), [(None, True), (6, False)])
def test_runs_of_equal_epochs_are_compared_by_epochs(steps, epochs):
    variants = vary(BASE, "training.batching", BATCHES)
    comparison, _ = watched(experiment_of(variants, steps=steps))
    assert comparison.in_epochs is epochs
    assert comparison.length == (4 if epochs else 6)


# Axes


def test_an_axis_suits_most_and_is_not_spoilt_by_the_others():
    usual = [Range(0, 4), Range(0, 8), Range(0, 4)]
    assert common([*usual, Range(0, 65536), Range(0, 0.01)]) == Range(0, 8)
    assert common([Range(0, 1), Range(0, 8)]) == Range(0, 8)
    assert common([Range(0, 1), Range(0, 65536)]) == Range(0, 1)
    assert common([Range(-1, 1)] * 3) == Range(-1, 1)
    assert common([Range(0, 2), Range(-4, 4)]) == Range(-4, 4)


def test_no_value_is_lost_on_another_axis():
    rng = np.random.default_rng(0)
    source = histograms(0.0, 8.0, rng.integers(0, 100, BINS), over=50)
    for axis in (Range(0.0, 8.0), Range(0.0, 2.0), Range(-16.0, 16.0)):
        shape = rebinned(source, 0, axis)
        assert shape.inside.sum() + shape.under + shape.over == pytest.approx(1)
    same = rebinned(source, 0, Range(0.0, 8.0))
    assert same.inside * (source.counts.sum() + 50) == pytest.approx(source.counts[0])
    narrow = rebinned(source, 0, Range(0.0, 4.0))
    assert narrow.over == pytest.approx((source.counts[0, BINS // 2 :].sum() + 50)
                                        / (source.counts.sum() + 50))  # fmt: skip


# Files


def test_the_table_is_written_with_mean_and_deviation():
    experiment = experiment_of(vary(BASE, "training.batching", BATCHES))
    results = run(experiment, seeds=(1, 2))
    head, first, _ = table_csv(results).splitlines()
    assert (
        head == 'run,seeds,diverged,steps,ms_per_step,"Loss at the end, mean","Loss at the end, sd"'
    )
    cells, spread = first.split(","), results.table()[0].cells[0]
    assert cells[:4] == ["50", "2", "0", "16"]
    assert [float(cell) for cell in cells[5:]] == pytest.approx(list(spread))


@pytest.mark.parametrize("view", ["loss", "activations", "gradients"])
def test_pictures_are_recorded_of_the_view_that_comes_first(view, monkeypatch, tmp_path, capsys):
    variants = vary(BASE, "training.batching", BATCHES)
    small = experiment_of(variants, (view,))
    monkeypatch.setattr(recording, "GALLERY", {"small": small})
    monkeypatch.setattr(recording, "PATH", tmp_path / "new" / "pictures.json")
    recording.recorded.cache_clear()
    try:
        assert main(["gallery", "pictures"]) == 0
        assert str(recording.PATH) in capsys.readouterr().out
        record = json.loads(recording.PATH.read_text())["small"]
        recording.recorded.cache_clear()
        assert recording.recorded()["small"] == record and recording.seconds(small, "digits") >= 0
    finally:
        monkeypatch.undo()
        recording.recorded.cache_clear()
    shape = np.array(record["runs"]["50"], float).shape
    assert shape == {"loss": (60,), "activations": (1, BINS // 2), "gradients": (2,)}[view]
    assert list(record["runs"]) == ["50", "25"] and record["data"] == "digits"


@pytest.mark.parametrize("key", GALLERY)
def test_every_experiment_can_be_trained_in_another_process(key):
    for data in GALLERY[key].plans:
        job = GalleryJob.of(GALLERY[key], data, (1,))
        again = pickle.loads(pickle.dumps(job))
        assert [each.label for each in again.plan.variants] == [
            each.label for each in job.plan.variants
        ]
        assert set(again.plan.probes) == set(job.plan.probes)
