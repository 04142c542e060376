"""The application's icon in the formats that systems want, drawn from `application.svg`."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image

from installers.contents import ROOT

DRAWING = ROOT / "resources" / "application.svg"
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZES = (16, 32, 64, 128, 256, 512, 1024)


def drawn(size: int) -> Image.Image:
    """The icon with `size` pixels in each direction."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return Image.open(io.BytesIO(bytes(buffer.data().data())))


def write(path: Path) -> Path:
    """Write the icon as .ico, .icns or .png, whatever the suffix says, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sizes = {".ico": ICO_SIZES, ".icns": ICNS_SIZES, ".png": (256,)}[path.suffix]
    images = [drawn(size) for size in sizes]
    largest = images[-1]
    if path.suffix == ".ico":
        largest.save(path, sizes=[(size, size) for size in sizes], append_images=images)
    elif path.suffix == ".icns":
        largest.save(path, append_images=images)
    else:
        largest.save(path)
    return path
