"""The outputs over the plane of two inputs, with the samples drawn on them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from core.telemetry.frame import Frame
from core.telemetry.pictures import DataPicture, Surface
from ui.data.brush import Brush
from ui.plots import ramp
from ui.plots.ink import Ink
from ui.plots.panel import Panel
from ui.plots.surface import SurfacePanel, class_name
from ui.plots.text import OneOf, Span
from ui.views.canvas_view import Data, add_choice, add_toggle
from ui.views.picture_view import PictureView

# So many classes are named in the subtitle.
NAMED = 4
MARKS = "●■▲◆▼"
# How far the plane reaches that one draws in before there are data.
BLANK_REACH = 6.0


class SurfaceView(PictureView):
    """What the network says everywhere in the plane of its two inputs."""

    key = "surface"
    title = "Prediction"
    about = "What the network predicts all over the plane of two inputs"
    default_shown = True
    default_place = "loss"
    measure = "surface"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.surface = SurfacePanel()
        self.brush = Brush(self.surface)
        super().__init__(parent)
        self.brush.setParent(self)
        self.panels = [self.surface]
        self.draw_action = QAction("Draw points", self)
        self.draw_action.setToolTip("Draw points of your own")
        self.draw_action.setData("brush")
        self.draw_action.setCheckable(True)
        self.draw_action.toggled.connect(self._switch_brush)
        self.tools = (self.draw_action,)

    def unsupported_reason(self, data: DataPicture) -> str:
        if data.dimensions == 2:
            return ""
        return f"Needs data with two input features; these have {data.dimensions:,}."

    def take_in(self, frame: Frame, picture: Surface) -> QRectF | None:
        if self.surface.absorb(picture, frame.data, frame.iteration):
            return None
        return self.surface.dirty()

    def describe(self) -> tuple[Span, ...]:
        data = self.frame.data if self.frame else None
        if self.brush.active and not self.lacking:
            classes = max(data.classes if data else 0, 2)
            return (
                Span("● left  ", OneOf(ramp.class_colors, classes, 0)),
                Span("■ right  ", OneOf(ramp.class_colors, classes, 1)),
                Span("Shift erases"),
            )
        if self.lacking or data is None:
            return (Span("outputs over the input plane"),)
        spans: list[Span] = []
        if data.classifies and data.classes <= NAMED:
            for i in range(data.classes):
                color = OneOf(ramp.class_colors, data.classes, i)
                apart = "  " if i else ""
                spans.append(Span(f"{apart}{MARKS[i % 5]} {class_name(data, i)}", color))
        else:
            spans.append(Span("class by colour" if data.classifies else "target by colour"))
        if data.counts["validation"] and "validation" in self.surface.parts:
            spans.append(Span("  ·  hollow: validation"))
        return tuple(spans)

    def columns(self) -> Data:
        surface, data = self.surface.surface, self.frame.data if self.frame else None
        if surface is None or self.lacking:
            return {}
        first, second = self.surface.names()
        rows, columns = surface.values.shape[1:]
        x = np.linspace(self.surface.x.low, self.surface.x.high, columns)
        y = np.linspace(self.surface.y.low, self.surface.y.high, rows)
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
            menu.addAction("Remove drawn points", self.brush.clear)
        menu.addSeparator()
        add_toggle(menu, "Discretise", self.surface.discrete, self.set_discrete)
        menu.addSeparator()
        choices: dict[str, object] = {
            "Training and validation points": ("train", "validation"),
            "Training points": ("train",),
            "Validation points": ("validation",),
            "No points": (),
        }
        add_choice(menu, choices, self.surface.parts, self.set_parts)

    def set_discrete(self, discrete: bool) -> None:
        """Show classes instead of shades, or for numbers the side of the middle."""
        self.surface.discrete = discrete
        self.refresh()

    def set_parts(self, parts: object) -> None:
        """Draw the points of these parts: "train", "validation", both or none."""
        assert isinstance(parts, tuple)
        self.surface.parts = parts
        self.refresh()

    # Drawing

    def set_drawing(self, drawing: bool) -> None:
        """Let the mouse draw points, or read off values."""
        self.draw_action.setChecked(drawing)

    def _switch_brush(self, drawing: bool) -> None:
        self.brush.cancel()
        self.brush.active = drawing
        self.setCursor(Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor)
        self.refresh()

    def set_points(self, text: str) -> None:
        """The drawn points as the experiment has them."""
        self.brush.set_text(text)
        self.touch(self.surface.dirty())

    def _is_blank(self) -> bool:
        return self.brush.active and self.frame is None

    def _arrange(self) -> None:
        if self._is_blank():
            self.surface.blank(BLANK_REACH)
        super()._arrange()

    def shown_panels(self) -> list[Panel]:
        return [self.surface] if self._is_blank() else super().shown_panels()

    def paint_backdrop(self, painter: QPainter, size: QSizeF, ink: Ink) -> None:
        if not self._is_blank():
            super().paint_backdrop(painter, size, ink)

    def _paint_moving(self, painter: QPainter, clip: QRectF, ink: Ink) -> None:
        super()._paint_moving(painter, clip, ink)
        if self.shown_panels():
            data = self.surface.data
            self.brush.paint(painter, ink, data.drawn if data else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._draw(event):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Two quick clicks of the brush are two points.
        if not self._draw(event):
            super().mouseDoubleClickEvent(event)

    def _draw(self, event: QMouseEvent) -> bool:
        if not self.shown_panels():
            return False
        begun = self.brush.press(event.position(), event.button(), event.modifiers())
        self.touch(self.surface.dirty())
        return begun

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.brush.move(event.position()):
            self.touch(self.surface.dirty())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.brush.release():
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if not (by_mouse and self.brush.active and self.surface.plot.contains(event.pos())):
            super().contextMenuEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.brush.active:
            if self.brush.is_drawing():
                self.brush.cancel()
                self.touch(self.surface.dirty())
            else:
                self.set_drawing(False)
        else:
            super().keyPressEvent(event)
