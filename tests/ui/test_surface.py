"""The prediction over the plane: what one sees, reads and exports."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QImage, QPainter

from core.data.curves import MultiGaussian, Sine
from core.data.toys import Circle, TwoGaussians
from tests.ui.real import Clouds, spec_of
from ui import theme
from ui.export.formats import image
from ui.export.sheet import single
from ui.plots import ramp
from ui.plots.text import plain
from ui.views.surface import SurfaceView


@pytest.fixture
def shown(show_view):
    """Makes the view on the screen with a real run."""
    return lambda spec, steps=0, size=(400, 350): show_view(SurfaceView(), spec, steps, size)[0]


def pixels(view) -> np.ndarray:
    """The picture within the plot, as 0xRRGGBB."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    plot = view.surface.frame.toRect().adjusted(2, 2, -2, -2)
    return whole[plot.top() : plot.bottom(), plot.left() : plot.right()] & 0xFFFFFF


def place_of(view, x: float, y: float) -> QPointF:
    panel = view.surface
    return QPointF(
        panel.px_of(x), panel.frame.bottom() - panel.frame.height() * panel.y_scale.at(y)
    )


def test_both_classes_have_their_side_and_their_colour(shown):
    view = shown(spec_of(TwoGaussians()), steps=400)
    view.set_parts(())
    view.grab()
    seen, table = pixels(view), ramp.signed(theme.current(), 0.72)
    near = [abs(int(seen[-3, 3]) - int(table[i] & 0xFFFFFF)) for i in (0, 255)]
    assert near[0] < near[1]  # class 0 lies at the lower left
    near = [abs(int(seen[3, -3]) - int(table[i] & 0xFFFFFF)) for i in (0, 255)]
    assert near[1] < near[0]


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK])
def test_in_a_picture_the_legend_has_the_colours_of_the_picture(shown, colors):
    view = shown(spec_of(TwoGaussians()))
    legend = image(single(view), colors).copy(0, 0, 480, 34)
    seen = np.frombuffer(legend.constBits(), np.uint32) & 0xFFFFFF
    for color in ramp.class_colors(colors, 2):
        assert (seen == color.rgb() & 0xFFFFFF).any()


def test_discretised_there_are_two_colours(shown):
    view = shown(spec_of(Circle()), steps=200)
    view.set_parts(())
    many = len(np.unique(pixels(view)))
    view.set_discrete(True)
    seen = np.unique(pixels(view), return_counts=True)[1]
    assert many > 40
    # Where the two meet the painter may blend them.
    assert np.sort(seen)[-2:].sum() > 0.9 * seen.sum()


def test_several_classes_have_their_own_colours(shown):
    view = shown(spec_of(Clouds(classes=4)), steps=300)
    view.set_parts(())
    view.set_discrete(True)
    found = {f"#{value:06x}" for value in np.unique(pixels(view)).tolist()}
    classes = view.surface.surface.classes
    tables = [ramp.towards(theme.current(), c.name(), 0.72) for c in
              ramp.class_colors(theme.current(), 4)]  # fmt: skip
    for i in np.unique(classes).tolist():
        assert f"#{int(tables[i][255]) & 0xFFFFFF:06x}" in found


def test_the_read_out_is_in_the_datas_own_units_with_the_nearest_point(shown):
    view = shown(spec_of(Clouds()), steps=20)
    points = view.frame.data.points["validation"]
    x, y = points.inputs[5].tolist()
    view.point_at(place_of(view, x, y))
    rows = {row.name: row.value for row in view.read_out.rows}
    assert float(rows["length 0"]) == pytest.approx(x, abs=1)
    assert float(rows["length 1"]) == pytest.approx(y, abs=1)
    assert rows["nearest, validation"] == f"kind {int(points.targets[5])}"


def test_the_read_out_tells_the_output_there(shown):
    view = shown(spec_of(MultiGaussian()), steps=50)
    surface, panel = view.surface.surface, view.surface
    row, column = 30, 11
    place = QPointF(
        panel.frame.left() + panel.frame.width() * column / (surface.values.shape[2] - 1),
        panel.frame.bottom() - panel.frame.height() * row / (surface.values.shape[1] - 1),
    )
    view.point_at(place)
    rows = {row.name: row.value.replace("−", "-") for row in view.read_out.rows}
    assert float(rows["output"]) == pytest.approx(surface.values[0, row, column], abs=6e-3)


def test_points_are_drawn_as_asked_and_exported_as_drawn(shown):
    view = shown(spec_of(Circle(count=80)))
    with_points = pixels(view)
    data = view.export_data()
    assert len(data["train target"]) == 60
    assert len(data["validation target"]) == 20
    view.set_parts(("validation",))
    assert (pixels(view) != with_points).any()
    assert "train target" not in view.export_data()
    assert "hollow" in plain(view.subtitle)
    view.set_parts(("train",))
    assert "hollow" not in plain(view.subtitle)


def test_the_export_is_the_grid_in_the_datas_own_units(shown):
    view = shown(spec_of(Circle()))
    data, surface = view.export_data(), view.frame.surface
    assert data["output"].shape == data["x₁"].shape == data["x₂"].shape
    np.testing.assert_array_equal(data["output"], surface.values[0].reshape(-1))
    np.testing.assert_allclose(data["x₁"][0], view.surface.home_x.low)
    np.testing.assert_allclose(data["x₂"][-1], view.surface.home_y.high)


def test_the_classes_are_named_in_their_colours(shown):
    view = shown(spec_of(Circle()))
    text = plain(view.subtitle)
    assert "Class 0" in text and "Class 1" in text


def test_data_of_another_kind_are_told_so(shown):
    view = shown(spec_of(Sine()))
    assert "two input features" in view.unsupported
    assert view.export_data() == {}
    view.point_at(QPointF(100, 100))
    assert view.read_out is None


def test_inputs_of_like_spans_are_drawn_to_one_scale(shown):
    view = shown(spec_of(Circle()), size=(900, 300))
    plot = view.surface.frame
    ratio = view.surface.home_x.span / view.surface.home_y.span
    assert plot.width() / plot.height() == pytest.approx(ratio, rel=0.02)


def test_a_picture_of_vectors_has_the_points_as_shapes(shown, tmp_path):
    from PySide6.QtSvg import QSvgGenerator

    view, sizes = shown(spec_of(Circle(count=40))), []
    for parts in (("train", "validation"), ()):
        view.set_parts(parts)
        file = tmp_path / "surface.svg"
        generator = QSvgGenerator()
        generator.setFileName(str(file))
        generator.setSize(view.size())
        with QPainter(generator) as painter:
            view.paint_picture(painter, QSizeF(view.size()), theme.LIGHT, 16.0)
        text = file.read_text()
        assert text.count("<image") == 2  # the surface and the scale of colours
        sizes.append(sum(text.count(f"<{shape}") for shape in ("path", "circle", "poly")))
    assert sizes[0] >= sizes[1] + 40
