"""A plot over the run: follows it until the user zooms, and repaints only what has changed."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtGui import QPainter

from core.base.translation import Message, tr
from core.telemetry.history import EMPTY, History
from ui.plots.item import FRONT, PlotObject
from ui.plots.plot import Plot
from ui.plots.scale import Scale, settle
from ui.plots.series import Curves, Rules
from ui.plots.style import PaintStyle
from ui.plots.text import spread
from ui.plots.time_axis import TimeAxis

# During a run curves grow by this many pixels at a time.
STRIDE = 2.0


class Other(NamedTuple):
    """Another run to draw behind the present one; `role` names its colour in a theme."""

    name: str
    role: str
    history: History


def others(history: History) -> list[Other]:
    """The runs to compare a history with: the previous one and those pinned."""
    ghost = [Other(Message("run before"), "ghost", history.ghost)] if history.ghost else []
    return ghost + [Other(pin.name, f"pin{pin.slot}", pin.history) for pin in history.pinned]


class TimePlot(Plot):
    """A plot over iterations.

    `show_history` gives the items new data, of which only the end is repainted unless axes or
    settings have changed. Plots of a card share a `TimeAxis`.
    """

    def __init__(self, axis: TimeAxis, caption: str = "", log: bool = False, **how) -> None:
        super().__init__(caption, tr("steps"), log=log, **how)
        self.axis, self.log = axis, log
        self.history = EMPTY
        self.smoothing = 0.01
        self.selected_step: float | None = None
        self._key: tuple[object, ...] = ()
        self._low, self._high = math.inf, -math.inf
        self._from = 0.0
        self._shown_at = 0
        self._others: list[PlotObject] = []
        self.marks = self.add(Rules(lambda style: style.axis))
        self.marks.setZValue(FRONT)
        self.selected_line = self.add(Rules("text", dash=()))
        self.selected_line.setZValue(FRONT)

    # To be implemented by subclasses

    def others(self) -> list[Other]:
        """The other runs that are drawn."""
        return others(self.history)

    def items_of(self, other: Other) -> list[PlotObject]:
        """The curves of another run in the visible range."""
        return []

    def load(self, low: float, high: float) -> None:
        """Set the items' data to everything between two iterations."""
        raise NotImplementedError

    def extend(self, low: float, high: float) -> None:
        """Replace the items' data from the iteration `low` on."""
        raise NotImplementedError

    def _key_of(self, history: History) -> tuple[object, ...]:
        """A key that changes whenever more than the end of the curves changes."""
        return ()

    def _extremes(self, everything: bool) -> tuple[float, float]:
        """Smallest and largest value: of everything visible, or only of what is new."""
        return math.inf, -math.inf

    def _volatile_from(self) -> float:
        """The iteration from which on the next frame may change what is drawn now."""
        return 0.0

    # Following the run

    def due(self, history: History) -> bool:
        """Whether the run has grown by enough pixels since the last update."""
        passed = history.iteration - self._shown_at
        return passed * self.frame.width() >= STRIDE * self.axis.scale.span

    def show_history(self, history: History, selected_step: float | None) -> bool:
        """Show the history. `selected_step` is the iteration to mark, None for the newest.

        Returns whether more than the end of the curves has changed.
        """
        self.history, self._shown_at = history, history.iteration
        scale = self.axis.scale
        beside = history.ghost, history.pinned
        marks = len(history.marks)
        place = self.frame.width(), self.frame.height()
        key = (
            id(history),
            scale,
            self.log,
            selected_step,
            marks,
            beside,
            place,
            *self._key_of(history),
        )
        everything = key != self._key
        self._key, self.selected_step = key, selected_step
        if everything:
            self._low, self._high = math.inf, -math.inf
        low, high = self._extremes(everything)
        self._low, self._high = min(self._low, low), max(self._high, high)
        moved = self._show_ranges(scale)
        start, self._from = self._from, self._volatile_from()
        if everything or moved:
            self._load_all()
        else:
            self.extend(start, min(self.axis.last, scale.high))
        return everything or moved

    def forget(self) -> None:
        """Discard the data of a run."""
        self._key = ()

    def _show_ranges(self, scale: Scale) -> bool:
        before = self.x_scale, self.y_scale, self.frame
        self.set_home(x=scale, y=self._settled_scale())
        return before != (self.x_scale, self.y_scale, self.frame)

    def _settled_scale(self) -> Scale:
        now = self.home_y
        return settle(now, self._low, self._high, self.log)

    def _load_all(self) -> None:
        scale = self.axis.scale
        for item in self._others:
            self.remove(item)
        self._others = []
        for other in self.others():
            for item in self.items_of(other):
                self._others.append(self.add(item))
        self.marks.set_data([mark.iteration for mark in self.history.marks])
        self.selected_line.set_data([] if self.selected_step is None else [self.selected_step])
        # No further than the axis: the history may have grown since.
        self.load(
            scale.low - 0.02 * scale.span, min(scale.high + 0.02 * scale.span, self.axis.last)
        )
        self.update_objects()

    def update_objects(self) -> None:
        """Repaint all items."""
        for item in self.objects:
            item.update()

    def data_changed(self) -> None:
        """Do nothing: ranges come from the history, not from the items."""

    # Zoom: the horizontal axis belongs to all plots of the card

    def show_all(self, x: bool = True, y: bool = True) -> None:
        self.follows_y = self.follows_y or y
        if x:
            self.axis.reset()
        self.moved_by_user.emit(x, y)

    @property
    def zoomed(self) -> bool:
        return not (self.axis.following and self.follows_y)

    def zoom_x(self, factor: float, around: float) -> None:
        self.axis.zoom(factor, around)
        super()._take(self.axis.scale, self.y_scale)

    def _take(self, x: Scale, y: Scale) -> None:
        if (x.low, x.high) != (self.x_scale.low, self.x_scale.high):
            self.axis.show(x.low, x.high)
        super()._take(self.axis.scale, y)

    def _stop_following(self, x: bool, y: bool) -> None:
        # The shared axis controls following.
        super()._stop_following(False, y)


class EndLabels(PlotObject):
    """Names at the ends of lines; some are left out where there is too little room."""

    clipped = False
    layer = FRONT

    def __init__(self, of: Curves, names: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.of, self.names = of, names

    def draw(self, painter: QPainter, style: PaintStyle, exposed) -> None:
        plot, lines = self.plot, self.of
        if plot is None or not lines.xs.size or not self.names:
            return
        left = min(plot.px_of(float(lines.xs[-1])), plot.frame.right()) + 5
        bottom, top = plot.frame.bottom(), plot.frame.top()
        ends = plot.py(lines.ys[-1])
        height = style.small_metrics.height() - 2
        room = max(1, int(plot.frame.height() / height))
        seen = np.isfinite(ends) & (ends >= top - 4) & ((ends <= bottom + 4) | lines.floor)
        ends = np.minimum(ends, bottom)
        chosen = [i for i in evenly(len(self.names), room) if seen[i]]
        # Where lines end early the axis continues below the names, so they stay above it.
        places = spread([float(ends[i]) for i in chosen], height, top - 4, bottom - 1)
        colors, half = lines.colors(style), round(height / 2) + 1
        for i, y in zip(chosen, places, strict=True):
            style.write(painter, round(left), round(y) - half, self.names[i], colors[i])


def evenly(n: int, most: int) -> list[int]:
    """At most `most` of the numbers below n, evenly spaced, including first and last."""
    if n <= most:
        return list(range(n))
    if most == 1:
        return [n - 1]
    return [round(i * (n - 1) / (most - 1)) for i in range(most)]
