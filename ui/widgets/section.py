"""A titled section of the control column, with rarely used settings collapsed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QLabel,
    QStyle,
    QStyleOptionToolButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from ui import theme

ARROW = 12


class Section(QWidget):
    """A name in small capitals, the common settings, and "More" for the others."""

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

    def add_left(self, widget: QWidget) -> None:
        """Add a widget at its natural width, left-aligned."""
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        self.column.addWidget(widget, 0, side)


class More(QToolButton):
    """A collapsible widget, built when it is first opened."""

    def __init__(
        self, name: str, build: Callable[[], QWidget], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._build = build
        self._content: QWidget | None = None
        self.setObjectName("more")
        self.setText(tr("More"))
        self.setAccessibleName(tr("More settings: {part}", part=name))
        self.setToolTip(tr("Shows or hides the less common settings: {part}", part=name))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self._toggle)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Show how many of the hidden settings differ from their defaults."""
        self.setText(tr("More · {number} set", number=count) if count else tr("More"))
        self.setFixedSize(self._word_width() + ARROW + 10, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        # Without the padding of a tool button, so that the text is aligned with the labels.
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""  # type: ignore[attr-defined]
        colors = theme.current()
        color = colors.text if self.underMouse() else colors.muted
        arrow = "chevron-down" if self.isChecked() else "chevron-right"
        where = QRectF(self._word_width() + 4, (self.height() - ARROW) / 2 + 0.5, ARROW, ARROW)
        with QPainter(self) as painter:
            box = QStyle.ComplexControl.CC_ToolButton
            self.style().drawComplexControl(box, option, painter, self)
            painter.setPen(QColor(color))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self.text())
            theme.draw_icon(painter, arrow, color, where)

    def _word_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.text())

    def _toggle(self, opened: bool) -> None:
        if opened and self._content is None:
            self._content = self._build()
        if self._content is not None:
            self._content.setVisible(opened)


def _small_capitals(font: QFont) -> QFont:
    font.setPointSizeF(font.pointSizeF() * 0.9)
    font.setBold(True)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1)
    return font
