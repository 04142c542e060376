"""The Labs page: cards, steps forward and back, edits that can be undone, files, messages."""

import gc
import json
import weakref
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox

from core.base.registry import settings_of
from core.experiment.links import read_link
from core.experiment.reading import SpecError
from core.studies import LABS
from tests.ui.running import WAIT
from ui import theme
from ui.export.dialog import WHOLE, ExportDialog
from ui.export.formats import image
from ui.pages.labs.gradient_descent import GradientDescentPage, parsed_points
from ui.pages.labs.registry import LAB_PAGES
from ui.pages.labs.state import loads
from ui.widgets.number_field import NumberField
from ui.widgets.picture_tile import PICTURE


@pytest.fixture
def descent(labs) -> GradientDescentPage:
    labs.open("gradient_descent")
    return labs.lab


def test_every_card_opens_its_lab_and_escape_leads_back(labs, qtbot):
    assert {tile.lab.key for tile in labs.cards.tiles} == set(LAB_PAGES) <= set(LABS)
    for tile in labs.cards.tiles:
        tile.click()
        assert labs.lab is not None and labs.lab.key == tile.lab.key
        qtbot.keyClick(labs, Qt.Key.Key_Escape)
        assert labs.lab is None and tile.hasFocus()


def test_the_pictures_of_the_cards_follow_once_the_page_is_shown(labs, qtbot):
    def pictures() -> list[QImage]:
        return [tile.grab(QRect(20, 20, 200, PICTURE - 40)).toImage() for tile in labs.cards.tiles]

    empty = pictures()
    assert all(picture == empty[0] for picture in empty)
    qtbot.waitUntil(lambda: empty[0] not in pictures(), timeout=WAIT)


def test_the_last_labs_stay_as_they_are_and_older_ones_keep_their_settings(labs, qtbot):
    pages = {}
    for key in LAB_PAGES:
        labs.open(key)
        pages[key] = weakref.ref(labs.lab)
        if key == "gradient_descent":
            labs.lab.edit(rate=0.02)
            labs.lab.transport.go(5)
        qtbot.waitUntil(lambda: not labs.lab.is_computing, timeout=WAIT)
    *older, _, _, _ = LAB_PAGES
    assert set(labs.labs) == set(LAB_PAGES) - set(older)
    qtbot.waitUntil(lambda: gc.collect() is None or not any(pages[key]() for key in older))
    labs.open("gradient_descent")
    assert labs.lab.state.rate == 0.02 and labs.lab.transport.at == 5
    labs.open("rbm")
    assert labs.lab is pages["rbm"]()


def test_a_lab_that_is_computing_stays(labs):
    labs.open("ensembles")
    computing = labs.lab
    assert computing.is_computing
    for key in LAB_PAGES:
        if key != "ensembles":
            labs.open(key)
    assert labs.labs["ensembles"] is computing


@pytest.mark.parametrize("key", LAB_PAGES)
def test_every_lab_takes_both_themes_and_remembers_where_it_was(labs, key, qtbot):
    labs.open(key)
    for colors in (theme.DARK, theme.LIGHT):
        labs.retheme(colors)
    assert labs.lab.look_for and labs.lab.question.endswith("?")


# Settings that are text of the user's own, or name a run.
FREE = {"formula", "network", "beside"}


@pytest.mark.parametrize("key", LAB_PAGES)
def test_every_setting_declares_its_bounds_and_refuses_what_is_beyond(labs, key):
    labs.open(key)
    state = labs.lab.State()
    for field in fields(state):
        known, value = settings_of(state).get(field.name), getattr(state, field.name)
        if isinstance(value, str) and field.name not in FREE:
            assert known and known.choices, field.name
            absurd = ["nonsense"]
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            assert known and known.low is not None, field.name
            absurd = [known.low - 1]
            absurd += [] if known.high is None else [known.high * 10 + 1]
        else:
            continue
        for wrong in absurd:
            text = json.dumps({"lab": key, "state": {field.name: wrong}})
            with pytest.raises(SpecError, match=field.name):
                loads(text, key, state)


