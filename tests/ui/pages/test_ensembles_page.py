"""The page of ensembles: members, moments, votes, and data without a plane."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.blocks import Dense
from core.data.toys import Circle
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from tests.ui.running import WAIT, page_context, session_within
from ui.pages.labs.ensembles import TRAIN, EnsemblesPage

SPEC = ExperimentSpec(
    data=DataSpec(dataset=Circle(count=80)), network=NetworkSpec(hidden=(Dense(units=5),))
)


@pytest.fixture
def page(qtbot, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER", "thread")
    session = session_within(SPEC)
    page = EnsemblesPage(page_context(session))
    qtbot.addWidget(page)
    page.resize(1200, 750)
    page.show()
    page.edit(experiment=TRAIN, members=3, epochs=4, baselines=False)
    yield page
    page.shutdown()
    session.close()


def settled(page):
    return bool(page.moments) and not page.is_computing


def test_every_epoch_can_be_stepped_to_and_shows_what_it_showed(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    assert page.transport.length == 4
    last = page.formula.text()
    page.transport.step_back()
    assert page.formula.text() != last
    page.transport.step()
    assert page.formula.text() == last


def test_the_decomposition_is_written_with_the_present_numbers(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    ensemble, members, ambiguity = page.moments[-1].ambiguity
    assert ensemble == pytest.approx(members - ambiguity, abs=1e-12)
    assert "Ē − Ā" in page.formula.text()


def test_a_chosen_point_tells_every_vote(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    page.borders.choose(0)
    assert "Votes: 1:" in page.formula.text()
    planar = page.moments[-1].planar
    assert planar.chosen.shape == (3, len(planar.points))


def test_members_that_differ_in_nothing_agree_everywhere(qtbot, page):
    page.edit(weights=False)
    qtbot.waitUntil(
        lambda: settled(page) and bool((page.moments[-1].agreement == 1).all()), timeout=WAIT
    )
    assert page.moments[-1].ambiguity[2] == pytest.approx(0, abs=1e-15)


def test_pictures_have_no_borders_but_all_else(qtbot, page):
    page.edit(experiment="digits", epochs=1)
    qtbot.waitUntil(lambda: settled(page) and page.moments[-1].planar is None, timeout=WAIT)
    assert page.borders.is_empty and not page.curves.is_empty
    assert np.isfinite(page.agreement.export_data()["member 1"]).all()


def test_baselines_are_listed(qtbot, page):
    page.edit(baselines=True)
    qtbot.waitUntil(lambda: settled(page) and bool(page.found), timeout=WAIT)
    assert "one large network" in page.formula.text() and "dropout" in page.formula.text()


def test_data_that_cannot_be_voted_on_leave_nothing_of_the_last_experiment(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    session = page.context.session
    session.edit(replace(SPEC, data=DataSpec(dataset=Circle(count=80), validation=0)))
    page.edit(seed=2)
    qtbot.waitUntil(page.banner.isVisible, timeout=WAIT)
    assert all(
        view.is_empty and not view.export_data() for view in (card.view for card in page.cards)
    )
    assert not page.formula.text() and page.transport.length == 0
    session.edit(SPEC)
    page.edit(seed=3)
    qtbot.waitUntil(lambda: settled(page) and not page.curves.is_empty, timeout=WAIT)


def test_a_run_stopped_before_it_shows_anything_leaves_the_last_one(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    page.edit(members=4)
    page.begin()
    page.stop()
    page.transport.step_back()
    assert len(page.moments) == 5 and "epoch 3" in page.formula.text()
