"""A saved model in its own window: evaluated for typed inputs or a table, or trained further."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.base.translation import tr
from core.data import DataError
from core.data.columns.summary import summary
from core.training.model import Model
from core.training.questions import MOST_FIELDS, Question
from ui.plots.card import Card
from ui.views.what_if_panel import WhatIfPanel
from ui.widgets.layouts import add_layout

SIZE, MARGIN = (760, 460), 16


class ModelDialog(QDialog):
    """Describes a model and shows its outputs for typed inputs. Does not block the main window."""

    predict_wanted = Signal()
    continue_wanted = Signal()

    def __init__(self, path: Path, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.setWindowTitle(path.name)
        self.resize(*SIZE)
        self.heading, self.text = QLabel(f"<b>{path.name}</b>"), QLabel(_told(model))
        self.heading.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.panel = WhatIfPanel()
        self.panel.asked.connect(self._answer)
        self.card = Card(self.panel)
        self.card.header.export_button.hide()
        self.predict_button = QPushButton(tr("Predict a table…"))
        self.continue_button = QPushButton(tr("Train further"))
        self.close_button = QPushButton(tr("Close"))
        self.predict_button.clicked.connect(self.predict_wanted)
        self.continue_button.clicked.connect(self._continue)
        self.close_button.clicked.connect(self.reject)
        self._arrange()
        asked = model.asked
        possible = asked is not None and asked.is_possible
        self.panel.set_empty(not possible, "" if possible else _reason(model))
        self.panel.set_questionnaire(asked)

    def _arrange(self) -> None:
        self.predict_button.setToolTip(tr("Predict all rows of a table and write them to a file"))
        self.continue_button.setToolTip(
            tr(
                "Open the model's experiment and continue with its weights and a new optimizer "
                "state"
            )
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.predict_button, self.continue_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        whole.setSpacing(8)
        whole.addWidget(self.heading)
        whole.addWidget(self.text)
        whole.addWidget(self.card, 1)
        add_layout(whole, buttons)

    def _continue(self) -> None:
        self.continue_wanted.emit()
        self.accept()

    def _answer(self, question: Question | None) -> None:
        if question is None:
            return
        try:
            self.panel.show_outputs(self.model.answer(question.inputs))
        except DataError as error:
            self.text.setText(tr(str(error)))


def _told(model: Model) -> str:
    columns = len(model.recipe) or model.inputs
    said = tr(summary(model.target, model.task, model.class_names(), model.outputs, model.inputs))
    said = said[0].upper() + said[1:]
    if model.recipe and columns != model.inputs:
        said = tr("{said} of {count} columns", said=said, count=columns)
    updates = tr("{count:,} updates", count=model.iteration)
    return "  ·  ".join([said, updates, tr(model.spec.data.dataset.label)])


def _reason(model: Model) -> str:
    if model.asked is None:
        return tr("This file does not describe its inputs for a form; a table can be predicted.")
    return tr(
        "More than {count} columns cannot be filled in here; a table can be predicted.",
        count=MOST_FIELDS,
    )
