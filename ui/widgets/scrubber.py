"""A slider over the iterations of a run, with ticks where its settings were changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QToolTip, QWidget

from core.base.translation import tr
from core.telemetry.history import Mark
from ui import theme

RADIUS, GROOVE, TICK = 6.0, 4.0, 14.0
# Distance in pixels within which the pointer hits a tick.
NEAR = 5.0
# Recorded steps per press of an arrow key, of an arrow key with Shift, and of a page key.
STEP, LEAP, PAGE = 1, 10, 60


class Scrubber(QSlider):
    """Shows one step of a run that has `maximum` steps so far. `chosen` carries an iteration,
    `stepped` the number of recorded steps to move by; `released` asks for the newest step.
    """

    chosen = Signal(float)
    stepped = Signal(int)
    live_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._marks: Sequence[Mark] = ()
        self._half_notches = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(120)
        self.setAccessibleName(tr("Timeline"))
        self.setAccessibleDescription(tr("Which recorded step of the run is shown"))
        self.show_run(0, 0, ())

    def show_run(self, moment: int, last: int, marks: Sequence[Mark]) -> None:
        """Show a step of a run that has reached iteration `last`, with its changes."""
        before = self._picture()
        self._marks = tuple(marks)
        self.setEnabled(last > 0)
        blocked = self.blockSignals(True)
        self.setRange(0, min(last, 2**31 - 1))
        self.setValue(moment)
        self.blockSignals(blocked)
        if self._picture() != before:
            self.update()

    def place(self, iteration: float) -> float:
        """The position of an iteration, in pixels from the left."""
        share = iteration / self.maximum() if self.maximum() else 1.0
        return RADIUS + 1 + share * (self.width() - 2 * RADIUS - 2)

    def mark_at(self, x: float) -> Mark | None:
        """The change whose tick is at a position."""
        near = [mark for mark in self._marks if abs(self.place(mark.iteration) - x) <= NEAR]
        return min(near, key=lambda mark: abs(self.place(mark.iteration) - x), default=None)

    def sizeHint(self) -> QSize:
        return QSize(400, 24)

    # Pointer and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if notches:
            self.stepped.emit(round(notches) or (1 if notches > 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move between recorded steps, page keys faster; Home goes to the start, End to
        live."""
        Key, key = Qt.Key, event.key()
        step = LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        steps = {
            Key.Key_Left: -step, Key.Key_Down: -step, Key.Key_Right: step, Key.Key_Up: step,
            Key.Key_PageDown: -PAGE, Key.Key_PageUp: PAGE,
        }  # fmt: skip
        if key in steps:
            self.stepped.emit(steps[Key(key)])
        elif key == Key.Key_Home:
            self.chosen.emit(0.0)
        elif key == Key.Key_End:
            self.live_requested.emit()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event.pos().x()), self)
            return True
        return super().event(event)

    def _choose(self, x: float) -> None:
        share = (x - RADIUS - 1) / max(self.width() - 2 * RADIUS - 2, 1)
        if x >= self.width() - RADIUS:
            self.live_requested.emit()
        else:
            self.chosen.emit(max(share, 0.0) * self.maximum())

    def _tip(self, x: float) -> str:
        mark = self.mark_at(x)
        if mark:
            return tr("Step {step:,}: {text}", step=mark.iteration, text=mark.text)
        return tr("Drag, or use the arrow keys, to show an earlier step. Training continues.")

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, middle = theme.current(), self.height() / 2
        here = self.place(self.value())
        enabled = self.isEnabled()
        track = theme.blend(colors.border, colors.text, 0.08)
        filled = QColor(colors.accent) if enabled else track
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for left, right, color in ((1.0, self.width() - 1.0, track), (1.0, here, filled)):
                painter.setBrush(color)
                groove = QRectF(left, middle - GROOVE / 2, right - left, GROOVE)
                painter.drawRoundedRect(groove, GROOVE / 2, GROOVE / 2)
            for x in self._ticks():
                painter.fillRect(QRectF(x, middle - TICK / 2, 2, TICK), QColor(colors.muted))
            painter.setBrush(QColor(colors.accent) if enabled else track)
            rim = colors.text if self.hasFocus() else colors.background
            painter.setPen(QPen(QColor(rim), 2))
            painter.drawEllipse(QPointF(here, middle), RADIUS, RADIUS)

    def _ticks(self) -> list[int]:
        """Left edges of the ticks, without duplicates."""
        return sorted({round(self.place(mark.iteration)) - 1 for mark in self._marks})

    def _picture(self) -> tuple[object, ...]:
        """What is visible; it is repainted only when this changes."""
        return round(self.place(self.value())), self._ticks(), self.isEnabled(), self.width()
