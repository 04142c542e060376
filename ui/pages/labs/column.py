"""The left column of a lab: rows of labelled fields in sections, and what to look for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from core.base.registry import settings_of
from ui import theme
from ui.widgets.combo import Combo, choice_model
from ui.widgets.number_field import NumberField
from ui.widgets.row_label import RowLabel
from ui.widgets.scroll_area import ScrollArea
from ui.widgets.section import Section
from ui.widgets.spin import Spin

MARGIN, BAR = 16, 8
Field = TypeVar("Field", bound=QWidget)


class Column(QFrame):
    """Controls from top to bottom in a scroll area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("column")
        self.setFixedWidth(theme.CONTROL_COLUMN)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(MARGIN, 12, MARGIN, MARGIN)
        self._column.setSpacing(16)
        self._column.addStretch(1)
        area = ScrollArea(content, self)
        area.verticalScrollBar().rangeChanged.connect(self._leave_room)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def section(self, title: str) -> Section:
        """A new section at the end."""
        section = Section(title)
        self._column.insertWidget(self._column.count() - 1, section)
        return section

    def words(self, title: str, *paragraphs: str) -> None:
        """A section of text."""
        section = self.section(title)
        for text in paragraphs:
            section.add(paragraph(text))

    def _leave_room(self, low: int, high: int) -> None:
        self._column.setContentsMargins(MARGIN, 12, MARGIN - (BAR if high > low else 0), MARGIN)

    def event(self, event: QEvent) -> bool:
        return keeps_arrows(event) or super().event(event)


def keeps_arrows(event: QEvent) -> bool:
    """Leave the arrow keys to a slider in focus."""
    if event.type() != QEvent.Type.ShortcutOverride:
        return False
    key = event.key()  # type: ignore[attr-defined]
    if not isinstance(QApplication.focusWidget(), QAbstractSlider):
        return False
    if key not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        return False
    event.accept()
    return True


def paragraph(text: str) -> QLabel:
    """Text that wraps and can be selected."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def row(section: Section, title: str, field: Field, tip: str = "") -> Field:
    """A labelled field in a section; the field itself is returned."""
    line = QWidget()
    layout = QHBoxLayout(line)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    label = RowLabel(title, False, theme.LABEL_WIDTH)
    label.setToolTip(tip)
    label.setBuddy(field)
    field.setAccessibleName(title)
    field.setAccessibleDescription(tip)
    field.setToolTip(tip)
    label.setFixedHeight(26)
    layout.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
    layout.addWidget(field, 1)
    section.add(line)
    return field


def whole(state: Any, name: str, coarse: bool = False) -> Spin:
    """A field for a whole number, with the bounds that the setting of a lab's state declares."""
    known = settings_of(state)[name]
    return Spin(known.low, known.high, coarse)


def real(state: Any, name: str) -> NumberField:
    """A field for a number, with the bounds that the setting of a lab's state declares."""
    known = settings_of(state)[name]
    return NumberField(known.low, known.high)


def choices(items: Iterable[tuple[Any, str]] | Iterable[tuple[Any, str, str]]) -> Combo:
    """A drop-down list of values with their labels, and a muted note where one is given."""
    rows = (tuple(item) for item in items)
    return Combo(choice_model((r[0], r[1], r[2] if len(r) > 2 else "", "") for r in rows))
