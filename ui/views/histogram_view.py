"""What views of histograms have in common: all layers at one moment."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from core.telemetry.frame import BINS, Frame, Histograms
from ui.plots.histograms import HistogramPanel
from ui.plots.ink import Ink
from ui.views.view import Data, View


class HistogramView(View):
    """Histograms of one measure of a frame, all layers side by side."""

    measure = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.histograms = HistogramPanel()
        self.panels = [self.histograms]

    @property
    def measures(self) -> frozenset[str]:
        return frozenset({self.measure})

    def present(self, frame: Frame) -> None:
        measured = self._measured(frame)
        if measured is None:
            return
        data: Histograms = getattr(measured, self.measure)
        if self.histograms.absorb(measured.layers, data):
            self.redraw()
        else:
            self.touch(self.histograms.dirty())

    def _measured(self, frame: Frame) -> Frame | None:
        newest = frame.status == "running" and self.moment() is None
        if newest and getattr(frame, self.measure) is None and self.histograms.data is not None:
            return None
        return self.with_measure(frame, self.measure)

    def forget(self) -> None:
        self.histograms.forget()

    def arrange(self, area: QRectF, ink: Ink) -> None:
        super().arrange(area.adjusted(0, 4, 0, 0), ink)

    def columns(self) -> Data:
        data, names = self.histograms.data, self.histograms.layers
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
