"""The view of lab 3: the network by hand."""

from __future__ import annotations

import numpy as np

from core.base.translation import tr
from core.studies.hand_network import name
from ui.plots.picture_plot import PicturePlot
from ui.plots.pictures.hand_network import BACKWARD, FORWARD, UPDATE, NetworkGraph
from ui.plots.plot_view import Data, PlotView
from ui.plots.text import Span


class GraphView(PlotView):
    """The network by hand."""

    key = "network"
    title = "Network"
    about = "The network with its numbers appears here"

    def build(self) -> None:
        self.plot = self.add_plot(PicturePlot())
        self.graph = self.plot.add(NetworkGraph())
        self.set_subtitle(
            Span(tr("forward"), FORWARD),
            Span(" · "),
            Span(tr("backward"), BACKWARD),
            Span(" · "),
            Span(tr("update"), UPDATE),
            Span(" · "),
            Span(tr("used now"), "validation"),
        )

    def columns(self) -> Data:
        moment = self.graph.moment
        if moment is None:
            return {}
        known = [(name(k, moment.trace.network), v) for k, v in moment.known.items()]
        return {
            "quantity": np.array([n for n, _ in known]),
            "value": np.array([v for _, v in known]),
        }
