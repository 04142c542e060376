"""The live figures of a run, cheap to update with every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.plots.ticks import number

GAP = 12
NONE = "–"


@dataclass
class Figure:
    """One cell: a changing number with a word before (`name`) or after it (`unit`). The cell is as
    wide as `widest` and grows if needed, but never shrinks. With too little room the cell with the
    lowest `rank` is hidden first.
    """

    name: str
    widest: str
    unit: str = ""
    bold: bool = False
    rank: int = 0
    value: str = NONE
    left: int = 0
    width: int = 0
    shown: bool = True

    def text(self, value: str) -> str:
        return f"{self.name} {value}" if self.name else f"{value} {self.unit}"


class Figures(QWidget):
    """Names and values in a row, right-aligned; cells that do not fit are hidden. It paints its own
    background, and only cells whose text has changed.
    """

    def __init__(self, figures: Sequence[Figure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figures = list(figures)
        self._measure()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.retheme(theme.current())

    def retheme(self, colors: theme.Theme) -> None:
        self._background = QColor(colors.background)
        self._inks = (QColor(colors.muted), QColor(colors.text))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._measure()
            self._arrange()
            self.update()

    def _measure(self) -> None:
        """Give every figure the room for its widest value, in the present font."""
        self._fonts = (_tabular(self.font(), False), _tabular(self.font(), True))
        self._metrics = tuple(QFontMetrics(font) for font in self._fonts)
        for figure in self._figures:
            texts = figure.widest, figure.value
            figure.width = max(self._needed(figure, text) for text in texts)

    def set_values(self, values: Sequence[str]) -> None:
        """Set the values, in the order of the figures; unchanged ones are not repainted."""
        for figure, value in zip(self._figures, values, strict=True):
            if value != figure.value:
                figure.value = value
                if len(value) > len(figure.widest):
                    self._widen(figure)
                if figure.shown:
                    self.update(figure.left, 0, figure.width, self.height())

    def set_name(self, index: int, name: str) -> None:
        """Rename a figure."""
        figure = self._figures[index]
        if name != figure.name:
            figure.name = name
            self._widen(figure)
            self.update()

    def texts(self) -> list[str]:
        """Every figure as text, including hidden ones."""
        return [figure.text(figure.value) for figure in self._figures]

    def shown_texts(self) -> list[str]:
        return [figure.text(figure.value) for figure in self._figures if figure.shown]

    def places(self) -> list[tuple[int, int]]:
        """Left edge and width of every figure that is shown."""
        return [(figure.left, figure.width) for figure in self._figures if figure.shown]

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        dirty = event.rect()
        first, last = dirty.left(), dirty.right()
        baseline = (self.height() + self._metrics[0].capHeight()) // 2
        with QPainter(self) as painter:
            painter.fillRect(dirty, self._background)
            for figure in self._figures:
                end = figure.left + figure.width
                if not figure.shown or figure.left > last or end < first:
                    continue
                painter.setFont(self._fonts[figure.bold])
                painter.setPen(self._inks[figure.bold])
                text, left = figure.text(figure.value), figure.left
                if figure.unit:
                    left = end - self._metrics[figure.bold].horizontalAdvance(text)
                painter.drawText(left, baseline, text)

    def _needed(self, figure: Figure, value: str) -> int:
        return self._metrics[figure.bold].horizontalAdvance(figure.text(value)) + 1

    def _widen(self, figure: Figure) -> None:
        needed = self._needed(figure, figure.value)
        if needed > figure.width:
            figure.width = needed
            self._arrange()
            self.update()

    def _arrange(self) -> None:
        room = self.width() + GAP
        for figure in sorted(self._figures, key=lambda figure: -figure.rank):
            room -= figure.width + GAP
            figure.shown = room >= 0
        right = self.width()
        for figure in reversed(self._figures):
            if figure.shown:
                figure.left = right - figure.width
                right = figure.left - GAP


def _tabular(font: QFont, bold: bool) -> QFont:
    """The font with digits of equal width, so that changing numbers do not move."""
    result = QFont(font)
    result.setBold(bold)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def decimal(value: float, places: int) -> str:
    """A value with fixed decimals; with two digits and a power of ten if too small or too large."""
    if value == 0 or 10.0**-places <= abs(value) < 1e5:
        return f"{value:.{places}f}"
    return number(value, 2)
