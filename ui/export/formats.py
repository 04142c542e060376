"""Writes views as images and data, to files and to the clipboard.

PNG at one to four times the screen size, SVG and PDF as vectors with text as text, CSV with the
values shown, in either theme. Files are written atomically.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from core.base.png import write_png
from core.base.translation import Message, tr
from core.experiment.files import SPEC_KEY, replacing
from ui.export.sheet import VECTOR, Sheet, paint_sheet
from ui.plots.plot_view import Data
from ui.theme import Theme

POINTS_PER_PIXEL = 0.75
PDF_RESOLUTION = 1200
# Fallbacks for when the font is missing: most programs would use a serif font.
_FAMILY = re.compile(rb'font-family="([^"]*)"')
# Keeps the pixels of images sharp in browsers.
_PIXELS = re.compile(rb'image-rendering="optimizeSpeed"')
# Characters that XML cannot contain in any form, though the name of a class may.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


class ExportError(Exception):
    """A file could not be written; the message gives the file and the reason."""


@dataclass(frozen=True)
class Format:
    """A file format, with a function from (sheet, theme, scale, spec) to bytes."""

    key: str
    label: str
    encode: Callable[[Sheet, Theme, float, str], bytes]
    scales: bool = False
    themed: bool = True


def export(
    path: str | Path, sheet: Sheet, theme: Theme, scale: float = 2.0, spec: str = ""
) -> None:
    """Write a sheet to a file in the format given by its suffix. `spec`, the experiment as JSON, is
    embedded in a PNG. Raises ExportError.
    """
    path = Path(path)
    kind = FORMATS.get(path.suffix.lower().removeprefix("."))
    if kind is None:
        known = ", ".join(f".{key}" for key in FORMATS)
        raise ExportError(
            tr("{name}: unknown kind of file; choose one of {known}", name=path.name, known=known)
        )
    write_whole(path, kind.encode(sheet, theme, scale, spec))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically. Raises ExportError."""
    try:
        with replacing(path) as part:
            part.write_bytes(content)
    except OSError as error:
        raise ExportError(
            tr(
                "{path} could not be written: {reason}",
                path=path,
                reason=error.strerror or error,
            )
        ) from error


def image(sheet: Sheet, theme: Theme, scale: float = 1.0, spec: str = "") -> QImage:
    """An image with `scale` pixels per logical pixel. Raises ExportError if it is too large."""
    size = (sheet.size * scale).toSize()
    picture = QImage(size, QImage.Format.Format_RGB32)
    if picture.isNull():
        raise ExportError(
            tr(
                "an image of {width} × {height} pixels is too large",
                width=size.width(),
                height=size.height(),
            )
        )
    picture.setDevicePixelRatio(scale)
    with QPainter(picture) as painter:
        paint_sheet(painter, sheet, theme, scale)
    picture.setText("Title", sheet.title)
    picture.setText("Software", "Training playground")
    if spec:
        picture.setText(SPEC_KEY, spec)
    return picture


def copy_to_clipboard(sheet: Sheet, theme: Theme, scale: float = 2.0, spec: str = "") -> None:
    """Copy an image to the clipboard."""
    QGuiApplication.clipboard().setImage(image(sheet, theme, scale, spec))


def table(sheet: Sheet) -> Data:
    """The columns of all views on a sheet; with several views, names are prefixed with the view."""
    columns: Data = {}
    for view in sheet.views:
        prefix = f"{view.name}: " if len(sheet.views) > 1 else ""
        columns.update({prefix + name: values for name, values in view.export_data().items()})
    return columns


def _png(sheet: Sheet, theme: Theme, scale: float, spec: str) -> bytes:
    picture = image(sheet, theme, scale, spec).convertToFormat(QImage.Format.Format_RGB888)
    height, width, line = picture.height(), picture.width(), picture.bytesPerLine()
    lines = np.frombuffer(picture.constBits(), np.uint8).reshape(height, line)
    pixels = lines[:, : 3 * width].reshape(height, width, 3)
    text = {key: picture.text(key) for key in picture.textKeys()}
    # The physical size: 96 dots per inch at scale 1.
    return write_png(pixels, text, 96 * scale)


def _svg(sheet: Sheet, theme: Theme, scale: float, spec: str) -> bytes:
    size = sheet.size.toSize()
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    buffer = _buffer()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(sheet.title)
    generator.setDescription(sheet.caption)
    with QPainter(generator) as painter:
        paint_sheet(painter, sheet, theme, VECTOR)
    drawing = _NOT_XML.sub("\ufffd".encode(), bytes(buffer.data().data()))
    drawing = _FAMILY.sub(rb'font-family="\1, Verdana, sans-serif"', drawing)
    return _PIXELS.sub(rb'\g<0> style="image-rendering:pixelated"', drawing)


def _pdf(sheet: Sheet, theme: Theme, scale: float, spec: str) -> bytes:
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(sheet.title)
    writer.setCreator("Training playground")
    writer.setResolution(PDF_RESOLUTION)
    page = QPageSize(sheet.size * POINTS_PER_PIXEL, QPageSize.Unit.Point)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    with QPainter(writer) as painter:
        # The page size is rounded to whole points: scale to fill it.
        size = sheet.size
        painter.scale(writer.width() / size.width(), writer.height() / size.height())
        paint_sheet(painter, sheet, theme, VECTOR)
    return bytes(buffer.data().data())


def _csv(sheet: Sheet, theme: Theme, scale: float, spec: str) -> bytes:
    """All columns side by side; shorter ones end in empty cells."""
    columns = table(sheet)
    rows = max((len(values) for values in columns.values()), default=0)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for i in range(rows):
        writer.writerow(_cell(v[i]) if i < len(v) else "" for v in columns.values())
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, np.floating):
        return "" if np.isnan(value) else repr(float(value))
    return value.item() if isinstance(value, np.generic) else value


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


FORMATS = {
    kind.key: kind
    for kind in (
        Format("png", Message("PNG image"), _png, scales=True),
        Format("svg", Message("SVG drawing"), _svg),
        Format("pdf", Message("PDF document"), _pdf),
        Format("csv", Message("CSV table of the values shown"), _csv, themed=False),
    )
}
