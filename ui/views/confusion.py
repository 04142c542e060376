"""Which classes are taken for which, and the pictures that are judged worst."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu, QWidget

from core.telemetry.frame import Frame
from core.telemetry.pictures import Confusion, DataPicture
from ui.plots.canvas import beside
from ui.plots.ink import Ink
from ui.plots.matrix import MatrixPanel
from ui.plots.surface import class_name
from ui.plots.text import Span
from ui.plots.worst import WorstPanel
from ui.views.canvas_view import Data, add_choice
from ui.views.picture_view import PictureView

WIDE, TALL = 420.0, 400.0
BOTH, MATRIX, WORST = "both", "matrix", "worst"
OTHERS = "others"


class ConfusionView(PictureView):
    """Counts over the validation set as of the last validation."""

    key = "confusion"
    title = "Confusion"
    about = "Which classes are taken for which, over the validation set"
    default_place = "network"
    stands_in_for = "surface"
    measure = "confusion"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix, self.worst = MatrixPanel(), WorstPanel()
        self.panels = [self.matrix]
        self.show_what = BOTH

    def unsupported_reason(self, data: DataPicture) -> str:
        if not data.classifies:
            return "Needs data with classes; these have numbers to be predicted."
        if not data.counts["validation"]:
            return "Needs samples held out for validation; their share is 0."
        return ""

    def take_in(self, frame: Frame, picture: Confusion) -> QRectF | None:
        names = [class_name(frame.data, i) for i in picture.classes]
        names += [OTHERS] * (len(picture.counts) - len(names))
        changed = self.matrix.absorb(picture, names)
        if self.worst.absorb(picture.worst, frame.data) or changed:
            return None
        return self.matrix.dirty() | self.worst.dirty()

    def arrange(self, area: QRectF, ink: Ink) -> None:
        what = self.show_what if self.worst.count() else MATRIX
        if what == BOTH and area.width() < WIDE and area.height() < TALL:
            what = MATRIX
        self.matrix.caption = self.worst.caption = ""
        if what == BOTH:
            self.panels = [self.matrix, self.worst]
            self.matrix.caption, self.worst.caption = "Predicted", "Worst of the validation set"
            parts = _halves(area)
        else:
            self.panels = [self.matrix if what == MATRIX else self.worst]
            parts = [area]
        for panel, part in zip(self.panels, parts, strict=True):
            panel.place(part, ink)

    def describe(self) -> tuple[Span, ...]:
        data = self.matrix.data
        if data is None or self.lacking:
            return (Span("counts over the validation set"),)
        total = max(int(data.counts.sum()), 1)
        share = f"{100 * np.trace(data.counts) / total:.1f} % of {total:,} right"
        if self.panels == [self.worst]:
            return (Span(f"worst of the validation set  ·  {share}"),)
        return (Span(f"{share}  ·  rows: true class"),)

    def columns(self) -> Data:
        data, worst = self.matrix.data, self.worst.data
        if data is None or self.lacking:
            return {}
        table: Data = {}
        if self.matrix in self.panels:
            table["true class"] = np.array(self.matrix.names)
            for i, name in enumerate(self.matrix.names):
                table[f"predicted {name}"] = data.counts[:, i]
        if worst is not None and self.worst in self.panels:
            table["worst: true"] = worst.labels
            table["worst: predicted"] = worst.predictions
            table["worst: loss"] = worst.losses
        return table

    def add_actions(self, menu: QMenu) -> None:
        if self.worst.count():
            choices: dict[str, object] = {
                "Matrix and worst pictures": BOTH,
                "Matrix": MATRIX,
                "Worst pictures": WORST,
            }
            add_choice(menu, choices, self.show_what, self.set_what)

    def set_what(self, what: object) -> None:
        """Show the matrix, the worst pictures, or both."""
        self.show_what = str(what)
        self.refresh()


def _halves(area: QRectF) -> list[QRectF]:
    """The matrix and the pictures beside it, or below where the area is tall."""
    if area.width() >= area.height():
        return beside(area, (0.56, 0.44))
    gap = 8.0
    upper = 0.58 * (area.height() - gap)
    below = QRectF(area.left(), area.top() + upper + gap, area.width(), area.height() - upper - gap)
    return [QRectF(area.left(), area.top(), area.width(), upper), below]
