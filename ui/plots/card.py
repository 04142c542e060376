"""Cards: a view with title, subtitle, export button and menu.

`Card` stands alone in any layout. `CardDock` is a card as a dock widget that can be moved, floated
and hidden; its title bar is the card's header. Both emit `maximize_toggled` on a double click.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.base.translation import tr
from ui import theme as themes
from ui.plots.plot_view import PlotView
from ui.plots.style import PaintStyle
from ui.plots.text import Span, paint_spans, plain
from ui.theme import RADIUS, Theme

HEADER_HEIGHT = 34
INSET = 12


class CardHeader(QWidget):
    """The top of a card; as title bar of a dock it can be dragged."""

    maximize_toggled = Signal()

    def __init__(self, view: PlotView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self._style = PaintStyle(view.theme, self.font())
        self.setFixedHeight(HEADER_HEIGHT)
        self.setAccessibleName(view.title)
        self.export_button = self._button(tr("Export “{title}” as plot or data", title=view.title))
        self.menu_button = self._button(tr("Settings of “{title}”", title=view.title))
        self.show_all_button = self._button(tr("Show all (A)"))
        self.show_all_button.clicked.connect(view.show_all)
        self.show_all_button.setVisible(view.zoomed)
        self.export_button.clicked.connect(view.export_requested)
        self.menu_button.clicked.connect(self.open_menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(INSET, 3, 5, 0)
        layout.setSpacing(0)
        layout.addStretch(1)
        layout.addWidget(self.show_all_button)
        self.tools = [self._tool(action) for action in view.tools]
        for tool in self.tools:
            layout.addWidget(tool)
        layout.addWidget(self.export_button)
        layout.addWidget(self.menu_button)
        view.subtitle_changed.connect(self._show_subtitle)
        view.zoom_changed.connect(self._show_zoom)
        self.retheme(view.theme)

    def retheme(self, theme: Theme) -> None:
        """Apply another theme's colours."""
        self._style = PaintStyle(theme, self.font())
        self.show_all_button.setIcon(themes.icon("show-all", theme, "accent"))
        self.export_button.setIcon(themes.icon("export", theme, "muted"))
        self.menu_button.setIcon(themes.icon("more", theme, "muted"))
        self._show_tools()
        self.update()

    def _show_zoom(self) -> None:
        """Show the button only while an axis is zoomed."""
        self.show_all_button.setVisible(self.view.zoomed)
        self.update()

    def _show_tools(self) -> None:
        """Tools that are on have the accent colour."""
        for tool, action in zip(self.tools, self.view.tools, strict=True):
            role = "accent" if action.isChecked() else "muted"
            tool.setIcon(themes.icon(action.data(), self.view.theme, role))

    def open_menu(self) -> None:
        """Open the view's menu below its button."""
        menu = self.view.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        button = self.menu_button
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, HEADER_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(320, HEADER_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            # The lower corners belong to the card's body.
            paint_card(painter, QRectF(self.rect()).adjusted(0, 0, 0, RADIUS * 2), self._style)
            view = self.view
            paint_header(painter, view.title, view.subtitle, self._text_area(), self._style)

    def _text_area(self) -> QRectF:
        buttons = (self.show_all_button, *self.tools, self.export_button, self.menu_button)
        first = next(button for button in buttons if not button.isHidden())
        right = first.geometry().left() - 8
        return QRectF(INSET, 3, right - INSET, HEADER_HEIGHT - 3)

    def _show_subtitle(self) -> None:
        self.setToolTip(plain(self.view.subtitle))
        self.update(self._text_area().toAlignedRect())

    def _tool(self, action: QAction) -> QToolButton:
        button = self._button(action.toolTip())
        button.setCheckable(True)
        button.setChecked(action.isChecked())
        button.toggled.connect(action.setChecked)
        action.toggled.connect(button.setChecked)
        action.toggled.connect(lambda _: self._show_tools())
        return button

    def _button(self, says: str) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(QSize(themes.ICON_SIZE, themes.ICON_SIZE))
        button.setToolTip(says)
        button.setAccessibleName(says)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Not passed on: a double click would make the dock float.
        self.maximize_toggled.emit()


class CardBody(QWidget):
    """The lower part of a card, around the view."""

    def __init__(self, view: PlotView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = PaintStyle(view.theme, self.font())
        layout = QVBoxLayout(self)
        # The view is inset, as it would cover the round corners.
        layout.setContentsMargins(1, 0, 1, RADIUS - 1)
        layout.addWidget(view)

    def retheme(self, theme: Theme) -> None:
        """Apply another theme's colours."""
        self._style = PaintStyle(theme, self.font())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_card(painter, QRectF(self.rect()).adjusted(0, -RADIUS * 2, 0, 0), self._style)


class Card(QFrame):
    """A view in its frame, for any layout."""

    maximize_toggled = Signal()
    export_requested = Signal()

    def __init__(self, view: PlotView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.header, self.body = CardHeader(view, self), CardBody(view, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.body, 1)
        _join(self)

    def retheme(self, theme: Theme) -> None:
        """Apply another theme's colours, also to the view."""
        _retheme(self, theme)


class CardDock(QDockWidget):
    """A view as a dock of a main window. Its object name is the view's key, for saved layouts."""

    maximize_toggled = Signal()
    export_requested = Signal()

    def __init__(self, view: PlotView, parent: QWidget | None = None) -> None:
        super().__init__(view.title, parent)
        # The dashboard casts it to a view of a run.
        self.view: Any = view
        self.setObjectName(view.key)
        self.header, self.body = CardHeader(view, self), CardBody(view, self)
        self.setTitleBarWidget(self.header)
        self.setWidget(self.body)
        _join(self)

    def retheme(self, theme: Theme) -> None:
        """Apply another theme's colours, also to the view."""
        _retheme(self, theme)


def _join(card: Card | CardDock) -> None:
    card.header.maximize_toggled.connect(card.maximize_toggled)
    card.view.maximize_requested.connect(card.maximize_toggled)
    card.view.export_requested.connect(card.export_requested)


def _retheme(card: Card | CardDock, theme: Theme) -> None:
    for part in (card.view, card.header, card.body):
        part.retheme(theme)


def paint_card(painter: QPainter, where: QRectF, style: PaintStyle) -> None:
    """The background of a card: rounded, with a hairline border."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(style.pen(style.border))
    painter.setBrush(style.brush(style.card))
    painter.drawRoundedRect(where.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_header(
    painter: QPainter, title: str, subtitle: Sequence[Span], where: QRectF, style: PaintStyle
) -> None:
    """A view's title and subtitle on one line."""
    baseline = where.center().y() + style.metrics.capHeight() / 2
    painter.setFont(style.bold)
    painter.setPen(style.text)
    title = style.bold_metrics.elidedText(title, Qt.TextElideMode.ElideRight, int(where.width()))
    painter.drawText(QPointF(where.left(), baseline), title)
    left = where.left() + style.bold_metrics.horizontalAdvance(title) + 10
    if left >= where.right():
        return
    paint_spans(painter, left, baseline, where.right() - left, subtitle, style)
