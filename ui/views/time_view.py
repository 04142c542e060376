"""The base class of views over the run: shared time axis, following, smoothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu, QWidget

from core.base.translation import tr
from core.telemetry.frame import Frame
from ui.plots.plot import Plot
from ui.plots.plot_view import AnyPlot
from ui.plots.text import Span, given
from ui.plots.time_axis import TimeAxis
from ui.plots.time_plot import Other, TimePlot
from ui.views.view import View, add_slider

# The smoothing slider's steps, as shares of the visible range.
SMOOTHING = (0.0, 0.002, 0.004, 0.007, 0.01, 0.015, 0.02, 0.03, 0.045, 0.07, 0.1)


class TimeView(View):
    """A view whose plots over the run share one axis.

    During a run a curve is updated once it has grown by a few pixels: this looks the same and costs
    a fraction.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self.axis = TimeAxis()
        self.smoothing = 0.01
        self._seen: tuple[object, ...] = ()
        super().__init__(parent)

    @property
    def time_plots(self) -> list[TimePlot]:
        """The plots over the run, shown or not."""
        return [plot for plot in self.plots if isinstance(plot, TimePlot)]

    def add_plot(self, plot: AnyPlot) -> AnyPlot:
        plot.moved_by_user.connect(self._axes_moved)
        return super().add_plot(plot)

    def present(self, frame: Frame) -> None:
        self.axis.follow(float(self.history.iteration))
        seen = id(self.history), len(self.history.marks), self.axis.scale, self.selected_step()
        at_once = seen != self._seen or frame.status != "running"
        self._seen = seen
        for plot in self.time_plots:
            if at_once or (plot.isVisible() and plot.due(self.history)):
                plot.show_history(self.history, self.selected_step())
        self.present_beside(frame)
        if at_once:
            # Another selected step has other figures, however little time has passed.
            self.update_subtitle()

    def present_beside(self, frame: Frame) -> None:
        """Show the frame in plots beside those over the run."""

    def place(self, places: dict[Plot, QRectF]) -> None:
        super().place(places)
        if self.frame and not self.is_empty:
            # The number of points of a curve depends on its width.
            for plot in places:
                if isinstance(plot, TimePlot):
                    plot.show_history(self.history, self.selected_step())

    def _axes_moved(self, x: bool, y: bool) -> None:
        if self.frame:
            self.present(self.frame)

    def forget(self) -> None:
        self.axis.clear()
        self._seen = ()
        for plot in self.time_plots:
            plot.forget()

    def refresh(self) -> None:
        self._seen = ()
        super().refresh()

    def set_smoothing(self, step: int) -> None:
        """Smooth by one of the steps in `SMOOTHING`."""
        self.smoothing = SMOOTHING[step]
        for plot in self.time_plots:
            plot.smoothing = self.smoothing
        self.refresh()

    def add_smoothing(self, menu: QMenu) -> None:
        """Add the smoothing slider to a menu."""
        at = min(range(len(SMOOTHING)), key=lambda i: abs(SMOOTHING[i] - self.smoothing))
        add_slider(menu, tr("Smoothing"), at, len(SMOOTHING) - 1, self.set_smoothing)


def legend(others: Sequence[Other]) -> list[Span]:
    """The names of the other runs drawn, in their colours."""
    return [span for o in others for span in (Span("  ·  "), Span(given(o.name), o.role))]
