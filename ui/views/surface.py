"""The outputs over the plane of two inputs, with the samples drawn on them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QMenu, QWidget

from core.pictures import DataPicture, Surface
from core.telemetry import Frame
from ui.plot import ramp
from ui.plot.surface import SurfacePanel, class_name
from ui.plot.text import Span
from ui.views.picture_view import PictureView
from ui.views.view import Data, add_choice, add_toggle

# So many classes are named in the subtitle.
NAMED = 4
MARKS = "●■▲◆▼"


class SurfaceView(PictureView):
    """What the network says everywhere in the plane of its two inputs."""

    key = "surface"
    title = "Prediction"
    about = "What the network predicts all over the plane of two inputs"
    default_shown = True
    default_place = "loss"
    measure = "surface"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface = SurfacePanel()
        self.panels = [self.surface]

    def lacks(self, data: DataPicture) -> str:
        if data.dimensions == 2:
            return ""
        return f"Needs data with two input features; these have {data.dimensions:,}."

    def take_in(self, frame: Frame, picture: Surface) -> QRectF | None:
        if self.surface.absorb(picture, frame.data, frame.iteration):
            return None
        return self.surface.dirty()

    def describe(self) -> tuple[Span, ...]:
        data = self.frame.data if self.frame else None
        if self.lacking or data is None:
            return (Span("outputs over the input plane"),)
        spans: list[Span] = []
        if data.classifies and data.classes <= NAMED:
            colors = ramp.class_colors(self.theme, data.classes)
            for i, color in enumerate(colors):
                spans.append(Span(f"{MARKS[i % 5]} {class_name(data, i)}  ", color))
        else:
            spans.append(Span("class by colour" if data.classifies else "target by colour"))
        if data.counts["validation"] and "validation" in self.surface.parts:
            spans.append(Span("  ·  hollow: validation"))
        return tuple(spans)

    def retheme(self, theme) -> None:
        super().retheme(theme)
        self.update_subtitle()

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
