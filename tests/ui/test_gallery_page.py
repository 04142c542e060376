"""The gallery in the window: every experiment opens, runs as without a window, and ends cleanly."""

from __future__ import annotations

import csv
import math
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from core.catalogue.optimizers import SGD, Adam
from core.data import DataError
from core.experiment.spec import ExperimentSpec
from core.gallery import GALLERY, engine
from core.gallery.engine import data_for, run
from core.gallery.experiment import Expectation, Experiment, Plan
from core.gallery.experiments.building import classifier, pictures, variant
from core.gallery.figures import LATE, TEST, accuracy, late_loss, of
from core.gallery.recording import recorded
from core.gallery.results import check, spread_shown
from core.worker import pool
from core.worker.start import VARIABLE
from tests.ui.running import page_context, wait
from ui import theme
from ui.export.formats import export, table
from ui.export.sheet import dashboard
from ui.main_window import MainWindow
from ui.pages import gallery
from ui.pages.gallery import entry as entry_module
from ui.pages.gallery.page import GalleryPage
from ui.pages.gallery.scales import wants_log
from ui.plots.ticks import number
from ui.session.session import Session

WAIT = 20_000
BASE = classifier(pictures("digits", 200, 100), (12, 8), batch=50)


def small(steps=60, views=("loss", "activations", "gradients"), **changes) -> Experiment:
    """Three quick runs on the digits, one of which diverges."""
    rates = {"slow": SGD(learning_rate=0.01), "fast": Adam(), "wild": SGD(learning_rate=1e9)}
    plan = Plan(
        tuple(variant(BASE, name, {"training.optimizer": rule}) for name, rule in rates.items()),
        (LATE, TEST),
        (
            Expectation("Fast learns", of("fast", accuracy("test")), low=0.3, unit="%"),
            Expectation("Slow does not learn all", of("slow", late_loss), high=1e-9),
        ),
        steps,
    )
    values = {"finding": "Wild runs end.", "plans": {"digits": plan}, **changes}
    return Experiment("small", "Small", "Is it small?", "The end.", "rate", views, **values)


def endless() -> Experiment:
    return small(steps=50_000_000)


@pytest.fixture(autouse=True)
def calm():
    """NumPy's warnings are the trainer's business, as in the application."""
    with np.errstate(all="ignore"):
        yield


@pytest.fixture
def session(qapp):
    session = Session(ExperimentSpec())
    yield session
    assert session.close()


@pytest.fixture
def window(qtbot, session):
    """The page, shown alone."""
    window = GalleryPage(page_context(session))
    qtbot.addWidget(window)
    window.resize(1240, 820)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.shutdown()


def finished(qtbot, window, experiment, seeds=1) -> None:
    """Run an experiment on its page to the end."""
    window.open(experiment)
    window.entry.bar.show_seeds(seeds)
    window.entry.run()
    with qtbot.waitSignal(window.entry.job.finished, timeout=WAIT):
        pass


def begun(qtbot, window, experiment) -> None:
    """Run an experiment until something is seen of it."""
    window.open(experiment)
    window.entry.run()
    moves = window.entry.job.snapshot
    with qtbot.waitSignal(moves, timeout=WAIT, check_params_cb=lambda u: u.runs[0].iteration > 0):
        pass


def test_a_run_that_was_touched_meanwhile_stays_as_it_is(qtbot, window, session):
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 20)
    begun(qtbot, window, endless())
    at = session.history.iteration
    session.step()
    wait(qtbot, session, lambda frame: frame.iteration == at + 1)
    window.entry.stop()
    qtbot.waitUntil(lambda: not window.entry.is_training, timeout=WAIT)
    assert not session.is_running


def test_a_run_goes_on_behind_the_earlier_step_that_is_looked_at(qtbot, window, session):
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 20)
    begun(qtbot, window, endless())
    session.look_at(10)
    at = session.past.iteration
    window.entry.stop()
    qtbot.waitUntil(lambda: session.is_running, timeout=WAIT)
    assert session.past is not None and session.past.iteration == at
    session.set_running(False)


def test_a_message_is_seen_above_the_cards_too(window):
    window.report("something")
    assert window.banner.isVisible()
    window.open(small())
    window.report("else")
    assert window.entry.banner.isVisible()


