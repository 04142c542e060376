"""Plots that know no run: what a page of one's own gets from a few lines."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from tests.ui.plots.example import decay_view
from ui import theme
from ui.export.formats import export
from ui.export.sheet import single
from ui.plots.card import Card
from ui.plots.plot import Plot
from ui.plots.plot_view import PlotView
from ui.plots.series import Curve, Curves, Dots, Image, Rules, Steps, Zone
from ui.plots.text import plain

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def decay_card(qtbot):
    card = Card(decay_view())
    qtbot.addWidget(card)
    card.resize(700, 300)
    card.show()
    qtbot.waitExposed(card)
    return card


@pytest.fixture
def decay(decay_card):
    return decay_card.view


@pytest.fixture
def plot(qtbot):
    view = PlotView("Any")
    qtbot.addWidget(view)
    view.resize(500, 240)
    view.show()
    return view.add_plot(Plot(x_name="x"))


def names_and_values(view: PlotView) -> dict[str, str]:
    assert view.read_out is not None
    return {row.name: row.value for row in view.read_out.rows}


def test_ranges_hold_the_data_in_round_numbers(decay):
    (plot,) = decay.plots
    assert (plot.x_scale.low, plot.x_scale.high) == (0, 199)
    assert plot.y_scale.low == 0
    assert plot.y_scale.high >= 0.12
    assert plot.y_ticks[0].label == "0"


def test_the_read_out_tells_every_named_curve(decay):
    (plot,) = decay.plots
    decay.point_at(QPointF(plot.px_of(100), plot.frame.center().y()))
    assert decay.read_out.title == "step 100"
    assert names_and_values(decay) == {"cosine": "0.0500", "step": "0.0250"}


def test_a_logarithmic_scale_is_switched_in_the_menu(decay):
    (plot,) = decay.plots
    switch = next(a for a in decay.menu().actions() if a.text() == "Logarithmic values")
    switch.trigger()
    assert plot.y_scale.log
    assert plot.y_scale.low > 0
    assert any("10⁻" in tick.label for tick in plot.y_ticks)
    assert not decay.grab().isNull()
    decay.point_at(QPointF(plot.px_of(100), plot.frame.center().y()))
    assert names_and_values(decay)["step"] == "0.0250"


def test_the_horizontal_axis_may_be_logarithmic(plot):
    curve = plot.add(Curve("train", name="f"))
    curve.set_data([1.0, 10.0, 100.0], [1.0, 2.0, 3.0])
    plot.set_log_x(True)
    assert plot.px_of(10.0) == pytest.approx((plot.px_of(1.0) + plot.px_of(100.0)) / 2)
    plot.set_log_x(False)
    assert (plot.x_scale.low, plot.x_scale.high) == (1, 100)


def test_linked_plots_share_their_horizontal_axis(plot):
    other = plot.view.add_plot(Plot())
    for some in (plot, other):
        some.add(Curve("train")).set_data([0.0, 50.0, 100.0], [0.0, 1.0, 2.0])
    plot.link(other)
    plot.zoom_x(0.5, 50.0)
    assert (other.x_scale.low, other.x_scale.high) == (25, 75)
    other.show_all()
    assert (plot.x_scale.low, plot.x_scale.high) == (0, 100)


def test_spliced_data_replace_the_end(plot):
    curve = plot.add(Curve("train"))
    curve.set_data(np.arange(5.0), np.zeros(5))
    curve.splice(np.array([3.0, 4.5, 6.0]), np.ones(3))
    assert curve.xs.tolist() == [0, 1, 2, 3, 4.5, 6]
    assert curve.ys[:, 0].tolist() == [0, 0, 0, 1, 1, 1]


def test_every_kind_of_item_paints_what_cannot_be_drawn_without_harm(plot):
    bad = np.array([np.nan, np.inf, -np.inf, 1e308, 0.0, 1.0])
    x = np.arange(6.0)
    plot.add(Curve("train", name="a")).set_data(x, bad)
    plot.add(Curves(lambda style, n: style.layer_colors(n))).set_data(x, np.stack((bad, x), 1))
    plot.add(Dots("bad", name="b")).set_data(x, bad)
    plot.add(Steps("good")).set_data(np.arange(7.0), np.nan_to_num(bad, posinf=1, neginf=0))
    plot.add(Zone(0.2, 0.4))
    plot.add(Rules()).set_data(bad)
    plot.add(Image()).set_colors(lambda style: np.full((2, 2), 0xFF102030, np.uint32), (0, 1, 0, 1))
    for log in (True, False):
        plot.set_log(log)
        assert not plot.view.grab().isNull()
        plot.view.point_at(plot.frame.center())
        assert not plot.view.grab().isNull()


def test_the_button_to_show_all_is_there_while_an_axis_was_moved(decay_card):
    button, (plot,) = decay_card.header.show_all_button, decay_card.view.plots
    assert button.isHidden()
    whole = plot.x_scale
    plot.zoom_x(0.5, 50.0)
    assert button.isVisible()
    button.click()
    assert plot.x_scale == whole
    assert button.isHidden()


def test_it_is_exported_without_an_experiment(tmp_path, decay):
    for suffix in ("png", "svg", "pdf", "csv"):
        export(tmp_path / f"plot.{suffix}", single(decay), theme.LIGHT)
    picture = QImage(str(tmp_path / "plot.png"))
    assert picture.pixelColor(1, 1).name() == theme.LIGHT.card
    words = ["".join(t.itertext()) for t in ET.parse(tmp_path / "plot.svg").iter(f"{SVG}text")]
    for word in ("Learning-rate decay", "cosine", "0 steps", "0.02"):
        assert word in words
    with open(tmp_path / "plot.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["iteration", "cosine", "step"]
    assert len(rows) == 201


def test_without_data_it_says_what_will_appear(qtbot):
    view = PlotView("Any", about="What will be here")
    qtbot.addWidget(view)
    view.add_plot(Plot())
    view.resize(400, 200)
    view.set_empty(True)
    view.show()
    assert view.shown_plots == []
    view.point_at(QPointF(200, 100))
    assert view.read_out is None
    view.set_empty(False)
    assert len(view.shown_plots) == 1


def test_the_subtitle_is_a_legend(decay):
    assert plain(decay.subtitle) == "cosine  ·  step"
