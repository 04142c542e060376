"""The former name of `PaintStyle`, for panels that are not converted yet."""

from ui.plots.style import PaintStyle as Ink

__all__ = ["Ink"]
