"""Switching the language while a network trains."""

import gc
import weakref

import pytest

from core.base import translation
from core.base.translation import set_language
from core.catalogue.blocks import Dense
from core.experiment.spec import ExperimentSpec, NetworkSpec
from core.gallery import GALLERY
from tests.ui.running import session_within
from ui.language import CHOICES, apply_language, system_language
from ui.main_window import MainWindow
from ui.window_host import WindowHost

SPEC = ExperimentSpec(network=NetworkSpec(hidden=(Dense(units=5),)))


@pytest.fixture
def host(qtbot):
    made = WindowHost(MainWindow(session_within(SPEC), "light", remember=False))
    made.window.show()
    yield made
    made.window.close()
    made.window.deleteLater()
    apply_language("en")


def run_to(host, qtbot, step):
    qtbot.waitUntil(lambda: host.session.history.iteration > step)


def test_training_and_everything_shown_go_on_in_another_language(host, qtbot):
    host.window.train.toolbar.pace.set_value(100.0)
    host.session.set_running(True)
    run_to(host, qtbot, 5)
    history = host.session.history
    before = history.iteration

    host.change_language("ko")

    assert host.window.menus.actions["Guide"].text() == "사용 안내(&G)"
    assert host.session.history is history
    assert host.session.is_running
    run_to(host, qtbot, before + 5)
    assert host.window.train.dashboard.views["loss"].history is history
    assert host.window.train.toolbar.pace.value() == 100.0
    assert host.window.isVisible()


def test_edits_can_still_be_undone_and_pinned_runs_compared(host, qtbot):
    session = host.session
    session.step()
    run_to(host, qtbot, 0)
    session.pin()
    session.edit(ExperimentSpec(seed=7))
    session.edit(ExperimentSpec(seed=8))
    session.undo_stack.undo()

    host.change_language("ko")

    assert host.session.spec.seed == 7
    assert len(host.session.pins) == 1
    host.session.undo_stack.redo()
    assert host.session.spec.seed == 8
    host.session.undo_stack.undo()
    host.session.undo_stack.undo()
    assert host.session.spec == SPEC
    assert not host.window.windowTitle().startswith("*")


def test_the_pages_stay_as_they_are(host, qtbot):
    window = host.window
    window.page("labs").open("gradient_descent")
    window.page("labs").lab.edit(rate=0.07)
    window.show_page("gallery")
    window.page("gallery").open(next(iter(GALLERY.values())))
    window.page("gallery").entry.bar.show_seeds(4)
    host.change_language("ko")
    assert host.window.current is host.window.page("gallery")
    assert host.window.current.shows_entry
    assert host.window.current.entry.bar.seeds == (1, 2, 3, 4)
    assert host.window.page("labs").lab.state.rate == 0.07


def test_the_last_window_is_destroyed(host, qtbot):
    past = weakref.ref(host.window)
    gone = []
    host.window.destroyed.connect(lambda: gone.append(True))
    host.change_language("ko")
    qtbot.waitUntil(lambda: bool(gone))
    gc.collect()
    assert past() is None


def test_the_language_waits_for_a_run_in_the_gallery(host, qtbot):
    gallery = host.window.page("gallery")
    gallery.busy_changed.emit(True)
    window = host.window
    host.change_language("ko")
    assert host.window is window
    assert "gallery" in window.current.banner.text().lower()
    assert translation.language() == "en"
    gallery.busy_changed.emit(False)
    host.change_language("ko")
    assert host.window is not window


def test_the_menu_is_found_in_every_language(host):
    for choice in CHOICES:
        host.change_language(choice)
        assert host.window.menus.actions["한국어"].text() == "한국어"


def test_the_language_of_the_system_is_followed(host, monkeypatch):
    monkeypatch.delenv("PLAYGROUND_LANGUAGE")
    monkeypatch.setenv("LANGUAGE", "")
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert system_language() == "ko"
    set_language("en")
    apply_language("system")
    assert translation.language() == "ko"
