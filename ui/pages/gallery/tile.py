"""The card of an experiment: a thumbnail of its runs, its title, its question."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.base.translation import tr
from core.gallery.engine import data_for
from core.gallery.experiment import Experiment
from core.gallery.recording import seconds
from ui import theme
from ui.pages.gallery.picture import picture
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.late_picture import LatePicture

HEIGHT, PICTURE, INSET = 232, 120, 12


class Tile(QPushButton):
    """A click, Enter or the space bar opens the experiment."""

    def __init__(self, experiment: Experiment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.experiment = experiment
        self.setObjectName("tile")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        title, look_for = tr(experiment.title), tr(experiment.look_for)
        self.setAccessibleName(title)
        self.setAccessibleDescription(tr(experiment.question))
        self.setToolTip(f"<p><b>{title}</b></p><p>{look_for}</p>")
        # A thumbnail takes about 10 ms: those that are seen are drawn one by one, and again once
        # resizing has stopped.
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._resized.setInterval(60)
        self._resized.timeout.connect(self.update)
        self._arrange()

    def goes_by(self, words: str) -> bool:
        """Whether the experiment's texts contain all words, in English or the user's language."""
        each = self.experiment
        labels = (v.label for plan in each.plans.values() for v in plan.variants)
        texts = (each.title, each.question, each.look_for, each.varies, *labels)
        said = " ".join((each.key, *texts, *map(tr, texts))).lower()
        return all(word in said for word in words.lower().split())

    def footer(self) -> str:
        """The number of runs and their duration, as text."""
        data = data_for(self.experiment)
        runs = tr(self.experiment.plans[data].count())
        time = seconds(self.experiment, data)
        return f"{runs} · {_about(time)}" if time > 0 else runs

    def retheme(self) -> None:
        """Apply the colours of the current theme."""
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized.start()

    def _wanted(self) -> object:
        """What the thumbnail depends on; while the size changes it stays as it is."""
        if self._resized.isActive():
            return self._picture.drawn
        return theme.current(), self._size(), self.devicePixelRatioF()

    def _size(self) -> QSize:
        return QSize(self.width() - 2 * INSET, PICTURE)

    def _draw(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        return picture(self.experiment, self._size(), theme.current(), ratio)

    def _arrange(self) -> None:
        self._picture = LatePicture(self._wanted, self._draw)
        self._picture.setFixedHeight(PICTURE)
        self._picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        title = ElidedLabel(tr(self.experiment.title))
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        question, footer = QLabel(tr(self.experiment.question)), QLabel(self.footer())
        question.setWordWrap(True)
        question.setAlignment(Qt.AlignmentFlag.AlignTop)
        question.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        for label in (question, footer):
            label.setObjectName("quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(INSET, INSET, INSET, INSET)
        column.setSpacing(0)
        column.addWidget(self._picture)
        column.addSpacing(10)
        column.addWidget(title)
        column.addSpacing(4)
        column.addWidget(question, 1)
        column.addSpacing(2)
        column.addWidget(footer)
        for part in (self._picture, title, question, footer):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def _about(seconds: float) -> str:
    if seconds < 1.5:
        return tr("about a second")
    if seconds < 55:
        return tr("about {seconds:.0f} s", seconds=seconds)
    minutes = max(1, round(seconds / 60))
    return tr("about a minute") if minutes == 1 else tr("about {minutes} min", minutes=minutes)
