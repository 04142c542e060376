"""Small grey images side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ui.plots import ramp
from ui.plots.pictures.images import Images
from ui.plots.style import PaintStyle


class GreyImages(Images):
    """Images whose values lie in 0…1."""

    least = 8.0

    def set_values(self, values: NDArray[np.floating]) -> None:
        """Show other images, (n, rows, columns); values beyond 0…1 are cut off."""
        self.set_images(np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))

    def shades(self, shown: int) -> NDArray[np.floating]:
        assert self.images is not None
        return self.images[:shown].astype(np.float32)

    def table(self, style: PaintStyle) -> ramp.Colors:
        return ramp.grey(style.theme)
