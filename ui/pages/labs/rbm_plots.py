"""The plots of lab 6: what a machine has learned, how it reconstructs, and what it is good for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from core.base.translation import Message, tr
from core.studies.rbm_jobs import OTHERS, PRETRAINED, PretrainingMoment, Tuning
from core.telemetry.pictures import FirstWeights
from core.telemetry.shades import quantised
from ui.plots.pictures.grey_images import GreyImages
from ui.plots.pictures.picture import SinglePicturePlot
from ui.plots.pictures.weight_images import WeightImages
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, PlotView
from ui.plots.scale import Scale
from ui.plots.series import Curve
from ui.plots.shapes import Dots
from ui.plots.style import PaintStyle
from ui.plots.text import OneOf, Span
from ui.plots.ticks import number
from ui.theme import Theme

STARTS = {PRETRAINED: "train", **dict(zip(OTHERS, ("validation", "pin0"), strict=True))}
ROWS = {
    "examples": Message("Data"),
    "reconstructions": Message("Reconstruction"),
    "fantasies": Message("Drawn by Gibbs steps"),
}


class Filters(WeightImages):
    """Incoming weights of a machine's first units."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0.0

    def when(self) -> str:
        return tr("epoch {epoch}", epoch=number(self.epoch))


class FiltersView(PlotView):
    """The incoming weights of units as pictures, carried down to the inputs."""

    key = "filters"
    title = "Filters"
    about = "What each hidden unit responds to appears here"

    def build(self) -> None:
        self.images = Filters()
        self.add_plot(SinglePicturePlot(self.images))

    def show(self, moment: PretrainingMoment) -> None:  # type: ignore[override]
        snapshot = moment.snapshot
        images, reach = quantised(snapshot.filters.reshape(-1, *moment.shape))
        self.images.epoch = snapshot.epoch
        self.images.set_data(FirstWeights("", len(images), images, reach), 0)
        words = tr(
            "layer {layer}, {units} units  ·  ±{reach}",
            layer=snapshot.layer + 1,
            units=len(images),
            reach=number(reach.max(), 2),
        )
        self.set_subtitle(Span(words, "muted", True))

    def columns(self) -> Data:
        if self.images.shown is None:
            return {}
        weights = self.images.weights()
        return _pixels(weights, [f"unit {i + 1}" for i in range(len(weights))])


class PicturesView(PlotView):
    """Inputs, what the machine makes of them, and what it draws from nothing."""

    key = "reconstructions"
    title = "Reconstructions"
    about = "Inputs beside their reconstructions appear here"

    def build(self) -> None:
        self.images = {name: GreyImages() for name in ROWS}
        for name, caption in ROWS.items():
            self.add_plot(SinglePicturePlot(self.images[name], tr(caption)))
        self.moment: PretrainingMoment | None = None

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        height, n = area.height() / len(self.plots), len(self.plots)
        rows = (
            QRectF(area.left(), area.top() + i * height, area.width(), height - 6) for i in range(n)
        )
        self.place(dict(zip(self.plots, rows, strict=True)))

    def show(self, moment: PretrainingMoment) -> None:  # type: ignore[override]
        self.moment = moment
        for name, images in self.images.items():
            images.set_values(getattr(moment.snapshot, name).reshape(-1, *moment.shape))

    def columns(self) -> Data:
        if self.moment is None:
            return {}
        table: Data = {}
        for name, caption in ROWS.items():
            values = getattr(self.moment.snapshot, name).reshape(-1, *self.moment.shape)
            table |= _pixels(values, [f"{caption} {i + 1}" for i in range(len(values))])
        return table


def _pixels(images: NDArray[np.floating], names: Sequence[str]) -> Data:
    """A line for each pixel, a column for each image."""
    rows, columns = images.shape[1:]
    table: Data = {
        "row": np.repeat(np.arange(1, rows + 1), columns),
        "column": np.tile(np.arange(1, columns + 1), rows),
    }
    return table | dict(zip(names, images.reshape(len(images), -1), strict=True))


