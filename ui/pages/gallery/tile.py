"""The card of an experiment: a picture of its runs, its title, its question."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from core.gallery.engine import data_for
from core.gallery.experiment import Experiment
from core.gallery.recording import seconds
from ui import theme
from ui.pages.gallery.picture import paint_picture
from ui.plots.ink import Ink
from ui.theme import RADIUS

HEIGHT, PICTURE, INSET = 232, 132, 12


class Tile(QAbstractButton):
    """A click, Enter or the space bar opens the experiment."""

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self._bold = QFont(self.font())
        self._bold.setBold(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(experiment.title)
        self.setAccessibleDescription(experiment.question)
        self.setToolTip(f"<p><b>{experiment.title}</b></p><p>{experiment.look_for}</p>")

    def goes_by(self, words: str) -> bool:
        """Whether every one of some words is to be found in what is said about the experiment."""
        each = self.experiment
        said = " ".join((each.key, each.title, each.question, each.look_for, each.varies))
        labels = (v.label for plan in each.plans.values() for v in plan.variants)
        said = f"{said} {' '.join(labels)}".lower()
        return all(word in said for word in words.lower().split())

    def footer(self) -> str:
        """How many runs there are, and how long they take."""
        data = data_for(self.experiment)
        n = len(self.experiment.plans[data].variants)
        runs = "1 run" if n == 1 else f"{n} runs"
        time = seconds(self.experiment, data)
        return f"{runs} · {_about(time)}" if time > 0 else runs

    def retheme(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, HEIGHT)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        ink = Ink(colors, self.font(), self.devicePixelRatioF())
        with QPainter(self) as painter:
            self._paint_ground(painter, colors)
            picture = QRectF(INSET, INSET, self.width() - 2 * INSET, PICTURE - INSET)
            paint_picture(painter, picture, self.experiment, ink)
            self._paint_words(painter, colors)

    def _paint_ground(self, painter: QPainter, colors: theme.Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.underMouse() or self.isDown()
        edge, width = (colors.accent, 2.0) if self.hasFocus() else (colors.border, 1.0)
        if lit and not self.hasFocus():
            edge = theme.blend(colors.border, colors.text, 0.25).name()
        pen = painter.pen()
        pen.setColor(QColor(edge))
        pen.setWidthF(width)
        painter.setPen(pen)
        painter.setBrush(QColor(colors.card))
        inner = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(inner, RADIUS, RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_words(self, painter: QPainter, colors: theme.Theme) -> None:
        width = self.width() - 2 * INSET
        line = QFontMetrics(self._bold).height()
        top = PICTURE + 10
        painter.setFont(self._bold)
        painter.setPen(QColor(colors.text))
        elide = Qt.TextElideMode.ElideRight
        title = QFontMetrics(self._bold).elidedText(self.experiment.title, elide, width)
        painter.drawText(QRect(INSET, top, width, line), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(self.font())
        painter.setPen(QColor(colors.muted))
        bottom = self.height() - INSET
        words = QRect(INSET, top + line + 4, width, bottom - line - 6 - (top + line + 4))
        painter.drawText(words, Qt.TextFlag.TextWordWrap, self.experiment.question)
        footer = QRect(INSET, bottom - line, width, line)
        painter.drawText(footer, Qt.AlignmentFlag.AlignVCenter, self.footer())


def _about(seconds: float) -> str:
    if seconds < 1.5:
        return "about a second"
    if seconds < 55:
        return f"about {seconds:.0f} s"
    minutes = max(1, round(seconds / 60))
    return "about a minute" if minutes == 1 else f"about {minutes} min"
