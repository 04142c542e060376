"""Minima found by comparing values: known ones, at kinks, and none where there is none."""

import numpy as np
import pytest

from core.catalogue.surfaces import SURFACES
from core.catalogue.surfaces.minima import MOST, find_minima
from core.catalogue.surfaces.typed import Typed


@pytest.mark.parametrize("key", [k for k in SURFACES if SURFACES[k]().minima and k != "typed"])
def test_the_known_minima_of_every_surface_are_found(key):
    surface = SURFACES[key]()
    x0, x1, y0, y1 = surface.window
    inside = [(x, y) for x, y in surface.minima if x0 < x < x1 and y0 < y < y1]
    found = find_minima(surface.value, surface.window)
    for place in inside if len(inside) < MOST else ():
        nearest = min(np.hypot(*np.subtract(place, other)) for other in found)
        assert nearest <= 1e-4
    lowest = float(surface.value(*np.array(found[0]).reshape(2, 1))[0])
    assert lowest == pytest.approx(surface.lowest(), abs=1e-9)


@pytest.mark.parametrize(
    ("text", "minima"),
    [
        ("abs(x − 1) + 2|y + 0.5|", [(1, -0.5)]),
        ("x² − y²", []),
        ("x + y", []),
        ("3", []),
        ("log x + log y", []),
        ("(x² − 1)² + y²", [(-1, 0), (1, 0)]),
        ("max(x, −x) + y^4", [(0, 0)]),
        ("√(x − 100)", []),
        ("x log x + y²", [(1 / np.e, 0)]),
    ],
)
def test_minima_of_typed_surfaces(text, minima):
    found = sorted(Typed(text=text).minima)
    assert np.array(found).reshape(-1, 2) == pytest.approx(
        np.array(minima).reshape(-1, 2), abs=2e-3
    )


def test_the_window_says_where_minima_are_looked_for():
    text = "cos x + cos y"
    assert len(Typed(text=text).minima) == 4
    assert Typed(text=text, left=2, right=5, bottom=2, top=5).minima == (
        pytest.approx((np.pi, np.pi), abs=1e-7),
    )
