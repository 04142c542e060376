"""Widgets and functions shared by the export dialogs."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from core.base.translation import tr
from ui.widgets.combo import Combo, choice_model
from ui.widgets.pixmap import show_pixmap

PREVIEW = QSize(400, 280)
WHOLE = "dashboard"


def combo(parent: QWidget, name: str, items: list[tuple[Any, str, str, str]]) -> Combo:
    """A list of choices: value, label, note, tooltip."""
    made = Combo(choice_model(items), parent)
    made.setAccessibleName(name)
    made.setMinimumWidth(220)
    return made


def preview_label() -> QLabel:
    """The preview of what will be exported."""
    label = QLabel()
    label.setFixedSize(PREVIEW)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setAccessibleName(tr("Preview"))
    return label


def show_preview(label: QLabel, picture: QImage) -> None:
    """Show an image as large as fits."""
    ratio = label.devicePixelRatioF()
    picture.setDevicePixelRatio(1.0)
    smooth = Qt.TransformationMode.SmoothTransformation
    small = picture.scaled(PREVIEW * ratio, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    small.setDevicePixelRatio(ratio)
    show_pixmap(label, QPixmap.fromImage(small))


def file_stem(title: str, key: str) -> str:
    """A file name without suffix for an export of the experiment with this title."""
    title = re.sub(r"[^\w-]+", "-", title.lower()).strip("-_")
    return f"{title}-{key}" if title else key
