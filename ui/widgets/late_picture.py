"""A picture that takes a while to draw."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from ui.widgets.pixmap import show_pixmap
from ui.widgets.turns import turns


class LatePicture(QLabel):
    """Is drawn in its turn once it is seen, and again when `wanted` returns something else."""

    def __init__(
        self,
        wanted: Callable[[], object],
        draw: Callable[[], QPixmap],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._wanted, self._make = wanted, draw
        # What the picture was drawn for.
        self.drawn: object = None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._wanted() != self.drawn:
            turns().add(self, self._draw)

    def _draw(self) -> None:
        wanted = self._wanted()
        if wanted != self.drawn:
            self.drawn = wanted
            show_pixmap(self, self._make())
