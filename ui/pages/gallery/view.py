"""The base class of views of a comparison."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core.base.translation import Message, tr
from core.gallery.comparison import Comparison
from core.gallery.experiment import Plan
from ui.plots.plot_view import Data, PlotView
from ui.plots.run_styles import MOST_COLORS, RunStyle, run_styles
from ui.plots.text import Span

HEIGHT = 260


class ComparisonView(PlotView):
    """A view of all runs at once. `show_comparison` sets the comparison, an object that grows while
    the runs train. Runs in `emphasised` are highlighted."""

    start = Message("Press Run or Ctrl+Return to start.")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.comparison: Comparison | None = None
        self.emphasised: frozenset[str] = frozenset()
        self.styles: dict[str, RunStyle] = {}
        self.set_empty(True)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the present state of the runs."""
        self.ensure_built()
        if comparison is not self.comparison:
            self.comparison = comparison
            self.styles = run_styles(list(comparison.runs))
            self.show_all()
        self.set_empty(not comparison.begun)
        self.show_runs(comparison)
        self.refresh_read_out()
        self.set_subtitle(*self.describe())

    def emphasise(self, labels: frozenset[str]) -> None:
        """Highlight some of the runs, or none."""
        if labels != self.emphasised:
            self.emphasised = labels
            if self.comparison:
                self.show_runs(self.comparison)

    def stands_back(self, label: str) -> bool:
        """Whether other runs are highlighted."""
        return bool(self.emphasised) and label not in self.emphasised

    # To be implemented by subclasses

    def wanted_height(self, plan: Plan) -> int:
        """The height of this view for the runs of a plan."""
        return HEIGHT

    def show_runs(self, comparison: Comparison) -> None:
        """Set the plots' data from the runs."""
        raise NotImplementedError

    def describe(self) -> tuple[Span, ...]:
        """The subtitle."""
        raise NotImplementedError

    def columns(self) -> Data:
        """The columns of `export_data`, for runs that have begun."""
        raise NotImplementedError

    # Shared helpers

    def legend(self) -> list[Span]:
        """The names of the runs in their colours, if they are few."""
        if len(self.styles) > MOST_COLORS:
            return []
        spans: list[Span] = []
        for label, style in self.styles.items():
            spans += [Span("  ·  ")] if spans else []
            spans.append(Span(tr(label), style.color))
        return spans
