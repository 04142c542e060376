"""What all views over the run have in common: one axis, zoom, and strips instead of repaints."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMenu, QWidget

from core.telemetry.frame import Frame
from ui.plots.panel import Panel
from ui.plots.text import Span
from ui.plots.time_axis import TimeAxis
from ui.plots.time_panel import Other, TimePanel
from ui.views.canvas_view import CanvasView, add_slider

# The smoothing slider's steps, as shares of the stretch in view.
SMOOTHING = (0.0, 0.002, 0.004, 0.007, 0.01, 0.015, 0.02, 0.03, 0.045, 0.07, 0.1)


class CanvasTimeView(CanvasView):
    """A view whose time panels share one axis.

    While a run goes on a curve waits until it has grown by some pixels: nobody can see the
    difference, and it costs a fraction.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = TimeAxis()
        self.time_panels: list[TimePanel] = []
        self.smoothing = 0.01
        self._seen: tuple[object, ...] = ()

    def present(self, frame: Frame) -> None:
        self.axis.follow(float(self.history.iteration))
        seen = id(self.history), len(self.history.marks), self.axis.scale, self.moment()
        at_once = seen != self._seen or frame.status != "running"
        self._seen = seen
        panels = list(self.panels)
        if at_once:
            panels += [panel for panel in self.time_panels if panel not in panels]
        changed = [self._absorb(panel, frame, at_once) for panel in panels]
        if any(changed):
            self.redraw()
        if at_once:
            # Another moment has other figures, however soon after the last it is looked at.
            self.update_subtitle()

    def _absorb(self, panel: Panel, frame: Frame, at_once: bool) -> bool:
        """Let one panel take in what is new; whether everything must be painted anew."""
        if not isinstance(panel, TimePanel):
            return self.present_beside(frame)
        if not at_once and not panel.due(self.history):
            return False
        afresh = panel.absorb(self.history, self.moment())
        if not afresh and panel in self.panels:
            self.touch(panel.dirty())
        return afresh

    def present_beside(self, frame: Frame) -> bool:
        """Take in whatever is shown beside the time panels; whether everything has changed."""
        return False

    def forget(self) -> None:
        self.axis.clear()
        self._seen = ()

    def refresh(self) -> None:
        self._seen = ()
        super().refresh()

    def set_smoothing(self, step: int) -> None:
        """Smooth by one of the steps in `SMOOTHING`."""
        self.smoothing = SMOOTHING[step]
        for panel in self.time_panels:
            panel.smoothing = self.smoothing
        self.refresh()

    def add_smoothing(self, menu: QMenu) -> None:
        at = min(range(len(SMOOTHING)), key=lambda i: abs(SMOOTHING[i] - self.smoothing))
        add_slider(menu, "Smoothing", at, len(SMOOTHING) - 1, self.set_smoothing)

    def drag(self, panel: Panel, by: float) -> None:
        if isinstance(panel, TimePanel):
            self.axis.pan(-by / panel.plot.width() * self.axis.scale.span)
            self.refresh()

    def zoom(self, panel: Panel, factor: float, at: float) -> None:
        if isinstance(panel, TimePanel) and self.frame:
            self.axis.zoom(factor, panel.x_of(at))
            self.refresh()

    def reset_zoom(self) -> None:
        self.axis.reset()
        self.refresh()

    def menu(self) -> QMenu:
        menu = super().menu()
        if not self.axis.following:
            first = menu.actions()[0]
            reset = menu.addAction("Reset zoom", self.reset_zoom)
            menu.insertAction(first, reset)
            menu.insertSeparator(first)
        return menu


def legend(others: Sequence[Other]) -> list[Span]:
    """The other runs that are drawn, by name in their colours."""
    return [span for o in others for span in (Span("  ·  "), Span(o.name, o.role))]
