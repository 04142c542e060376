"""Confusions: the matrix and the pictures that are judged worst."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from core.data.curves import Sine
from core.data.digits import Digits
from core.data.toys import Circle
from tests.ui.real import Clouds, spec_of
from ui import theme
from ui.export.formats import export
from ui.export.sheet import single
from ui.plots.pictures.confusion import legible
from ui.plots.ramp import signed
from ui.plots.text import plain
from ui.theme import DARK, LIGHT
from ui.views.confusion import ConfusionView


@pytest.fixture
def shown(show_view):
    """Makes the view on the screen with a real run."""
    return lambda spec, steps=0, size=(700, 300): show_view(ConfusionView(), spec, steps, size)[0]


def test_in_a_narrow_card_the_names_of_the_classes_still_differ(shown, tmp_path):
    view = shown(spec_of(Circle()), steps=2, size=(150, 120))
    path = tmp_path / "narrow.svg"
    export(path, single(view, size=QSizeF(150, 160)), LIGHT)
    words = re.findall(r">\s*([^<>]+?)\s*</text>", path.read_text(encoding="utf-8"))
    names = {word for word in words if word.startswith("C") and word[-1] in "01"}
    assert {name[-1] for name in names} == {"0", "1"}
    assert not [word for word in words if word.endswith("…") and word.startswith("Cl")]


def test_a_cell_tells_what_is_taken_for_what(shown):
    view = shown(spec_of(Clouds(classes=3)), steps=2)
    counts = view.frame.confusion.counts
    assert counts[2, 1] != counts[1, 2]
    view.point_at(view.matrix.cell(2, 1).center())
    rows = {row.name: row.value for row in view.read_out.rows}
    assert rows["true"] == "kind 2"
    assert rows["predicted"] == "kind 1"
    assert rows["samples"] == f"{counts[2, 1]} of {counts[2].sum()}"


def test_the_subtitle_tells_the_share_of_right_answers(shown):
    view = shown(spec_of(Clouds(classes=3)), steps=40)
    accuracy = view.frame.validation[-1].accuracy
    assert f"{100 * accuracy:.1f} % of 60 correct" in plain(view.subtitle)


def test_among_many_classes_too_only_right_answers_count(shown):
    view = shown(spec_of(Clouds(classes=40, features=1)), steps=40)
    confusion = view.frame.confusion
    accuracy = view.frame.validation[-1].accuracy
    assert accuracy < np.trace(confusion.counts) / confusion.counts.sum()
    assert f"{100 * accuracy:.1f} % of 60 correct" in plain(view.subtitle)
    view.point_at(view.matrix.cell(20, 20).center())
    rows = {row.name: row.value for row in view.read_out.rows}
    assert rows["correct"] == f"{confusion.found_of_others} of {confusion.counts[20, 20]}"


def test_pictures_stand_beside_the_matrix_where_there_is_room(shown):
    spec = spec_of(Digits(count=120))
    assert len(shown(spec).shown_plots) == 2
    assert len(shown(spec, size=(300, 500)).shown_plots) == 2
    small = shown(spec, size=(300, 200))
    assert small.shown_plots == [small.matrix_plot]
    small.set_what("worst")
    small.grab()
    assert small.shown_plots == [small.worst_plot]


def test_a_picture_tells_its_label_prediction_and_loss(shown):
    view = shown(spec_of(Digits(count=200)), steps=30)
    worst = view.frame.confusion.worst
    view.point_at(view.worst.layout.rect(0).center())
    rows = {row.name: row.value for row in view.read_out.rows}
    assert rows["true"] == str(worst.labels[0])
    assert rows["predicted"] == str(worst.predictions[0])
    assert float(rows["loss"]) == pytest.approx(worst.losses[0], rel=0.01)


def test_tables_have_the_matrix_alone(shown):
    view = shown(spec_of(Clouds(features=7)))
    assert view.shown_plots == [view.matrix_plot]
    assert not any("worst" in name for name in view.export_data())


def test_the_export_is_the_matrix_with_its_names(shown):
    view = shown(spec_of(Circle(count=60)))
    data, counts = view.export_data(), view.frame.confusion.counts
    assert data["true class"].tolist() == ["Class 0", "Class 1"]
    np.testing.assert_array_equal(data["predicted Class 1"], counts[:, 1])


def test_recall_and_precision_stand_at_the_margins_and_are_exported(shown, tmp_path):
    view = shown(spec_of(Clouds(classes=3)), steps=40)
    counts = view.frame.confusion.counts.astype(float)
    data = view.export_data()
    recall, precision = counts.diagonal() / counts.sum(1), counts.diagonal() / counts.sum(0)
    np.testing.assert_array_equal(data["recall"], recall)
    np.testing.assert_array_equal(data["precision"], precision)
    path = tmp_path / "margins.svg"
    export(path, single(view), LIGHT)
    words = re.findall(r">\s*([^<>]+?)\s*</text>", path.read_text(encoding="utf-8"))
    assert {"Recall", "Precision"} <= set(words)
    shown_shares = [word for word in words if word.endswith(" %")]
    assert shown_shares[:6] == [f"{100 * s:.0f} %" for s in (*recall, *precision)]
    view.point_at(view.matrix.cell(2, 1).center())
    rows = {row.name: row.value for row in view.read_out.rows}
    assert rows[f"recall of {view.matrix.names[2]}"] == f"{100 * recall[2]:.1f} %"


def test_what_has_no_classes_or_no_validation_set_is_told_so(shown):
    assert "classification" in shown(spec_of(Sine())).unsupported
    assert "validation" in shown(spec_of(Circle(), validation=0.0)).unsupported


def test_the_same_validation_is_painted_once(shown):
    view = shown(spec_of(Clouds()))
    # The scene tells its view of changes one round later.
    for _ in range(3):
        QApplication.processEvents()
    painted = []
    view.matrix.draw = lambda *_: painted.append(1)
    taken = []
    view.matrix_plot.set_data = lambda *_: taken.append(1)
    view.show_frame(replace(view.frame, iteration=7), view.history)
    for _ in range(3):
        QApplication.processEvents()
    assert not painted and not taken


@pytest.mark.parametrize("colors", [DARK, LIGHT])
def test_numbers_stand_out_from_every_shade(colors):
    def luminance(color: QColor) -> float:
        parts = (color.redF(), color.greenF(), color.blueF())
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    for shade in signed(colors).tolist():
        pair = sorted((luminance(QColor(shade)), luminance(legible(shade, colors))))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) > 4.5
    assert theme.current() in (DARK, LIGHT)
