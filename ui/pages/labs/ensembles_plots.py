"""The plots of lab 7: borders of all members, accuracy against their number, who agrees."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from core.base.translation import tr
from core.studies.contours import contours
from core.studies.ensembles_jobs import EnsembleMoment, Planar
from ui.plots import ramp
from ui.plots.cells import Cells
from ui.plots.plane import Segments
from ui.plots.plot import Plot
from ui.plots.plot_view import Data, PlotView
from ui.plots.readout import ReadOut, Row
from ui.plots.scale import Scale
from ui.plots.series import Band, Curve, Dots, Image
from ui.plots.style import PaintStyle
from ui.plots.text import Span

HALF = np.array([0.5])
NEAR = 12.0


class BordersView(PlotView):
    """The decision border of each member, faint, and that of their mean, bold."""

    key = "borders"
    title = "Borders"
    about = "With two inputs and two classes the members' borders appear here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot("x₂", "x₁", grid=False, name_at_end=True))
        self.ground = self.plot.add(Image())
        self.members = self.plot.add(
            Segments(lambda style: style.pale(style.text, 0.4), 0.9, layer=0.0)
        )
        self.mean = self.plot.add(Segments("text", 2.6))
        self.dots = self.plot.add(Dots("text", 3.0, colors=self._colors))
        self.chosen = self.plot.add(Dots("text", 7.0, filled=False))
        self.planar: Planar | None = None
        self.at: int | None = None
        self.on_choose = lambda: None

    def _colors(self, style: PaintStyle):
        known = ramp.class_colors(style.theme, 2)
        return [known[c] for c in self.planar.classes] if self.planar else []

    def show(self, moment: EnsembleMoment) -> None:  # type: ignore[override]
        planar = self.planar = moment.planar
        if planar is None:
            self.set_empty(True)
            return
        self.set_empty(False)
        (x0, x1), (y0, y1) = planar.x[[0, -1]].tolist(), planar.y[[0, -1]].tolist()
        mean = planar.grid.mean(axis=0)
        fine = ramp.enlarged(mean[::-1], 240, 240)
        self.ground.set_colors(
            lambda style: ramp.colored(fine, 0, 1, ramp.signed(style.theme, 0.5)), (x0, x1, y0, y1)
        )
        self.plot.set_home(Scale(x0, x1), Scale(y0, y1))
        each = [contours(planar.x, planar.y, grid, HALF) for grid in planar.grid]
        self.members.set_data(np.concatenate(each))
        self.mean.set_data(contours(planar.x, planar.y, mean, HALF))
        self.dots.set_data(*planar.points.T, kinds=planar.classes.tolist())
        self._mark()
        self.set_subtitle(Span(tr("click a point to see every vote"), "muted", True))

    def _mark(self) -> None:
        known = self.planar is not None and self.at is not None
        if known and self.at < len(self.planar.points):  # type: ignore[operator, union-attr]
            x, y = self.planar.points[self.at]  # type: ignore[union-attr, index]
            self.chosen.set_data([x], [y])
        else:
            self.chosen.set_data([], [])

    def choose(self, at: int | None) -> None:
        """Mark a sample whose votes are to be shown."""
        self.at = at
        self._mark()
        self.on_choose()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        super().mouseReleaseEvent(ev)
        if ev.button() == Qt.MouseButton.LeftButton and self.planar is not None:
            place, points = ev.position(), self.planar.points
            away = np.hypot(
                self.plot.px(points[:, 0]) - place.x(), self.plot.py(points[:, 1]) - place.y()
            )
            nearest = int(away.argmin())
            if away[nearest] <= NEAR:
                self.choose(nearest)

    def columns(self) -> Data:
        if self.planar is None:
            return {}
        a, b = np.meshgrid(self.planar.x, self.planar.y)
        columns: Data = {"x1": a.ravel(), "x2": b.ravel()}
        for i, grid in enumerate(self.planar.grid, 1):
            columns[f"member {i}"] = grid.ravel()
        columns["mean"] = self.planar.grid.mean(axis=0).ravel()
        return columns


class CurvesView(PlotView):
    """Accuracy, or loss, against the number of members, with a band over subsets."""

    key = "members"
    title = "Accuracy against members"
    about = "Accuracy against the number of members appears here"

    def build(self) -> None:
        self.plot = self.add_plot(Plot(tr("accuracy"), tr("members"), name_at_end=True))
        self.plot.margin_x = 0.03
        self.band = self.plot.add(Band("train"))
        self.mean = self.plot.add(Curve("train", 2.0, tr("mean probability")))
        self.vote = self.plot.add(Curve("validation", 1.6, tr("vote")))
        self.each = self.plot.add(Dots("muted", 2.6, filled=False))
        self.moment: EnsembleMoment | None = None

    def show(self, moment: EnsembleMoment, loss: bool) -> None:  # type: ignore[override]
        self.moment = moment
        found = moment.curves
        values = found.loss if loss else found.by_mean
        sizes = np.arange(1, len(values) + 1)
        self.plot.caption = tr("cross-entropy") if loss else tr("accuracy")
        self.band.set_data(sizes, values[:, 1], values[:, 2])
        self.mean.set_data(sizes, values[:, 0])
        self.vote.set_data([] if loss else sizes, [] if loss else found.by_vote[:, 0])
        self.each.set_data(np.ones(len(sizes)), found.members[:, int(loss)])
        spans = [Span(tr("mean probability"), "train")]
        if not loss:
            spans += [Span("  "), Span(tr("vote"), "validation")]
        self.set_subtitle(*spans, Span("  "), Span(tr("band over subsets"), "muted", True))

    def columns(self) -> Data:
        if self.moment is None:
            return {}
        found = self.moment.curves
        columns: Data = {"members": np.arange(1, len(found.by_mean) + 1).astype(float)}
        parts = (("accuracy", found.by_mean), ("vote", found.by_vote), ("loss", found.loss))
        for name, values in parts:
            for i, kind in enumerate(("mean", "lowest", "highest")):
                columns[f"{name} {kind}"] = values[:, i]
        return columns


class MatrixPlot(Plot):
    values = np.empty((0, 0))

    def read(self, place: QPointF, style: PaintStyle) -> ReadOut | None:
        n = len(self.values)
        column, row = round(self.x_of(place.x())), round(self.y_of(place.y()))
        if not (1 <= column <= n and 1 <= row <= n):
            return None
        share = f"{100 * self.values[row - 1, column - 1]:.1f} %"
        title = tr("members {row} and {column}", row=row, column=column)
        return ReadOut(self.frame, self.px_of(column), title, [Row(None, tr("agree on"), share)])


class AgreementView(PlotView):
    """On how many samples two members choose the same class."""

    key = "agreement"
    title = "Agreement, %"
    about = "On how many samples two members choose the same class appears here"

    def build(self) -> None:
        self.plot = self.add_plot(
            MatrixPlot(tr("member"), tr("member"), grid=False, name_at_end=True)
        )
        self.cells = self.plot.add(Cells())

    def show(self, moment: EnsembleMoment) -> None:  # type: ignore[override]
        values = self.plot.values = moment.agreement
        n = len(values)
        self.plot.set_home(Scale(0.5, n + 0.5), Scale(0.5, n + 0.5))
        self.cells.set_data(values)
        others = values[~np.eye(n, dtype=bool)]
        mean = tr("mean of pairs {mean:.1f} %", mean=100 * others.mean()) if n > 1 else ""
        self.set_subtitle(Span(mean, "muted"))

    def columns(self) -> Data:
        return {f"member {i + 1}": column for i, column in enumerate(self.plot.values.T)}
