"""The wheel of a mouse, turned over a plot."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent

from ui.plots.plot_view import PlotView


def turn_wheel(view: PlotView, place: QPointF, notches: int) -> None:
    """Away from the user, to zoom in, where `notches` is positive."""
    view.wheelEvent(
        QWheelEvent(
            place,
            QPointF(view.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )
