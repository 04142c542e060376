"""A plot with the same items for every run of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from ui.pages.gallery.view import ComparisonView
from ui.plots.item import PlotObject
from ui.plots.plot import Plot
from ui.plots.run_styles import RunStyle

Items = TypeVar("Items", bound=Sequence[PlotObject])


class RunsPlot(Plot, Generic[Items]):
    """Subclasses make the items of a run in `items_of`; `items_by_run` has them by label."""

    def __init__(self, view: ComparisonView, caption: str, x_name: str = "", **how: Any) -> None:
        super().__init__(caption, x_name, **how)
        self.comparison_view = view
        self.items_by_run: dict[str, Items] = {}
        self.styles: dict[str, RunStyle] = {}

    def items_of(self, style: RunStyle) -> Items:
        """The items of one run, added to the plot."""
        raise NotImplementedError

    def make_items(self) -> None:
        """Make items for the runs of a comparison."""
        styles = self.comparison_view.styles
        if styles is self.styles:
            return
        for items in self.items_by_run.values():
            for item in items:
                self.remove(item)
        self.styles = styles
        self.items_by_run = {label: self.items_of(style) for label, style in styles.items()}
