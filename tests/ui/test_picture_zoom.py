"""Custom pictures in plots: they are zoomed, panned and exported like any other plot."""

from __future__ import annotations

import re
import tracemalloc

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from core.catalogue.blocks import Dense
from core.data.digits import Digits
from core.data.toys import Circle
from tests.ui.real import Clouds, moments, spec_of
from tests.ui.wheel import turn_wheel
from ui import theme
from ui.export.formats import export, image
from ui.export.sheet import single
from ui.plots.item import PlotObject
from ui.plots.pictures.network_reading import Unit
from ui.plots.plot_view import PlotView
from ui.views.confusion import ConfusionView
from ui.views.network import NetworkView
from ui.views.picture_view import PictureView
from ui.views.surface import SurfaceView
from ui.views.weight_images import WeightImagesView

SPECS = {
    NetworkView: spec_of(Circle(count=60), Dense(units=5)),
    SurfaceView: spec_of(Circle(count=60), Dense(units=5)),
    ConfusionView: spec_of(Clouds(classes=3)),
    WeightImagesView: spec_of(Digits(count=60), Dense(units=6)),
}
VIEWS = pytest.mark.parametrize("kind", SPECS, ids=lambda kind: kind.key)


@pytest.fixture
def shown(qtbot):
    """Makes a view on the screen with a real run."""

    def make(kind: type[PictureView]) -> PictureView:
        _, history, frame = moments(SPECS[kind], steps=3)
        view = kind()
        qtbot.addWidget(view)
        view.resize(460, 340)
        view.show()
        view.show_frame(frame, history)
        view.grab()
        return view

    return make


def middle(view: PlotView) -> QPointF:
    return view.shown_plots[0].frame.center()


@VIEWS
def test_the_wheel_zooms_in_and_a_shows_everything_again(shown, kind):
    view = shown(kind)
    plot = view.shown_plots[0]
    before, whole = view.grab().toImage(), (plot.x_scale, plot.y_scale)
    turn_wheel(view, middle(view), 4)
    assert view.zoomed
    assert plot.x_scale.span < 0.9 * whole[0].span
    assert plot.y_scale.span < 0.9 * whole[1].span
    assert view.grab().toImage() != before
    QTest.keyClick(view, Qt.Key.Key_A)
    assert not view.zoomed
    assert (plot.x_scale, plot.y_scale) == whole
    view.point_at(None)
    assert view.grab().toImage() == before


@VIEWS
def test_turning_the_wheel_back_never_shows_more_than_everything(shown, kind):
    view = shown(kind)
    plot = view.shown_plots[0]
    whole = plot.x_scale, plot.y_scale
    turn_wheel(view, middle(view), -5)
    turn_wheel(view, middle(view) + QPointF(40, 30), 3)
    turn_wheel(view, middle(view), -9)
    for scale, limit in zip((plot.x_scale, plot.y_scale), whole, strict=True):
        assert limit.low - 1e-9 <= scale.low < scale.high <= limit.high + 1e-9
        assert scale.span == pytest.approx(limit.span)


@VIEWS
def test_at_the_closest_zoom_only_what_is_seen_is_painted(shown, kind):
    view = shown(kind)
    tracemalloc.start()
    try:
        for place in (middle(view), middle(view) + QPointF(31, -17)):
            for _ in range(20):
                turn_wheel(view, place, 15)
            assert not view.grab().toImage().isNull()
        assert tracemalloc.get_traced_memory()[1] < 40e6
    finally:
        tracemalloc.stop()


@VIEWS
def test_the_keyboard_zooms_too(shown, kind):
    view = shown(kind)
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoomed
    QTest.keyClick(view, Qt.Key.Key_0)
    assert not view.zoomed


