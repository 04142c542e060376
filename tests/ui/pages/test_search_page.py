"""The Search page: a search started, paused, gone on with, brushed and opened in the playground."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.base.translation import set_language
from core.data.user_files import UserTable
from core.experiment.space import Range
from core.experiment.spec import DataSpec
from core.search.candidates import candidates
from core.search.job import SearchState
from core.search.plan import MOST_STAGES, SearchPlan
from core.search.study import Stage, load
from core.search.trial import TrialRecord
from tests.core.search.searching import EXPERIMENT, RATE, plan, searched, table
from tests.soak.processes import descendants
from tests.ui.running import page_context
from ui.pages.search.page import SearchPage
from ui.session.session import Session

SHORT = replace(plan(trials=10), experiment=EXPERIMENT)
# Trials of some hundredths of a second each.
LONG = replace(
    SHORT,
    trials=40,
    experiment=replace(EXPERIMENT, training=replace(EXPERIMENT.training, max_epochs=300)),
)


@pytest.fixture
def opened():
    return []


@pytest.fixture
def page(qtbot, tmp_path, monkeypatch, opened):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    session = Session(EXPERIMENT)
    context = replace(page_context(session), open_experiment=opened.append)
    page = SearchPage(context)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    yield page
    page.shutdown()
    session.close()


def results(records):
    """Without the lengths of curves, of which the page has those of the best trials only."""
    return [row[:-1] for row in table(records)]


def begin(page: SearchPage, searching: SearchPlan, repeat: bool = False) -> None:
    page.setup.show_plan(searching)
    page.setup.place = replace(page.setup.place, jobs=1, repeat=repeat)
    page.start()


def finish(qtbot, page: SearchPage) -> None:
    qtbot.waitUntil(lambda: not page.is_running, timeout=60_000)


def test_a_search_finds_what_the_command_line_finds(page, qtbot):
    begin(page, SHORT, repeat=True)
    finish(qtbot, page)
    assert results(list(page.state.records)) == results(searched(SHORT).records)
    assert page.setup.run.text() == "Done" and len(page.state.repeated) == 5
    assert page.table.trials.rowCount() == 10
    best = page.table.trials.rows[0]
    assert f"lr {best.parameters[RATE.path]:.3g}" in page.results.words.text()
    page.copy_best()
    assert QGuiApplication.clipboard().text().startswith("Best-1 (val acc ")


def test_a_paused_search_keeps_its_trials_and_goes_on(page, qtbot):
    begin(page, LONG)
    # Paused after three trials, while others run, which need seconds.
    found = []

    def pause(update):
        found.extend(update.records)
        if len(found) > 2 and update.running:
            page.pause()

    page.job.snapshot.connect(pause)
    finish(qtbot, page)
    assert page.setup.run.text() == "Resume"
    assert len(page.state.records) > 2
    assert not any("running" in str(span.text) for span in page.scatter.subtitle)
    kept = results(load(page.file).records)
    assert 2 < len(kept) < LONG.trials
    page.start()
    finish(qtbot, page)
    assert [row for row in results(list(page.state.records)) if row in kept] == kept
    assert len(page.state.records) == LONG.trials


# A window that searches; what it does then follows.
WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from tests.ui.pages.test_search_page import LONG, SHORT, begin
from tests.ui.running import page_context
from ui.pages.search.page import SearchPage
from ui.session.session import Session

if __name__ == "__main__":
    application = QApplication([])
    page = SearchPage(page_context(Session(LONG.experiment)))
    page.file = Path(sys.argv[1])
"""
UNTIL_KILLED = """
    begin(page, LONG)
    application.exec()
"""
AND_READ = """
    begin(page, SHORT)
    page.busy_changed.connect(lambda busy: busy or application.quit())
    application.exec()
    page.show_study(page.file)
    application.exec()
    assert len(page.state.records) == SHORT.trials
    print([name for name in ("optuna", "distributed") if name in sys.modules])
"""


