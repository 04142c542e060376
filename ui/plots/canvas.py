"""The widget that plots are painted on: what stands still is kept as a picture between frames."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from ui.plots import readout
from ui.plots.ink import Ink
from ui.plots.panel import Panel, ReadOut
from ui.theme import Theme, current

WHEEL = 0.85
PADDING = 12.0


class Canvas(QWidget):
    """Panels with a read-out under the pointer.

    Subclasses fill `panels` and say in `arrange` where each one goes. `redraw` paints everything
    anew, `touch` only a part. The same code paints pictures of any size (`paint_picture`).
    """

    maximize_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panels: Sequence[Panel] = ()
        self.theme = current()
        self._ink: Ink | None = None
        self._still: QPixmap | None = None
        self._pointer: QPointF | None = None
        self._read: ReadOut | None = None
        self._grip: QPointF | None = None
        self._framed = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(160, 90)

    # What subclasses say

    def arrange(self, area: QRectF, ink: Ink) -> None:
        """Place the panels within `area`."""
        for panel in self.panels:
            panel.place(area, ink)

    def shown_panels(self) -> Sequence[Panel]:
        """The panels that there is something to paint in."""
        return self.panels

    def paint_backdrop(self, painter: QPainter, size: QSizeF, ink: Ink) -> None:
        """What stands still beside the panels."""

    def menu(self) -> QMenu:
        """The menu for the right button, the menu key and the card's menu button."""
        return QMenu(self)

    def drag(self, panel: Panel, by: float) -> None:
        """The plot was dragged by so many pixels."""

    def zoom(self, panel: Panel, factor: float, at: float) -> None:
        """The wheel was turned over the place `at`."""

    # Painting

    @property
    def ink(self) -> Ink:
        ratio = self.devicePixelRatioF()
        if self._ink is None or self._ink.ratio != ratio:
            self._ink = Ink(self.theme, self.font(), ratio, live=True)
            self._arrange()
        return self._ink

    def retheme(self, theme: Theme) -> None:
        """Paint with another theme's colours."""
        self.theme = theme
        self._ink = None
        self.redraw()

    def redraw(self) -> None:
        """Lay out and paint everything anew."""
        self._arrange()
        self.update()

    def touch(self, part: QRectF) -> None:
        """Paint only the data within `part` anew."""
        if part.isValid():
            self.update(part.toAlignedRect())

    def _arrange(self) -> None:
        self._still = None
        if self._ink:
            self.arrange(area(QSizeF(self.size())), self._ink)
            self._point(self._pointer)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = self.ink
        if self._still is None:
            self._still = self._paint_still(ink)
        # The painter must end whatever happens: Qt aborts where one outlives its device.
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._still)
            self._paint_moving(painter, QRectF(event.rect()), ink)

    def _paint_moving(self, painter: QPainter, clip: QRectF, ink: Ink) -> None:
        for panel in self.shown_panels():
            panel.paint_data(painter, ink, clip)
        if self._read:
            readout.paint(painter, self._read, QRectF(self.rect()), ink)
        if self._framed:
            painter.setPen(ink.pen(ink.train))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_still(self, ink: Ink) -> QPixmap:
        size = QSizeF(self.size()) * ink.ratio
        picture = QPixmap(max(math.ceil(size.width()), 1), max(math.ceil(size.height()), 1))
        picture.setDevicePixelRatio(ink.ratio)
        picture.fill(ink.card)
        with QPainter(picture) as painter:
            self.paint_backdrop(painter, QSizeF(self.size()), ink)
            for panel in self.shown_panels():
                panel.paint_still(painter, ink)
        return picture

    def paint_picture(
        self, painter: QPainter, size: QSizeF, theme: Theme, ratio: float = 1.0
    ) -> None:
        """Paint the whole canvas in a size and theme of one's own, as true strokes and text.

        `ratio` is the number of pixels per unit of `size` in the picture, a large one where it is
        made of vectors.
        """
        ink = Ink(theme, self.font(), ratio)
        whole = QRectF(QPointF(0, 0), size)
        self.arrange(area(size), ink)
        try:
            self.paint_backdrop(painter, size, ink)
            for panel in self.shown_panels():
                panel.paint_still(painter, ink)
            for panel in self.shown_panels():
                panel.paint_data(painter, ink, whole)
        finally:
            if self._ink:
                self.arrange(area(QSizeF(self.size())), self._ink)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._ink = None
            self.redraw()
        super().changeEvent(event)

    # The read-out

    @property
    def read_out(self) -> ReadOut | None:
        """What the read-out says at present."""
        return self._read

    def point_at(self, place: QPointF | None) -> None:
        """Put the read-out at a place, or away."""
        self._pointer = place
        self._point(place)

    def refresh_read_out(self) -> None:
        """Read again: the values under the pointer may have changed."""
        if self._pointer is not None:
            self._point(self._pointer)

    def _point(self, place: QPointF | None) -> None:
        before, self._read = self._read, self._look_up(place)
        if before == self._read or self._ink is None:
            return
        for out in (before, self._read):
            if out:
                self.touch(readout.region(out, QRectF(self.rect()), self._ink))

    def _look_up(self, place: QPointF | None) -> ReadOut | None:
        panel = self.panel_at(place) if place is not None else None
        return panel.read(place, self.ink) if panel and place is not None else None

    def panel_at(self, place: QPointF) -> Panel | None:
        """The panel whose plot lies under a place."""
        for panel in self.shown_panels():
            if panel.plot.adjusted(-4, -8, 4, 8).contains(place):
                return panel
        return None

    # The pointer and the keyboard

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._grip is not None:
            panel = self.panel_at(self._grip)
            by = place.x() - self._grip.x()
            if panel and by:
                self.drag(panel, by)
                self._grip = place
        self.point_at(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.panel_at(event.position()):
            self._grip = event.position()
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._grip = None
        self.maximize_requested.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._framed = event.reason() in by_key
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._framed = False
        self.point_at(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        panel = self.panel_at(event.position())
        notches = event.angleDelta().y() / 120
        if panel and notches:
            self.zoom(panel, WHEEL**notches, event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the read-out, + and − zoom at it, 0 shows everything, Escape puts it away."""
        if not self.shown_panels() or not self._press(event):
            super().keyPressEvent(event)

    def _press(self, event: QKeyEvent) -> bool:
        panel = self.panel_at(self._pointer) if self._pointer is not None else self.panels[0]
        panel = panel or self.panels[0]
        place = self._pointer or panel.plot.center()
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            fast = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            step = (10 if fast else 1) * (-1 if key == Qt.Key.Key_Left else 1)
            self.point_at(QPointF(place.x() + step, place.y()))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(panel, 1 / WHEEL if key == Qt.Key.Key_Minus else WHEEL, place.x())
        elif key == Qt.Key.Key_0:
            self.reset_zoom()
        elif key == Qt.Key.Key_Escape and self._pointer is not None:
            self.point_at(None)
        else:
            return False
        return True

    def reset_zoom(self) -> None:
        """Show everything."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self.mapToGlobal(QPoint(12, 12))
        self.menu().popup(at)


def area(size: QSizeF) -> QRectF:
    """The part of a canvas that panels may use."""
    return QRectF(PADDING, 0, size.width() - 2 * PADDING, size.height() - PADDING + 7)


def beside(area: QRectF, shares: Sequence[float], gap: float = 16.0) -> list[QRectF]:
    """Cut an area into columns of the given shares."""
    room = area.width() - gap * (len(shares) - 1)
    parts, left = [], area.left()
    for share in shares:
        parts.append(QRectF(left, area.top(), room * share, area.height()))
        left += room * share + gap
    return parts
