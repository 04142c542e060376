"""The dashboard: views as cards that can be moved, hidden and maximised."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QScrollArea, QWidget

from core.base.translation import Message
from core.telemetry.frame import Frame
from core.telemetry.history import History
from core.telemetry.pictures import DataPicture
from ui.pages.train.view_scheduler import ViewScheduler
from ui.plots.card import CardDock
from ui.theme import Theme
from ui.views import VIEWS, View
from ui.views.view import ShownStep

# Minimum height of a card; if they do not all fit, the dashboard scrolls.
LEAST_HEIGHT = 164
# Relative heights of views that need less than the others when stacked.
HEIGHTS, HEIGHT = {"activations": 200}, 300
# Relative width of a card beside another one.
WIDTHS = (500, 300)
# Increase when saved layouts no longer fit.
LAYOUT = 2


NO_VIEW = Message("No view is shown. Choose some in the View menu.")


class Dashboard(QScrollArea):
    """One dock per view. `measures_changed` is emitted when frames should contain other measures
    because other views are shown or due; `export_requested` carries the view to export. Hidden
    views and those outside the visible area cost nothing.
    """

    measures_changed = Signal()
    export_requested = Signal(object)
    weight_edited = Signal(object)

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._docking = _docking()
        self.views: dict[str, View] = {key: VIEWS[key]() for key in VIEWS}
        self._shown_step = ShownStep()
        for view in self.views.values():
            view.shown_step = self._shown_step
        self._docks = {key: self._dock(view) for key, view in self.views.items()}
        self._before_maximizing: QByteArray | None = None
        # The user's layout, while `show_only` shows another.
        self._own_layout: QByteArray | None = None
        self._unshared = True
        self._seen: list[View] = []
        self._scheduler: ViewScheduler[View] = ViewScheduler()
        self._turn: list[View] = []
        self._showing: list[View] = []
        self._data: DataPicture | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self.see)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._docking)
        self._docking.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(lambda _: self.see())
        self.reset_layout()
        self.clear(history)

    def _dock(self, view: View) -> CardDock:
        dock = CardDock(view, self._docking)
        dock.setMinimumHeight(LEAST_HEIGHT)
        dock.installEventFilter(self)
        dock.export_requested.connect(lambda: self.export_requested.emit(view))
        dock.maximize_toggled.connect(lambda: self.toggle_maximized(view.key))
        view.measures_changed.connect(self.measures_changed)
        view.weight_edited.connect(self.weight_edited)
        return dock

    # What is shown

    def show_frame(self, frame: Frame, history: History) -> None:
        """Show a frame of a run in every view."""
        if frame.data is not self._data:
            self._data = frame.data
            self._suit()
        live = frame.status == "running" and frame.iteration >= history.iteration
        self._shown_step.show(frame, history)
        self._showing = list(self._turn if live else self._seen)
        for view in self._showing:
            view.show_frame(frame, history)
        self._give_turn(self._scheduler.next(self._seen) if live else self._seen)

    def note_frame_time(self, seconds: float) -> None:
        """Record how long the last frame took, painting included."""
        self._scheduler.note_cost(seconds, len(self._showing))

    def clear(self, history: History) -> None:
        """Clear all views for a new run."""
        for view in self.views.values():
            view.clear()

    def refresh(self) -> None:
        """Show the same step again after the ghost or the pinned runs have changed."""
        for view in self.views.values():
            view.refresh()

    def retheme(self, colors: Theme) -> None:
        for dock in self._docks.values():
            dock.retheme(colors)

    def cards(self) -> list[CardDock]:
        """All cards, shown or hidden."""
        return list(self._docks.values())

    def shown(self) -> list[View]:
        """The views on the dashboard, whether in the visible area or not."""
        return [view for key, view in self.views.items() if not self._docks[key].isHidden()]

    def measures(self) -> frozenset[str]:
        """The measures needed by the views that will show the next frame."""
        return frozenset().union(*(view.measures for view in self._turn))

    def _give_turn(self, views: list[View]) -> None:
        if views != self._turn:
            self._turn = views
            self.measures_changed.emit()

    def bring(self, key: str) -> None:
        """Show a view, in place of its alternative if that is shown, and scroll to it."""
        dock = self._docks[key]
        if dock.isHidden() and self._before_maximizing is not None:
            self.toggle_maximized(key)
        others = (self._docks[v.key] for v in self.views.values() if v.alternative_to == key)
        instead = next((other for other in others if not other.isHidden()), None)
        if dock.isHidden() and instead is not None:
            self._replace(instead, dock)
        dock.show()
        # Of docks that share a place as tabs, the one in front.
        dock.raise_()
        # The dashboard takes its new height with the next events.
        QTimer.singleShot(0, dock, lambda: self.ensureWidgetVisible(dock))

    def show_only(self, keys: tuple[str, ...]) -> None:
        """Show these views, in this order, until `show_own` brings the user's layout back."""
        self._own_layout = self.layout_state()
        self.reset_layout()
        for dock in self._docks.values():
            dock.setVisible(dock.view.key in keys)
        self._suit()
        for first, second in zip(keys[::2], keys[1::2], strict=False):
            docks = self._docks[first], self._docks[second]
            self._docking.splitDockWidget(*docks, Qt.Orientation.Horizontal)
        self._share_out()

    def show_own(self) -> None:
        """Bring back the layout from before `show_only`."""
        if self._own_layout is not None:
            layout, self._own_layout = self._own_layout, None
            self.restore_layout(layout)

    # Visible views

    def see(self) -> None:
        """Update which views are visible."""
        for key, view in self.views.items():
            view.set_on_screen(self._is_on_screen(self._docks[key]))
        seen = [view for view in self.shown() if view.on_screen]
        if seen != self._seen:
            fresh = [view for view in seen if view not in self._seen]
            self._seen = seen
            self._give_turn(seen)
            # They have not shown the last frame, and while paused no other will come.
            for view in fresh:
                view.catch_up()

    def _is_on_screen(self, dock: CardDock) -> bool:
        if dock.isFloating():
            return True
        place = QRect(dock.mapTo(self._docking, QPoint(0, 0)), dock.size())
        place.translate(self._docking.pos())
        return place.intersects(self.viewport().rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide)
        if event.type() in kinds:
            self._settling.start(0)
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Only visible cards have a size to distribute.
        if self._unshared:
            self._share_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settling.start(0)

    # Layout

    def toggle_actions(self) -> list[QAction]:
        """One checkable action per view that shows or hides it."""
        return [dock.toggleViewAction() for dock in self._docks.values()]

    def reset_layout(self) -> None:
        """Restore the layout of the first start."""
        self._before_maximizing = None
        docks, area = self._docks, Qt.DockWidgetArea.TopDockWidgetArea
        heads = [dock for dock in docks.values() if dock.view.default_place not in docks]
        for dock in docks.values():
            dock.setFloating(False)
            self._docking.removeDockWidget(dock)
        for dock in heads:
            self._docking.addDockWidget(area, dock, Qt.Orientation.Vertical)
        for dock in docks.values():
            if dock not in heads:
                beside = docks[dock.view.default_place]
                self._docking.splitDockWidget(beside, dock, Qt.Orientation.Horizontal)
        for dock in docks.values():
            dock.setVisible(dock.view.default_shown)
        self._suit()
        self._share_out()

    def _suit(self) -> None:
        """Replace a visible view that does not support the data by one that does."""
        data, maximized = self._data, self._before_maximizing is not None
        for key in {view.alternative_to for view in self.views.values()} & set(self.views):
            group = [v for v in self.views.values() if key in (v.key, v.alternative_to)]
            shown = [view for view in group if not self._docks[view.key].isHidden()]
            if (
                data is None
                or maximized
                or len(shown) != 1
                or not shown[0].unsupported_reason(data)
            ):
                continue
            better = next((view for view in group if not view.unsupported_reason(data)), None)
            if better:
                self._replace(self._docks[shown[0].key], self._docks[better.key])

    def _replace(self, old: CardDock, new: CardDock) -> None:
        """Put a card in the place of another."""
        if not old.isFloating():
            self._docking.splitDockWidget(old, new, Qt.Orientation.Horizontal)
        width = old.width()
        new.show()
        old.hide()
        self._docking.resizeDocks([new], [width], Qt.Orientation.Horizontal)

    def _share_out(self) -> None:
        """Distribute height and width among the visible cards."""
        self._unshared = not self.isVisible()
        shown = [dock for dock in self._docks.values() if not dock.isHidden()]
        rows = [dock for dock in shown if dock.view.default_place not in self._docks]
        heights = [HEIGHTS.get(dock.view.key, HEIGHT) for dock in rows]
        self._docking.resizeDocks(rows, heights, Qt.Orientation.Vertical)
        for dock in shown:
            beside = self._docks.get(dock.view.default_place)
            if beside in shown:
                self._docking.resizeDocks([beside, dock], list(WIDTHS), Qt.Orientation.Horizontal)

    def toggle_maximized(self, key: str) -> None:
        """Let one view fill the dashboard, or bring the others back."""
        if self._before_maximizing is not None:
            self._docking.restoreState(self._before_maximizing, LAYOUT)
            self._before_maximizing = None
            self._suit()
            return
        self._before_maximizing = self._docking.saveState(LAYOUT)
        for other, dock in self._docks.items():
            dock.setVisible(other == key)

    def layout_state(self) -> QByteArray:
        """The user's layout to save, with no view maximised."""
        return self._own_layout or self._before_maximizing or self._docking.saveState(LAYOUT)

    def restore_layout(self, state: QByteArray) -> None:
        """Restore a saved layout; an invalid one is ignored."""
        self._before_maximizing = None
        if self._docking.restoreState(state, LAYOUT):
            self._unshared = False
        self._suit()


def _docking() -> QMainWindow:
    docking = QMainWindow()
    docking.setObjectName("dashboard")
    # A plain child widget: a QMainWindow would otherwise open as a window of its own.
    docking.setWindowFlags(Qt.WindowType.Widget)
    docking.setDockNestingEnabled(True)
    docking.setAnimated(False)
    docking.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
    return docking
