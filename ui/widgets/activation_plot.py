"""A small plot of an activation function and its derivative."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from core.base.translation import tr
from core.catalogue.activations import Activation, PReLU
from ui import theme
from ui.plots.function_plot import FunctionPlot
from ui.plots.plot_view import PlotView
from ui.plots.style import PaintStyle

REACH = 5.0
BOTTOM, TOP = -1.3, 2.3
POINTS = 241
HEIGHT = 92


def sampled(activation: Activation, x: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """f and f′ at x; None for a function whose shape is learned (maxout)."""
    if isinstance(activation, PReLU):
        slope = np.where(x > 0, 1.0, activation.start)
        return x * slope, slope
    f, slope = np.empty_like(x), np.empty_like(x)
    try:
        activation.forward(x, f)
        activation.derivative(x, f, slope)
    except NotImplementedError:
        return None
    return f, slope


class ActivationPlot(QFrame):
    """f solid, f′ dashed, with the values under the pointer. All functions have the same axes, so
    that slopes can be compared: x from −5 to 5, values from −1.3 to 2.3.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("activationPlot")
        self._activation: Activation | None = None
        self._x = np.linspace(-REACH, REACH, POINTS)
        self.view = FunctionView()
        self.plot = self.view.add_plot(FunctionPlot(REACH, BOTTOM, TOP, self._words))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.addWidget(self.view)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Activation function and its derivative"))

    def set_activation(self, activation: Activation) -> None:
        """Show another function; hide the widget if it has no curve."""
        if activation == self._activation:
            return
        self._activation = activation
        curves = sampled(activation, self._x)
        if curves is not None:
            self.plot.set_functions(self._x, *curves)
            self.plot.words.update()
        self.setVisible(curves is not None)
        self.setAccessibleDescription(f"{activation.label}: {activation.formula}")

    def reading(self) -> str:
        """x, f and f′ under the pointer; empty without one."""
        return "" if self.plot.pointed is None else self._words(self.plot.pointed)

    def _words(self, x: float) -> str:
        here = sampled(self._activation, np.array([x])) if self._activation else None
        if here is None:
            return ""
        return f"x {x:.2f}   f {here[0][0]:.3f}   f′ {here[1][0]:.3f}".replace("-", "−")

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.view.retheme(theme.current())
        super().changeEvent(event)


class FunctionView(PlotView):
    """The plot alone, edge to edge, on the background of a field."""

    backdrop = "field"

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        self.place({self.plots[0]: self.bounds})

    def point_at(self, place: QPointF | None) -> None:
        super().point_at(place)
        if place is None:
            for plot in self.plots:
                assert isinstance(plot, FunctionPlot)
                plot.point_at(None)

    def mouseDoubleClickEvent(self, event) -> None:
        """Do nothing: this plot cannot be maximised."""
