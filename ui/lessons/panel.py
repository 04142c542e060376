"""The panel beside the pages: the list of lessons, or the reader of one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from core.lessons.answers import Progress
from ui import theme
from ui.lessons.reader import Reader
from ui.widgets.layouts import add_layout

WIDTH, MARGIN = 340, 16
# Of the list and around the text of an item.
BORDERS = 8


class LessonPanel(QFrame):
    """Hidden until a lesson or the list is opened. `chosen` carries the id of a lesson."""

    chosen = Signal(str)
    closed = Signal()
    list_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson")
        self.title = QLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.all = self._button(tr("All lessons"), "more", self.list_wanted.emit)
        self.close_button = self._button(tr("Close"), "close", self.closed.emit)
        self.reader, self.list = Reader(), QListWidget()
        self.list.setAccessibleName(tr("Lessons"))
        self.list.setWordWrap(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.reader)
        self._arrange()
        self.retheme(theme.current())
        self.hide()

    def _arrange(self) -> None:
        self.setFixedWidth(WIDTH)
        head = QHBoxLayout()
        head.setContentsMargins(MARGIN, 8, 8, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.all)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        add_layout(column, head)
        column.addWidget(self._stack, 1)

    def show_list(self, lessons: Mapping[str, Progress]) -> None:
        """Show the lessons with how far each has been answered."""
        self.title.setText(tr("Lessons"))
        self.all.hide()
        self.list.clear()
        for number, (name, progress) in enumerate(lessons.items(), 1):
            lesson, count = progress.lesson, len(progress.lesson.questions)
            done = f"  ✓ {progress.correct}/{count}" if progress.answers else ""
            text = f"{number}. {lesson.title}{done}\n{lesson.summary}"
            item = QListWidgetItem(text, self.list)
            item.setSizeHint(self._room_of(text))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(lesson.summary)
        self.list.setCurrentRow(0)
        self._stack.setCurrentWidget(self.list)
        self.show()
        self.list.setFocus()

    def _room_of(self, text: str) -> QSize:
        """The size of an item: Qt's own does not count the margins when it breaks lines."""
        room = QRect(0, 0, WIDTH - 2 * MARGIN - BORDERS, WIDTH)
        metrics = self.list.fontMetrics()
        lines = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text)
        return QSize(0, lines.height() + MARGIN + 1)

    @property
    def shows_reader(self) -> bool:
        """Whether a lesson is shown, not their list."""
        return self._stack.currentWidget() is self.reader

    def show_progress(self, progress: Progress) -> None:
        """Show the page of a lesson."""
        self.title.setText(progress.lesson.title)
        self.all.show()
        self.reader.show_progress(progress)
        self._stack.setCurrentWidget(self.reader)
        self.show()

    def retheme(self, colors: theme.Theme) -> None:
        for button, name in ((self.all, "more"), (self.close_button, "close")):
            button.setIcon(theme.icon(name, colors, "muted"))
        self.reader.retheme()

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _button(self, text: str, icon: str, act: object) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setIconSize(QSize(14, 14))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(act)  # type: ignore[arg-type]
        return button
