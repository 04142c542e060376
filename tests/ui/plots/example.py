"""A page's plot in a few lines: `python -m tests.ui.plots.example` shows it."""

from __future__ import annotations

import sys

import numpy as np
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.plots.card import Card
from ui.plots.plot import Plot
from ui.plots.plot_view import PlotView
from ui.plots.series import Band, Curve, Dots
from ui.plots.text import Span


def decay_view() -> PlotView:
    """Two schedules of the learning rate, with a band around one and dots on the other."""
    x = np.arange(200.0)
    cosine, steps = 0.05 * (1 + np.cos(np.pi * x / 200)), 0.1 * 0.5 ** (x // 50)
    view = PlotView("Learning-rate decay", about="How the rate falls over the run")
    plot = view.add_plot(Plot(x_name="steps"))
    plot.add(Band("train")).set_data(x, 0.8 * cosine, 1.2 * cosine)
    plot.add(Curve("train", name="cosine")).set_data(x, cosine)
    plot.add(Curve("validation", name="step")).set_data(x, steps)
    plot.add(Dots("validation")).set_data(x[::50], steps[::50])
    view.set_subtitle(Span("cosine", "train"), Span("  ·  "), Span("step", "validation"))
    view.data_source = lambda: {"iteration": x, "cosine": cosine, "step": steps}
    return view


if __name__ == "__main__":
    application = QApplication(sys.argv)
    theme.apply(application, theme.DARK)
    card = Card(decay_view())
    card.resize(720, 320)
    card.show()
    sys.exit(application.exec())