def test_where_the_window_is_killed_the_study_is_whole_and_no_worker_stays(tmp_path, page, qtbot):
    file, program = tmp_path / "a.journal", tmp_path / "window.py"
    program.write_text(WINDOW + UNTIL_KILLED)
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen([sys.executable, str(program), str(file)], env=environment)
    try:
        while not (file.exists() and b'"record"' in file.read_bytes()):
            assert process.poll() is None
        workers = descendants(process.pid)
    finally:
        process.kill()
        process.wait()
    assert workers or not sys.platform.startswith("linux")
    qtbot.waitUntil(lambda: not any(_lives(worker) for worker in workers), timeout=20_000)
    kept = results(load(file).records)
    assert 0 < len(kept) < LONG.trials
    page.show_study(file)
    finish(qtbot, page)
    page.start()
    finish(qtbot, page)
    assert len(page.state.records) == LONG.trials
    assert [row for row in results(list(page.state.records)) if row in kept] == kept


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_search_whose_process_dies_keeps_its_trials_and_goes_on(page, qtbot):
    begin(page, LONG)
    qtbot.waitUntil(lambda: page.state is not None and len(page.state.records) > 2, timeout=60_000)
    os.kill(page.job.process_id, signal.SIGKILL)
    finish(qtbot, page)
    assert "process of this job has ended" in page.banner.text()
    assert page.setup.run.text() == "Resume"
    kept = results(load(page.file).records)
    page.start()
    finish(qtbot, page)
    assert len(page.state.records) == LONG.trials
    assert [row for row in results(list(page.state.records)) if row in kept] == kept


