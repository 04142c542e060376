"""The page of the loss landscape: what it computes, shows, stops and hands out."""

from typing import cast

import numpy as np
import pytest

from core.base.cancellation import Cancelled
from core.catalogue.blocks import Dense
from core.data.toys import Circle
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from core.network.landscape import Landscape
from core.studies.landscape import Site, train
from core.studies.landscape_jobs import PATH, SliceJob, SliceSettings
from core.worker.job import Context
from tests.ui.running import WAIT, page_context, session_within, step
from ui import theme
from ui.pages.labs.landscape import MOST_TRAINED, SURFACE, TRAIN, LandscapePage

SPEC = ExperimentSpec(
    data=DataSpec(dataset=Circle(count=80)), network=NetworkSpec(hidden=(Dense(units=6),))
)


@pytest.fixture
def session(qtbot):
    session = session_within(SPEC)
    yield session
    session.close()


@pytest.fixture
def page(qtbot, session, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_WORKER", "thread")
    step(qtbot, session, 20)
    page = LandscapePage(page_context(session))
    qtbot.addWidget(page)
    page.resize(1200, 750)
    page.show()
    page.edit(network=TRAIN, beside="", finest="9", lines=3)
    yield page
    page.shutdown()


def settled(page):
    return bool(page.drawn.slices) and not page.is_computing


def test_the_train_pages_network_is_shown_with_its_own_loss(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    again = train(SPEC, steps=20)
    assert page.drawn.slices[0].centre == pytest.approx(Site(again).centre(), rel=1e-6)
    assert "Train page" in page.formula.text() and "9 × 9" in page.formula.text()
    assert len(page.fan.export_data()) == 4
    assert page.maps[0].export_data()["loss"].shape == (81,)


def test_only_the_last_networks_are_kept(qtbot, page, session):
    for steps in range(21, 29):
        qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
        step(qtbot, session, 1)
        page.edit(seed=steps)
        qtbot.waitUntil(lambda steps=steps: page.drawn.subjects[0].iteration == steps, timeout=WAIT)
    assert [steps for _, _, steps in page.subjects] == [24, 25, 26, 27, 28][-len(page.subjects) :]
    assert len(page.subjects) <= MOST_TRAINED + 1


def test_the_path_is_walked_step_by_step(qtbot, page):
    page.edit(plane=PATH)
    qtbot.waitUntil(lambda: settled(page) and page.drawn.settings.plane == PATH, timeout=WAIT)
    page.transport.go(page.transport.length)
    whole = len(page.maps[0].trail.xs)
    page.transport.step_back()
    assert len(page.maps[0].trail.xs) == whole - 1
    assert "61 % + 15 %" in page.formula.text()


def test_each_picture_is_of_the_step_that_is_written_beside_it(qtbot, page):
    page.edit(samples=60_000)
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    page.transport.go(7)
    assert "20 of 20" in page.formula.text()
    qtbot.waitUntil(lambda: page.drawn.at == 7, timeout=WAIT)
    assert "7 of 20" in page.formula.text()
    expected = Site(train(SPEC, steps=7)).centre()
    assert page.drawn.slices[0].centre == pytest.approx(expected, rel=1e-5)


def test_steps_and_themes_stay_with_the_network_while_its_run_goes_on(qtbot, page, session):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    shown = page.drawn.subjects
    step(qtbot, session, 5)
    page.retheme(theme.DARK)
    assert not page.is_computing
    page.transport.step_back()
    qtbot.waitUntil(lambda: settled(page) and page.drawn.at == 19, timeout=WAIT)
    assert page.drawn.subjects == shown and page.transport.at == 19


def test_a_picture_keeps_its_name_until_the_next_one_is_there(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    page.subjects[page._run_of("4 plain")] = train(SPEC, steps=9, label="4 plain")
    before = page.formula.text()
    page.edit(network="4 plain", normalised=False)
    page.begin()
    page.stop()
    page.transport.step_back()
    assert page.formula.text() == before and "Train page" in before


def test_a_network_that_is_not_wanted_any_more_does_not_appear_when_it_is_trained(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    shown = page.drawn.subjects
    page.edit(network="32 plain")
    page.begin()
    page.undo_stack.undo()
    page.begin()
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    assert page.drawn.subjects == page.chosen == shown


def test_the_scale_of_the_loss_changes_without_computing(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    assert page.fan.plot.y_scale.log and page.reliefs[0]._heights.log
    page.edit(log=False)
    assert not page.fan.plot.y_scale.log and not page.reliefs[0]._heights.log
    assert not page.is_computing


def test_a_moment_of_the_run_is_the_network_as_it_was_then(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    page.transport.restart()
    first = train(SPEC, steps=20).at(0)
    assert not np.array_equal(page.drawn.subjects[0].params, first.params)
    expected = Site(first).centre()
    qtbot.waitUntil(lambda: abs(page.drawn.slices[0].centre - expected) < 1e-6, timeout=WAIT)


def test_two_networks_are_shown_side_by_side_in_the_same_kind_of_picture(qtbot, page, session):
    session.pin()
    name = session.pins.all[0].name
    page.edit(beside=f"pin:{name}", picture=SURFACE)
    qtbot.waitUntil(lambda: settled(page) and len(page.drawn.slices) == 2, timeout=WAIT)
    assert [card.isVisible() for card in page.relief_cards] == [True, True]
    assert [card.isVisible() for card in page.map_cards] == [False, False]
    assert page.drawn.slices[0].centre == page.drawn.slices[1].centre


def test_dragging_turns_both_surfaces(qtbot, page):
    page.reliefs[0].turn(10, 50)
    assert page.reliefs[1].relief.azimuth == 10 and page.reliefs[1].relief.elevation == 50


def test_a_pin_that_is_gone_is_said(qtbot, page):
    page.edit(network="pin:gone")
    qtbot.waitUntil(page.banner.isVisible, timeout=WAIT)


def test_stop_keeps_what_is_drawn(qtbot, page):
    qtbot.waitUntil(lambda: settled(page), timeout=WAIT)
    drawn = page.drawn.slices
    page.edit(network="32 plain")
    qtbot.waitUntil(lambda: page.job is not None, timeout=WAIT)
    page.stop()
    qtbot.waitUntil(lambda: page.job is None, timeout=WAIT)
    assert page.drawn.slices is drawn


def test_settings_survive_a_file(qtbot, page, tmp_path):
    page.edit(seed=7, reach=0.5)
    page.save_to(tmp_path / "lab.json")
    page.edit(seed=8)
    page.open_from(tmp_path / "lab.json")
    assert page.state.seed == 7 and page.state.reach == 0.5


def test_the_work_can_be_sent_to_another_process():
    import pickle

    work = SliceJob((train(SPEC, steps=5),), SliceSettings())
    assert pickle.loads(pickle.dumps(work)).subjects[0].iteration == 5


def work(finest):
    return SliceJob((train(SPEC, steps=5),), SliceSettings(finest=finest))


class Watched:
    """Stands for a job's context; notes how many losses were computed before each picture."""

    def __init__(self, losses):
        self.losses, self.before, self.told = losses, [], []

    def progress(self, done, total, text):
        self.told.append(done / total)

    def snapshot(self, value):
        self.before.append(len(self.losses))


def test_the_first_picture_needs_few_losses_and_the_last_has_all(monkeypatch):
    losses, compute = [], Landscape.losses

    def counted(self, directions, coordinates):
        losses.extend(coordinates)
        return compute(self, directions, coordinates)

    monkeypatch.setattr(Landscape, "losses", counted)
    context = Watched(losses)
    (slice,) = SliceJob((train(SPEC, steps=5),), SliceSettings(finest=25)).run(
        cast(Context, context)
    )
    assert context.before[0] <= 40 and len(context.before) == 3
    assert slice.surface.losses.shape == (25, 25) and slice.fan.losses.shape == (10, 41)
    assert context.told == sorted(context.told) and 0.95 < context.told[-1] <= 1


def test_work_can_be_given_up_within_a_few_losses(monkeypatch):
    losses, compute = [], Landscape.losses

    def counted(self, directions, coordinates):
        for some in compute(self, directions, coordinates):
            losses.extend(some)
            yield some

    monkeypatch.setattr(Landscape, "losses", counted)
    context = Watched(losses)

    def cancel(done, total, text):
        if losses:
            raise Cancelled

    context.progress = cancel
    with pytest.raises(Cancelled):
        work(finest=51).run(cast(Context, context))
    assert len(losses) <= 51
