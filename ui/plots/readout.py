"""The box of values beside the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from ui.plots.ink import Ink
from ui.plots.panel import ReadOut, Row
from ui.theme import blend

PAD = 8.0
SWATCH = 10.0
APART = 14.0


def box(out: ReadOut, bounds: QRectF, ink: Ink) -> QRectF:
    """Where the box stands: beside the cross-line, within the canvas."""
    size = _size(out, bounds, ink)
    left = out.x + 10
    if left + size.width() > bounds.right() - 4:
        left = max(out.x - 10 - size.width(), bounds.left() + 4)
    top = max(bounds.top() + 2, min(out.plot.top() + 4, bounds.bottom() - size.height() - 2))
    return QRectF(round(left), round(top), size.width(), size.height())


def region(out: ReadOut, bounds: QRectF, ink: Ink) -> QRectF:
    """Everything that the read-out covers, cross-line included."""
    line = QRectF(out.x - 1, out.plot.top(), 3, out.plot.height())
    return line | box(out, bounds, ink).adjusted(-1, -1, 1, 1)


def paint(painter: QPainter, out: ReadOut, bounds: QRectF, ink: Ink) -> None:
    """Paint the cross-line and the box."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    line = QRectF(round(out.x), out.plot.top(), 1, out.plot.height())
    painter.fillRect(line, ink.pale(ink.text, 0.45))
    where = box(out, bounds, ink)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(ink.pen(blend(ink.theme.border, ink.theme.text, 0.15)))
    painter.setBrush(ink.brush(blend(ink.theme.card, ink.theme.text, 0.04)))
    painter.drawRoundedRect(where.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line_height = ink.small_metrics.height() + 1
    y = where.top() + PAD - 1 + ink.small_metrics.ascent()
    painter.setFont(ink.small)
    painter.setPen(ink.muted)
    painter.drawText(QPointF(where.left() + PAD, y), out.title)
    columns = _columns(out.rows, bounds, ink)
    left = where.left() + PAD
    for rows in columns:
        width = _column_width(rows, ink)
        for i, row in enumerate(rows):
            _paint_row(painter, row, left, y + (i + 1) * line_height, width, ink)
        left += width + APART


def _paint_row(
    painter: QPainter, row: Row, left: float, baseline: float, width: float, ink: Ink
) -> None:
    if row.color:
        middle = baseline - ink.small_metrics.xHeight() / 2
        painter.fillRect(QRectF(left, middle - 1, SWATCH - 4, 3), QColor(row.color))
    painter.setPen(ink.muted)
    painter.drawText(QPointF(left + SWATCH, baseline), row.name)
    painter.setPen(ink.text)
    value_width = ink.small_metrics.horizontalAdvance(row.value)
    painter.drawText(QPointF(left + width - value_width, baseline), row.value)


def _size(out: ReadOut, bounds: QRectF, ink: Ink) -> QSizeF:
    columns = _columns(out.rows, bounds, ink)
    title = ink.small_metrics.horizontalAdvance(out.title)
    widths = sum(_column_width(rows, ink) for rows in columns) + APART * (len(columns) - 1)
    lines = 1 + max((len(rows) for rows in columns), default=0)
    height = lines * (ink.small_metrics.height() + 1) + 2 * PAD - 3
    return QSizeF(round(max(title, widths) + 2 * PAD), round(height))


def _columns(rows: list[Row], bounds: QRectF, ink: Ink) -> list[list[Row]]:
    """The rows in as many columns as the height of the canvas makes necessary."""
    line = ink.small_metrics.height() + 1
    room = max(1, int((bounds.height() - 2 * PAD - line) / line))
    return [rows[i : i + room] for i in range(0, len(rows), room)]


def _column_width(rows: list[Row], ink: Ink) -> float:
    advance = ink.small_metrics.horizontalAdvance
    names = max(advance(row.name) for row in rows)
    values = max(advance(row.value) for row in rows)
    return SWATCH + names + (APART if names else 0) + values
