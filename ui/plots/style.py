"""The colours, pens and fonts of a theme for painting plots, made once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QPainter,
    QPen,
    QStaticText,
    QTransform,
)

from ui.theme import HANGUL_FAMILIES, Theme, blend, readable


class PaintStyle:
    """Pens and fonts for one theme.

    On the screen (`live`) lines are drawn by the fast path of Qt's painter, which is limited to
    lines of one device pixel; thicker ones are drawn several times. In files lines are true
    strokes. `ratio` is the number of device pixels per logical pixel.
    """

    def __init__(
        self, theme: Theme, font: QFont, ratio: float = 1.0, *, live: bool = False
    ) -> None:
        self.theme, self.ratio, self.live = theme, ratio, live
        for role in ("card", "grid", "text", "muted", "border", "train", "validation", "ghost"):
            setattr(self, role, QColor(getattr(theme, role)))
        self.axis = blend(theme.border, theme.muted, 0.35)
        size = QFontInfo(font).pixelSize()
        self.font = QFont(font)
        self.font.setPixelSize(size)
        if not live:
            # The real family: other programs cannot resolve an alias such as "Sans Serif".
            self.font.setFamilies([QFontInfo(font).family(), *HANGUL_FAMILIES])
        self.bold = QFont(self.font)
        self.bold.setWeight(QFont.Weight.DemiBold)
        self.small = QFont(self.font)
        self.small.setPixelSize(size - 1)
        self.metrics = QFontMetricsF(self.font)
        self.bold_metrics = QFontMetricsF(self.bold)
        self.small_metrics = QFontMetricsF(self.small)
        self._pens: dict[tuple[int, float], QPen] = {}
        self._brushes: dict[int, QBrush] = {}
        self._layers: dict[int, list[QColor]] = {}
        self._inks: dict[int, QColor] = {}
        self._pale: dict[tuple[int, float], QColor] = {}
        self._texts: dict[str, QStaticText] = {}
        self._widths: dict[str, float] = {}
        self.ramps: dict[int, NDArray[np.uint32]] = {}

    card: QColor
    grid: QColor
    text: QColor
    muted: QColor
    border: QColor
    train: QColor
    validation: QColor
    ghost: QColor

    def layer_colors(self, n: int) -> list[QColor]:
        """One colour per layer; the same layer has the same colour in every view."""
        if n not in self._layers:
            self._layers[n] = self.theme.layer_colors(n) if n else []
        return self._layers[n]

    def ink(self, color: QColor) -> QColor:
        """A colour for words on a card."""
        known = self._inks.get(color.rgba())
        if known is None:
            theme = self.theme
            known = self._inks[color.rgba()] = readable(color, theme.card, theme.text)
        return known

    def role(self, name: str) -> QColor:
        """The theme's colour for a role."""
        return QColor(getattr(self.theme, name))

    def pen(self, color: QColor, width: float = 1.0) -> QPen:
        """A solid pen, cached; thicker in a theme with thick lines."""
        return self.stroke_pen(color, width * self.theme.line_scale)

    def stroke_pen(self, color: QColor, width: float) -> QPen:
        """A solid pen of exactly that width, cached."""
        key = (color.rgba(), width)
        if key not in self._pens:
            join, cap = Qt.PenJoinStyle.RoundJoin, Qt.PenCapStyle.RoundCap
            self._pens[key] = QPen(color, width, Qt.PenStyle.SolidLine, cap, join)
        return self._pens[key]

    def hairline(self, color: QColor) -> QPen:
        """A pen of one device pixel on the screen, of one logical pixel elsewhere."""
        key = (color.rgba(), 0.0)
        if key not in self._pens:
            pen = QPen(color, 1.0)
            pen.setCosmetic(self.live)
            self._pens[key] = pen
        return self._pens[key]

    def brush(self, color: QColor) -> QBrush:
        if color.rgba() not in self._brushes:
            self._brushes[color.rgba()] = QBrush(color)
        return self._brushes[color.rgba()]

    def pale(self, color: QColor, share: float = 0.35) -> QColor:
        """A colour blended towards the card, opaque: overlapping strokes do not add up."""
        key = (color.rgba(), share)
        if key not in self._pale:
            self._pale[key] = blend(self.card, color, share)
        return self._pale[key]

    def width(self, text: str) -> float:
        """Width of small text; cached, so only for texts that recur."""
        if text not in self._widths:
            if len(self._widths) > 500:
                self._widths.clear()
            self._widths[text] = self.small_metrics.horizontalAdvance(text)
        return self._widths[text]

    def write(self, painter: QPainter, left: float, top: float, text: str, color: QColor) -> None:
        """Write small text; its layout is cached on the screen."""
        painter.setFont(self.small)
        painter.setPen(color)
        if not self.live:
            painter.drawText(QPointF(left, top + self.small_metrics.ascent()), text)
            return
        laid = self._texts.get(text)
        if laid is None:
            if len(self._texts) > 500:
                self._texts.clear()
            laid = self._texts[text] = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(QTransform(), self.small)
        painter.drawStaticText(QPointF(left, top), laid)
