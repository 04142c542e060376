"""What a network says about a row that is filled in, or a picture that is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from core.base.translation import tr
from core.training.questions import Question, Questionnaire
from core.training.sketch import Sketch
from ui.plots.menus import add_toggle
from ui.plots.pictures.answer import AnswerBars, Bar, Facts
from ui.plots.pictures.picture import SinglePicturePlot
from ui.plots.pictures.sketch import SketchPicture
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, beside
from ui.plots.style import PaintStyle
from ui.plots.text import given
from ui.plots.ticks import number
from ui.views.view import View
from ui.widgets.check import Check
from ui.widgets.row_form import RowForm

# Share of the width that the form takes.
FORM, LEAST_FORM, WIDEST_FORM = 0.5, 240.0, 420.0
BAR_HEIGHT, CAPTION = 34.0, 18.0
WIDE = 380.0
# A stroke has no points closer to each other than this share of the side.
NEAREST = 0.008
# How far an arrow key moves the pen, as a share of the side, and where to.
PEN_STEP = 0.04
MOVES: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class WhatIfPanel(View):
    """Inputs at the left, the answer at the right.

    `asked` carries a `Question` whenever the inputs have changed, and None when the answer is not
    wanted any more; whoever can answer calls `show_outputs`.
    """

    title = "What if"
    about = "What the network says about a row that you fill in, or a picture that you draw"

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.questionnaire: Questionnaire | None = None
        self.question: Question | None = None
        self.outputs: NDArray[np.float64] | None = None
        self.centred = True
        self._count = 0
        self._sketch: Sketch | None = None
        self._drawing = False
        super().__init__(parent)
        self.form = RowForm(self.viewport())
        self.form.edited.connect(self.ask)
        self.drawing_bar = self._make_bar()
        self.setAccessibleDescription(
            tr("Space puts the pen down or lifts it, arrow keys move it, Delete clears the drawing")
        )
        self._show_widgets()

    def _make_bar(self) -> QWidget:
        bar = QWidget(self.viewport())
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        clear = QPushButton(tr("Clear"))
        clear.setAutoDefault(False)
        clear.setToolTip(tr("Begin a new drawing (Delete)"))
        clear.clicked.connect(self.clear_sketch)
        self._centring = Check()
        self._centring.setText(tr("Centre and scale"))
        self._centring.setToolTip(
            tr("Bring the drawing to the size and place that the pictures of the data have")
        )
        self._centring.set_value(True)
        self._centring.edited.connect(self.set_centred)
        row.addWidget(clear)
        row.addWidget(self._centring)
        row.addStretch(1)
        return bar

    def build(self) -> None:
        self.facts, self.bars = Facts(), AnswerBars()
        self.pad, self.seen = (
            SketchPicture(tr("Draw here with the mouse, or with Space and the arrow keys")),
            SketchPicture(),
        )
        self.facts_plot = self.add_plot(SinglePicturePlot(self.facts))
        self.pad_plot = self.add_plot(SinglePicturePlot(self.pad, tr("Your drawing")))
        self.seen_plot = self.add_plot(SinglePicturePlot(self.seen, tr("As the network sees it")))
        self.bars_plot = self.add_plot(SinglePicturePlot(self.bars))

    # What is asked

    def set_questionnaire(self, asked: Questionnaire | None) -> None:
        """Ask about other data; what has been filled in stays where it still fits."""
        self.ensure_built()
        before, self.questionnaire = self.questionnaire, asked
        self.outputs = None
        if asked is None or not asked.is_possible:
            self._sketch = None
            self._show_widgets()
            return
        if before is None or before.fields != asked.fields:
            self.form.set_fields(asked.fields)
        if asked.pictures is None:
            self._sketch = None
        elif self._sketch is None or self._sketch.look != asked.pictures:
            self._sketch = Sketch(asked.pictures)
        self._show_widgets()
        self._show_sketch()
        self._show_bars()
        self.relayout()
        self.ask()

    def inputs(self) -> NDArray[np.float64] | None:
        """The row that is asked about; None before anything has been drawn."""
        asked, sketch = self.questionnaire, self._sketch
        if asked is None or not asked.is_possible:
            return None
        if sketch is None:
            return asked.row(self.form.values())
        return sketch.look.values(sketch.picture(self.centred)) if sketch.strokes else None

    def ask(self) -> None:
        """Ask anew: the inputs have changed."""
        inputs = self.inputs()
        self._count += 1
        self.question = None if inputs is None else Question(self._count, inputs)
        self._show_facts()
        if inputs is None:
            self.show_outputs(None)
        self.asked.emit(self.question)

    def forget_question(self) -> None:
        """Nobody looks any more: no answer is wanted."""
        if self.question is not None:
            self.question = None
            self.asked.emit(None)

    def show_outputs(self, outputs: NDArray[np.float64] | None) -> None:
        """Show an answer, (classes,) or (outputs,), or that there is none."""
        self.outputs = outputs
        self._show_bars()

    def _show_bars(self) -> None:
        asked, outputs = self.questionnaire, self.outputs
        if asked is None or not self.plots:
            return
        names = list(map(given, asked.answers))
        if outputs is None or len(outputs) != len(names):
            self.bars.set_bars([Bar(name, 0.0, "–") for name in names])
        elif asked.task == "regression":
            low, high = asked.span
            shares = (outputs - low) / ((high - low) or 1.0)
            pairs = zip(names, shares.tolist(), outputs.tolist(), strict=True)
            self.bars.set_bars([Bar(name, s, number(v, 6), True) for name, s, v in pairs])
        else:
            best = int(np.argmax(outputs))
            named = enumerate(zip(names, outputs.tolist(), strict=True))
            self.bars.set_bars([Bar(n, p, f"{100 * p:.1f} %", i == best) for i, (n, p) in named])

    def _show_facts(self) -> None:
        if self.questionnaire is not None and self._sketch is None:
            self.facts.set_facts(self._facts())

    def _facts(self) -> list[tuple[str, str]]:
        pairs = zip(self.form.fields, self.form.values(), strict=True)
        return [(field.name, tr(field.text(value))) for field, value in pairs]

    # Drawing

    def set_centred(self, centred: bool) -> None:
        """Bring what is drawn to the size and place of the data's pictures, or leave it."""
        self.centred = bool(centred)
        self._centring.set_value(self.centred)
        self._show_sketch()
        self.ask()

    def clear_sketch(self) -> None:
        """Begin a new picture."""
        if self._sketch is not None:
            self._sketch.strokes.clear()
            self.pad.set_pen(self.pad.pen)
            self._redraw()

    def _show_sketch(self) -> None:
        if self._sketch is not None:
            self.pad.set_shades(self._sketch.shades())
            self.seen.set_shades(self._sketch.picture(self.centred))

    def _draw(self, event: QMouseEvent, start: bool) -> bool:
        """Draw on towards the pointer; whether it is within the field, or came from there."""
        sketch = self._sketch
        if sketch is None or self.pad_plot not in self.shown_plots:
            return False
        place = self.pad.place_of(event.position(), anywhere=not start)
        if place is None:
            return False
        if start:
            self.pad.set_pen(None)
            sketch.strokes.append([])
        elif np.hypot(*np.subtract(place, sketch.strokes[-1][-1])) < NEAREST:
            return True
        sketch.strokes[-1].append(place)
        self._redraw()
        return True

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        self._drawing = ev.button() == Qt.MouseButton.LeftButton and self._draw(ev, start=True)
        if not self._drawing:
            super().mousePressEvent(ev)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Two quick strokes are no double click.
        self._drawing = event.button() == Qt.MouseButton.LeftButton and self._draw(event, True)
        if not self._drawing:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        if not (self._drawing and self._draw(ev, start=False)):
            super().mouseMoveEvent(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        if self._drawing:
            self._drawing = False
        else:
            super().mouseReleaseEvent(ev)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        if self._sketch is None or not self._press_pen(ev.key()):
            super().keyPressEvent(ev)

    def _press_pen(self, key: int) -> bool:
        """Draw by keys: arrows move a pen, Space puts it down and lifts it, Delete clears."""
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear_sketch()
        elif key == Qt.Key.Key_Escape and self.pad.pen is not None:
            self.pad.set_pen(None)
        elif key == Qt.Key.Key_Space and self._sketch is not None:
            place, down = self.pad.pen or (0.5, 0.5), not self.pad.pen_down
            self.pad.set_pen(place, down)
            if down:
                self._sketch.strokes.append([place])
                self._redraw()
        elif (move := MOVES.get(key)) is not None:
            self._move_pen(move)
        else:
            return False
        return True

    def _move_pen(self, move: tuple[int, int]) -> None:
        if self.pad.pen is None or self._sketch is None:
            self.pad.set_pen((0.5, 0.5))
            return
        across, down = (
            min(1.0, max(0.0, at + PEN_STEP * by))
            for at, by in zip(self.pad.pen, move, strict=True)
        )
        self.pad.set_pen((across, down), self.pad.pen_down)
        if self.pad.pen_down:
            self._sketch.strokes[-1].append((across, down))
            self._redraw()

    def _redraw(self) -> None:
        self._show_sketch()
        self.ask()

    # Places

    def set_empty(self, empty: bool, note: str = "") -> None:
        super().set_empty(empty, note)
        self._show_widgets()

    def _show_widgets(self) -> None:
        if hasattr(self, "drawing_bar"):
            asked = self.questionnaire
            self.form.setVisible(not self.is_empty and bool(asked and asked.fields))
            self.drawing_bar.setVisible(not self.is_empty and self._sketch is not None)

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        if self._sketch is None:
            self._arrange_form(area)
        else:
            self._arrange_sketch(area)

    def _arrange_form(self, area: QRectF) -> None:
        width = min(max(FORM * area.width(), LEAST_FORM), WIDEST_FORM, 0.66 * area.width())
        form, rest = QRectF(area), QRectF(area)
        form.setWidth(width)
        rest.setLeft(form.right() + 16)
        places: dict[Plot, QRectF] = {self.bars_plot: rest}
        if self._exporting:
            # On the screen the form is there instead.
            places[self.facts_plot] = form
        self.place(places)
        self._put(self.form, form)

    def _arrange_sketch(self, area: QRectF) -> None:
        parts = (0.34, 0.24, 0.42) if area.width() >= WIDE else (0.46, 0.0, 0.54)
        pad, seen, bars = beside(area, parts)
        # What is drawn on is a square; the buttons stand below it.
        high = min(pad.height() - BAR_HEIGHT, pad.width() + CAPTION)
        pad.setHeight(high)
        seen.setHeight(high)
        below = QRectF(pad.left(), pad.bottom(), seen.right() - pad.left(), BAR_HEIGHT)
        places: dict[Plot, QRectF] = {self.pad_plot: pad, self.bars_plot: bars}
        if parts[1]:
            places[self.seen_plot] = seen
        self.place(places)
        self._put(self.drawing_bar, below)

    def _put(self, widget: QWidget, where: QRectF) -> None:
        if not self._exporting:
            widget.setGeometry(where.toRect())

    # Export and menu

    def columns(self) -> Data:
        """The inputs and the answer."""
        asked, table = self.questionnaire, {}
        if asked is None:
            return {}
        if self._sketch is None:
            table["input"] = np.array([name for name, _ in self._facts()])
            table["value"] = np.array([value for _, value in self._facts()])
        elif self.question is not None:
            table["pixel"] = self.question.inputs
        if self.outputs is not None:
            name = "predicted" if asked.task == "regression" else "class"
            table[name] = np.array(asked.answers)
            table["value of it" if asked.task == "regression" else "probability"] = self.outputs
        return table

    def add_actions(self, menu: QMenu) -> None:
        if self._sketch is not None:
            menu.addAction(tr("Clear"), self.clear_sketch)
            add_toggle(menu, tr("Centre and scale"), self.centred, self.set_centred)
        elif self.questionnaire is not None:
            menu.addAction(tr("Typical values"), self.reset_row)

    def reset_row(self) -> None:
        """Fill in what is typical of every column."""
        self.form.set_values([field.start for field in self.form.fields])
        self.ask()
