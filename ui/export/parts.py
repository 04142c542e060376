"""Widgets and functions shared by the export dialogs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from ui.widgets.combo import Combo, choice_model
from ui.widgets.layouts import add_layout
from ui.widgets.pixmap import show_pixmap

PREVIEW = QSize(400, 280)
WHOLE = "dashboard"


def combo(
    parent: QWidget,
    name: str,
    items: list[tuple[Any, str, str, str]],
    disabled: Sequence[Any] = (),
) -> Combo:
    """A list of choices: value, label, note, tooltip."""
    made = Combo(choice_model(items, disabled), parent)
    made.setAccessibleName(name)
    made.setMinimumWidth(220)
    return made


def form_of(choices: Iterable[tuple[str, QWidget]]) -> QFormLayout:
    """Choices below each other, each with its name."""
    form = QFormLayout()
    form.setHorizontalSpacing(12)
    form.setVerticalSpacing(8)
    for name, choice in choices:
        form.addRow(name, choice)
    return form


def arrange(
    dialog: QDialog,
    preview: QWidget,
    form: QFormLayout,
    notes: Sequence[QWidget],
    left: QWidget,
    right: Sequence[QPushButton],
    preview_share: int = 0,
) -> None:
    """Lay out an export dialog: the preview beside the choices and the notes on them, and below a
    widget at the left and the buttons at the right, the last of which is the default.

    `preview_share` is the preview's part of the width where the choices get 2; at 0 it keeps its
    size.
    """
    side = QVBoxLayout()
    add_layout(side, form)
    for note in notes:
        if isinstance(note, QLabel):
            note.setWordWrap(True)
        side.addWidget(note)
    side.addStretch(1)
    top, below = QHBoxLayout(), QHBoxLayout()
    top.setSpacing(16)
    top.addWidget(preview, preview_share)
    add_layout(top, side, 2)
    expands = left.sizePolicy().expandingDirections() & Qt.Orientation.Horizontal
    below.addWidget(left, 9 if expands else 0)
    below.addStretch(1)
    for button in right:
        below.addWidget(button)
    right[-1].setDefault(True)
    whole = QVBoxLayout(dialog)
    whole.setContentsMargins(16, 16, 16, 16)
    whole.setSpacing(16)
    add_layout(whole, top)
    add_layout(whole, below)
    right[-1].setFocus()


def cancel_button(dialog: QDialog) -> QPushButton:
    button = QPushButton(tr("Cancel"))
    button.clicked.connect(dialog.reject)
    return button


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