@pytest.mark.parametrize("key", LAB_PAGES)
def test_the_fields_have_the_ranges_of_their_settings(labs, key):
    labs.open(key)
    seen = 0
    for name, known in settings_of(labs.lab.State()).items():
        field = getattr(labs.lab, name, None)
        if isinstance(field, QSpinBox) and known.high is not None:
            assert (field.minimum(), field.maximum()) == (known.low, known.high), name
            seen += 1
        elif isinstance(field, NumberField):
            assert known.low is not None and known.high is not None
            for beyond in (known.low - 1, known.high * 10 + 1):
                field.setText(f"{beyond:.17g}")
                field.editingFinished.emit()
                assert getattr(labs.lab.state, name) != beyond, name
            seen += 1
    assert seen


def shown(lab) -> list:
    return [part for part in (*lab.cards, lab.formula) if part.isVisible()]


@pytest.mark.parametrize("key", LAB_PAGES)
def test_a_card_is_maximised_and_then_exactly_those_return_that_belong(labs, key, qtbot):
    labs.open(key)
    lab = labs.lab
    before, card = shown(lab), shown(lab)[0]
    width = card.width()
    card.view.setFocus()
    card.maximize_toggled.emit()
    assert shown(lab) == [card] and card.view.hasFocus()
    if len(before) > 2:
        qtbot.waitUntil(lambda: card.width() > 1.5 * width)
    lab.show_state(lab.State(), 0)  # settings change while it is maximised
    assert shown(lab) == [card]
    card.maximize_toggled.emit()
    assert shown(lab) == before
    assert card.width() == width


def test_other_settings_end_the_maximised_state_of_a_card_that_they_hide(labs):
    labs.open("approximation")
    lab = labs.lab
    lab.cards[0].maximize_toggled.emit()
    lab.edit(what="towers")
    assert [part.view.key for part in shown(lab)[:-1]] == ["towers"]
    assert shown(lab)[-1] is lab.formula
    lab.edit(what="curve")
    assert shown(lab) == [*lab.cards[:3], lab.formula]


def test_stepping_back_shows_exactly_what_was_shown(descent):
    seen = []
    for at in range(6):
        descent.transport.go(at)
        seen.append((descent.formula.text(), descent.error_view.trails["batch"].ys.tolist()))
    for at in reversed(range(6)):
        assert descent.transport.at == at
        now = (descent.formula.text(), descent.error_view.trails["batch"].ys.tolist())
        assert now == seen[at]
        descent.transport.step_back()


def test_the_lectures_numbers_are_written_out(descent):
    descent.edit(rate=0.1, explained="cyclic")
    text = descent.formula.text()
    assert "∂E/∂b = 2·(10·2 − 5) = 30" in text and "10 − 0.1 · 30 = <b>7</b>" in text
    descent.transport.step()
    assert "7 − 0.1 · 5 = <b>6.5</b>" in descent.formula.text()
    descent.edit(explained="batch")
    descent.transport.restart()
    assert "= 246" in descent.formula.text() and "2/30 = 0.0666667" in descent.formula.text()


def test_divergence_is_said_with_its_update(descent):
    descent.edit(rate=0.2)
    at = descent.paths["batch"].diverged_at
    descent.transport.go(at - 1)
    assert "diverged" not in descent.formula.text()
    descent.transport.step()
    assert f"diverged at update {at}" in descent.formula.text()


def test_a_schedule_has_the_rate_of_the_update_compared_and_nothing_said_of_the_run(descent):
    descent.edit(rate=0.08, schedule="exponential", half_life=2, updates=200)
    text = descent.formula.text()
    assert "η = 0.08 of this update is above it." in text and "1 − ηH = −1.4" in text
    assert "diverge" not in text and descent.rate.limit_text() == "2/H = 0.0667"
    descent.transport.go(2)
    text = descent.formula.text()
    assert "η = 0.04 of this update is below it." in text and "1 − ηH = −0.2" in text
    descent.transport.go(200)
    assert "multiplies" not in descent.formula.text()
    descent.edit(schedule="constant")
    assert "batch descent diverges" in descent.formula.text()
    assert descent.rate.limit_text().endswith("diverges")


