"""A question of a lesson: its controls, and what there is to say about the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.base.registry import settings_of
from core.base.translation import tr
from core.experiment.spec import ExperimentSpec
from core.lessons.answers import Answer
from core.lessons.condition import FIGURES, Value
from core.lessons.lesson import Question
from ui import theme
from ui.widgets.layouts import add_layout
from ui.widgets.numbers import parsed, shown

MARGIN, GAP = 12, 8


class QuestionCard(QFrame):
    """Asks one question. `answered` carries the option, from 1, or the number."""

    answered = Signal(float)

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("block")
        self.question = question
        self.text = _wrapped(question.text)
        font = self.text.font()
        font.setBold(True)
        self.text.setFont(font)
        self.feedback, self.detail = _wrapped(), _wrapped()
        self.hint = QPushButton(tr("Hint"))
        self.hint.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hint.clicked.connect(lambda: self._show_detail(question.hint))
        self._good: bool | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self._column.setSpacing(GAP)
        self._column.addWidget(self.text)
        self._build()
        self._column.addWidget(self.feedback)
        self._column.addWidget(self.detail)
        left = Qt.AlignmentFlag.AlignLeft
        self._column.addWidget(self.hint, 0, left)
        self.show_answer(None)

    def _build(self) -> None:
        """Add the controls."""
        raise NotImplementedError

    def show_answer(self, answer: Answer | None) -> None:
        """Show what has been answered, and whether it is right; None for no answer."""
        question = self.question
        self._good = answer.correct if answer else None
        self.feedback.setVisible(answer is not None)
        if answer:
            self.feedback.setText(self._verdict(answer))
        wrong = answer is not None and not answer.correct
        told = question.explanation if self._good else question.hint if wrong else ""
        self._show_detail(told)
        self.hint.setVisible(answer is None and bool(question.hint))
        self.retheme()

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Show the state of the run."""

    def retheme(self) -> None:
        colors = theme.current()
        palette = QPalette(self.palette())
        color = colors.good if self._good else colors.bad
        palette.setColor(QPalette.ColorRole.WindowText, QColor(color))
        self.feedback.setPalette(palette)

    def _verdict(self, answer: Answer) -> str:
        return "✓ " + tr("Right") if answer.correct else "✗ " + tr("Not yet. Try again.")

    def _show_detail(self, text: str) -> None:
        self.detail.setText(text)
        self.detail.setVisible(bool(text))
        self.hint.hide()


class ChoiceCard(QuestionCard):
    """Options, of which one is chosen."""

    def _build(self) -> None:
        self.options: list[QRadioButton] = []
        self._group = QButtonGroup(self)
        # In an exclusive group an arrow key would not only move but answer.
        self._group.setExclusive(False)
        for number, text in enumerate(self.question.options, 1):
            button = QRadioButton()
            button.setAutoExclusive(False)
            button.setAccessibleName(text)
            self._group.addButton(button, number)
            self.options.append(button)
            label = _Option(text, button.click)
            row = QHBoxLayout()
            row.setSpacing(4)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label, 1)
            add_layout(self._column, row)
        self._group.idClicked.connect(lambda number: self.answered.emit(number))

    def show_answer(self, answer: Answer | None) -> None:
        super().show_answer(answer)
        for number, button in enumerate(self.options, 1):
            button.setChecked(answer is not None and answer.given == number)
            button.setEnabled(not (answer and answer.correct))


class _Option(QLabel):
    """The text of an option, which can be clicked like its button."""

    def __init__(self, text: str, choose: Callable[[], object]) -> None:
        super().__init__(text)
        self.setWordWrap(True)
        self.setContentsMargins(0, 5, 0, 0)
        self._choose = choose

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose()


class NumberCard(QuestionCard):
    """A number to be typed."""

    def _build(self) -> None:
        self.field = QLineEdit()
        self.field.setAccessibleName(self.question.text)
        self.check = QPushButton(tr("Check"))
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.field, 1)
        row.addWidget(self.check)
        add_layout(self._column, row)
        self.field.returnPressed.connect(self._answer)
        self.check.clicked.connect(self._answer)

    def _answer(self) -> None:
        try:
            number = parsed(self.field.text())
        except ValueError:
            self._good = False
            self.feedback.setText(tr("Type a number, such as 0.25."))
            self.feedback.show()
            self.retheme()
        else:
            self.answered.emit(number)

    def show_answer(self, answer: Answer | None) -> None:
        super().show_answer(answer)
        self.field.setText(shown(answer.given) if answer else "")
        for part in (self.field, self.check):
            part.setEnabled(not (answer and answer.correct))


class StateCard(QuestionCard):
    """Waits for a state of the run, and shows the figures that it depends on."""

    def _build(self) -> None:
        assert self.question.condition
        self._rows = QFormLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.figures: dict[str, QLabel] = {}
        for name in self.question.condition.names:
            label, value = QLabel(_name(name)), QLabel("–")
            label.setObjectName("quiet")
            self.figures[name] = value
            self._rows.addRow(label, value)
        add_layout(self._column, self._rows)

    def show_values(self, values: Mapping[str, Value]) -> None:
        for name, label in self.figures.items():
            label.setText(_figure(values.get(name)))

    def _verdict(self, answer: Answer) -> str:
        return "✓ " + tr("Reached at step {step}", step=f"{int(answer.given):,}")


def question_card(question: Question, parent: QWidget | None = None) -> QuestionCard:
    """The card for a question."""
    kinds = {"choice": ChoiceCard, "number": NumberCard, "state": StateCard}
    return kinds[question.kind](question, parent)


def _name(name: str) -> str:
    """A figure or a setting for readers."""
    if name in FIGURES:
        return tr(FIGURES[name].label)
    part, label = ExperimentSpec(), name
    for field in name.split("."):
        setting = settings_of(part).get(field)
        label = (setting and setting.label) or field.replace("_", " ").capitalize()
        part = getattr(part, field, part)
    return tr(label)


def _figure(value: Value | None) -> str:
    if value is None or value != value:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _wrapped(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
