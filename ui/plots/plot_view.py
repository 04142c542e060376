"""A widget with one or more plots, the content of a card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, TypeVar

import pyqtgraph as pg
import PySide6.QtWidgets  # noqa: F401  (pyqtgraph takes the binding that is loaded already)
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QGraphicsView, QMenu, QWidget

from core.base.translation import Message, tr
from ui.plots.empty_note import EmptyNote
from ui.plots.menus import add_toggle
from ui.plots.plot import Plot
from ui.plots.readout import Overlay, ReadOut
from ui.plots.style import PaintStyle
from ui.plots.text import Span
from ui.theme import Theme, current

AnyPlot = TypeVar("AnyPlot", bound=Plot)
Data = dict[str, NDArray]

ZOOM = 0.85
PADDING = 12.0
# A press and a release of the right button this close together ask for the menu.
STILL = 5


class PlotView(pg.GraphicsView):
    """Plots side by side with a read-out under the pointer, a title and a menu. Subclasses make
    their plots in `build`, which is called when the view is first shown or exported; or plots are
    added from outside. `arrange` places them; `columns` returns the numbers shown. A view
    without data shows `about` instead (`set_empty`).
    """

    key: ClassVar[str] = ""
    title: str = ""
    about: str = ""
    # The theme's colour behind the plots.
    backdrop: ClassVar[str] = "card"
    # How to fill the view, said while it is empty.
    start: ClassVar[str] = Message("Press Run or the space bar to start.")

    maximize_requested = Signal()
    export_requested = Signal()
    subtitle_changed = Signal()
    # The user has moved an axis, or all is shown again.
    zoom_changed = Signal()

    def __init__(self, title: str = "", about: str = "", parent: QWidget | None = None) -> None:
        self.theme = current()
        self.plots: list[Plot] = []
        self.placed: list[Plot] = []
        self.subtitle: tuple[Span, ...] = ()
        # What the card's header can switch on; an action's data names its icon.
        self.tools: tuple[QAction, ...] = ()
        self.data_source: Callable[[], Data] | None = None
        self._style: PaintStyle | None = None
        self._exporting: PaintStyle | None = None
        self._bounds = QRectF(0, 0, 100, 100)
        self._built = self._building = self._empty = False
        self._note = ""
        self._pointer: QPointF | None = None
        self._was_zoomed = False
        self._pressed: QPoint | None = None
        super().__init__(parent, background=None)  # type: ignore[arg-type]
        # In English, for the names of exported columns.
        self.name = title or self.title
        self.title, self.about = tr(self.name), tr(about or self.about)
        self._overlay = Overlay()
        self._empty_note = EmptyNote()
        for item in (self._overlay, self._empty_note):
            self.scene().addItem(item)
        self.scene().setItemIndexMethod(self.scene().ItemIndexMethod.NoIndex)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        # Items put back what they change of the painter, and know how far their lines reach.
        flags = self.OptimizationFlag
        self.setOptimizationFlags(flags.DontSavePainterState | flags.DontAdjustForAntialiasing)
        self.setBackgroundBrush(QColor(getattr(self.theme, self.backdrop)))
        self.viewport().setAutoFillBackground(False)
        # Only the view takes the keyboard; its viewport is a part of it.
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # Files are dropped on the window; a graphics view would take them.
        self.setAcceptDrops(False)
        self.setMinimumSize(160, 90)
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.about)

    # To be implemented by subclasses

    def build(self) -> None:
        """Make the plots."""

    def arrange(self, area: QRectF, style: PaintStyle) -> None:
        """Call `place` with the plots to show and their rectangles within `area`; by default equal
        columns."""
        shown = self.plots
        self.place(dict(zip(shown, beside(area, [1 / len(shown)] * len(shown)), strict=True)))

    def columns(self) -> Data:
        """Named columns of exactly what is shown; only called if the view is not empty."""
        return self.data_source() if self.data_source else {}

    def add_actions(self, menu: QMenu) -> None:
        """Add the view's settings to its menu; by default the log switches of the plots."""
        for plot in self.shown_plots:
            if plot.axes_shown and not plot.percent:
                add_toggle(menu, _logarithmic(plot.caption), plot.y_scale.log, plot.set_log)
                if plot.x_scale.low >= 0 and plot.x_name:
                    text = tr("Logarithmic {name}", name=plot.x_name)
                    add_toggle(menu, text, plot.x_scale.log, plot.set_log_x)

    def finish(self) -> None:
        """Prepare for an export: show pending data."""

    # Data

    def export_data(self) -> Data:
        """Named columns of exactly what is shown; none if the view is empty."""
        return {} if self.is_empty else self.columns()

    # Plots

    def add_plot(self, plot: AnyPlot) -> AnyPlot:
        """Add a plot to the view."""
        plot.view = self
        plot.moved_by_user.connect(self._note_zoom)
        self.plots.append(plot)
        self.scene().addItem(plot)
        self.relayout()
        return plot

    def place(self, places: dict[Plot, QRectF]) -> None:
        """Show these plots at the given rectangles, and no others."""
        self.placed = list(places)
        for plot in self.plots:
            plot.setVisible(plot in places and not self._empty)
        for plot, rect in places.items():
            plot.lay_out(rect, self.style_now)

    @property
    def shown_plots(self) -> list[Plot]:
        """The plots shown, none if the view is empty."""
        return [] if self._empty else self.placed

    def ensure_built(self) -> None:
        """Call `build` unless it has been called before."""
        if not self._built:
            self._built = self._building = True
            self.build()
            self._building = False
            self.relayout()

    def relayout(self) -> None:
        """Lay out everything again."""
        if self._building or self._exporting:
            return
        self._lay_out(QSizeF(self.size()))
        self._point(self._pointer)

    def _lay_out(self, size: QSizeF) -> None:
        self._bounds = QRectF(QPointF(0, 0), size)
        style = self.style_now
        self._overlay.lay_out(self._bounds, style)
        self._empty_note.show_text(self._bounds, style, self._note, self.about, tr(self.start))
        if self.plots:
            self.arrange(area(size), style)
        self._note_zoom()

    def set_empty(self, empty: bool, note: str = "") -> None:
        """Set whether the view is empty; it then shows `note`, or else `about`."""
        if (empty, note) != (self._empty, self._note):
            self._empty, self._note = empty, note
            self._empty_note.setVisible(empty)
            self.viewport().update()
            if empty:
                self.point_at(None)
            self.relayout()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return self._empty

    def set_subtitle(self, *spans: Span) -> None:
        """Set the subtitle."""
        if spans != self.subtitle:
            self.subtitle = spans
            self.subtitle_changed.emit()

    # Style

    @property
    def style_now(self) -> PaintStyle:
        """The style to paint with: that of the screen, or of the file being written."""
        if self._exporting:
            return self._exporting
        ratio = self.devicePixelRatioF()
        if self._style is None or self._style.ratio != ratio:
            self._style = PaintStyle(self.theme, self.font(), ratio, live=True)
        return self._style

    @property
    def bounds(self) -> QRectF:
        """The whole view in logical pixels."""
        return self._bounds

    def retheme(self, theme: Theme) -> None:
        """Apply another theme's colours."""
        self.theme = theme
        self._style = None
        self.setBackgroundBrush(QColor(getattr(theme, self.backdrop)))
        self.redraw()

    def redraw(self) -> None:
        """Lay out and paint everything again."""
        self.relayout()
        self.viewport().update()

    def paint_picture(
        self, painter: QPainter, size: QSizeF, theme: Theme, ratio: float = 1.0
    ) -> None:
        """Paint the view in any size and theme, with true strokes and text.

        `ratio` is the number of pixels per unit of `size`; use a large one for vector formats.
        """
        self.ensure_built()
        self.finish()
        with self.pictures(theme, ratio):
            self._lay_out(size)
            self.scene().prepareForPaint()  # type: ignore[attr-defined]
            self.scene().render(painter, self._bounds, self._bounds)

    @contextmanager
    def pictures(self, theme: Theme, ratio: float) -> Iterator[None]:
        """Paint any number of pictures of one theme and ratio; the layout of the screen comes back
        once, after the last of them."""
        self.ensure_built()
        if self._exporting:
            yield
            return
        with self._export_style(PaintStyle(theme, self.font(), ratio)):
            yield

    @contextmanager
    def _export_style(self, style: PaintStyle) -> Iterator[None]:
        """Paint for a file: without read-out and without caches made for the screen."""
        cached = [i for i in self.scene().items() if i.cacheMode() != i.CacheMode.NoCache]
        modes = [item.cacheMode() for item in cached]
        shown = self._overlay.isVisible()
        self._exporting = style
        try:
            self._overlay.setVisible(False)
            for item in cached:
                item.setCacheMode(item.CacheMode.NoCache)
            yield
        finally:
            self._exporting = None
            for item, mode in zip(cached, modes, strict=True):
                item.setCacheMode(mode)
            self._overlay.setVisible(shown)
            self._lay_out(QSizeF(self.size()))

    # The read-out

    @property
    def read_out(self) -> ReadOut | None:
        """The current read-out."""
        return self._overlay.out

    def point_at(self, place: QPointF | None) -> None:
        """Show the read-out at a position, or hide it (None)."""
        self._pointer = place
        self._point(place)

    def refresh_read_out(self) -> None:
        """Update the values in the read-out."""
        if self._pointer is not None:
            self._point(self._pointer)

    def _point(self, place: QPointF | None) -> None:
        plot = self.plot_at(place) if place is not None else None
        out = plot.read(place, self.style_now) if plot and place is not None else None
        self._overlay.set_read_out(out)

    def plot_at(self, place: QPointF) -> Plot | None:
        """The plot at a position."""
        for plot in self.shown_plots:
            if plot.frame.adjusted(-4, -8, 4, 8).contains(place):
                return plot
        return None

    # Zoom

    def show_all(self) -> None:
        """Undo zoom and pan in every plot, and follow the data again."""
        for plot in self.plots:
            plot.show_all()

    @property
    def zoomed(self) -> bool:
        """Whether the user has zoomed or panned a plot that is shown."""
        return any(plot.zoomed for plot in self.shown_plots)

    def _note_zoom(self, *_: object) -> None:
        if self.zoomed != self._was_zoomed:
            self._was_zoomed = self.zoomed
            self.zoom_changed.emit()

    # Pointer and keyboard

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        super().mouseMoveEvent(ev)
        self.point_at(ev.position())

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        if ev.button() == Qt.MouseButton.RightButton:
            self._pressed = ev.position().toPoint()
        super().mousePressEvent(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        super().mouseReleaseEvent(ev)
        pressed, self._pressed = self._pressed, None
        if ev.button() != Qt.MouseButton.RightButton or pressed is None:
            return
        if (ev.position().toPoint() - pressed).manhattanLength() < STILL:
            self.open_menu(ev.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On an axis, undo its zoom; elsewhere, maximise the card."""
        for plot in self.shown_plots:
            axis = plot.axis_at(event.position())
            if axis:
                plot.show_all(x=axis == "bottom", y=axis == "left")
                return
        self.maximize_requested.emit()

    def leaveEvent(self, ev: QEvent) -> None:
        super().leaveEvent(ev)
        self.point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._overlay.set_framed(event.reason() in by_key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._overlay.set_framed(False)
        self.point_at(None)

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Arrows move the read-out, + and − zoom at it, 0 and A show all, Escape hides it."""
        if not self.shown_plots or not self._press(ev):
            ev.ignore()

    def _press(self, event: QKeyEvent) -> bool:
        pointed = self.plot_at(self._pointer) if self._pointer is not None else None
        plot = pointed or self.shown_plots[0]
        place = self._pointer or plot.frame.center()
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            fast = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            step = (10 if fast else 1) * (-1 if key == Qt.Key.Key_Left else 1)
            self.point_at(QPointF(place.x() + step, place.y()))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            plot.zoom_x(1 / ZOOM if key == Qt.Key.Key_Minus else ZOOM, plot.x_of(place.x()))
        elif key in (Qt.Key.Key_0, Qt.Key.Key_A) and not event.modifiers():
            self.show_all()
        elif key == Qt.Key.Key_Escape and self._pointer is not None:
            self.point_at(None)
        else:
            return False
        return True

    # Menu

    def menu(self) -> QMenu:
        """The menu of the right button, the menu key and the card's menu button."""
        menu = QMenu(self)
        if self.zoomed:
            menu.addAction(tr("Show all"), self.show_all).setShortcut("A")
            menu.addSeparator()
        self.add_actions(menu)
        if not menu.isEmpty():
            menu.addSeparator()
        if self.shown_plots:
            boxes = all(p.box.state["mouseMode"] == p.box.RectMode for p in self.plots)
            add_toggle(menu, tr("Drag selects a box to zoom to"), boxes, self.set_box_zoom)
        menu.addAction(tr("Maximise or restore"), self.maximize_requested.emit)
        menu.addAction(tr("Export plot or data…"), self.export_requested.emit)
        return menu

    def set_box_zoom(self, boxes: bool) -> None:
        """Let a drag select a box to zoom to instead of panning."""
        for plot in self.plots:
            plot.box.setMouseMode(plot.box.RectMode if boxes else plot.box.PanMode)

    def open_menu(self, at: QPoint) -> None:
        """Open the menu at a screen position."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu by the menu key only: a right press may begin a drag."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.open_menu(self.mapToGlobal(QPoint(12, 12)))
        event.accept()

    # The widget

    def close(self) -> bool:  # type: ignore[override]
        """Close the widget but keep its scene, which pyqtgraph would clear: it may be shown
        again."""
        return QGraphicsView.close(self)

    def showEvent(self, event: QShowEvent) -> None:
        self.ensure_built()
        super().showEvent(event)

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        if ev is not None:
            self.relayout()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._style = None
            self.redraw()
        super().changeEvent(event)


def _logarithmic(caption: str) -> str:
    """What the switch of a plot's vertical axis says."""
    if not caption:
        return tr("Logarithmic values")
    return tr("Logarithmic {name}", name=f"{caption[0].lower()}{caption[1:]}")


def area(size: QSizeF) -> QRectF:
    """The area of a view available to plots."""
    return QRectF(PADDING, 0, size.width() - 2 * PADDING, size.height() - PADDING + 7)


def beside(area: QRectF, shares: Sequence[float], gap: float = 16.0) -> list[QRectF]:
    """Split an area into columns of the given shares."""
    room = area.width() - gap * (len(shares) - 1)
    parts, left = [], area.left()
    for share in shares:
        parts.append(QRectF(left, area.top(), room * share, area.height()))
        left += room * share + gap
    return parts