def test_another_run_is_shown_whole_again(qtbot, window):
    finished(qtbot, window, small())
    view = window.entry.views()[0]
    view.plots[0].zoom_x(9.5, 20.5)
    with qtbot.waitSignal(window.entry.training_changed, timeout=WAIT):
        window.entry.run()
    qtbot.waitUntil(lambda: not window.entry.is_training, timeout=WAIT)
    assert not view.plots[0].zoomed


# The page of an experiment


@pytest.mark.parametrize("key", GALLERY)
def test_every_experiment_opens_and_says_what_it_is_about(window, key):
    experiment = GALLERY[key]
    window.open(experiment)
    entry, plan = window.entry, experiment.plans[data_for(experiment)]
    assert entry.bar.title.text() == experiment.title
    assert [view.key.removeprefix("gallery_") for view in entry.views()] == [
        "curves" if view == "loss" else view for view in experiment.views
    ]
    assert entry.table.labels == [each.label for each in plan.variants]
    assert [each.statement.text() for each in entry.side.checks] == [
        expectation.statement for expectation in plan.expectations
    ]
    assert len(
        {(s.color.of(theme.LIGHT).rgba(), s.dash) for s in entry.views()[0].styles.values()}
    ) == len(plan.variants)
    assert not entry.is_training and entry.bar.run.text() == "Run"


def test_a_run_ends_with_the_table_and_the_findings_of_the_engine(qtbot, window):
    experiment = small()
    finished(qtbot, window, experiment, seeds=2)
    alone, entry = run(experiment, seeds=(1, 2)), window.entry
    cells = entry.table
    for i, row in enumerate(alone.table()):
        name = cells.text(i, 0)
        assert name == (f"{row.label} · diverged" if row.label == "wild" else row.label)
        for j, (spread, column) in enumerate(zip(row.cells, alone.plan.columns, strict=True), 1):
            assert cells.text(i, j) == spread_shown(spread, column.unit)
        assert cells.text(i, 3) == f"{row.iterations:,.0f}"
    assert [each.finding for each in entry.side.checks] == check(alone)
    assert [each.mark.ok for each in entry.side.checks] == [True, False]
    assert "does not hold" in entry.side.checks[1].accessibleName()
    assert entry.side.verdict.text() == "1 of 2 statements hold"
    assert not entry.is_training
    for label, outcomes in alone.outcomes.items():
        for outcome, again in zip(outcomes, entry.results.outcomes[label], strict=True):
            assert np.array_equal(outcome.loss, again.loss)


def test_the_seeds_switch_gives_a_band(qtbot, window):
    finished(qtbot, window, small())
    curves = window.entry.views()[0]
    alone = curves.loss.lines()["slow"]
    assert np.array_equal(alone.low, alone.high)
    finished(qtbot, window, small(), seeds=4)
    assert window.entry.results.seeds == (1, 2, 3, 4)
    band = window.entry.views()[0].loss.lines()["slow"]
    assert (band.low < band.mean).any() and (band.mean < band.high).any()
    assert "4 seeds" in "".join(span.text for span in window.entry.views()[0].subtitle)


def test_the_views_show_both_ends_of_every_run(qtbot, window):
    finished(qtbot, window, small())
    curves, activations, gradients = window.entry.views()
    results = window.entry.results
    assert list(activations.matrix.cells) == ["slow", "fast", "wild"]
    assert {len(cells) for cells in activations.matrix.cells.values()} == {3}
    for label, (outcome,) in results.outcomes.items():
        before, after = outcome.before[1], outcome.after[1]
        assert np.array_equal(gradients.before.frames[label].gradient, before.gradient)
        assert np.array_equal(gradients.now.frames[label].gradient, after.gradient)
    assert gradients.before.y_scale == gradients.now.y_scale
    axes = {
        (cell.low, cell.high) for cells in activations.matrix.cells.values() for cell in cells[:-1]
    }
    assert len(axes) == 1
    mean = curves.loss.batches["fast"].mean
    assert mean[0] > mean[-1] and curves.accuracy.y_scale.high == 1.0


