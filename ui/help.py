"""The guide in a window of its own, and the About box."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QTextBrowser,
    QWidget,
)

from core.base.translation import Message, language, tr
from ui.menus import MenuBar

ROOT = Path(__file__).resolve().parent.parent
# In a checkout, and where the application is installed.
FOLDERS = (ROOT / "docs" / "guide", ROOT / "resources" / "guide")
# The order in which pages are read; others follow by name.
ORDER = ("index", "keys", "lessons", "films", "recovery", "search", "figures")
SIZE = QSize(900, 660)
LIST_WIDTH, ROW_HEIGHT = 216, 28
MISSING = Message("The pages of the guide are not installed with this copy.")
MOUSE = {
    Message("Double click"): Message("Maximise or restore a view"),
    Message("Double click on an axis"): Message("Show all of it again"),
    Message("Wheel, drag"): Message("Zoom and pan a plot"),
    Message("Arrows, +, −, A in a plot"): Message("Move the read-out, zoom, show all"),
}


def guide_pages() -> dict[str, str]:
    """The pages of the guide as Markdown, by name, in the order in which they are read; in the
    user's language where they are translated."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    files = {path.stem: path for path in sorted(folder.glob("*.md"))} if folder else {}
    if folder:
        translated = {path.stem: path for path in (folder / language()).glob("*.md")}
        files = {name: translated.get(name, path) for name, path in files.items()}
    names = [name for name in ORDER if name in files]
    names += [name for name in files if name not in names]
    return {name: files[name].read_text(encoding="utf-8") for name in names} or {
        "index": f"# {tr('Guide')}\n\n{tr(MISSING)}"
    }


def keys_page(menus: MenuBar) -> str:
    """Every shortcut there is, in one table."""
    listed = [(keys, text) for text, keys in menus.shortcuts()]
    listed += [(tr(act), tr(text)) for act, text in MOUSE.items()]
    rows = "\n".join(f"| {keys} | {text} |" for keys, text in listed)
    head = f"| {tr('key')} | {tr('what it does')} |"
    return f"# {tr('Keys')}\n\n{head}\n|---|---|\n{rows}\n"


def title_of(markdown: str) -> str:
    """The first heading of a page."""
    lines = (line for line in markdown.splitlines() if line.startswith("# "))
    return next(lines, "# Untitled").removeprefix("# ").strip()


class Guide(QDialog):
    """The pages of the guide beside their list; it stays open while one works in the window."""

    def __init__(self, menus: MenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Guide"))
        self.resize(SIZE)
        pages = guide_pages()
        keys = {"keys": keys_page(menus)}
        first = dict(list(pages.items())[:1])
        self._pages = {**first, **keys, **pages}
        self.list, self.text = QListWidget(), QTextBrowser()
        self.list.setAccessibleName(tr("Pages of the guide"))
        self.list.setFixedWidth(LIST_WIDTH)
        self.text.setAccessibleName(tr("Page of the guide"))
        self.text.setOpenLinks(False)
        self.text.document().setDocumentMargin(16)
        for name, markdown in self._pages.items():
            item = QListWidgetItem(title_of(markdown), self.list)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(0, ROW_HEIGHT))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.list.currentItemChanged.connect(lambda *_: self._show())
        self.text.anchorClicked.connect(self._follow)
        self.list.setCurrentRow(0)

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return self.list.currentItem().data(Qt.ItemDataRole.UserRole)

    def show_page(self, name: str) -> bool:
        """Show a page by its name; whether there is one."""
        names = list(self._pages)
        if name not in names:
            return False
        self.list.setCurrentRow(names.index(name))
        return True

    def _show(self) -> None:
        self.text.setMarkdown(self._pages[self.page])

    def _follow(self, url: QUrl) -> None:
        """Another page of the guide is shown here, everything else by the system."""
        name = Path(url.path())
        if url.isRelative() and name.suffix == ".md":
            self.show_page(name.stem)
        elif not url.isRelative():
            QDesktopServices.openUrl(url)


def about(parent: QWidget) -> None:
    QMessageBox.about(
        parent,
        tr("About Training Playground"),
        f"<b>Training Playground</b><p>{tr('See a neural network learn.')}</p>"
        f"<p>{tr('Digits data: Alpaydin and Kaynak (1998), CC BY 4.0.')}<br>"
        f"{tr('MIT licence.')}</p>",
    )
