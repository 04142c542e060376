"""What a network answers: a bar for each class or number; and what it was asked, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.base.translation import tr
from ui.plots.pictures.picture import Picture
from ui.plots.readout import ReadOut, Row
from ui.plots.style import PaintStyle

TALLEST, GAP = 26.0, 8.0
# Names take at most this share of the width.
MOST_NAMES = 0.42


class Bar(NamedTuple):
    """One line: `share` (0…1) is how long the bar is, `best` the class that is predicted."""

    name: str
    share: float
    text: str
    best: bool = False


class AnswerBars(Picture):
    """Names, bars and figures, one below another. Where there is no room for all, the longest
    bars are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: tuple[Bar, ...] = ()
        self._shown: list[tuple[Bar, QRectF]] = []
        self._names = self._figures = 0.0

    def set_bars(self, bars: Sequence[Bar]) -> None:
        """Show another answer."""
        alike = [bar.name for bar in bars] == [bar.name for bar in self.bars]
        self.bars = tuple(bars)
        if alike and len(self._shown) == len(self.bars):
            self._shown = [(b, r) for b, (_, r) in zip(self.bars, self._shown, strict=True)]
            self.update_data()
        else:
            self.update_layout()

    def arrange(self, style: PaintStyle) -> None:
        self._shown = []
        if not self.bars:
            return
        least = style.small_metrics.height() + 2
        bars = list(self.bars)
        most = max(1, int(self.rect.height() / least))
        if len(bars) > most:
            rank = sorted(range(len(bars)), key=lambda i: -bars[i].share)
            chosen = sorted(rank[: max(1, most - 1)])
            count = len(bars) - len(chosen)
            rest = tr("{count:,} others", count=count)
            bars = [bars[i] for i in chosen] + ([Bar(rest, 0.0, "")] if most > 1 else [])
        high = min(TALLEST, (self.rect.height() - 2) / len(bars))
        widest = max(style.small_metrics.horizontalAdvance(bar.name) for bar in bars)
        self._names = min(widest + GAP, MOST_NAMES * self.rect.width())
        figures = max(style.small_metrics.horizontalAdvance(bar.text) for bar in bars)
        self._figures = max(figures, style.small_metrics.horizontalAdvance("100.0 %")) + GAP
        left, top, width = self.rect.left(), self.rect.top() + 2, self.rect.width()
        self._shown = [
            (bar, QRectF(left, top + i * high, width, high)) for i, bar in enumerate(bars)
        ]

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = style.small_metrics.height()
        color, track = QColor(style.theme.accent), style.pale(style.text, 0.06)
        for bar, where in self._shown:
            room = where.width() - self._names - self._figures
            strip = QRectF(where.left() + self._names, where.top() + 2, room, where.height() - 4)
            top = where.center().y() - line / 2
            name = style.small_metrics.elidedText(
                bar.name, Qt.TextElideMode.ElideMiddle, self._names - GAP
            )
            words = style.text if bar.best else style.muted
            style.write(painter, where.left(), top, name, words)
            if not bar.text:
                continue
            painter.fillRect(strip, track)
            filled = QRectF(strip.topLeft(), strip.bottomRight())
            filled.setWidth(room * min(max(bar.share, 0.0), 1.0))
            painter.fillRect(filled, color if bar.best else style.pale(color, 0.45))
            right = where.right() - style.small_metrics.horizontalAdvance(bar.text)
            style.write(painter, right, top, bar.text, words)

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        for bar, where in self._shown:
            if where.contains(place) and bar.text:
                spot = QRectF(place.x(), where.top(), 0, 0)
                return ReadOut(spot, place.x(), bar.name, [Row(None, tr("answer"), bar.text)])
        return None


class Facts(Picture):
    """Names and values in two columns: the inputs, in a picture to be exported."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[tuple[str, str]] = []

    def set_facts(self, facts: list[tuple[str, str]]) -> None:
        """List other values."""
        self.facts = facts
        self.update_data()

    def draw(self, painter: QPainter, style: PaintStyle, exposed: QRectF) -> None:
        if not self.facts:
            return
        room = self.rect
        high = min(TALLEST, room.height() / len(self.facts))
        for i, (name, value) in enumerate(self.facts):
            top = room.top() + i * high
            cut = style.small_metrics.elidedText(
                name, Qt.TextElideMode.ElideMiddle, 0.6 * room.width()
            )
            style.write(painter, room.left(), top, cut, style.muted)
            width = style.small_metrics.horizontalAdvance(value)
            style.write(painter, room.right() - width, top, value, style.text)