class StatisticsView(PlotView):
    """⟨vh⟩ with the data against ⟨vh⟩ with the machine's reconstructions, pair by pair."""

    key = "statistics"
    title = "Statistics"
    about = "The two statistics that an update compares appear here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot(tr("⟨vh⟩ data"), tr("⟨vh⟩ model"), name_at_end=True))
        self.plot.margin_x = 0.03
        self.diagonal = self.plot.add(Curve("muted", 1.0))
        self.dots = self.plot.add(Dots("train", 1.8, rim="train"))

    def show(self, moment: PretrainingMoment) -> None:  # type: ignore[override]
        top = float(max(moment.data.max(), moment.model.max(), 0.1))
        self.plot.set_home(Scale(0.0, top), Scale(0.0, top))
        self.diagonal.set_data([0.0, top], [0.0, top])
        self.dots.set_data(moment.model, moment.data)
        words = tr("RMS difference {difference}", difference=number(moment.change, 2))
        self.set_subtitle(Span(words, "muted", True))

    def columns(self) -> Data:
        return {"vh model": self.dots.xs, "vh data": self.dots.ys}


class ErrorsView(PlotView):
    """Mean squared error of reconstruction, and free energy of held-out minus that of training
    data, by epoch; a curve for each layer."""

    key = "errors"
    title = "Learning"
    about = "Error of reconstruction and free energy by epoch appear here"

    def build(self) -> None:
        self.error = self.add_plot(Plot(tr("Error"), tr("epochs"), name_at_end=True))
        self.gap = self.add_plot(Plot(tr("Energy gap"), tr("epochs"), name_at_end=True))
        self.layers = 0
        self.lines: list[tuple[Curve, Curve]] = []
        self.ends: list[tuple[tuple[float, ...], tuple[float, ...]]] = []

    def show(self, moments: Sequence[PretrainingMoment]) -> None:  # type: ignore[override]
        """The curves of every layer as far as the last of these moments."""
        last = {each.snapshot.layer: each.snapshot for each in moments}
        self.ends = [(last[i].errors, last[i].gaps) for i in sorted(last)]
        layers = moments[-1].snapshot.layers
        if self.layers != layers:
            self.layers = layers
            self._make_lines(layers)
        for i, (error, gap) in enumerate(self.lines):
            errors, gaps = self.ends[i] if i < len(self.ends) else ((), ())
            epochs = np.arange(1, len(errors) + 1)
            error.set_data(epochs, errors)
            gap.set_data(epochs, gaps)
        spans = [Span(f"{i + 1}  ", self._color(i)) for i in range(layers)]
        self.set_subtitle(Span(tr("layer")), Span("  "), *spans)

    def _make_lines(self, layers: int) -> None:
        for error, gap in self.lines:
            self.error.remove(error)
            self.gap.remove(gap)
        self.lines = [
            (
                self.error.add(Curve(self._color(i), 1.8, tr("layer {layer}", layer=i + 1))),
                self.gap.add(Curve(self._color(i), 1.8, tr("layer {layer}", layer=i + 1))),
            )
            for i in range(layers)
        ]

    def _color(self, layer: int) -> OneOf:
        return OneOf(Theme.layer_colors, max(self.layers, 2), layer)

    def columns(self) -> Data:
        table: Data = {}
        for i, (errors, gaps) in enumerate(self.ends, 1):
            table[f"error, layer {i}"] = np.array(errors)
            table[f"free energy gap, layer {i}"] = np.array(gaps)
        return table


class TuningView(PlotView):
    """Accuracy by epoch of fine-tuning, from each start."""

    key = "fine_tuning"
    title = "Fine-tuning"
    about = "Accuracy by epoch of ordinary training appears here"

    def build(self) -> None:
        self.plot = self.add_plot(
            Plot(tr("accuracy"), tr("epochs"), percent=True, name_at_end=True)
        )
        self.curves = {name: self.plot.add(Curve(STARTS[name], 1.8, name)) for name in STARTS}
        self.tuning: Tuning | None = None

    def show(self, tuning: Tuning | None, epochs: int) -> None:  # type: ignore[override]
        """The curves as far as this many epochs."""
        self.tuning = tuning
        known = tuning.curves if tuning else {}
        for name, line in self.curves.items():
            values = known.get(name, ())[: epochs + 1]
            line.set_data(np.arange(len(values)), values)
        self.plot.set_home(y=Scale(0.0, 1.0))
        spans = [Span(f"{name} ", STARTS[name]) for name in known]
        self.set_subtitle(*spans)

    def columns(self) -> Data:
        if self.tuning is None:
            return {}
        n = max(map(len, self.tuning.curves.values()))
        columns = {name: np.array(values) for name, values in self.tuning.curves.items()}
        return {"epoch": np.arange(n), **columns}
