"""The page of pre-training: machines layer by layer, then fine-tuning, one step at a time."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.digits import Digits
from core.experiment.spec import DataSpec, ExperimentSpec
from tests.ui.running import WAIT, page_context, session_within
from ui.pages.labs.rbm import DIGITS, TRAIN, PretrainingPage

FEW = ExperimentSpec(
    data=DataSpec(dataset=Digits(count=120), validation=0.2, test=0.2, standardize=False)
)


@pytest.fixture
def page(qtbot, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER", "thread")
    session = session_within(FEW)
    page = PretrainingPage(page_context(session))
    qtbot.addWidget(page)
    page.resize(1200, 750)
    page.show()
    page.edit(data=TRAIN, layers=2, units=8, epochs=2, tuning=3)
    yield page
    page.shutdown()
    session.close()


def settled(page):
    return page.tuned is not None and not page.is_computing


def test_moments_of_every_layer_then_epochs_of_fine_tuning(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    reached = [(each.snapshot.layer, each.snapshot.epoch) for each in page.moments]
    assert reached == sorted(reached) and reached[0] == (0, 0.0) and reached[-1] == (1, 2.0)
    curves = page.tuned.curves
    assert list(curves) == ["RBM", "std 0.01", "Xavier"]
    assert {len(values) for values in curves.values()} == {4}
    assert page.transport.length == len(page.moments) + 3


def test_a_step_back_shows_what_was_there_before(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    last = page.formula.text()
    page.transport.step_back()
    assert page.formula.text() != last
    page.transport.step()
    assert page.formula.text() == last


def test_before_fine_tuning_the_view_says_what_it_waits_for(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    assert not page.accuracy.is_empty
    page.transport.go(0)
    assert page.accuracy.is_empty and not page.filters.is_empty


def test_the_formula_has_the_numbers_of_the_pair_that_is_named(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    hidden, visible, data, model, weight = page.moments[-1].strongest
    assert f"input {visible + 1} and unit {hidden + 1}" in page.formula.text()
    change = 0.1 * (data - model - 2e-4 * weight)
    assert f"{change:.4g}".replace("-", "−") in page.formula.text()


def test_exports_have_what_is_shown(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    assert len(page.filters.export_data()["unit 8"]) == 64
    assert len(page.pictures.export_data()["Reconstruction 12"]) == 64
    moment = page.moments[-1]
    np.testing.assert_array_equal(page.statistics.export_data()["vh data"], moment.data)
    errors = page.errors.export_data()["error, layer 2"]
    np.testing.assert_array_equal(errors, moment.snapshot.errors)
    assert page.accuracy.export_data()["RBM"][-1] == page.tuned.curves["RBM"][-1]


def test_data_without_classes_are_refused_in_the_banner_and_leave_nothing(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    from core.data.curves import Sine

    page.context.session.edit(ExperimentSpec(data=DataSpec(dataset=Sine())))
    page.edit(seed=2)
    qtbot.waitUntil(lambda: page.banner.isVisible(), timeout=WAIT)
    assert all(
        view.is_empty and not view.export_data() for view in (card.view for card in page.cards)
    )
    assert not page.formula.text()


def test_without_samples_held_out_it_says_what_is_missing_and_pre_trains(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    data = replace(FEW.data, validation=0.0, test=0.0)
    page.context.session.edit(replace(FEW, data=data))
    page.edit(layers=1)
    qtbot.waitUntil(lambda: page.tuned is None and not page.is_computing, timeout=WAIT)
    assert page.transport.length == len(page.moments) - 1 > 0
    assert "Hold out some for validation or test" in page.formula.text()
    assert "nan" not in page.formula.text() and page.accuracy.is_empty


def test_the_formula_has_the_rate_of_what_is_shown(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    before = page.formula.text()
    page.edit(rate=0.5)
    page.begin()
    page.stop()
    page.transport.go(page.transport.length)
    assert page.formula.text() == before


def test_it_can_be_stopped_and_begun_again(qtbot, page):
    page.edit(data=DIGITS, epochs=200)
    qtbot.waitUntil(lambda: page.job is not None and bool(page.moments), timeout=WAIT)
    page.stop()
    qtbot.waitUntil(lambda: not page.is_computing, timeout=WAIT)
    kept = len(page.moments)
    assert kept and page.tuned is None
    page.edit(epochs=1, layers=1, units=4, tuning=1)
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
