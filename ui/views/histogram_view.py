"""The base class of histogram views: all layers at one step."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from core.telemetry.frame import BINS, Frame
from ui.plots.histograms import HistogramPlot
from ui.plots.style import PaintStyle
from ui.views.view import Data, View


class HistogramView(View):
    """Histograms of one measure of a frame, all layers side by side."""

    measure = ""

    def build(self) -> None:
        self.histograms = self.add_plot(HistogramPlot()).histograms

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def empty_reason(self, frame: Frame) -> str | None:
        return None if self.histograms.shown or self._measured(frame) else ""

    def present(self, frame: Frame) -> None:
        measured = self._measured(frame)
        if measured is not None:
            self.histograms.set_data(measured.layers, getattr(measured, self.measure))

    def _measured(self, frame: Frame) -> Frame | None:
        newest = frame.status == "running" and self.selected_step() is None
        if newest and getattr(frame, self.measure) is None and self.histograms.shown is not None:
            return None
        return self.with_measure(frame, self.measure)

    def forget(self) -> None:
        if self.plots:
            self.histograms.forget()

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        super().arrange(area.adjusted(0, 4, 0, 0), style)

    def columns(self) -> Data:
        data, names = self.histograms.shown, self.histograms.layers
        if data is None:
            return {}
        columns: Data = {}
        for i, name in enumerate(names):
            columns[f"{name} from"] = np.linspace(data.low[i], data.high[i], BINS + 1)[:-1]
            columns[f"{name} to"] = np.linspace(data.low[i], data.high[i], BINS + 1)[1:]
            columns[f"{name} count"] = data.counts[i]
        columns["layer"] = np.array(names)
        columns["below"], columns["above"] = data.under, data.over
        columns["not a number"] = data.missing
        return columns
