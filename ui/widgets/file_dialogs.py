"""Asking for files and folders: none is replaced without a question, moved or deleted.

Qt's own dialog, where the system has none, is also a file manager: a folder that is dragged by
mistake moves into another.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QAction, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QMessageBox, QWidget

from core.base.translation import tr

# Named one by one in the question, the others counted.
MOST_NAMED = 3


def ask_source(parent: QWidget | None, title: str, folder: str, kinds: str) -> Path | None:
    """Ask for a file to open; None if the user gives up. `kinds` are the dialog's filters."""
    read_only = QFileDialog.Option.ReadOnly
    name, _ = QFileDialog.getOpenFileName(parent, title, folder, kinds, options=read_only)
    return Path(name) if name else None


def ask_folder(parent: QWidget | None, title: str, folder: str) -> Path | None:
    """Ask for a folder; None if the user gives up."""
    dialog = QFileDialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    _keep_files(dialog)
    chosen = Path(dialog.selectedFiles()[0]) if dialog.exec() else None
    dialog.deleteLater()
    return chosen


def ask_target(
    parent: QWidget | None,
    title: str,
    proposed: Path,
    kinds: str,
    beside: Sequence[str] = (),
) -> Path | None:
    """Ask for a file with the suffix of the proposed one; None if the user gives up.

    `kinds` are the dialog's filters. `beside` are suffixes of files of the same name that will be
    written too. The dialog itself asks about the very name that was typed, so this function asks
    about the others.
    """
    dialog = QFileDialog(parent, title, str(proposed.parent), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(proposed.suffix[1:])
    dialog.selectFile(proposed.name)
    _keep_files(dialog)
    try:
        while dialog.exec():
            typed = Path(dialog.selectedFiles()[0])
            path = with_suffix(typed, proposed.suffix)
            written = [path, *(path.with_suffix(suffix) for suffix in beside)]
            if may_replace(parent, [each for each in written if each != typed]):
                return path
        return None
    finally:
        dialog.deleteLater()


def _keep_files(dialog: QFileDialog) -> None:
    """Let nothing be moved or deleted in Qt's own dialog, while folders can still be made."""
    for view in dialog.findChildren(QAbstractItemView):
        view.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
    for shortcut in dialog.findChildren(QShortcut):
        shortcut.setEnabled(False)
    for action in dialog.findChildren(QAction, "qt_delete_action"):
        action.setVisible(False)


def with_suffix(path: Path, suffix: str) -> Path:
    """The path with a suffix, in small or in capital letters, added if it has another or none."""
    has_it = path.suffix.lower() == suffix.lower()
    return path if has_it else path.with_name(path.name + suffix)


def may_replace(parent: QWidget | None, paths: Sequence[Path]) -> bool:
    """Ask whether those of the files that exist may be replaced."""
    there = [path.name for path in paths if path.exists()]
    if not there:
        return True
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Replace files"))
    box.setText(
        tr(
            "{count} file exists already. Replace it?",
            "{count} files exist already. Replace them?",
            count=len(there),
        )
    )
    more = ["…"] if len(there) > MOST_NAMED else []
    box.setInformativeText("\n".join([*there[:MOST_NAMED], *more]))
    Button = QMessageBox.StandardButton
    box.setStandardButtons(Button.Yes | Button.No)
    box.setDefaultButton(Button.No)
    box.button(Button.Yes).setText(tr("Overwrite"))
    box.button(Button.No).setText(tr("Keep"))
    answer = box.exec()
    box.deleteLater()
    return answer == Button.Yes
