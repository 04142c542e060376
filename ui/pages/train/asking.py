"""Takes what is asked in the card "What if" to the run, and its answers back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from core.training.checkpoints import CheckpointKey
from core.training.questions import Answer, Question
from ui.pages.train.dashboard import Dashboard
from ui.session.session import Session
from ui.views.what_if import WhatIfView


class Asking(QObject):
    """Connects the view with the session. While an earlier step is looked at, the nearest
    checkpoint answers."""

    def __init__(self, session: Session, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        view = dashboard.views["what_if"]
        assert isinstance(view, WhatIfView)
        self._session, self._view = session, view
        self._checkpoint: CheckpointKey | None = None
        view.asked.connect(self._ask)
        session.answered.connect(self._take)
        session.shown_step_changed.connect(self._look)

    def _ask(self, question: Question | None) -> None:
        self._session.ask(question)
        if self._session.past is not None:
            self._look()

    def _look(self) -> None:
        """Have the question answered with the weights of the step that is looked at."""
        session, question = self._session, self._view.question
        self._checkpoint = None
        shown = session.shown
        if shown is None or question is None:
            return
        if shown.answer is not None and shown.answer.question == question.number:
            return
        if session.past is None:
            session.ask(question)
            return
        self._checkpoint = session.checkpoint_near(shown.iteration, share=1.0)
        if self._checkpoint is None:
            self._view.drop()
        else:
            session.ask(question, self._checkpoint)

    def _take(self, answer: Answer) -> None:
        if self._session.past is None or (
            self._checkpoint is not None and answer.iteration == self._checkpoint.iteration
        ):
            self._view.take(answer)
