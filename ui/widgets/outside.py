"""Links and files that other programs open."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from core.base.translation import tr


def open_outside(url: QUrl, parent: QWidget) -> None:
    """Open a link or a file in the system's program for it; a message says where there is none,
    with the address to copy."""
    if QDesktopServices.openUrl(url):
        return
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Open"))
    box.setText(tr("This computer has no program that opens this address."))
    box.setInformativeText(url.toString())
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.exec()
    box.deleteLater()
