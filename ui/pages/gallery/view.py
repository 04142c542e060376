"""What the views of a comparison have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from core.gallery.comparison import Comparison
from core.gallery.experiment import Plan
from ui.pages.gallery.styles import MOST_COLORS, Style, run_colors, styles
from ui.plots.ink import Ink
from ui.plots.panel import Panel
from ui.plots.text import OneOf, Span
from ui.theme import Theme
from ui.views.canvas_view import CanvasView, Data

HEIGHT = 260
START = "Press Run or Ctrl+Return to start."


class ComparisonView(CanvasView):
    """A view of all runs at once. `show_comparison` shows it; the same object grows while the
    runs go on. Runs that are `emphasised` stand out from the others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.comparison: Comparison | None = None
        self.emphasised: frozenset[str] = frozenset()
        self.styles: dict[str, Style] = {}

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the runs as they are by now."""
        if comparison is not self.comparison:
            self.comparison = comparison
            self.styles = styles(list(comparison.runs), self.theme)
        if self.absorb(comparison):
            self.redraw()
        else:
            self.update()
        self.refresh_read_out()
        self.update_subtitle()

    def emphasise(self, labels: frozenset[str]) -> None:
        """Let some of the runs stand out; none: all are equal."""
        if labels != self.emphasised:
            self.emphasised = labels
            self.redraw()

    def stands_back(self, label: str) -> bool:
        return bool(self.emphasised) and label not in self.emphasised

    # What subclasses say

    def wanted_height(self, plan: Plan) -> int:
        """How high this view should be for the runs of a plan."""
        return HEIGHT

    def absorb(self, comparison: Comparison) -> bool:
        """Take in what is new; whether axes or labels have changed."""
        raise NotImplementedError

    # The contract of views

    def retheme(self, theme: Theme) -> None:
        if self.comparison:
            self.styles = styles(list(self.comparison.runs), theme)
        super().retheme(theme)
        self.update_subtitle()

    def paint_picture(
        self, painter: QPainter, size: QSizeF, theme: Theme, ratio: float = 1.0
    ) -> None:
        own = self.styles
        self.styles = styles(list(own), theme)
        try:
            super().paint_picture(painter, size, theme, ratio)
        finally:
            self.styles = own

    def export_data(self) -> Data:
        return self.columns() if self.shown_panels() else {}

    def catch_up(self) -> None:
        """Nothing is ever left behind: hidden views take in everything too."""

    def update_subtitle(self) -> None:
        subtitle = self.describe() if self.comparison else ()
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.subtitle_changed.emit()

    def shown_panels(self) -> Sequence[Panel]:
        return self.panels if self.comparison and self.comparison.begun else ()

    def paint_backdrop(self, painter: QPainter, size: QSizeF, ink: Ink) -> None:
        if self.shown_panels():
            return
        painter.setFont(ink.font)
        middle, room = size.height() / 2, size.width() - 32
        for text, color, baseline in (
            (self.about, ink.text, middle - 4),
            (START, ink.muted, middle + ink.metrics.height()),
        ):
            text = ink.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            left = (size.width() - ink.metrics.horizontalAdvance(text)) / 2
            painter.setPen(color)
            painter.drawText(QPointF(round(left), round(baseline)), text)

    def legend(self) -> list[Span]:
        """The names of the runs in their colours, where they are few."""
        if len(self.styles) > MOST_COLORS:
            return []
        spans: list[Span] = []
        for i, label in enumerate(self.styles):
            spans += [Span("  ·  ")] if spans else []
            spans.append(Span(label, OneOf(run_colors, MOST_COLORS, i)))
        return spans
