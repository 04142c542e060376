"""The prediction along the line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from core.data.curves import FourPoints, Sine
from core.data.toys import Circle
from tests.ui.real import spec_of
from ui.views.fit import FitView


@pytest.fixture
def shown(show_view):
    """Makes the view on the screen with a real run."""
    return lambda spec, steps=0, size=(400, 300): show_view(FitView(), spec, steps, size)[0]


def test_hovering_a_point_tells_its_residual(shown):
    spec = spec_of(FourPoints(), validation=0.0, standardize=False)
    view = shown(spec, steps=5)
    plot = view.fit
    x, target = 3.0, 6.0
    y = plot.frame.bottom() - plot.frame.height() * plot.y_scale.at(target)
    view.point_at(QPointF(plot.px_of(x) + 2, y))
    rows = {row.name: float(row.value.replace("−", "-")) for row in view.read_out.rows}
    predicted = float(np.interp(x, view.export_data()["x"], view.export_data()["prediction"]))
    assert rows["x"] == x
    assert rows["target, train"] == target
    assert rows["prediction"] == pytest.approx(predicted, rel=0.01)
    assert rows["residual"] == pytest.approx(target - predicted, rel=0.01, abs=0.01)


def test_the_axis_has_the_datas_own_units(shown):
    view = shown(spec_of(Sine()))
    data = view.export_data()
    assert data["x"][0] < data["train x"].min() < -4.5
    assert data["x"][-1] > data["train x"].max() > 4.5


def test_all_targets_are_in_the_plot(shown):
    view = shown(spec_of(Sine(noise=0.3)))
    for part in ("train", "validation"):
        targets = view.export_data()[f"{part} target"]
        assert view.fit.y_scale.holds(targets.min(), targets.max())


def test_a_wild_curve_does_not_flatten_the_targets(shown):
    view = shown(spec_of(Sine()))
    fit = view.frame.fit
    wild = replace(view.frame, fit=replace(fit, values=fit.values * 1e6))
    view.show_frame(wild, view.history)
    assert not view.grab().isNull()
    assert view.fit.y_scale.span < 12


def test_an_axis_that_serves_stays_where_it_is(shown):
    view = shown(spec_of(Sine()), steps=300)
    before = view.fit.y_scale
    for scale in (0.9, 1.05, 0.98):
        fit = view.frame.fit
        frame = replace(view.frame, fit=replace(fit, values=fit.values * scale))
        view.show_frame(frame, view.history)
        assert view.fit.y_scale == before


def test_data_of_another_kind_are_told_so(shown):
    view = shown(spec_of(Circle()))
    assert "one input feature" in view.unsupported
    assert view.export_data() == {}
