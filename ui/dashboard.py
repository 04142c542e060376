"""The dashboard: the views as cards that can be moved, hidden and enlarged."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QWidget

from core.history import History
from core.telemetry import Frame
from ui.card import CardDock
from ui.theme import Theme
from ui.views import VIEWS, View


class Dashboard(QMainWindow):
    """Holds one dock per view.

    `measures_changed` says that other views are shown, so that frames should contain other
    measures; `export_requested` carries the view whose picture or data is wanted.
    """

    measures_changed = Signal()
    export_requested = Signal(object)

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dashboard")
        # A plain child: as a window of its own it would open beside the main one.
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.views: dict[str, View] = {key: VIEWS[key]() for key in VIEWS}
        self._docks = {key: self._dock(view) for key, view in self.views.items()}
        self._before_maximizing: QByteArray | None = None
        self.reset_layout()
        self.clear(history)

    def _dock(self, view: View) -> CardDock:
        dock = CardDock(view, self)
        dock.visibilityChanged.connect(lambda _: self.measures_changed.emit())
        dock.export_requested.connect(lambda: self.export_requested.emit(view))
        dock.maximize_toggled.connect(lambda: self.toggle_maximized(view.key))
        view.measures_changed.connect(self.measures_changed)
        return dock

    # What is shown

    def show_frame(self, frame: Frame, history: History) -> None:
        """Show a moment of a run in every view."""
        for view in self.views.values():
            view.show_frame(frame, history)

    def clear(self, history: History) -> None:
        """A new run: nothing to show yet."""
        for view in self.views.values():
            view.clear()

    def retheme(self, colors: Theme) -> None:
        for dock in self._docks.values():
            dock.retheme(colors)

    def cards(self) -> list[CardDock]:
        """All cards, those shown and those hidden."""
        return list(self._docks.values())

    def shown(self) -> list[View]:
        """The views that are on the dashboard now, whether scrolled into sight or not."""
        return [view for key, view in self.views.items() if not self._docks[key].isHidden()]

    def measures(self) -> frozenset[str]:
        """What frames must contain for the views shown."""
        return frozenset().union(*(view.measures for view in self.shown()))

    # Layout

    def toggle_actions(self) -> list[QAction]:
        """One checkable action per view, that shows or hides it."""
        return [dock.toggleViewAction() for dock in self._docks.values()]

    def reset_layout(self) -> None:
        """Every view where it was at the first start."""
        self._before_maximizing = None
        areas = Qt.DockWidgetArea.TopDockWidgetArea
        docks = list(self._docks.values())
        for dock in docks:
            dock.setFloating(False)
            self.addDockWidget(areas, dock, Qt.Orientation.Vertical)
            dock.setVisible(dock.view.default_shown)
        shown = [dock for dock in docks if dock.view.default_shown]
        self.resizeDocks(shown, [3, 2, 3], Qt.Orientation.Vertical)

    def toggle_maximized(self, key: str) -> None:
        """Let one view fill the dashboard, or bring the others back."""
        if self._before_maximizing is not None:
            self.restoreState(self._before_maximizing)
            self._before_maximizing = None
            return
        self._before_maximizing = self.saveState()
        for other, dock in self._docks.items():
            dock.setVisible(other == key)

    def layout_state(self) -> QByteArray:
        """The arrangement, to be remembered; a maximised view is not."""
        return self._before_maximizing or self.saveState()
