"""The box of values beside the pointer."""

from __future__ import annotations

from typing import NamedTuple

import pyqtgraph as pg
import PySide6.QtWidgets  # noqa: F401  (pyqtgraph takes the binding that is loaded already)
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.plots.style import PaintStyle
from ui.theme import blend

PAD = 8.0
SWATCH = 10.0
APART = 14.0


class Row(NamedTuple):
    """One line of a read-out."""

    color: QColor | None
    name: str
    value: str


class ReadOut(NamedTuple):
    """The values at one position of a plot; `x` is that of the vertical line."""

    plot: QRectF
    x: float
    title: str
    rows: list[Row]


def box(out: ReadOut, bounds: QRectF, style: PaintStyle) -> QRectF:
    """The rectangle of the box: beside the line, within the canvas."""
    size = _size(out, bounds, style)
    left = out.x + 10
    if left + size.width() > bounds.right() - 4:
        left = max(out.x - 10 - size.width(), bounds.left() + 4)
    top = max(bounds.top() + 2, min(out.plot.top() + 4, bounds.bottom() - size.height() - 2))
    return QRectF(round(left), round(top), size.width(), size.height())


def region(out: ReadOut, bounds: QRectF, style: PaintStyle) -> QRectF:
    """The area that the read-out covers, line included."""
    line = QRectF(out.x - 1, out.plot.top(), 3, out.plot.height())
    return line | box(out, bounds, style).adjusted(-1, -1, 1, 1)


def paint(painter: QPainter, out: ReadOut, bounds: QRectF, style: PaintStyle) -> None:
    """Paint the line and the box."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    line = QRectF(round(out.x), out.plot.top(), 1, out.plot.height())
    painter.fillRect(line, style.pale(style.text, 0.45))
    where = box(out, bounds, style)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(style.pen(blend(style.theme.border, style.theme.text, 0.15)))
    painter.setBrush(style.brush(blend(style.theme.card, style.theme.text, 0.04)))
    painter.drawRoundedRect(where.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line_height = style.small_metrics.height() + 1
    y = where.top() + PAD - 1 + style.small_metrics.ascent()
    painter.setFont(style.small)
    painter.setPen(style.muted)
    painter.drawText(QPointF(where.left() + PAD, y), out.title)
    columns = _columns(out.rows, bounds, style)
    left = where.left() + PAD
    for rows in columns:
        width = _column_width(rows, style)
        for i, row in enumerate(rows):
            _paint_row(painter, row, left, y + (i + 1) * line_height, width, style)
        left += width + APART


def _paint_row(
    painter: QPainter, row: Row, left: float, baseline: float, width: float, style: PaintStyle
) -> None:
    if row.color:
        middle = baseline - style.small_metrics.xHeight() / 2
        painter.fillRect(QRectF(left, middle - 1, SWATCH - 4, 3), QColor(row.color))
    painter.setPen(style.muted)
    painter.drawText(QPointF(left + SWATCH, baseline), row.name)
    painter.setPen(style.text)
    value_width = style.small_metrics.horizontalAdvance(row.value)
    painter.drawText(QPointF(left + width - value_width, baseline), row.value)


def _size(out: ReadOut, bounds: QRectF, style: PaintStyle) -> QSizeF:
    columns = _columns(out.rows, bounds, style)
    title = style.small_metrics.horizontalAdvance(out.title)
    widths = sum(_column_width(rows, style) for rows in columns) + APART * (len(columns) - 1)
    lines = 1 + max((len(rows) for rows in columns), default=0)
    height = lines * (style.small_metrics.height() + 1) + 2 * PAD - 3
    return QSizeF(round(max(title, widths) + 2 * PAD), round(height))


def _columns(rows: list[Row], bounds: QRectF, style: PaintStyle) -> list[list[Row]]:
    """The rows in as many columns as the height of the canvas requires."""
    line = style.small_metrics.height() + 1
    room = max(1, int((bounds.height() - 2 * PAD - line) / line))
    return [rows[i : i + room] for i in range(0, len(rows), room)]


def _column_width(rows: list[Row], style: PaintStyle) -> float:
    advance = style.small_metrics.horizontalAdvance
    names = max(advance(row.name) for row in rows)
    values = max(advance(row.value) for row in rows)
    return SWATCH + names + (APART if names else 0) + values


class Overlay(pg.GraphicsObject):
    """The read-out and the focus frame, on top of the view."""

    def __init__(self) -> None:
        super().__init__()
        self.out: ReadOut | None = None
        self.framed = False
        self._bounds = QRectF()
        self._style: PaintStyle | None = None
        self.setZValue(1000)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setVisible(False)

    def lay_out(self, bounds: QRectF, style: PaintStyle) -> None:
        """Set the rectangle of the view."""
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = QRectF(bounds)
        self._style = style

    def set_read_out(self, out: ReadOut | None) -> None:
        """Set the read-out; None hides it."""
        before, self.out = self.out, out
        if before == out or self._style is None:
            return
        self.setVisible(bool(out) or self.framed)
        for some in (before, out):
            if some:
                self.update(region(some, self._bounds, self._style))

    def set_framed(self, framed: bool) -> None:
        """Show or hide the focus frame."""
        if framed != self.framed:
            self.framed = framed
            self.setVisible(bool(self.out) or framed)
            self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self._style is None:
            return
        if self.out:
            paint(painter, self.out, self._bounds, self._style)
        if self.framed:
            painter.setPen(self._style.pen(self._style.train))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawRect(self._bounds.adjusted(0, 0, -1, -1))
