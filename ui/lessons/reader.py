"""The reader of a lesson: one page at a time, with its question."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from core.lessons.answers import Progress
from core.lessons.condition import Value
from core.lessons.lesson import Page
from ui.lessons.page_text import PageText
from ui.lessons.question_card import QuestionCard, question_card
from ui.widgets.layouts import add_layout
from ui.widgets.scroll_area import ScrollArea

MARGIN, GAP = 16, 12


class Reader(QWidget):
    """Shows the page of a `Progress`. The user's wishes are signals: another page, an answer, the
    next lesson, a link."""

    page_chosen = Signal(int)
    answered = Signal(float)
    next_chosen = Signal()
    link_chosen = Signal(QUrl)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading, self.where = QLabel(), QLabel()
        self.heading.setWordWrap(True)
        self.where.setObjectName("quiet")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Questions answered"))
        self.text = PageText()
        self.text.setAccessibleName(tr("Page of the lesson"))
        self.card: QuestionCard | None = None
        self.back, self.forward = QPushButton(tr("Previous")), QPushButton(tr("Next"))
        self.forward.setProperty("primary", True)
        self._progress: Progress | None = None
        self._shown: Page | None = None
        self._arrange()
        self.text.anchorClicked.connect(self.link_chosen)
        self.back.clicked.connect(lambda: self._turn(-1))
        self.forward.clicked.connect(lambda: self._turn(1))

    def _arrange(self) -> None:
        content = QWidget()
        self._content = QVBoxLayout(content)
        self._content.setContentsMargins(MARGIN, 0, MARGIN, MARGIN)
        self._content.setSpacing(GAP)
        self._content.addWidget(self.heading)
        self._content.addWidget(self.text)
        self._content.addStretch(1)
        self.area = ScrollArea(content)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, 0, MARGIN, 0)
        top.setSpacing(6)
        top.addWidget(self.bar)
        top.addWidget(self.where)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(MARGIN, 8, MARGIN, MARGIN)
        buttons.setSpacing(8)
        for button in (self.back, self.forward):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        add_layout(column, top)
        column.addWidget(self.area, 1)
        add_layout(column, buttons)

    def show_progress(self, progress: Progress) -> None:
        """Show the page that the progress is at, with the answer to its question."""
        self._progress = progress
        lesson, number = progress.lesson, progress.page
        page = lesson.pages[number]
        self.where.setText(
            tr(
                "Page {page} of {pages} · {right} of {questions} right",
                page=number + 1,
                pages=len(lesson.pages),
                right=progress.correct,
                questions=len(lesson.questions),
            )
        )
        self.bar.setMaximum(max(1, len(lesson.questions)))
        self.bar.setValue(progress.correct)
        self.back.setEnabled(number > 0)
        last = number == len(lesson.pages) - 1
        self.forward.setText(tr("Next lesson") if last else tr("Next"))
        if page is not self._shown:
            self._show_page(page)
        if self.card:
            self.card.show_answer(progress.answers.get(self.card.question.id))

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Show the state of the run to the question."""
        if self.card:
            self.card.show_values(values)

    def retheme(self) -> None:
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setBold(True)
        self.heading.setFont(font)
        if self._shown:
            self.text.show_markdown(self._shown.text)
        if self.card:
            self.card.retheme()

    def _show_page(self, page: Page) -> None:
        self._shown = page
        self.heading.setText(page.title)
        if self.card:
            self.card.setParent(None)  # type: ignore[call-overload]
            self.card.deleteLater()
            self.card = None
        if page.question:
            self.card = question_card(page.question)
            self.card.answered.connect(self.answered)
            self._content.insertWidget(2, self.card)
        self.retheme()
        self.area.verticalScrollBar().setValue(0)

    def _turn(self, by: int) -> None:
        assert self._progress
        page = self._progress.page + by
        if page < len(self._progress.lesson.pages):
            self.page_chosen.emit(page)
        else:
            self.next_chosen.emit()
