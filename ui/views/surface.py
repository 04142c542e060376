"""The outputs over the plane of two inputs, with the samples on top."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from core.base.translation import tr
from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture, Surface, class_name
from ui.plots import ramp
from ui.plots.pictures.brush import Brush
from ui.plots.pictures.surface import SurfacePlot
from ui.plots.text import OneOf, Span, given
from ui.views.picture_view import PictureView
from ui.views.view import Data, add_choice, add_toggle

# At most this many classes are named in the subtitle.
NAMED = 4
MARKS = "●■▲◆▼"
# Half the width of the empty plane to draw in before there are data.
BLANK_REACH = 6.0
CROSS, ARROW = Qt.CursorShape.CrossCursor, Qt.CursorShape.ArrowCursor


class SurfaceView(PictureView):
    """The network's output everywhere in the plane of its two inputs."""

    key = "surface"
    title = "Prediction"
    about = "The prediction over the plane of two inputs"
    default_shown = True
    default_place = "loss"
    measure = "surface"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.brush = Brush()
        super().__init__(parent)
        self.brush.setParent(self)
        self.draw_action = QAction(tr("Draw points"), self)
        self.draw_action.setToolTip(tr("Draw points"))
        self.draw_action.setData("brush")
        self.draw_action.setCheckable(True)
        self.draw_action.toggled.connect(self._switch_brush)
        self.tools = (self.draw_action,)

    def build(self) -> None:
        self.surface = self.add_plot(SurfacePlot())
        self.brush.attach(self.surface)

    def unsupported_reason(self, data: DataPicture) -> str:
        if data.dimensions == 2:
            return ""
        return tr(
            "Needs data with two input features; these have {count:,}.", count=data.dimensions
        )

    def show_measured(self, frame: Frame, picture: Surface) -> None:
        self.surface.set_data(picture, frame.data, frame.iteration)

    def describe(self) -> tuple[Span, ...]:
        data = self.frame.data if self.frame else None
        if self.brush.active and not self.unsupported:
            classes = max(data.classes if data else 0, 2)
            return (
                Span(f"{tr('● left')}  ", OneOf(ramp.class_colors, classes, 0)),
                Span(f"{tr('■ right')}  ", OneOf(ramp.class_colors, classes, 1)),
                Span(tr("Shift erases")),
            )
        if self.unsupported or data is None:
            return (Span(tr("outputs over the input plane")),)
        spans: list[Span] = []
        if data.classifies and data.classes <= NAMED:
            for i in range(data.classes):
                color = OneOf(ramp.class_colors, data.classes, i)
                apart = "  " if i else ""
                spans.append(Span(f"{apart}{MARKS[i % 5]} {given(class_name(data, i))}", color))
        else:
            by_class = tr("class by colour") if data.classifies else tr("target by colour")
            spans.append(Span(by_class))
        if data.counts["validation"] and "validation" in self.surface.parts:
            spans += [Span("  ·  "), Span(tr("hollow: validation"))]
        return tuple(spans)

    def columns(self) -> Data:
        surface, data = self.surface.surface, self.frame.data if self.frame else None
        x_scale, y_scale = self.surface.home_x, self.surface.home_y
        if surface is None or x_scale is None or y_scale is None:
            return {}
        first, second = self.surface.names()
        rows, columns = surface.values.shape[1:]
        x = np.linspace(x_scale.low, x_scale.high, columns)
        y = np.linspace(y_scale.low, y_scale.high, rows)
        table: Data = {
            first: np.tile(x, rows),
            second: np.repeat(y, columns),
            "output": surface.values[0].reshape(-1),
        }
        if surface.classes is not None:
            table["class"] = surface.classes.reshape(-1)
        for part in self.surface.parts if data else ():
            points = data.points[part] if data else None
            if points is not None and len(points.targets):
                table[f"{part} {first}"] = points.inputs[:, 0]
                table[f"{part} {second}"] = points.inputs[:, 1]
                table[f"{part} target"] = points.targets
        return table

    def add_actions(self, menu: QMenu) -> None:
        menu.addAction(self.draw_action)
        if self.brush.points:
            menu.addAction(tr("Remove drawn points"), self.brush.clear)
        menu.addSeparator()
        add_toggle(menu, tr("Discretise"), self.surface.discrete, self.set_discrete)
        menu.addSeparator()
        choices: dict[str, object] = {
            tr("Training and validation points"): ("train", "validation"),
            tr("Training points"): ("train",),
            tr("Validation points"): ("validation",),
            tr("No points"): (),
        }
        add_choice(menu, choices, self.surface.parts, self.set_parts)

    def set_discrete(self, discrete: bool) -> None:
        """Show classes instead of shades, or for regression the side of the middle."""
        self.surface.discrete = discrete
        self.refresh()

    def set_parts(self, parts: object) -> None:
        """Draw the points of these parts: "train", "validation", both or none."""
        assert isinstance(parts, tuple)
        self.surface.show_parts(parts)
        self.refresh()

    # Drawing

    def set_drawing(self, drawing: bool) -> None:
        """Let the mouse draw points or read values."""
        self.draw_action.setChecked(drawing)

    def _switch_brush(self, drawing: bool) -> None:
        self.brush.cancel()
        self.brush.active = drawing
        self.viewport().setCursor(CROSS if drawing else ARROW)
        if self.frame is None:
            self._show_plane()
        self.refresh()

    def set_points(self, text: str) -> None:
        """Set the drawn points of the experiment."""
        self.brush.set_text(text)

    def clear(self) -> None:
        super().clear()
        self._show_plane()

    def _show_plane(self) -> None:
        """Before there are data, show an empty plane while drawing is on."""
        if self.brush.active:
            self.ensure_built()
            self.surface.show_plane(BLANK_REACH)
        self.set_empty(not self.brush.active)

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        if not self._draw(ev):
            super().mousePressEvent(ev)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Two quick clicks of the brush are two points.
        if not self._draw(event):
            super().mouseDoubleClickEvent(event)

    def _draw(self, event: QMouseEvent) -> bool:
        return bool(self.shown_plots) and self.brush.press(
            event.position(), event.button(), event.modifiers()
        )

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        if not self.brush.move(ev.position()):
            super().mouseMoveEvent(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        if not self.brush.release():
            super().mouseReleaseEvent(ev)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        if ev.key() != Qt.Key.Key_Escape or not self.brush.active:
            super().keyPressEvent(ev)
        elif self.brush.is_drawing():
            self.brush.cancel()
        else:
            self.set_drawing(False)
