"""The drawing of the network: what it shows, reads, and lets one change."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from core.catalogue.activations import ReLU
from core.catalogue.blocks import Dense, Skip, SplitMerge
from core.data.digits import Digits
from core.data.toys import Circle, Spiral
from core.telemetry.meter import Meter
from tests.ui.real import Clouds, moments, spec_of
from tests.ui.running import wait
from ui import theme
from ui.pages.train.dashboard import Dashboard
from ui.plots.pictures.network_reading import Unit, Weight
from ui.plots.text import plain
from ui.session.session import Session
from ui.views.network import NetworkView


def show(qtbot, view, frame, history, size=(500, 350)):
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    view.show_frame(frame, history)
    view.grab()
    return view


@pytest.fixture
def shown(qtbot):
    """Makes the view on the screen with a real run; also the run's trainer."""

    def make(spec, steps=0, size=(500, 350)):
        trainer, history, frame = moments(spec, steps)
        return show(qtbot, NetworkView(), frame, history, size), trainer

    return make


def on_line(view, link: int, row: int, column: int) -> QPointF:
    """A place on the line of a weight where no other line or unit is in the way."""
    line = view.graph.lines.find(link, row, column)
    for share in np.linspace(0.1, 0.9, 81).tolist():
        place = line.pointAt(share)
        if view.graph.find(place) == Weight(link, row, column):
            return place
    raise AssertionError("the line is nowhere to be pointed at")


def on_unit(view, group: int, unit: int) -> QPointF:
    return view.graph.places.unit(group, unit, view.graph.places.size).center()


def click(view, place: QPointF) -> None:
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())


def rows(view) -> dict[str, str]:
    return {row.name: row.value.replace("−", "-") for row in view.read_out.rows}


# Reading


def test_pointing_at_a_line_tells_its_weight(shown):
    view, trainer = shown(spec_of(Circle(), Dense(units=4), Dense(units=3)), steps=10)
    view.point_at(on_line(view, 1, 2, 1))
    assert view.read_out.title == "layer 1, unit 2 → layer 2, unit 3"
    expected = float(trainer.network.tensors()["layer 2.weight"][2, 1])
    assert float(rows(view)["weight"]) == pytest.approx(expected, rel=1e-3)


def test_pointing_at_a_unit_tells_its_figures(shown):
    view, _ = shown(spec_of(Circle(), Dense(units=4, activation=ReLU())), steps=10)
    view.point_at(on_unit(view, 1, 3))
    units = view.frame.network.units[1]
    assert view.read_out.title == "layer 1, unit 4"
    assert float(rows(view)["bias"]) == pytest.approx(float(units.bias[3]), rel=1e-3)
    assert float(rows(view)["mean activation"]) == pytest.approx(float(units.mean[3]), rel=1e-3)
    assert rows(view)["0 for"] == f"{100 * units.silent[3]:.0f} % of samples"


def test_a_dead_unit_is_named_and_crossed_out(qtbot, shown):
    spec = spec_of(Circle(), Dense(units=4, activation=ReLU()))
    view, trainer = shown(spec)
    alive = view.grab().toImage()
    trainer.network.set_weight("layer 1", 1, 2, -1e4)
    view.show_frame(Meter(trainer, run=1).frame("paused"), view.history)
    view.point_at(on_unit(view, 1, 1))
    assert "dead" in rows(view)["0 for"]
    view.point_at(None)
    middle = on_unit(view, 1, 1).toPoint()
    dead = view.grab().toImage()
    assert dead != alive
    ground = theme.current().card
    assert all(dead.pixelColor(middle + QPoint(d, d)).name() != ground for d in range(-3, 4))
    assert dead.pixelColor(middle + QPoint(0, 6)).name() == ground


def test_inputs_and_outputs_are_called_by_their_names(shown):
    view, _ = shown(spec_of(Clouds(classes=3), Dense(units=3)))
    view.point_at(on_unit(view, 0, 1))
    assert view.read_out.title == "input length 1"
    view.point_at(on_unit(view, 2, 2))
    assert view.read_out.title == "output kind 2"
    assert "mean output" in rows(view)


def test_the_one_output_for_two_classes_is_that_of_the_second(shown):
    view, _ = shown(spec_of(Circle()))
    view.point_at(on_unit(view, 2, 0))
    assert view.read_out.title == "output Class 1"


def test_the_inputs_of_pictures_are_one_and_cannot_be_changed(shown):
    view, trainer = shown(spec_of(Digits(count=60), Dense(units=3)))
    place = on_line(view, 0, 1, 0)
    view.point_at(place)
    assert view.read_out.title == "64 inputs → layer 1, unit 2"
    weights = trainer.network.tensors()["layer 1.weight"][1]
    expected = float(np.sqrt(np.square(weights).mean()))
    assert float(rows(view)["root mean square"]) == pytest.approx(expected, rel=1e-3)
    click(view, place)
    assert view.field.isHidden()


def test_a_low_card_draws_fewer_units_and_says_so(shown):
    spec = spec_of(Spiral(), Dense(units=32))
    drawn = [shown(spec, size=(400, height))[0].graph.drawn()[1] for height in (400, 120, 90)]
    assert drawn[0] == 12
    assert drawn == sorted(drawn, reverse=True)
    assert 1 <= drawn[2] < 8


@pytest.mark.parametrize("size", [(170, 90), (300, 200), (900, 600)])
def test_units_never_overlap_and_stay_on_the_card(shown, size):
    blocks = Dense(units=12), Skip(units=5), SplitMerge(units=7), Dense(units=100)
    view, _ = shown(spec_of(Clouds(), *blocks), size=size)
    graph = view.graph
    for i, group in enumerate(graph.picture.plan.groups):
        side = graph.places.size_of(group)
        places = [graph.places.unit(i, k, side) for k in range(graph.places.drawn(i))]
        for one, next_one in pairwise(places):
            assert one.bottom() <= next_one.top() + 0.01
        assert places[0].top() >= 0
        assert places[-1].bottom() <= view.height()
        assert places[0].left() >= 0
        assert places[0].right() <= view.width()


def test_blocks_have_lines_for_all_their_weights(shown):
    view, _ = shown(spec_of(Circle(), Skip(units=3), SplitMerge(units=2)))
    graph = view.graph
    plan = graph.picture.plan
    weighty = [i for i, link in enumerate(plan.links) if link.layer and not link.around]
    assert sorted(np.unique(graph.lines.link)) == weighty
    values, shares = graph.values()
    assert len(values) == len(graph.lines.lines)
    assert shares.max() == 1


def test_the_subtitle_tells_the_sizes(shown):
    view, _ = shown(spec_of(Circle(), Dense(units=4), SplitMerge(units=3)))
    assert plain(view.subtitle).startswith("2 – 4 – 3+3 – 3 – 1")


def test_the_export_lists_every_drawn_weight_and_unit(shown):
    view, trainer = shown(spec_of(Circle(), Dense(units=3)), steps=4)
    data, tensors = view.export_data(), trainer.network.tensors()
    assert len(data["weight"]) == 3 * 2 + 1 * 3
    at = (data["from"] == "input x₂") & (data["to"] == "layer 1, unit 3")
    assert data["weight"][at] == tensors["layer 1.weight"][2, 1]
    np.testing.assert_array_equal(data["bias"][:3], tensors["layer 1.bias"])


def test_another_network_is_laid_out_afresh(qtbot, shown):
    view, _ = shown(spec_of(Circle(), Dense(units=3)))
    _, history, frame = moments(spec_of(Circle(), Dense(units=5), Dense(units=2)))
    view.clear()
    view.show_frame(frame, history)
    view.grab()
    assert view.graph.drawn() == [2, 5, 2, 1]


# Changing


def test_a_click_on_a_weight_changes_it(qtbot, shown):
    view, trainer = shown(spec_of(Circle(), Dense(units=4), Dense(units=3)), steps=3)
    click(view, on_line(view, 1, 2, 1))
    weight = trainer.network.tensors()["layer 2.weight"][2, 1]
    assert view.field.isVisible()
    assert float(view.field.text()) == pytest.approx(float(weight), rel=1e-4)
    assert view.graph.pointed == Weight(1, 2, 1)
    view.field.setText("-0.75")
    with qtbot.waitSignal(view.weight_edited) as edited:
        QTest.keyClick(view.field, Qt.Key.Key_Return)
    edit = edited.args[0]
    assert (edit.layer, edit.row, edit.column, edit.value) == ("layer 2", 2, 1, -0.75)
    assert edit.text == "weight layer 1, unit 2 → layer 2, unit 3"
    assert view.field.isHidden()
    assert view.graph.pointed is None


def test_a_click_on_a_unit_changes_its_bias(qtbot, shown):
    view, _ = shown(spec_of(Circle(), Dense(units=4)))
    click(view, on_unit(view, 1, 2))
    view.field.setText("1,5")
    with qtbot.waitSignal(view.weight_edited) as edited:
        QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert tuple(edited.args[0][:4]) == ("layer 1", 2, 2, 1.5)


def test_the_weights_of_a_concatenation_are_those_of_their_branch(qtbot, shown):
    view, _ = shown(spec_of(Circle(), SplitMerge(units=3, merge="concatenate"), Dense(units=2)))
    links = view.graph.picture.plan.links
    second = max(i for i, link in enumerate(links) if link.layer == "layer 2")
    click(view, on_line(view, second, 1, 0))
    view.field.setText("2")
    with qtbot.waitSignal(view.weight_edited) as edited:
        QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert tuple(edited.args[0][:4]) == ("layer 2", 1, 3, 2.0)


def test_escape_leaves_the_weight_as_it_is(qtbot, shown):
    view, _ = shown(spec_of(Circle(), Dense(units=4)))
    click(view, on_unit(view, 1, 0))
    view.field.setText("9")
    with qtbot.assertNotEmitted(view.weight_edited):
        QTest.keyClick(view.field, Qt.Key.Key_Escape)
    assert view.field.isHidden()


def test_what_is_no_number_is_not_taken(qtbot, shown):
    view, _ = shown(spec_of(Circle(), Dense(units=4)))
    click(view, on_unit(view, 1, 0))
    view.field.setText("much")
    with qtbot.assertNotEmitted(view.weight_edited):
        QTest.keyClick(view.field, Qt.Key.Key_Return)
    view.field.hide()


def test_inputs_and_sums_cannot_be_changed(shown):
    view, _ = shown(spec_of(Circle(), Skip(units=2)))
    for group in (0, 3):
        click(view, on_unit(view, group, 0))
        assert view.field.isHidden()


def test_the_keyboard_gets_everywhere(qtbot, shown):
    view, _ = shown(spec_of(Circle(), Dense(units=4)))
    target = on_unit(view, 1, 1).toPoint()
    view.setFocus()
    view.point_at(QPointF(target - QPoint(12, 3)))
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Right)
    for _ in range(4):
        QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.graph.pointed == Unit(1, 1)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.field.isVisible()
    assert view.field.accessibleName() == "bias of layer 1, unit 2"


def test_a_drag_opens_nothing_and_a_double_click_beside_the_units_maximises(qtbot, shown):
    view, _ = shown(spec_of(Circle(), Dense(units=2)))
    start = on_unit(view, 1, 0).toPoint()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    assert view.field.isHidden()
    with qtbot.waitSignal(view.maximize_requested):
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 12))
    with qtbot.assertNotEmitted(view.maximize_requested):
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=start)


def test_a_changed_weight_is_the_runs_and_leaves_a_mark(qtbot):
    session = Session(spec_of(Circle(), Dense(units=3)))
    dashboard = Dashboard(session.history)
    qtbot.addWidget(dashboard)
    session.frame_shown.connect(lambda frame: dashboard.show_frame(frame, session.history))
    dashboard.weight_edited.connect(lambda edit: session.set_weight(*edit))
    wait(qtbot, session, lambda frame: True)
    view = next(card.view for card in dashboard.cards() if card.view.key == "network")
    assert isinstance(view, NetworkView)
    dashboard.resize(1000, 900)
    dashboard.show()
    dashboard.toggle_maximized("network")
    dashboard.see()
    view.grab()
    click(view, on_line(view, 0, 1, 0))
    view.field.setText("3.25")
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    wait(
        qtbot, session, lambda frame: bool(frame.network and frame.network.weights[0][1, 0] == 3.25)
    )
    assert session.history.marks[-1].text == "weight input x₁ → layer 1, unit 2 set to 3.25"
    assert view.graph.picture is not None
    assert view.graph.picture.weights[0][1, 0] == 3.25
    assert session.close()