def test_a_search_loads_no_libraries_into_the_window_and_leaves_no_temporary_files(tmp_path):
    program, temporary = tmp_path / "window.py", tmp_path / "temporary"
    program.write_text(WINDOW + AND_READ)
    temporary.mkdir()
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "QT_QPA_PLATFORM": "offscreen"}
    environment["TMPDIR"] = str(temporary)
    command = [sys.executable, str(program), str(tmp_path / "a.journal")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "[]\n" and "leaked" not in done.stderr, done.stderr
    assert not list(temporary.iterdir())


def test_a_plan_that_cannot_be_searched_is_refused_in_the_banner(page):
    page.setup.show_plan(replace(SHORT, ranges=()))
    page.start()
    assert not page.is_running and page.banner.isVisible()


def test_a_file_found_to_be_a_regression_is_not_ranked_by_accuracy(page, qtbot, tmp_path):
    file = tmp_path / "numbers.csv"
    file.write_text("x,y\n" + "".join(f"{i % 7},{i * i / 7}\n" for i in range(60)))
    data = DataSpec(UserTable(path=str(file)), validation=0.5)
    searching = replace(SHORT, experiment=replace(EXPERIMENT, data=data))
    begin(page, searching)
    finish(qtbot, page)
    assert "rank its trials by loss" in page.banner.text() and page.setup.run.text() == "Start"
    assert page.hand_over() is None  # nothing was searched
    begin(page, replace(searching, score="loss"))
    finish(qtbot, page)
    assert page.table.trials.data(page.table.trials.index(0, 0)) == "1"


def test_ranges_are_edited_as_text_and_wrong_ones_are_explained(page, qtbot):
    page.setup.show_plan(SHORT)
    row = page.setup.ranges.rows[0]
    row.values.setText("0.01..0.5")
    row.values.editingFinished.emit()
    assert page.setup.plan.ranges[0] == Range(RATE.path, "log", 0.01, 0.5)
    row.values.setText("5..1")
    row.values.editingFinished.emit()
    assert page.banner.isVisible() and row.values.text() == "0.01..0.5"
    page.setup.ranges.add.click()
    assert len(page.setup.plan.ranges) == 3
    page.setup.ranges.rows[0].removed.emit()
    assert RATE.path not in {each.path for each in page.setup.plan.ranges}


def test_a_double_click_removes_one_setting(page, qtbot):
    page.setup.show_plan(SHORT)
    first, second = page.setup.ranges.rows

    def there() -> QWidget | None:
        return page.childAt(first.remove.mapTo(page, first.remove.rect().center()))

    qtbot.waitUntil(lambda: there() is first.remove)
    for _ in range(2):
        if (widget := there()) is not None:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    assert page.setup.ranges.rows == [second]


def test_a_trial_opens_in_the_playground_with_its_settings(page, qtbot, opened):
    begin(page, SHORT)
    finish(qtbot, page)
    page.table.selectRow(0)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    rate = page.table.trials.rows[0].parameters[RATE.path]
    assert opened[0].training.optimizer.learning_rate == rate
    assert opened[0].network == EXPERIMENT.network


def test_brushing_an_axis_chooses_trials_everywhere(page, qtbot):
    begin(page, SHORT)
    finish(qtbot, page)
    lines = page.parallel.lines
    lines.brushes[lines.axes[-1].key] = (0.999, 1.0)
    lines._tell()
    best = max(r.score for r in page.state.records)
    assert {r.score for r in page.table.trials.rows} == {best}
    lines.clear_brushes()
    assert page.table.trials.rowCount() == 10


def test_trials_that_come_later_are_chosen_by_the_same_brush(page, qtbot):
    begin(page, SHORT)
    finish(qtbot, page)
    lines, whole = page.parallel.lines, page.state

    def show(records):
        page._take(replace(whole, records=records))
        page._show_latest()

    def shown():
        return {record.index for record in page.table.trials.rows}

    show(whole.records[:5])
    lines.brushes[lines.axes[-1].key] = (0.0, 0.5)
    lines._tell()
    assert 0 < len(shown()) < 5
    show(whole.records)
    scores = np.array([record.score for record in whole.records])
    low = scores <= (scores.min() + scores.max()) / 2
    assert shown() == {r.index for r, is_low in zip(whole.records, low, strict=True) if is_low}
    assert page.scatter.chosen == page.chosen == shown()


def test_a_new_search_starts_without_brushes_and_without_figures_of_the_last(page, qtbot):
    assert page.table.isHidden()
    begin(page, SHORT)
    finish(qtbot, page)
    lines = page.parallel.lines
    lines.brushes[lines.axes[-1].key] = (0.5, 1.0)
    lines._tell()
    assert page.table.isVisible() and page.scatter.subtitle
    page.clear()
    assert page.table.isHidden() and all(v.is_empty and not v.subtitle for v in page.views)
    begin(page, SHORT)
    finish(qtbot, page)
    assert page.table.trials.rowCount() == 10 and lines.inside().all()


def test_every_point_of_the_curves_can_be_read(page, qtbot):
    begin(page, SHORT)
    finish(qtbot, page)
    page.curves.grab()
    grid = page.curves.grid
    frame = grid._frames(page.curves.style_now)[0]
    out = grid.read(QPointF(frame.right(), frame.center().y()), page.curves.style_now)
    best = page.table.trials.rows[0]
    assert out is not None
    assert out.rows[1].value == f"{100 * best.validation_accuracy[-1]:.3g} %"
    data = page.curves.export_data()
    assert np.allclose(data["best 1 validation"], best.validation_accuracy)


def test_a_study_from_a_file_is_shown_and_can_be_gone_on_with(page, qtbot, tmp_path):
    searched(SHORT, tmp_path / "a.journal")
    page.show_study(tmp_path / "a.journal")
    finish(qtbot, page)
    assert len(page.state.records) == 10 and page.setup.run.text() == "Done"
    assert page.further.isEnabled() and page.progress.value() == 1000
    (tmp_path / "b.journal").write_text("nothing")
    page.show_study(tmp_path / "b.journal")
    assert page.setup.run.text() == "Stop"
    finish(qtbot, page)
    assert page.banner.isVisible() and len(page.state.records) == 10
    assert page.setup.run.text() == "Done" and page.status.text() == "10 trials"


def test_narrowing_shows_the_old_and_the_new_range_and_goes_on(page, qtbot):
    begin(page, SHORT)
    finish(qtbot, page)
    proposed = page.state.next_ranges
    panel = page.scatter._panels[0]
    assert list(panel.old.at) == [proposed[0].before.low, proposed[0].before.high]
    assert (panel.new.low, panel.new.high) == (proposed[0].after.low, proposed[0].after.high)
    assert proposed[0].reason in page.results.words.text()
    page.further.click()
    finish(qtbot, page)
    assert len(page.state.records) == 20
    assert page.state.stages[1].narrowings == proposed
    expected = searched(replace(SHORT, stages=2))
    assert results(list(page.state.records)) == results(expected.records)


def test_narrowing_too_often_is_a_message_and_changes_nothing(page, tmp_path):
    full = replace(SHORT, trials=1, stages=MOST_STAGES)
    page.setup.show_plan(full)
    page._finish(SearchState(plan=full, finished=True))
    page.further.click()
    assert page.banner.isVisible() and "20 stages" in page.banner.text()
    assert not page.is_running and page.setup.plan == full
    assert page.state.finished and page.state.plan == full


def test_a_best_trial_at_a_border_raises_an_alarm(page):
    searching = replace(SHORT, ranges=(Range(RATE.path, "log", 1e-4, 1e-2),))
    rates = np.geomspace(1e-4, 1e-2, 10).tolist()
    rising = [TrialRecord(i, 0, {RATE.path: r}, score=i / 10) for i, r in enumerate(rates)]
    page._take(SearchState(tuple(rising), plan=searching))
    page._show_latest()
    assert "upper border of lr: better values may lie beyond 0.01" in page.results.words.text()
    inside = [replace(r, score=1 - abs(r.index - 5) / 10) for r in rising]
    page._take(SearchState(tuple(inside), plan=searching))
    page._show_latest()
    assert "border" not in page.results.words.text()


def test_activation_and_hidden_layers_are_settings_like_others(page, qtbot):
    ranges = (
        Range("network.activation", "choice", choices=("relu", "tanh")),
        Range("network.hidden", "choice", choices=([4], [4, 4])),
    )
    offered = {candidate.path: candidate for candidate in candidates(EXPERIMENT)}
    assert {each.path for each in ranges} <= set(offered)
    assert [4, 4] in offered["network.hidden"].range.choices
    begin(page, replace(SHORT, ranges=ranges))
    finish(qtbot, page)
    assert {r.state for r in page.state.records} == {"complete"}
    page.scatter.grab()
    ticks = [tick.label for panel in page.scatter._panels for tick in panel.plot.x_ticks]
    assert ticks == ["relu", "tanh", "[4]", "[4, 4]"]


def show(page: SearchPage, searching: SearchPlan, values, *stages: Range) -> None:
    """Trials of a search over one setting with these values, the first stage its own range."""
    path = searching.ranges[0].path
    records = [TrialRecord(i, 0, {path: v}, score=i + 10) for i, v in enumerate(values)]
    begun = tuple(Stage((each,)) for each in (*searching.ranges, *stages))
    page._take(SearchState(tuple(records), stages=begun, plan=searching))
    page._show_latest()


def read(page: SearchPage) -> list[tuple[str, str]]:
    """The name of every dot's choice and its score as the read-out of the scatter plot has them."""
    panel = page.scatter._panels[0]
    xs, ys = panel.inside.xs.tolist(), panel.inside.ys.tolist()
    return [(panel.plot.title_of(x), panel.inside.text(y)) for x, y in zip(xs, ys, strict=True)]


def test_every_trial_stays_over_its_own_choice_when_choices_are_narrowed(page):
    words = Range("network.activation", "choice", choices=("relu", "tanh", "sigmoid"))
    searching = replace(SHORT, ranges=(words,), score="loss")
    show(page, searching, words.choices)
    show(page, searching, words.choices, replace(words, choices=("tanh", "sigmoid")))
    assert read(page) == [("relu", "10.0"), ("tanh", "11.0"), ("sigmoid", "12.0")]


def test_a_new_search_has_axes_of_its_own_on_the_same_setting(page):
    words = Range("network.activation", "choice", choices=("relu", "tanh"))
    show(page, replace(SHORT, ranges=(words,)), words.choices)
    others = replace(words, choices=("elu", "gelu"))
    show(page, replace(SHORT, ranges=(others,), score="loss"), others.choices)
    assert read(page) == [("elu", "10.0"), ("gelu", "11.0")]
    decay = Range("training.weight_decay", "log", 1e-6, 1e-2)
    show(page, replace(SHORT, ranges=(decay,)), [1e-4])
    show(page, replace(SHORT, ranges=(Range(decay.path, "linear", 0, 0.1),)), [0.0, 0.05])
    scale = page.scatter._panels[0].plot.x_scale
    assert not scale.log and scale.low < 0 < 0.1 < scale.high


def test_numbers_close_to_each_other_can_be_told_apart(page):
    beta = Range("training.optimizer.beta2", "linear", 0.9, 0.9999)
    show(page, replace(SHORT, ranges=(beta,)), [0.9999, 0.999] * 6)
    assert "beta2 0.9999" in page.results.words.text()
    cells = {page.table.trials.data(page.table.trials.index(row, 3)) for row in range(12)}
    assert cells == {"0.999", "0.9999"}
    assert page.parallel.lines.axes[0].high == "0.9999"
    assert "may lie beyond 0.9999" in page.results.words.text()


def test_the_axis_reaches_the_trials_of_every_stage(page):
    rate = Range(RATE.path, "linear", 0.1, 0.2)
    show(page, replace(SHORT, ranges=(rate,)), [0.8], replace(rate, high=0.9), rate, rate)
    assert page.scatter._panels[0].plot.x_scale.high > 0.9


def test_a_search_pauses_when_its_time_is_over_and_goes_on(page, qtbot):
    page.setup.show_plan(LONG)
    page.setup.place = replace(page.setup.place, jobs=1, repeat=True, minutes=0.5 / 60)
    page.start()
    finish(qtbot, page)
    assert page.setup.run.text() == "Resume" and not page.state.repeated
    assert len(page.state.records) < LONG.trials
    page.setup.place = replace(page.setup.place, minutes=0.0, repeat=False)
    page.start()
    finish(qtbot, page)
    assert page.setup.run.text() == "Done" and len(page.state.records) == LONG.trials


def test_plots_are_exported_and_fill_the_page(page, qtbot, monkeypatch):
    begin(page, SHORT)
    finish(qtbot, page)
    asked = []
    monkeypatch.setattr("ui.export.dialog.ask_export", lambda *given: asked.append(given[2]))
    page.scatter.export_requested.emit()
    page.export()
    assert asked == [page.scatter, None]
    page.scatter.maximize_requested.emit()
    assert [view.isVisible() for view in page.views] == [True, False, False]
    assert not page.table.isVisible()
    page.scatter.maximize_requested.emit()
    assert all(view.isVisible() for view in page.views) and page.table.isVisible()


def test_results_and_messages_are_in_the_language_of_the_window(page, qtbot, tmp_path):
    set_language("ko")
    try:
        searched(plan(trials=12), tmp_path / "study.journal")
        page.show_study(tmp_path / "study.journal")
        finish(qtbot, page)
        text = page.results.words.text()
        assert "1위 (검증 정확도" in text and "시행 12개 중" in text
        assert page.status.text().startswith("시행 12")
        assert page.table.trials.headerData(2, Qt.Orientation.Horizontal) == "검증 정확도"
        page.show_study(tmp_path / "none.journal")
        finish(qtbot, page)
        assert page.banner.text().endswith("none.journal: 그런 연구가 없습니다")
    finally:
        set_language("en")
