"""The dialogs of the Help menu."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QMessageBox, QWidget

from ui.menus import MenuBar

MOUSE = {"Double click": "Maximise a view, or restore it"}


def shortcuts(parent: QWidget, menus: MenuBar) -> None:
    """Every shortcut there is, in one list."""
    listed = {keys: text for text, keys in menus.shortcuts()} | MOUSE
    rows = (
        f"<tr><td><b>{escape(keys)}</b>&nbsp;&nbsp;</td><td>{escape(text)}</td></tr>"
        for keys, text in listed.items()
    )
    QMessageBox.information(parent, "Keyboard shortcuts", f"<table>{''.join(rows)}</table>")


def about(parent: QWidget) -> None:
    QMessageBox.about(
        parent,
        "About Training Playground",
        "<b>Training Playground</b><p>See a neural network learn.</p>"
        "<p>Digits data: Alpaydin and Kaynak (1998), CC BY 4.0.<br>MIT licence.</p>",
    )
