"""The guide in a window of its own, and the About box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent, QTextDocument
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
from ui.menus import MenuBar
from ui.widgets.text_browser import TextBrowser

ROOT = Path(__file__).resolve().parent.parent
# In a checkout, and where the application is installed.
FOLDERS = (ROOT / "docs" / "guide", ROOT / "resources" / "guide")
# The order in which pages are read; others follow by name.
ORDER = ("index", "keys", "lessons", "films", "recovery", "search", "figures")
SIZE = QSize(1040, 760)
LIST_WIDTH, ROW_HEIGHT = 216, 28
PAGE_MARGIN = 16
KEYS = "keys"
ABOUT_ICON = QSize(64, 64)
MISSING = Message("The pages of the guide are not installed with this copy.")
MOUSE = {
    Message("Double click"): Message("Maximise or restore a view"),
    Message("Double click on an axis"): Message("Show all of it again"),
    Message("Wheel, drag"): Message("Zoom and pan a plot"),
    Message("Arrows, +, −, A in a plot"): Message("Move the read-out, zoom, show all"),
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
        self.setMarkdown(markdown)

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
            self.setMarkdown(self._markdown)
            bar.setValue(round(place * bar.maximum()))


class Guide(QDialog):
    """The pages of the guide beside their list; it stays open while one works in the window."""

    def __init__(self, menus: MenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Guide"))
        self.resize(SIZE)
        self._menus, pages = menus, guide_pages()
        keys = {KEYS: keys_page(menus)}
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
            # Pages add their keys when they are first shown.
            self._pages[KEYS] = keys_page(self._menus)
        self.text.show_page(self._pages[self.page])

    def _follow(self, url: QUrl) -> None:
        """Another page of the guide is shown here, everything else by the system: a picture in its
        full size."""
        name = Path(url.path())
        if url.isRelative() and name.suffix == ".md":
            self.show_page(name.stem)
        elif (file := file_of(url)) is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
        elif not url.isRelative():
            QDesktopServices.openUrl(url)


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
