"""What the network of the run says about a row or a picture of one's own."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from core.base.translation import Message, tr
from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture
from core.training.questions import MOST_FIELDS, Answer
from ui.plots.text import Span
from ui.views.what_if_panel import WhatIfPanel

LACKING = Message("Needs pictures, or at most {count} columns to fill in.", count=MOST_FIELDS)


class WhatIfView(WhatIfPanel):
    """Asks the network of the run, with the weights of the step that is looked at."""

    key = "what_if"
    default_place = "confusion"
    alternative_to = "surface"

    def __init__(self, parent: QWidget | None = None) -> None:
        self._answer: Answer | None = None
        super().__init__(parent)

    def unsupported_reason(self, data: DataPicture) -> str:
        return "" if data.askable else tr(LACKING)

    def empty_reason(self, frame: Frame) -> str | None:
        if frame.asked is None:
            return ""
        return None if frame.asked.is_possible else tr(LACKING)

    def present(self, frame: Frame) -> None:
        if frame.asked is not self.questionnaire:
            self.set_questionnaire(frame.asked)
        elif self.question is None and self.inputs() is not None:
            self.ask()
        if self._fits(frame.answer):
            self._answer = frame.answer
        self._show_answer(frame)

    def take(self, answer: Answer) -> None:
        """An answer has come by itself: to a new question, or about a step that has passed."""
        if self._fits(answer):
            self._answer = answer
            if self.frame:
                self._show_answer(self.frame)
            self.update_subtitle()

    def drop(self) -> None:
        """There are no weights near the step that is looked at."""
        self._answer = None
        self.show_outputs(None)
        self.update_subtitle()

    def _fits(self, answer: Answer | None) -> bool:
        return bool(answer and self.question and answer.question == self.question.number)

    def _show_answer(self, frame: Frame) -> None:
        answer = self._answer if self._fits(self._answer) else None
        if answer is not None and answer.run != frame.run:
            answer = None
        if answer is not None or self.question is None:
            self.show_outputs(answer.outputs if answer else None)

    def forget(self) -> None:
        self._answer = None

    def describe(self) -> tuple[Span, ...]:
        answer = self._answer
        if self.questionnaire is None:
            return ()
        if self.question is None or answer is None:
            drawing = self.questionnaire.pictures is not None and self.question is None
            says = tr("draw with the mouse") if drawing else tr("no weights are kept here")
            return (Span(says),)
        target = f"{self.questionnaire.target}  ·  " if self.questionnaire.target else ""
        when = tr("weights of step {step:,}", step=answer.iteration)
        return (Span(f"{target}{when}"),)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.forget_question()
