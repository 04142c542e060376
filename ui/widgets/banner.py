"""A message at the top of a page, shown until it is dismissed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from core.base.translation import tr
from ui.widgets.scroll_area import ScrollArea

# A longer message scrolls.
MOST_HEIGHT = 96
BUTTON_ROW = 34


class Action(NamedTuple):
    """The button of a message: its text, what it does, and whether the message is dismissed
    then."""

    text: str
    act: Callable[[], object]
    dismisses: bool = True


class Banner(QFrame):
    """Hidden while there is no message."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._act: Action | None = None
        self._text = QLabel()
        self._text.setWordWrap(True)
        # Messages contain file names and values, which are not markup.
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._area = ScrollArea(self._text)
        self.action_button = self._button(self._do)
        self._dismiss = self._button(self.hide)
        self._dismiss.setText(tr("Dismiss"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.setSpacing(8)
        row.addWidget(self._area, 1)
        for button in (self.action_button, self._dismiss):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, message: str, action: Action | None = None) -> None:
        """Show a message, with a button if an action is given."""
        self._act = action
        self._text.setText(message)
        self._text.setAccessibleName(message)
        self.action_button.setVisible(action is not None)
        if action is not None:
            self.action_button.setText(action.text)
            self.action_button.setAccessibleName(action.text)
        self.show()
        self._area.verticalScrollBar().setValue(0)
        self._fit()

    def text(self) -> str:
        """The message shown, "" where there is none."""
        return "" if self.isHidden() else self._text.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        wanted = self._text.heightForWidth(max(1, self._area.viewport().width()))
        height = min(max(wanted, BUTTON_ROW - 6), MOST_HEIGHT)
        if height != self._area.height():
            self._area.setFixedHeight(height)

    def _do(self) -> None:
        action = self._act
        if action is not None:
            if action.dismisses:
                self.hide()
            action.act()

    def _button(self, act: Callable[[], object]) -> QPushButton:
        button = QPushButton()
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: act())
        return button