def test_what_an_experiment_came_to_is_there_again_on_return(qtbot, window):
    experiment = small()
    finished(qtbot, window, experiment, seeds=2)
    entry, results = window.entry, window.entry.results
    cells = [entry.table.text(row, 1) for row in range(3)]
    window.open(GALLERY["two_layer"])
    assert entry.results is None and entry.side.checks[0].finding is None
    window.open(experiment)
    assert entry.results is results and entry.bar.seeds == (1, 2)
    assert [entry.table.text(row, 1) for row in range(3)] == cells
    assert [each.mark.ok for each in entry.side.checks] == [True, False]
    assert entry.views()[0].loss.batches["slow"].x.size == 60
    assert entry.bar.status.text().startswith("Done")


def test_other_data_can_be_chosen_where_they_are_there(window, monkeypatch):
    experiment = GALLERY["init_compare"]
    monkeypatch.setattr(engine, "find", lambda key: None)
    window.open(experiment)
    choice = window.entry.bar.data_choice
    assert window.entry.bar.data == "digits"
    assert [choice.model().item(i).isEnabled() for i in range(2)] == [False, True]
    assert choice.model().item(0).text() == "MNIST"


# Ending


def test_only_the_results_of_the_last_experiments_are_kept(qtbot, window, monkeypatch):
    """Each holds every curve of its runs: memory must not grow with the number of experiments."""
    monkeypatch.setattr(entry_module, "MOST_KEPT", 2)
    first, second, third = (replace(small(steps=2), key=key) for key in ("one", "two", "three"))
    for experiment in (first, second, first, third):
        finished(qtbot, window, experiment)
    window.open(second)
    assert window.entry.results is None
    for experiment in (first, third):
        window.open(experiment)
        assert window.entry.results is not None


def test_stop_ends_a_run_at_once_and_the_page_can_run_again(qtbot, window):
    begun(qtbot, window, endless())
    entry, job = window.entry, window.entry.job
    assert entry.bar.run.text() == "Stop"
    with qtbot.waitSignal(job.stopped, timeout=2000):
        qtbot.mouseClick(entry.bar.run, Qt.MouseButton.LeftButton)
    assert job.is_over and not entry.is_training and entry.results is None
    assert all(each.finding is None for each in entry.side.checks)
    begun(qtbot, window, endless())
    assert entry.is_training


def test_opening_another_experiment_in_mid_run_ends_the_run(qtbot, window):
    begun(qtbot, window, endless())
    job = window.entry.job
    window.open(GALLERY["two_layer"])
    assert window.entry.experiment.key == "two_layer" and not window.entry.is_training
    qtbot.waitUntil(lambda: job.is_over, timeout=WAIT)


def test_a_run_whose_process_does_not_answer_is_said_and_can_be_stopped(qtbot, window):
    begun(qtbot, window, endless())
    job = window.entry.job
    with qtbot.waitSignal(job.silent, timeout=WAIT):
        os.kill(job.process_id, signal.SIGSTOP)
    assert "has not responded" in window.entry.banner.text()
    with qtbot.waitSignal(job.stopped, timeout=2000):
        window.entry.stop()
    finished(qtbot, window, small())


def test_a_run_whose_process_is_killed_is_one_message(qtbot, window):
    begun(qtbot, window, endless())
    job = window.entry.job
    with qtbot.waitSignal(job.failed, timeout=WAIT):
        os.kill(job.process_id, signal.SIGKILL)
    assert "memory ran out" in window.entry.banner.text()
    finished(qtbot, window, small())


def test_without_a_process_everything_is_the_same(qtbot, window, monkeypatch):
    monkeypatch.setenv(VARIABLE, "thread")
    pool.close()
    experiment = small()
    finished(qtbot, window, experiment)
    alone = run(experiment, seeds=(1,))
    for label, (outcome,) in alone.outcomes.items():
        assert np.array_equal(outcome.loss, window.entry.results.outcomes[label][0].loss)
    begun(qtbot, window, endless())
    with qtbot.waitSignal(window.entry.job.stopped, timeout=2000):
        window.entry.stop()
    pool.close()