def test_typing_one_point_leaves_the_digits_of_the_others(descent):
    points = ((1 / 3, 0.123456789), (1234567.5, 2.0))
    descent.edit(points=points)
    descent._type_points(descent.points.text() + "; 3, 6")
    assert descent.state.points == (*points, (3.0, 6.0))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"points": ((3.0, 1.0),), "model": "line"}, "Newton's step is undefined"),
        ({"points": ((3.0, 1.0), (3.0, 2.0)), "standardize": True, "model": "line"}, "the same"),
    ],
)
def test_a_newton_step_that_is_not_defined_says_so(descent, changes, reason):
    descent.edit(**changes)
    descent.banner.hide()
    before = descent.state
    descent._newton()
    assert reason in descent.banner.text() and descent.banner.isVisible()
    assert descent.state == before
    descent.transport.go(3)


def test_the_rate_slider_rests_at_the_limit_while_it_is_dragged(descent):
    slider, rates = descent.rate.slider, []
    descent.rate.edited.connect(rates.append)
    descent.edit(rate=0.03)
    places = range(slider.place_of(0.03), slider.width() - 8)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(places[0], slider.height() // 2))
    rested = []
    for x in places:
        QTest.mouseMove(slider, QPoint(x, slider.height() // 2))
        if descent.state.rate == 2 / 30:
            rested.append((x, slider.place_of(slider.value_shown())))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton)
    assert len(rested) >= 8 and {place for _, place in rested} == {slider.place_of(2 / 30)}
    assert rates == sorted(rates) and rates[-1] > 0.2


def test_the_mark_is_exactly_the_limit_and_one_arrow_key_away(descent, qtbot):
    descent.edit(rate=2 / 30)
    assert descent.rate.value() == 2 / 30 and "neither converges nor" in descent.formula.text()
    assert descent.rate.limit_text() == "2/H = 0.0667: the limit"
    slider, field = descent.rate.slider, descent.rate.field
    assert slider.place_of(slider.value_shown()) == slider.place_of(descent.rate.limit)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert descent.state.rate > 2 / 30 and descent.rate.limit_text().endswith("diverges")
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert descent.state.rate == 2 / 30
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert descent.state.rate < 2 / 30
    descent.edit(rate=0.0666667)  # typed, and a little above
    assert descent.rate.limit_text().endswith("diverges")
    room = field.width() - 14
    assert field.fontMetrics().horizontalAdvance("0.0666667") <= room
    descent.edit(rule="mean")
    assert descent.rate.limit == pytest.approx(4 / 30)


@pytest.mark.parametrize("key", ["gradient_descent", "optimizer_race", "backpropagation"])
def test_the_exported_page_has_the_formulas_card_whole_and_in_its_theme(labs, key, tmp_path):
    labs.open(key)
    lab = labs.lab
    dialog = ExportDialog(lab.cards, None, None, lab, lab.lab.title, [lab.formula])
    dialog.what.set_value(WHOLE)
    (sheet,) = dialog.sheets()
    (note,) = sheet.notes
    assert note.html == lab.formula.text()
    bounds = QRectF(QPointF(0, 0), sheet.size)
    assert bounds.contains(note.place)
    assert not any(note.place.intersects(place) for _, place in sheet.places)
    for colors in (theme.LIGHT, theme.DARK):
        document = note.document(colors)
        assert document.size().height() <= note.place.height()
        assert document.toPlainText().split() == plain_words(lab.formula.text())
        picture = image(sheet, colors)
        ground = QColor(colors.card).rgb()
        inside = note.place.toRect().adjusted(8, 8, -8, -8)
        shades = {picture.pixel(x, y) for x in range(inside.left(), inside.right(), 2)
                  for y in range(inside.top(), inside.bottom(), 2)}  # fmt: skip
        assert ground in shades and len(shades) > 20
    dialog.format.set_value("svg")
    assert dialog.save_to(tmp_path / "page.svg")
    dialog.close()


def plain_words(html: str) -> list[str]:
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText().split()


def changed(field, value):
    """Another value of the same kind, where any will do or bounds are declared."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, float) and field.name == "weight_cost":
        return value / 2
    if isinstance(value, float) or (isinstance(value, int) and "setting" in field.metadata):
        return value + 1
    return value


@pytest.mark.parametrize("key", LAB_PAGES)
def test_every_labs_settings_reopen_identically_from_a_file_and_a_link(labs, key, tmp_path):
    labs.open(key)
    lab = labs.lab
    first = lab.state
    lab.edit(**{f.name: changed(f, getattr(first, f.name)) for f in fields(first)})
    wanted, step = lab.state, lab.transport.length // 2
    assert wanted != first
    lab.transport.go(step)
    shown = lab.formula.text()
    lab.save_to(tmp_path / "lab.json")
    link = read_link(lab.link())
    for reopen in (lambda: lab.open_from(tmp_path / "lab.json"), lambda: lab.open_link(link)):
        lab.reset()
        assert lab.state == first
        reopen()
        lab.transport.go(step)
        assert lab.banner.text() == ""
        assert lab.state == wanted and lab.formula.text() == shown
        lab.undo_stack.undo()
        assert lab.state == first


def test_points_are_dragged_added_deleted_typed_and_all_is_undone(descent, qtbot):
    view = descent.data_view
    plot = view.plot
    before = descent.state.points

    def place(x: float, y: float) -> QPointF:
        return QPointF(plot.px_of(x), float(plot.py(np.array([y]))[0]))

    start, end = place(2, 5).toPoint(), place(2.5, 3).toPoint()
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)
    assert descent.state.points[0] == pytest.approx((2.5, 3), abs=0.05)
    assert descent.state.points[1:] == before[1:]
    descent.add_point(0.5, 7)
    assert len(descent.state.points) == 5
    descent.remove_point(4)
    descent._type_points("1, 1; 2, 2")
    assert descent.state.points == ((1, 1), (2, 2))
    while descent.undo_stack.canUndo():
        descent.undo_stack.undo()
    assert descent.state.points == before


def test_a_wrong_point_is_named_and_the_page_lives_on(descent):
    descent._type_points("1, 2; x, 3")
    assert "“x, 3”" in descent.banner.text()
    descent.edit(model="line", points=((1.0, 2.0), (1.0, 3.0)), standardize=True)
    assert "nothing to standardise" in descent.banner.text()
    descent.edit(standardize=False)
    assert descent.banner.text() == ""
    descent._solve()
    assert "do not determine" in descent.banner.text()


def test_normal_equation_and_newton_start_at_the_minimum(descent):
    descent._newton()
    assert descent.state.start == pytest.approx(1.8, abs=1e-12)
    descent.edit(start=5.0)
    descent._solve()
    assert descent.state.start == 1.8


def test_a_saved_lab_opens_identically_and_another_file_is_refused(descent, tmp_path: Path):
    descent.edit(points=((1.0, 2.5), (2.0, 1.0)), rate=0.31, model="line", methods=("batch",))
    descent.transport.go(3)
    saved, text = descent.state, descent.formula.text()
    descent.save_to(tmp_path / "lab.json")
    descent.reset()
    assert descent.state != saved
    descent.open_from(tmp_path / "lab.json")
    descent.transport.go(3)
    assert descent.state == saved and descent.formula.text() == text
    (tmp_path / "other.json").write_text('{"lab": "gradient_descent", "state": {"rule": "none"}}')
    for wrong in ("other.json", "missing.json"):
        descent.open_from(tmp_path / wrong)
        assert wrong in descent.banner.text() and descent.state == saved


def test_playing_ends_at_the_last_step(descent, qtbot):
    descent.edit(updates=5)
    descent.transport.speed.setValue(descent.transport.speed.maximum())
    descent.transport.toggle()
    qtbot.waitUntil(lambda: not descent.transport.is_playing, timeout=3000)
    assert descent.transport.at == 5


def test_points_are_read_as_people_write_them():
    assert parsed_points("(2, 5); −1.5,2 ;3,6") == ((2, 5), (-1.5, 2), (3, 6))
