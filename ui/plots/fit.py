"""The output of a network over its only input, with the samples."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from core.base.translation import Message, tr
from core.telemetry.pictures import DataPicture, Fit, Points
from ui.plots.plot import Plot
from ui.plots.points import nearest, radius
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Scale, round_range
from ui.plots.series import Curve, Dots
from ui.plots.style import PaintStyle
from ui.plots.ticks import number

LINE = 2.0
# How far the axis may extend beyond the targets, in shares of their range; beyond, curves are cut
# off.
STEPS = (0.1, 0.3, 0.6, 1.0)


TARGET = {"train": Message("target, train"), "validation": Message("target, validation")}


class FitPlot(Plot):
    """Targets as points, the prediction as a curve."""

    def __init__(self) -> None:
        super().__init__(name_at_end=True)
        self.fit_shown: Fit | None = None
        self.about: DataPicture | None = None
        self.iteration = 0
        self.dots = {
            "train": self.add(Dots("train")),
            "validation": self.add(Dots("validation", filled=False)),
        }
        for dots in self.dots.values():
            # The samples are cached while the curve above them moves.
            dots.setCacheMode(dots.CacheMode.DeviceCoordinateCache)
        self.curve = self.add(Curve("text", LINE))

    def set_fit(self, fit: Fit, about: DataPicture | None, iteration: int) -> None:
        """Show the curve of one step and its data."""
        fresh = about is not self.about
        self.fit_shown, self.about, self.iteration = fit, about, iteration
        mean, std = (about.mean[0], about.std[0]) if about else (0.0, 1.0)
        self.x_name = self.name()
        self.set_home(Scale(float(fit.low * std + mean), float(fit.high * std + mean)))
        self.set_home(y=self._settled_scale())
        if fresh:
            self._show_samples()
        self.curve.set_data(self.inputs(), self.outputs())

    def data_changed(self) -> None:
        """Do nothing: `set_fit` sets the ranges."""

    def show_all(self, x: bool = True, y: bool = True) -> None:
        self.follows_x, self.follows_y = self.follows_x or x, self.follows_y or y
        self.set_home()
        self.moved_by_user.emit(x, y)

    def _show_samples(self) -> None:
        points = self.about.points if self.about else {}
        total = sum(len(p.targets) for p in points.values())
        for part, dots in self.dots.items():
            dots.radius = radius(total, self.frame.width())
            some = points.get(part)
            dots.set_data(*((some.inputs[:, 0], some.targets) if some else ((), ())))

    def _settled_scale(self) -> Scale:
        """A scale that contains all targets and, in a few sizes, the curve: following it exactly
        would move the axis all the time.
        """
        low, high = self.about.span if self.about else (-1.0, 1.0)
        span = high - low or 1.0
        curve = self.outputs()
        known = curve[np.isfinite(curve)]
        below = _step((low - float(known.min(initial=low))) / span)
        above = _step((float(known.max(initial=high)) - high) / span)
        return round_range(low - below * span, high + above * span)

    def name(self) -> str:
        """The name of the input."""
        known = self.about.axes if self.about else ()
        return known[0] if known else "x"

    def outputs(self) -> np.ndarray:
        """The outputs, (points,)."""
        assert self.fit_shown
        return self.fit_shown.values[0].astype(np.float64)

    def inputs(self) -> np.ndarray:
        """The inputs of the outputs, (points,), in the data's units."""
        over = self.home_x or self.x_scale
        return np.linspace(over.low, over.high, self.outputs().size)

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        if self.fit_shown is None:
            return None
        found = self._nearest(place)
        if found is None:
            at, rows = self.x_of(place.x()), []
        else:
            part, points, i = found
            at, target = float(points.inputs[i, 0]), float(points.targets[i])
            residual = target - self._predicted(at)
            rows = [
                Row(_color(part, style), tr(TARGET[part]), number(target)),
                Row(None, tr("residual"), number(residual)),
            ]
        rows.insert(0, Row(None, self.name(), number(at)))
        rows.insert(1, Row(style.text, tr("prediction"), number(self._predicted(at))))
        return ReadOut(self.frame, self.px_of(at), tr("step {step:,}", step=self.iteration), rows)

    def _predicted(self, at: float) -> float:
        return float(np.interp(at, self.inputs(), self.outputs()))

    def _nearest(self, place: QPointF) -> tuple[str, Points, int] | None:
        best, found = np.inf, None
        for part, points in self.about.points.items() if self.about else ():
            if len(points.targets):
                x = self.px(points.inputs[:, 0].astype(np.float64))
                y = self.py(points.targets.astype(np.float64))
                i, distance = nearest(x, y, place)
                if distance < best:
                    best, found = distance, (part, points, i)
        return found


def _step(wanted: float) -> float:
    """The first of the steps that is large enough, or the last."""
    return next((step for step in STEPS if step >= wanted), STEPS[-1])


def _color(part: str, style: PaintStyle) -> QColor:
    return style.train if part == "train" else style.validation