def test_runs_are_started_and_stopped_at_any_moment(qtbot, window, session):
    """Every few rounds the stop comes at another moment: before, while and after things arrive."""
    window.open(endless())
    session.set_running(True)
    for i in range(120):
        window.entry.run()
        job = window.entry.job
        if i % 3 == 0:
            with qtbot.waitSignal(job.snapshot, timeout=WAIT):
                pass
        elif i % 3 == 1:
            qtbot.waitUntil(lambda job=job: job.process_id is not None, timeout=WAIT)
        if i % 2:
            window.entry.close_training()
        else:
            with qtbot.waitSignal(job.stopped, timeout=WAIT):
                window.entry.stop()
        session.reset() if i % 5 == 0 else session.set_running(i % 4 == 0)
    assert not window.entry.is_training
    wait(qtbot, session, lambda frame: True)


def test_closing_the_window_in_mid_run_ends_the_run(qtbot, session):
    main = MainWindow(session, "light", remember=False)
    qtbot.addWidget(main)
    main.show()
    main.show_page("gallery")
    page = gallery_of(main)
    begun(qtbot, page, endless())
    job = page.entry.job
    assert job and main.rail.buttons["gallery"].is_busy
    main.close()
    assert job.is_over and not page.entry.is_training


def gallery_of(main: MainWindow) -> GalleryPage:
    page = main.page("gallery")
    assert isinstance(page, GalleryPage)
    return page


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DataError("The pictures are gone."), "The pictures are gone."),
        (MemoryError(), "not enough memory"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_what_goes_wrong_is_one_message(qtbot, window, monkeypatch, error, said):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setenv(VARIABLE, "thread")
    monkeypatch.setattr(engine, "train", fail)
    pool.close()
    window.open(small())
    window.entry.run()
    with qtbot.waitSignal(window.entry.job.failed, timeout=WAIT):
        pass
    pool.close()
    assert said in window.entry.banner.text()
    assert not window.entry.is_training and window.entry.bar.run.text() == "Run"


# With the playground


def test_double_click_opens_a_run_in_the_playground(qtbot, window, session):
    finished(qtbot, window, small())
    runs = window.entry.table
    place = runs.visualRect(runs.cells.index(1, 0)).center()
    qtbot.mouseClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(runs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    expected = window.entry.experiment.plans["digits"].variants[1].spec
    assert session.spec == replace(expected, seed=1, title="Small: fast")
    assert not session.is_running


def test_every_run_can_be_opened_without_a_mouse(qtbot, window, session):
    window.open(small())
    runs = window.entry.table
    for row, label in enumerate(runs.labels):
        runs.setCurrentIndex(runs.cells.index(row, 0))
        qtbot.keyClick(runs, Qt.Key.Key_Return)
        assert session.spec.title == f"Small: {label}"
    runs.setCurrentIndex(runs.cells.index(0, 0))
    window.entry.below.open_button.click()
    assert session.spec.title == "Small: slow"


def test_the_run_in_the_playground_pauses_meanwhile_and_goes_on_after(qtbot, window, session):
    session.set_running(True)
    wait(qtbot, session, lambda frame: frame.iteration > 0)
    begun(qtbot, window, endless())
    assert not session.is_running and "paused" in window.entry.bar.status.text()
    window.entry.stop()
    qtbot.waitUntil(lambda: session.is_running, timeout=WAIT)
    begun(qtbot, window, endless())
    window.entry.open_run("fast")
    window.entry.stop()
    qtbot.waitUntil(lambda: not window.entry.is_training, timeout=WAIT)
    assert not session.is_running, "another experiment was opened: it waits to be run"


# Cards


def test_every_experiment_has_a_card_with_a_picture_of_its_runs(qtbot, window):
    tiles = window.cards.tiles()
    assert [tile.experiment.key for tile in tiles] == list(GALLERY)
    for tile in tiles:
        record = recorded()[tile.experiment.key]
        plan = tile.experiment.plans[record["data"]]
        labels = [each.label for each in plan.variants]
        assert set(record["runs"]) <= set(labels), "run `playground gallery pictures`"
        assert "about" in tile.footer() and tile.accessibleDescription()
        qtbot.waitUntil(lambda tile=tile: colors_of(tile) > 2, timeout=WAIT)


def colors_of(tile) -> int:
    """How many colours are on a line through the picture of a card."""
    picture = tile.grab().toImage()
    return len({picture.pixel(x, 60) for x in range(12, picture.width() - 12)})


def test_cards_are_searched_by_words(qtbot, window):
    cards = window.cards
    qtbot.keyClicks(cards.search, "adam momentum")
    assert [tile.experiment.key for tile in cards.shown()] == ["optimizer_compare"]
    assert [topic.isHidden() for topic in cards.topics] == [True, False] + [True] * 4
    cards.search.setText("nothing of the kind")
    assert not cards.shown() and not cards.empty.isHidden()
    cards.search.clear()
    assert len(cards.shown()) == len(GALLERY) and cards.empty.isHidden()


def test_cards_are_chosen_by_keys(qtbot, window):
    cards = window.cards
    cards.search.setFocus()
    qtbot.keyClick(cards.search, Qt.Key.Key_Down)
    tiles = cards.tiles()
    assert window.focusWidget() is tiles[0]
    qtbot.keyClick(tiles[0], Qt.Key.Key_Right)
    assert window.focusWidget() is tiles[1]
    qtbot.keyClick(tiles[1], Qt.Key.Key_Left)
    # The row below may be shorter, but it has a card below the first one.
    qtbot.keyClick(tiles[0], Qt.Key.Key_Down)
    below = window.focusWidget()
    assert below.mapTo(window, QPoint(0, 0)).y() > tiles[0].mapTo(window, QPoint(0, 0)).y()
    qtbot.keyClick(below, Qt.Key.Key_Up)
    assert window.focusWidget() is tiles[0]
    qtbot.keyClick(tiles[0], Qt.Key.Key_Right)
    qtbot.keyClick(tiles[1], Qt.Key.Key_Return)
    assert window.shows_entry and window.entry.experiment is tiles[1].experiment
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.shows_entry and window.focusWidget() is tiles[1]


def test_escape_lets_go_of_a_run_before_it_leads_back(qtbot, window):
    finished(qtbot, window, small())
    window.entry.table.selectRow(1)
    curves = window.entry.views()[0]
    assert curves.stands_back("slow") and not curves.stands_back("fast")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.shows_entry and not curves.stands_back("slow")
    assert window.entry.table.selected_label() == "slow"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.shows_entry


def test_it_is_a_page_that_keeps_its_state_and_is_dressed_with_the_window(qtbot, session):
    main = MainWindow(session, "light", remember=False)
    qtbot.addWidget(main)
    main.show()
    assert "gallery" not in main.pages, "it is made when it is first asked for"
    action = main.menus.actions["Experiment gallery…"]
    assert action.shortcut().toString() == "Ctrl+G"
    action.trigger()
    page = gallery_of(main)
    assert main.current is page
    page.open(small())
    main.appearance.set_theme("dark")
    assert page.entry.views()[0].theme is theme.DARK
    main.appearance.set_theme("light")
    main.show_page("train")
    action.trigger()
    assert main.current is page and page.shows_entry


def test_a_run_of_the_gallery_opens_on_the_train_page(qtbot, session):
    main = MainWindow(session, "light", remember=False)
    qtbot.addWidget(main)
    main.show()
    main.show_page("gallery")
    page = gallery_of(main)
    page.open(small())
    page.entry.open_run("fast")
    assert main.current is main.train
    assert session.spec.title == "Small: fast"
    assert main.train.controls.spec() == session.spec


def test_the_application_starts_without_the_gallery():
    asked = "import sys, ui.main_window; print([m for m in sys.modules if '.gallery.' in m])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("highs", "ends", "log"),
    [
        ((2.3, 2.3), (1.0, 0.02), False),
        ((2.3, 2.3), (1.0, 0.009), True),
        ((2.3, 2.3), (1.0, 0.0), True),
        ((2.3, 2.3), (1.0, math.nan), False),
        ((2.3, 30.0), (1.0, 1.0), True),
        ((2.3,), (1e-6,), False),
    ],
)
def test_the_loss_axis_is_logarithmic_where_runs_end_far_apart(highs, ends, log):
    assert wants_log(highs, ends) is log


# Plots


def test_pointing_at_the_plots_tells_the_values_of_all_runs(qtbot, window):
    finished(qtbot, window, small(), seeds=2)
    curves, activations, gradients = window.entry.views()
    for view in (curves, activations, gradients):
        view.resize(800, 240)
        view.show()
        view.grab()
    curves.point_at(curves.loss.frame.center())
    assert [row.name for row in curves.read_out.rows] == ["slow", "fast", "wild"]
    assert "…" in curves.read_out.rows[0].value, "the range of both seeds"
    gradients.point_at(gradients.now.frame.center())
    assert gradients.read_out.title == "layer 2"
    frame = gradients.now.frames["fast"]
    assert gradients.read_out.rows[1].value == number(float(frame.gradient[1]))
    cell = activations.matrix.cells["fast"][0]
    activations.point_at(cell.place.center())
    assert activations.read_out.title == "fast, layer 1"
    assert {row.name for row in activations.read_out.rows} >= {"before the first step", "now"}


def test_loss_and_accuracy_are_zoomed_together_and_shown_whole_again(qtbot, window):
    finished(qtbot, window, small())
    curves = window.entry.views()[0]
    whole = curves.loss.x_scale
    curves.setFocus()
    curves.point_at(curves.loss.frame.center())
    qtbot.keyClick(curves, Qt.Key.Key_Plus)
    assert curves.loss.x_scale.span < whole.span
    assert curves.accuracy.x_scale == curves.loss.x_scale
    curves.show_comparison(window.entry.comparison)
    assert curves.loss.x_scale.span < whole.span, "new values leave the zoom as it is"
    qtbot.keyClick(curves, Qt.Key.Key_A)
    assert curves.loss.x_scale == curves.accuracy.x_scale == whole


def test_the_loss_axis_is_switched_in_the_header_and_in_the_menu(qtbot, window):
    finished(qtbot, window, small())
    curves = window.entry.views()[0]
    (switch,) = curves.tools
    for log in (True, False):
        if switch.isChecked() is not log:
            switch.trigger()
        assert curves.loss.y_scale.log is log
    (logarithmic,) = (a for a in curves.menu().actions() if a.text() == "Logarithmic")
    logarithmic.trigger()
    assert curves.loss.y_scale.log and switch.isChecked()


def test_the_gallery_paints_nothing_itself():
    folder = Path(gallery.__file__).parent
    assert [file.name for file in folder.glob("*.py") if "QPainter" in file.read_text()] == []


# Looks and files


def test_the_comparison_is_exported_as_picture_and_numbers(qtbot, window, tmp_path):
    finished(qtbot, window, small(), seeds=2)
    entry = window.entry
    sheet = dashboard(entry.cards)
    for name in ("x.png", "x.svg", "x.pdf", "x.csv"):
        export(tmp_path / name, sheet, theme.LIGHT)
        assert (tmp_path / name).stat().st_size > 2000
    assert "fast" in (tmp_path / "x.svg").read_text()
    columns = table(sheet)
    assert columns["Learning curves: fast: batches loss"].size == 60
    gradient = entry.results.outcomes["fast"][0].after[1].gradient
    assert np.array_equal(columns["Gradients over depth: fast: gradient now"], gradient)
    entry.below.save(tmp_path / "table.csv")
    with open(tmp_path / "table.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    mean = entry.results.table()[1].cells[1].mean
    assert float(rows[1]["Test accuracy, mean"]) == pytest.approx(mean)
    assert [row["diverged"] for row in rows] == ["0", "0", "2"]
    entry.below.save(tmp_path / "missing" / "table.csv")
    assert "could not be written" in entry.banner.text()


def test_another_theme_repaints_everything(qtbot, qapp, window):
    theme.apply(qapp, theme.LIGHT)
    finished(qtbot, window, small())
    light = window.grab().toImage()
    theme.apply(qapp, theme.DARK)
    window.retheme(theme.DARK)
    dark = window.grab().toImage()
    view = window.entry.views()[0]
    assert (
        view.theme is theme.DARK
        and view.styles["slow"].color.of(view.theme).name() == theme.DARK.train
    )
    assert light.pixelColor(5, 5).lightness() > 200 > 60 > dark.pixelColor(5, 5).lightness()
    theme.apply(qapp, theme.LIGHT)


def test_many_runs_fit_and_the_table_scrolls(qtbot, window):
    window.resize(936, 600)
    window.open(GALLERY["batch_norm"])
    entry = window.entry
    assert entry.table.cells.rowCount() == 32
    qtbot.waitUntil(lambda: entry.table.verticalScrollBar().maximum() > 0, timeout=WAIT)
    assert entry.bar.run.mapTo(window, QPoint(entry.bar.run.width(), 0)).x() <= window.width()
