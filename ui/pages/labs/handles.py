"""Plots with handles: points that can be dragged, added and removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from ui.plots.plot import Plot
from ui.plots.plot_view import PlotView

# A press this near to a handle takes hold of it, in logical pixels.
NEAR = 11.0


class HandleView(PlotView):
    """A view whose points can be dragged.

    `handles` gives the places of the handles of a plot as (x, y) values. `on_drag` is called with
    the handle's number and its new place while it is dragged, `on_add` after a double click beside
    all handles, `on_click` after a click there.
    """

    handles: Callable[[], Sequence[tuple[float, float]]] | None = None
    on_drag: Callable[[int, float, float], Any] | None = None
    on_add: Callable[[float, float], Any] | None = None
    on_remove: Callable[[int], Any] | None = None
    _held: int | None = None

    def handle_at(self, place: QPointF) -> int | None:
        """The handle under a place."""
        plot = self._plot()
        places = list(self.handles()) if self.handles and plot else []
        if not places or plot is None:
            return None
        at = np.asarray(places, float)
        away = np.hypot(plot.px(at[:, 0]) - place.x(), plot.py(at[:, 1]) - place.y())
        nearest = int(np.nanargmin(away)) if np.isfinite(away).any() else 0
        return nearest if away[nearest] <= NEAR else None

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        held = self.handle_at(ev.position())
        if held is not None and self.on_remove and ev.button() == Qt.MouseButton.MiddleButton:
            self.on_remove(held)
            return
        if held is None or ev.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(ev)
            return
        if ev.modifiers() & Qt.KeyboardModifier.AltModifier and self.on_remove:
            self.on_remove(held)
            return
        self._held = held
        self.point_at(None)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        plot = self._plot()
        if self._held is None or plot is None:
            near = self.handle_at(ev.position()) is not None
            shape = Qt.CursorShape.OpenHandCursor if near else Qt.CursorShape.ArrowCursor
            if self.cursor().shape() != shape:
                self.setCursor(shape)
            super().mouseMoveEvent(ev)
            return
        if self.on_drag:
            self.on_drag(self._held, *self.value_at(plot, ev.position()))

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        if self._held is None:
            super().mouseReleaseEvent(ev)
            return
        self._held = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        plot = self._plot()
        inside = plot is not None and plot.frame.contains(event.position())
        if plot is None or not inside or not self.on_add:
            super().mouseDoubleClickEvent(event)
        elif self.handle_at(event.position()) is None:
            self.on_add(*self.value_at(plot, event.position()))

    def value_at(self, plot: Plot, place: QPointF) -> tuple[float, float]:
        """The values at a place, to about the precision of a pixel."""
        x, y = plot.x_of(place.x()), plot.y_of(place.y())
        return _to_pixel(x, plot.x_scale.span, plot.frame.width()), _to_pixel(
            y, plot.y_scale.span, plot.frame.height()
        )

    def _plot(self) -> Plot | None:
        return self.shown_plots[0] if self.shown_plots else None


def _to_pixel(value: float, span: float, pixels: float) -> float:
    digits = max(0, int(np.ceil(-np.log10(max(span, 1e-300) / max(pixels, 1.0)))))
    return round(float(value), min(digits, 15))
