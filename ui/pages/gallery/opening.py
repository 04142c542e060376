"""Opens the gallery; its window is made, and its modules are read, when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.session.session import Session

if TYPE_CHECKING:
    from ui.pages.gallery.window import GalleryWindow


class GalleryOpener:
    """`window` is the gallery's, None before the first opening."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session, self._parent = session, parent
        self.window: GalleryWindow | None = None

    def show(self) -> None:
        """Show the gallery in front of all other windows."""
        if self.window is None:
            from ui.pages.gallery.window import GalleryWindow

            self.window = GalleryWindow(self._session, self._parent)
        self.window.present()