@VIEWS
def test_new_data_leave_the_zoom_as_it_is(shown, kind):
    view = shown(kind)
    turn_wheel(view, middle(view), 4)
    plot = view.shown_plots[0]
    seen = plot.x_scale, plot.y_scale
    _, history, frame = moments(SPECS[kind], steps=9)
    view.show_frame(frame, history)
    view.grab()
    assert (plot.x_scale, plot.y_scale) == seen


def test_zoomed_in_the_same_unit_is_larger_and_still_under_the_pointer(shown):
    view = shown(NetworkView)
    size = view.graph.places.size
    place = view.graph.places.unit(1, 2, size).center()
    turn_wheel(view, place, 5)
    view.grab()
    assert view.graph.places.size > 1.5 * size
    again = view.graph.places.unit(1, 2, size).center()
    view.point_at(again)
    assert view.graph.pointed == Unit(1, 2)
    assert view.read_out.title == "layer 1, unit 3"


def test_zoomed_in_a_place_of_the_prediction_has_the_same_value(shown):
    view = shown(SurfaceView)
    plot = view.surface
    place = middle(view) + QPointF(31, 17)
    view.point_at(place)
    expected = {row.name: row.value for row in view.read_out.rows}
    turn_wheel(view, place, 4)
    view.point_at(place)
    found = {row.name: row.value for row in view.read_out.rows}
    # The labels of the axis may take a little more room now.
    assert float(found["output"]) == pytest.approx(float(expected["output"]), abs=0.01)
    assert plot.zoomed


def test_zoomed_in_a_cell_counts_the_same(shown):
    view = shown(ConfusionView)
    place = view.matrix.cell(2, 1).center()
    view.point_at(place)
    expected = view.read_out.rows
    turn_wheel(view, place, 3)
    assert view.matrix.cell(2, 1).contains(place)
    view.point_at(place)
    assert view.read_out.rows == expected


def test_zoomed_in_a_pixel_of_a_weight_image_is_larger(shown):
    view = shown(WeightImagesView)
    before = view.images.layout.wide
    place = view.images.layout.rect(4).center()
    turn_wheel(view, place, 4)
    assert view.images.layout.wide > 1.3 * before
    assert view.images.layout.columns == 3


@VIEWS
@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=lambda colors: colors.name)
def test_a_picture_is_as_sharp_as_its_size_in_either_theme(shown, kind, colors):
    view = shown(kind)
    small, large = image(single(view), colors), image(single(view), colors, 3.0)
    assert (large.width(), large.height()) == (3 * small.width(), 3 * small.height())
    assert large.pixelColor(2, large.height() - 3).name() == colors.card
    # Enlarged from small it would have no detail of its own.
    enlarged = small.scaled(large.size())
    count = sum(
        enlarged.pixel(x, y) != large.pixel(x, y)
        for x in range(0, large.width(), 7)
        for y in range(0, large.height(), 7)
    )
    assert count > 100


@VIEWS
def test_a_drawing_has_its_words_as_text_and_a_document_is_one_page(shown, kind, tmp_path):
    view = shown(kind)
    for suffix in ("svg", "pdf"):
        export(tmp_path / f"x.{suffix}", single(view), theme.LIGHT)
    drawing = (tmp_path / "x.svg").read_text(encoding="utf-8")
    words = re.findall(r">\s*([^<>]+?)\s*</text>", drawing)
    assert kind.title in words
    document = (tmp_path / "x.pdf").read_bytes()
    assert document.startswith(b"%PDF") and b"/Count 1" in document


def test_what_goes_wrong_in_painting_is_reported_once_and_the_rest_is_painted(shown, monkeypatch):
    class Broken(PlotObject):
        def draw(self, painter, style, exposed):
            raise ValueError("no number")

    view = shown(SurfaceView)
    before = view.grab().toImage()
    reported = []
    monkeypatch.setattr("sys.excepthook", lambda *what: reported.append(what[1]))
    view.surface.add(Broken())
    for _ in range(2):
        assert view.grab().toImage() == before
    assert [str(error) for error in reported] == ["no number"]
