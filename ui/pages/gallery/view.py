"""What the views of a comparison have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core.gallery.comparison import Comparison
from core.gallery.experiment import Plan
from ui.plots.plot_view import Data, PlotView
from ui.plots.run_styles import MOST_COLORS, RunStyle, run_styles
from ui.plots.text import Span

HEIGHT = 260


class ComparisonView(PlotView):
    """A view of all runs at once. `show_comparison` shows it; the same object grows while the
    runs train. Runs that are `emphasised` stand out from the others."""

    start = "Press Run or Ctrl+Return to start."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.comparison: Comparison | None = None
        self.emphasised: frozenset[str] = frozenset()
        self.styles: dict[str, RunStyle] = {}
        self.set_empty(True)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the runs as they are by now."""
        self.ensure_built()
        if comparison is not self.comparison:
            self.comparison = comparison
            self.styles = run_styles(list(comparison.runs))
        self.set_empty(not comparison.begun)
        self.show_runs(comparison)
        self.refresh_read_out()
        self.set_subtitle(*self.describe())

    def emphasise(self, labels: frozenset[str]) -> None:
        """Let some of the runs stand out; none: all are equal."""
        if labels != self.emphasised:
            self.emphasised = labels
            if self.comparison:
                self.show_runs(self.comparison)

    def stands_back(self, label: str) -> bool:
        """Whether other runs stand out."""
        return bool(self.emphasised) and label not in self.emphasised

    # To be implemented by subclasses

    def wanted_height(self, plan: Plan) -> int:
        """How high this view should be for the runs of a plan."""
        return HEIGHT

    def show_runs(self, comparison: Comparison) -> None:
        """Give the plots what is known of the runs."""
        raise NotImplementedError

    def describe(self) -> tuple[Span, ...]:
        """The subtitle."""
        raise NotImplementedError

    def columns(self) -> Data:
        """The columns of `export_data`, of runs that have begun."""
        raise NotImplementedError

    # Shared helpers

    def export_data(self) -> Data:
        return {} if self.is_empty else self.columns()

    def legend(self) -> list[Span]:
        """The names of the runs in their colours, where they are few."""
        if len(self.styles) > MOST_COLORS:
            return []
        spans: list[Span] = []
        for label, style in self.styles.items():
            spans += [Span("  ·  ")] if spans else []
            spans.append(Span(label, style.color))
        return spans
