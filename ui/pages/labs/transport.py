"""Play, pause, step, step back, restart and speed, over the steps of a lab."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QTransform
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from core.base.translation import tr
from ui import theme
from ui.widgets.slider import StopSlider

TICK = 16
SPEEDS = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 60.0, 120.0, 240.0, 500.0)


class Transport(QWidget):
    """Walks through steps 0 … length. `moved` carries the step to show."""

    moved = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, noun: str, speed: float = 8.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.at = self.length = 0
        self._noun, self._due = noun, 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.restart_button = self._button(tr("Restart (R)"), self.restart)
        self.back_button = self._button(tr("One step back (←)"), self.step_back)
        self.play_button = self._button(tr("Play (Space)"), self.toggle)
        self.step_button = self._button(tr("One step (→)"), self.step)
        self.place = QLabel()
        self.place.setMinimumWidth(self.fontMetrics().horizontalAdvance(_place(noun, 1000, 1000)))
        self.speed = StopSlider(SPEEDS)
        self.speed.setFixedWidth(84)
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.edited.connect(self._say_speed)
        self._rate = QLabel()
        self._rate.setObjectName("quiet")
        self._rate.setFixedWidth(self.fontMetrics().horizontalAdvance(_rate(500)) + 4)
        self.speed.set_value(speed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button in (self.restart_button, self.back_button, self.play_button, self.step_button):
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.place)
        row.addSpacing(8)
        row.addWidget(self.speed)
        row.addWidget(self._rate)
        self._say_speed()
        self.retheme(theme.current())
        self._show()

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def set_length(self, length: int) -> None:
        """Set the number of steps; the position is kept if it still exists."""
        self.length = length
        self.go(min(self.at, length))

    def set_noun(self, noun: str) -> None:
        """Set the noun for what is counted."""
        self._noun = noun
        self._show()

    def go(self, at: int) -> None:
        """Show a step."""
        self.at = max(0, min(at, self.length))
        if self.at == self.length and self.is_playing:
            self.set_playing(False)
        self._show()
        self.moved.emit(self.at)

    def step(self) -> None:
        self.set_playing(False)
        self.go(self.at + 1)

    def step_back(self) -> None:
        self.set_playing(False)
        self.go(self.at - 1)

    def restart(self) -> None:
        self.set_playing(False)
        self.go(0)

    def toggle(self) -> None:
        """Play or pause; at the end play from the start."""
        if not self.is_playing and self.at >= self.length:
            self.go(0)
        self.set_playing(not self.is_playing)

    def set_playing(self, playing: bool) -> None:
        if playing == self.is_playing or (playing and not self.length):
            return
        self._due = 0.0
        if playing:
            self._timer.start()
        else:
            self._timer.stop()
        self.retheme(theme.current())
        self.playing_changed.emit(playing)

    def retheme(self, colors: theme.Theme) -> None:
        icons = ("restart", "step", "pause" if self.is_playing else "play", "step")
        buttons = (self.restart_button, self.back_button, self.play_button, self.step_button)
        for button, name in zip(buttons, icons, strict=True):
            is_back = button is self.back_button
            button.setIcon(mirrored(name, colors) if is_back else theme.icon(name, colors))
        says = tr("Pause (Space)") if self.is_playing else tr("Play (Space)")
        self.play_button.setToolTip(says)
        self.play_button.setAccessibleName(says)

    def _tick(self) -> None:
        self._due += SPEEDS[self.speed.value()] * TICK / 1000
        steps = int(self._due)
        if steps:
            self._due -= steps
            self.go(self.at + steps)

    def _show(self) -> None:
        self.place.setText(_place(self._noun, self.at, self.length))
        for button in (self.restart_button, self.back_button):
            button.setEnabled(self.at > 0)
        self.step_button.setEnabled(self.at < self.length)

    def _say_speed(self, _: object = None) -> None:
        rate = SPEEDS[self.speed.value()]
        self.speed.setToolTip(tr("Speed: {rate:g} steps a second", rate=rate))
        self._rate.setText(_rate(rate))

    def _button(self, says: str, act: object) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(QSize(theme.ICON_SIZE, theme.ICON_SIZE))
        button.setFixedSize(28, 28)
        button.setToolTip(says)
        button.setAccessibleName(says)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(act)
        return button


def _place(noun: str, at: int, length: int) -> str:
    return tr("{noun} {at:,} of {length:,}", noun=noun, at=at, length=length)


def _rate(rate: float) -> str:
    return " " + tr("{rate:g} / s", rate=rate)


def mirrored(name: str, colors: theme.Theme) -> QIcon:
    """An icon with left and right exchanged."""
    icon = QIcon()
    for mode, color in ((QIcon.Mode.Normal, colors.text), (QIcon.Mode.Disabled, colors.border)):
        for scale in (1, 2, 3):
            picture = theme.pixmap(name, color, theme.ICON_SIZE, scale)
            picture = picture.transformed(QTransform().scale(-1, 1))
            picture.setDevicePixelRatio(scale)
            icon.addPixmap(picture, mode)
    return icon
