"""First-layer weights as pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from core.catalogue.blocks import Dense
from core.data.digits import Digits
from core.data.toys import Circle
from tests.ui.real import spec_of
from ui.plots.pictures.images import arranged
from ui.plots.text import plain
from ui.views.weight_images import WeightImagesView


@pytest.fixture
def shown(show_view):
    """Makes the view on the screen with a real run; also the first layer's weights."""

    def make(spec, steps=0, size=(400, 350)):
        view, trainer = show_view(WeightImagesView(), spec, steps, size)
        return view, trainer.network.affines[0].weights

    return make


def test_it_tells_how_many_units_are_shown(shown):
    view, _ = shown(spec_of(Digits(count=60), Dense(units=100)))
    assert plain(view.subtitle).startswith("40 of 100 units")
    view, _ = shown(spec_of(Digits(count=60), Dense(units=9)))
    assert plain(view.subtitle).startswith("9 units")


def test_a_small_card_shows_fewer_that_can_still_be_seen(shown):
    view, _ = shown(spec_of(Digits(count=60), Dense(units=100)), size=(170, 90))
    layout = view.images.layout
    assert 0 < layout.shown < 40
    assert layout.wide >= 16
    assert plain(view.subtitle).startswith(f"{layout.shown} of 100 units")


@pytest.mark.parametrize("size", [(90, 60), (300, 200), (1200, 300), (200, 900)])
@pytest.mark.parametrize("n", [1, 7, 40])
@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (10, 30)])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_pictures_never_overlap_and_never_leave_the_card(size, n, shape, ratio):
    area = QRectF(12, 5, *size)
    layout = arranged(area, n, shape, below=14, least=16, ratio=ratio)
    places = [layout.rect(i) for i in range(layout.shown)]
    assert 1 <= len(places) <= n
    for i, place in enumerate(places):
        words = place.adjusted(0, 0, 0, 14)
        assert area.adjusted(-1, -1, 1, 1).contains(words) or len(places) == 1
        assert layout.at(place.center()) == i
        for other in places[:i]:
            assert place.adjusted(-2, -2, 2, 2).intersected(other).isEmpty()


def test_a_pixel_tells_its_weight(shown):
    view, weights = shown(spec_of(Digits(count=60), Dense(units=12)), steps=5)
    place = view.images.layout.rect(7)
    middle = place.topLeft() + (place.bottomRight() - place.topLeft()) * (2.5 / 8)
    view.point_at(middle)
    out = view.read_out
    assert out.title.startswith("unit 8")
    rows = {row.name: row.value.replace("−", "-") for row in out.rows}
    assert rows["pixel"] == "row 3, column 3"
    expected = weights[7].reshape(8, 8)[2, 2]
    assert float(rows["weight"]) == pytest.approx(
        expected, abs=float(np.abs(weights[7]).max()) / 200
    )


def test_the_export_is_the_weights(shown):
    view, weights = shown(spec_of(Digits(count=60), Dense(units=6)))
    data = view.export_data()
    reach = np.abs(weights).max()
    for i in range(6):
        np.testing.assert_allclose(data[f"unit {i + 1}"], weights[i], atol=reach / 200)


def test_units_share_a_scale_or_have_their_own(shown):
    spec = spec_of(Digits(count=60), Dense(units=4))
    view, _ = shown(spec)
    shades = view.images.shades(4)
    assert np.isclose(np.abs(shades - 128).reshape(4, -1).max(axis=1).max(), 127, atol=1)
    assert len(np.unique(view.images.scales())) == 1
    view.set_own(True)
    shades = view.images.shades(4)
    np.testing.assert_allclose(np.abs(shades - 128).reshape(4, -1).max(axis=1), 127, atol=1)
    assert "own scale" in plain(view.subtitle)


def test_data_that_are_no_pictures_are_told_so(shown):
    view, _ = shown(spec_of(Circle(count=40)))
    assert "image data" in view.unsupported
    assert view.export_data() == {}
