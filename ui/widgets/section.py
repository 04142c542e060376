"""A titled part of the control column, its rarer settings folded away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from ui import theme


class Section(QWidget):
    """A name in small capitals, the settings everyone uses, and "More" for the others."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        label = QLabel(title.upper(), self)
        label.setObjectName("section")
        label.setFont(_small_capitals(label.font()))
        label.setFixedHeight(20)
        self.column.addWidget(label)

    def add(self, widget: QWidget) -> None:
        self.column.addWidget(widget)


class More(QToolButton):
    """Folds a widget away; it is built when it is opened for the first time."""

    def __init__(
        self, name: str, build: Callable[[], QWidget], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._build = build
        self._content: QWidget | None = None
        self.setObjectName("more")
        self.setText("More")
        self.setAccessibleName(f"More settings: {name}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(12, 12))
        # The arrow stands behind the word, which so begins where the labels do.
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.toggled.connect(self._toggle)
        self.retheme(theme.current())

    def set_count(self, count: int) -> None:
        """Say how many of the hidden settings are not at their defaults."""
        self.setText(f"More · {count} set" if count else "More")

    def retheme(self, colors: theme.Theme) -> None:
        name = "chevron-down" if self.isChecked() else "chevron-right"
        self.setIcon(theme.icon(name, colors, "muted"))

    def _toggle(self, opened: bool) -> None:
        self.retheme(theme.current())
        if opened and self._content is None:
            self._content = self._build()
        if self._content is not None:
            self._content.setVisible(opened)


def _small_capitals(font: QFont) -> QFont:
    font.setPointSizeF(font.pointSizeF() * 0.9)
    font.setBold(True)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1)
    return font
