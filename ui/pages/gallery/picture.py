"""The small picture on a card: recorded runs of the experiment, in the colours of the theme."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from core.gallery.experiment import Experiment
from core.gallery.recording import recorded
from ui.pages.gallery.scales import log_floor, wants_log
from ui.pages.gallery.styles import Style, draw, styles
from ui.plots.ink import Ink
from ui.plots.scale import Floats, Scale, round_range
from ui.plots.stroke import Polyline

LEAST, DECADES = 1e-30, 12.0
GAP = 6.0
TOWER, CUT = 2.5, 1.3
DOT = 2.2


def paint_picture(painter: QPainter, where: QRectF, experiment: Experiment, ink: Ink) -> None:
    """Paint what has been recorded of an experiment; nothing where that is missing."""
    record = recorded().get(experiment.key)
    if not record:
        return
    runs = {label: np.array(values, float) for label, values in record["runs"].items()}
    labels = [variant.label for variant in experiment.plans[record["data"]].variants]
    looks = styles(labels, ink.theme)
    kind = experiment.views[0]
    if kind == "activations":
        _paint_histograms(painter, where, runs, ink)
    else:
        _paint_lines(painter, where, runs, looks, ink, dots=kind == "gradients")


def _paint_lines(
    painter: QPainter,
    where: QRectF,
    runs: dict[str, Floats],
    looks: dict[str, Style],
    ink: Ink,
    dots: bool,
) -> None:
    scale = _scale(list(runs.values()), log=dots)
    for i in range(4):
        y = round(where.top() + i * where.height() / 4)
        painter.fillRect(QRectF(where.left(), y, where.width(), 1), ink.grid)
    painter.fillRect(QRectF(where.left(), where.bottom(), where.width(), 1), ink.axis)
    painter.setClipRect(where.adjusted(-1, -2, 1, 1))
    longest = max(values.size for values in runs.values())
    line = Polyline()
    for label, values in runs.items():
        if label not in looks:
            continue
        x = where.left() + (np.arange(values.size) + 0.5) / longest * where.width()
        y = scale.place(np.maximum(values, LEAST), where.bottom(), -where.height())
        y[~np.isfinite(values)] = np.nan
        draw(painter, line, x, y, looks[label], ink, 1.4)
        if dots:
            _paint_dots(painter, x, y, looks[label], ink)
    painter.setClipping(False)


def _paint_dots(painter: QPainter, x: Floats, y: Floats, style: Style, ink: Ink) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.brush(style.color))
    for px, py in zip(x.tolist(), y.tolist(), strict=True):
        painter.drawEllipse(QPointF(px, py), DOT, DOT)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _scale(runs: list[Floats], log: bool) -> Scale:
    known = [values[np.isfinite(values) & (values > LEAST)] for values in runs]
    highs = [float(values.max()) for values in known if values.size]
    if not highs:
        return Scale(0.0, 1.0)
    low, high = min(float(values.min()) for values in known if values.size), max(highs)
    if log:
        return round_range(max(low, high * 10.0**-DECADES), high, log=True)
    if wants_log(highs):
        return round_range(log_floor(highs, low), high, log=True)
    return Scale(0.0, 1.04 * high)


def _paint_histograms(painter: QPainter, where: QRectF, runs: dict[str, Floats], ink: Ink) -> None:
    layers = max(len(values) for values in runs.values())
    # As in the views: the output, which is left out here, has the last colour.
    colors = ink.layer_colors(layers + 1)
    height, width = where.height() / len(runs), where.width() / layers
    line = Polyline()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for row, values in enumerate(runs.values()):
        bottom = round(where.top() + (row + 1) * height)
        for i, shares in enumerate(values):
            left = round(where.left() + i * width)
            plot = QRectF(left, bottom - height + GAP, width - GAP, height - GAP)
            painter.fillRect(QRectF(left, bottom, plot.width(), 1), ink.axis)
            _outline(line, plot, shares)
            painter.setPen(ink.hairline(colors[i]))
            painter.setBrush(ink.brush(ink.pale(colors[i], 0.42)))
            painter.drawPolygon(line.polygon)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _outline(line: Polyline, plot: QRectF, shares: Floats) -> None:
    second, most = np.partition(shares, -2)[-2:]
    full = CUT * second if second > 0 and most > TOWER * second else max(float(most), 1e-9)
    points = line.points(2 * shares.size + 2)
    edges = plot.left() + plot.width() * np.arange(shares.size + 1) / shares.size
    points[0:-1:2, 0] = points[1::2, 0] = edges
    points[:, 1] = plot.bottom()
    tops = plot.bottom() - np.minimum(shares / full, 1.0) * plot.height()
    points[1:-1:2, 1] = points[2:-1:2, 1] = tops
