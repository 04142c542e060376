"""The table of pinned runs, and how pins show in the views."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from core.catalogue.blocks import Dense
from core.catalogue.optimizers import SGD
from core.experiment.spec import ExperimentSpec
from core.telemetry.history import History, Pin
from tests.ui.frames import recorded
from tests.ui.running import rate, step
from ui import theme
from ui.pages.train.runs import Runs, differing
from ui.session.session import Session
from ui.theme import DARK, LIGHT, channels
from ui.views.gradients import GradientView
from ui.views.loss import LossView

SPEC = ExperimentSpec()
SMALL = replace(SPEC, network=replace(SPEC.network, hidden=(Dense(units=8),)))


@pytest.fixture
def session(qtbot):
    theme.apply(QApplication.instance(), DARK)  # type: ignore[arg-type]
    session = Session(SPEC)
    yield session
    assert session.close()


@pytest.fixture
def runs(qtbot, session: Session) -> Runs:
    """Two pinned runs, large and small, and a third one that is not pinned."""
    step(qtbot, session, 3)
    session.pin()
    session.edit(SMALL)
    step(qtbot, session, 5)
    session.pin()
    session.edit(replace(SMALL, training=replace(SMALL.training, optimizer=SGD()), seed=9))
    step(qtbot, session, 2)
    runs = Runs(session)
    qtbot.addWidget(runs)
    with qtbot.waitExposed(runs):
        runs.show()
    return runs


def cells(runs: Runs) -> list[dict[str, str]]:
    table = runs.table
    model, columns = table.cells, range(table.cells.columnCount())
    heads = [model.headerData(i, Qt.Orientation.Horizontal) for i in columns]
    return [
        {head: model.index(row, column).data() for column, head in enumerate(heads)}
        for row in range(table.cells.rowCount())
    ]


def choose(runs: Runs, name: str) -> None:
    row = [row["Run"] for row in cells(runs)].index(name)
    runs.table.setCurrentIndex(runs.table.cells.index(row, 0))


def test_it_lists_what_differs_and_how_well_each_run_did(runs: Runs, session: Session) -> None:
    rows = cells(runs)
    assert [row["Run"] for row in rows] == ["Present run", "Run 1", "Layers 8"]
    assert [row["Steps"] for row in rows] == ["2", "3", "5"]
    assert [row["Layers"] for row in rows] == ["8", "32-16", "8"]
    assert [row["Optimizer"] for row in rows] == ["SGD", "Adam", "Adam"]
    assert [row["Seed"] for row in rows] == ["9", "1", "1"]
    assert "Activation" not in rows[0]
    best = session.pins.all[0].history.best
    assert best is not None
    assert float(rows[1]["Best loss"]) == pytest.approx(best.loss, abs=1e-4)
    assert rows[1]["Best accuracy"].endswith(" %")


def test_what_differs_from_the_present_run_stands_out(runs: Runs) -> None:
    heads = list(cells(runs)[0])
    bold = {
        (row, heads[column])
        for row in range(runs.table.cells.rowCount())
        for column in range(len(heads))
        if runs.table.cells.cell(row, column).bold
    }
    changed = {"Optimizer", "Seed"}
    assert {head for row, head in bold if row == 2} == changed
    assert {head for row, head in bold if row == 1} == {*changed, "Layers"}
    assert not {head for row, head in bold if row == 0}


def test_a_run_is_renamed_in_its_cell(runs: Runs, session: Session, qtbot) -> None:
    choose(runs, "Run 1")
    runs.rename.click()
    editor = runs.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "With tanh")
    runs.refresh()
    assert editor.text() == "With tanh"
    with qtbot.waitSignal(session.pins.changed, timeout=1000):
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert session.pins.all[0].name == "With tanh"
    assert session.history.pinned[0].name == "With tanh"
    assert cells(runs)[1]["Run"] == "With tanh"


def test_settings_are_restored_and_that_can_be_undone(runs: Runs, session: Session) -> None:
    before = session.spec
    choose(runs, "Run 1")
    runs.restore.click()
    assert session.spec == SPEC
    assert not runs.restore.isEnabled()
    session.undo_stack.undo()
    assert session.spec == before


def test_a_run_is_removed_by_button_or_key(runs: Runs, session: Session) -> None:
    choose(runs, "Run 1")
    runs.remove.click()
    assert [pin.name for pin in session.pins.all] == ["Layers 8"]
    choose(runs, "Layers 8")
    runs.table.setFocus()
    QTest.keyClick(runs.table, Qt.Key.Key_Delete)
    assert not session.pins.all
    assert runs.empty.isVisible()
    assert not session.history.pinned


def test_only_pinned_runs_can_be_changed(runs: Runs) -> None:
    choose(runs, "Present run")
    assert not any(button.isEnabled() for button in (runs.rename, runs.restore, runs.remove))
    assert runs.pin.isEnabled()
    runs.pin.click()
    assert not runs.pin.isEnabled()
    assert "Present run" not in [row["Run"] for row in cells(runs)]


def test_settings_of_another_kind_have_no_value_there() -> None:
    sgd = replace(SPEC, training=replace(SPEC.training, optimizer=SGD()))
    paths = differing([SPEC, rate(SPEC, 0.1), sgd, replace(SPEC, title="Named")])
    assert paths == ["training.optimizer.learning_rate", "training.optimizer"]


# In the views


def pinned(**kwargs) -> tuple[History, Pin]:
    other, _ = recorded(**kwargs)
    return other, Pin("Without dropout", 0, SPEC, other)


def shown(qtbot, view: Any, history: History) -> Any:
    qtbot.addWidget(view)
    view.resize(700, 300)
    with qtbot.waitExposed(view):
        view.show()
    view.show_frame(history.frames[-1], history)
    return view


def colors_of(view: Any) -> set[str]:
    image = view.grab().toImage()
    return {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 1)
        for y in range(0, image.height(), 1)
    }


@pytest.mark.parametrize("kind", [LossView, GradientView])
@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_pinned_runs_are_drawn_named_and_exported(qtbot, kind, colors) -> None:
    history, _ = recorded(frames=40, seed=1)
    history.pinned = (pinned(frames=60, seed=2)[1],)
    view = kind()
    view.retheme(colors)
    shown(qtbot, view, history)
    legend = [span for span in view.subtitle if span.text == "Without dropout"]
    assert [span.color for span in legend] == ["pin0"]
    drawn = colors_of(view)
    history.pinned = ()
    view.refresh()
    assert "Without dropout" not in [span.text for span in view.subtitle]
    new = {name for name in drawn - colors_of(view) if near(name, colors.pin0)}
    assert new


def near(one: str, other: str) -> bool:
    """Whether two colours are of one hue: a line may be pale, or smoothed at its edge."""
    first, second = (np.array(channels(color)) for color in (one, other))
    first, second = first - first.mean(), second - second.mean()
    size = np.linalg.norm(first) * np.linalg.norm(second)
    return bool(np.linalg.norm(first) > 0.08 and first @ second > 0.96 * size)


def test_a_pinned_run_that_blew_up_leaves_the_scale_alone(qtbot) -> None:
    history, _ = recorded(frames=40, seed=1)
    alone = LossView()
    shown(qtbot, alone, history)
    other, pin = pinned(frames=40, seed=2)
    other.steps.total *= 1e6
    other.steps.low *= 1e6
    other.steps.high *= 1e6
    history.pinned = (pin,)
    view = LossView()
    shown(qtbot, view, history)
    assert view.loss.y_scale.high <= 3 * alone.loss.y_scale.high


def test_the_data_of_pinned_runs_go_with_the_view(qtbot) -> None:
    history, _ = recorded(frames=40, seed=1)
    history.pinned = (pinned(frames=60, seed=2)[1],)
    for view, column in (
        (LossView(), "Without dropout train loss"),
        (GradientView(), "Without dropout layer 1"),
    ):
        shown(qtbot, view, history)
        data = view.export_data()
        assert len(data[column]) == len(data["Without dropout iteration"]) > 0
        assert data["Without dropout iteration"].max() <= view.axis.scale.high + 2


def test_the_read_out_names_pinned_runs(qtbot) -> None:
    history, _ = recorded(frames=40, seed=1)
    history.pinned = (pinned(frames=60, seed=2)[1],)
    view = LossView()
    shown(qtbot, view, history)
    view.point_at(view.loss.frame.center())
    assert view.read_out is not None
    assert "Without dropout" in [row.name for row in view.read_out.rows]


def test_the_colours_of_pins_can_be_told_apart() -> None:
    for colors in (DARK, LIGHT):
        used = [colors.pin(slot).name() for slot in range(6)]
        lines = [colors.train, colors.validation, colors.ghost, *used]
        for matrix in SIGHT:
            seen = [_perceived(color, matrix) for color in lines]
            for i, first in enumerate(seen):
                for second in seen[max(i + 1, 3) :]:
                    assert np.linalg.norm(first - second) > 0.07


# Full colour vision; red-blind, green-blind (Machado, Oliveira & Fernandes 2009, severity 1).
SIGHT = [
    np.eye(3),
    np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
]
TO_CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.63]])
TO_LAB = np.array([[0.2105, 0.7936, -0.0041], [1.978, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def _perceived(color: str, sight: np.ndarray) -> np.ndarray:
    """A colour in Oklab, as someone with that sight sees it."""
    encoded = np.array(channels(color))
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return TO_LAB @ np.cbrt(TO_CONES @ np.clip(sight @ linear, 0, 1))
