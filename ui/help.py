"""The guide in a window of its own, and the About box."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QResizeEvent, QTextDocument
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QWidget,
)

from core.base.translation import Message, language, tr
from ui.menus import Line, MenuBar
from ui.pages import PAGES
from ui.widgets.outside import open_outside
from ui.widgets.text_browser import TextBrowser

ROOT = Path(__file__).resolve().parent.parent
# In a checkout, and where the application is installed.
FOLDERS = (ROOT / "docs" / "guide", ROOT / "resources" / "guide")
# The order in which pages are read; others follow by name.
ORDER = ("index", "keys", "lessons", "films", "recovery", "search", "figures")
SIZE = QSize(1040, 760)
LIST_WIDTH, ROW_HEIGHT = 240, 28
PAGE_MARGIN = 16
KEYS = "keys"
ABOUT_ICON = QSize(64, 64)
MISSING = Message("The pages of the guide are not installed with this copy.")
MOUSE = {
    Message("Double click"): Message("Maximise or restore a view"),
    Message("Double click on an axis"): Message("Show all of it again"),
    Message("Wheel, drag"): Message("Zoom and pan a plot"),
    Message("Arrows, +, −, A"): Message("Move the read-out, zoom, show all"),
}


def guide_folder() -> Path | None:
    """Where the pages are; None where they are not installed."""
    return next((folder for folder in FOLDERS if folder.is_dir()), None)


def guide_pages() -> dict[str, str]:
    """The pages of the guide as Markdown, by name, in the order in which they are read; in the
    user's language where they are translated."""
    folder = guide_folder()
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
    """Every shortcut there is, in a table for each page."""
    lines = [line for line in menus.lines() if line.keys]
    tables = {tr("On every page"): _keys_of("", lines)}
    tables |= {tr(entry.title): _keys_of(entry.key, lines) for entry in PAGES}
    tables[tr("In a plot")] = [(tr(act), tr(text)) for act, text in MOUSE.items()]
    head = f"| {tr('key')} | {tr('what it does')} |\n|---|---|\n"
    text = f"# {tr('Keys')}\n"
    for title, rows in tables.items():
        listed = "".join(f"| {keys} | {what} |\n" for keys, what in rows)
        text += f"\n## {title}\n\n{head}{listed}"
    return text


def _keys_of(page: str, lines: Sequence[Line]) -> list[tuple[str, str]]:
    return [(line.keys, line.text) for line in lines if line.page == page]


def title_of(markdown: str) -> str:
    """The first heading of a page."""
    lines = (line for line in markdown.splitlines() if line.startswith("# "))
    return next(lines, "# Untitled").removeprefix("# ").strip()


def file_of(link: QUrl) -> Path | None:
    """The file of the guide that a page refers to, relative to the page's folder; None if there is
    none."""
    folder = guide_folder()
    if folder is None or not link.isRelative():
        return None
    # A page in the user's language is in a folder of its own, and otherwise shown in English.
    files = [place / link.path() for place in (folder / language(), folder)]
    return next((file.resolve() for file in files if file.is_file()), None)


class PageText(TextBrowser):
    """A page with its pictures, which are never wider than the page."""

    _markdown = ""

    def show_page(self, markdown: str) -> None:
        self._markdown = markdown
        self.show_markdown(markdown)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        file = file_of(QUrl(name))
        if kind != QTextDocument.ResourceType.ImageResource.value or file is None:
            return super().loadResource(kind, name)
        picture, ratio = QImage(str(file)), self.devicePixelRatioF()
        room = self.viewport().width() - 2 * PAGE_MARGIN
        # Scaled here: the document would leave out pixels instead of averaging them.
        width = round(min(picture.width(), room) * ratio)
        picture = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        return picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and "![" in self._markdown:
            bar = self.verticalScrollBar()
            place = bar.value() / max(1, bar.maximum())
            self.show_markdown(self._markdown)
            bar.setValue(round(place * bar.maximum()))


class Guide(QDialog):
    """The pages of the guide beside their list; it stays open while one works in the window."""

    def __init__(self, menus: MenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Guide"))
        self.resize(SIZE)
        self._menus, pages = menus, guide_pages()
        # Its tables follow when it is shown: they need every page of the window.
        keys = {KEYS: f"# {tr('Keys')}\n"}
        first = dict(list(pages.items())[:1])
        self._pages = {**first, **keys, **pages}
        self.list, self.text = QListWidget(), PageText()
        self.list.setAccessibleName(tr("Pages of the guide"))
        self.list.setFixedWidth(LIST_WIDTH)
        self.text.setAccessibleName(tr("Page of the guide"))
        self.text.setOpenLinks(False)
        # The room for pictures must not depend on their height.
        self.text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.text.document().setDocumentMargin(PAGE_MARGIN)
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
        if name == self.page == KEYS:
            self._show()
        self.list.setCurrentRow(names.index(name))
        return True

    def _show(self) -> None:
        if self.page == KEYS:
            self._pages[KEYS] = keys_page(self._menus)
        self.text.show_page(self._pages[self.page])

    def _follow(self, url: QUrl) -> None:
        """Another page of the guide is shown here, everything else by the system: a picture in its
        full size."""
        name = Path(url.path())
        if url.isRelative() and name.suffix == ".md":
            self.show_page(name.stem)
        elif (file := file_of(url)) is not None:
            open_outside(QUrl.fromLocalFile(str(file)), self)
        elif not url.isRelative():
            open_outside(url, self)


def about(parent: QWidget) -> None:
    box = QMessageBox(parent)
    box.setWindowTitle(tr("About Training Playground"))
    box.setIconPixmap(parent.windowIcon().pixmap(ABOUT_ICON))
    box.setText(f"{QApplication.applicationName()} {QApplication.applicationVersion()}")
    box.setInformativeText(
        f"<p>{tr('See a neural network learn.')}</p>"
        f"<p>{tr('Digits data: Alpaydin and Kaynak (1998), CC BY 4.0.')}<br>"
        f"{tr('MIT licence.')}</p>"
    )
    box.exec()
    box.deleteLater()
