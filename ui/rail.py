"""The rail at the left edge of the window: one button for each page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QVBoxLayout, QWidget

from core.base.translation import tr
from ui import theme
from ui.pages import PageEntry

WIDTH, MARGIN, GAP = 64, 4, 4
HEIGHT, PILL_TOP = 52, 5
PILL = QSize(40, 26)
ICON, DOT = 16, 7
LABEL_SHARE = 0.89


class RailButton(QAbstractButton):
    """An icon over a short label. A dot beside the icon shows that a computation is running, an
    amber dot that the page has a message."""

    def __init__(self, entry: PageEntry, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry, self.number = entry, number
        self.is_busy = self.has_message = False
        self.setCheckable(True)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(tr(entry.title))
        self._describe()

    def set_busy(self, busy: bool) -> None:
        """Show whether a computation of the page is running."""
        self.is_busy = busy
        self._describe()

    def set_message(self, there: bool) -> None:
        """Show whether the page has an unseen message."""
        self.has_message = there
        self._describe()

    def _describe(self) -> None:
        about = tr(self.entry.about)
        state = [tr("It has a message.")] if self.has_message else []
        state += [tr("Running.")] if self.is_busy else []
        self.setAccessibleDescription(" ".join([f"{about}.", *state]))
        self.setToolTip(" ".join([f"{about} (Ctrl+{self.number}){'.' if state else ''}", *state]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        chosen, near = self.isChecked(), self.underMouse() or self.isDown()
        role = colors.accent if chosen else colors.text if near else colors.muted
        pill = QRectF((WIDTH - PILL.width()) / 2, PILL_TOP, PILL.width(), PILL.height())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_pill(painter, pill, chosen, near)
            side = (pill.center().x() - ICON / 2, pill.center().y() - ICON / 2)
            theme.draw_icon(painter, self.entry.icon, role, QRectF(*side, ICON, ICON))
            self._paint_dot(painter, pill)
            font = QFont(self.font())
            font.setPointSizeF(font.pointSizeF() * LABEL_SHARE)
            painter.setFont(font)
            painter.setPen(QColor(colors.text if chosen or near else colors.muted))
            label = QRectF(0, pill.bottom() + 1, WIDTH, HEIGHT - pill.bottom() - 1)
            center = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            painter.drawText(label, center, tr(self.entry.title))

    def _paint_pill(self, painter: QPainter, pill: QRectF, chosen: bool, near: bool) -> None:
        colors = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent), 1.5))
        if chosen or near:
            tint = colors.accent if chosen else colors.text
            painter.setBrush(theme.blend(colors.background, tint, 0.2 if chosen else 0.07))
        radius = PILL.height() / 2
        painter.drawRoundedRect(pill.adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)

    def _paint_dot(self, painter: QPainter, pill: QRectF) -> None:
        if not (self.is_busy or self.has_message):
            return
        colors = theme.current()
        painter.setBrush(QColor(colors.warning if self.has_message else colors.good))
        painter.setPen(QPen(QColor(colors.background), 1.5))
        where = QRectF(pill.right() - DOT - 3, pill.top() + 1.5, DOT, DOT)
        painter.drawEllipse(where)


class Rail(QFrame):
    """`chosen` carries the key of the page whose button was pressed."""

    chosen = Signal(str)

    def __init__(self, entries: Sequence[PageEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(tr("Pages"))
        # The hairline at the right edge is beside the buttons.
        self.setFixedWidth(WIDTH + 1)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, RailButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, MARGIN, 1, MARGIN)
        column.setSpacing(GAP)
        for number, entry in enumerate(entries, 1):
            button = self.buttons[entry.key] = RailButton(entry, number)
            button.clicked.connect(lambda _=False, key=entry.key: self.chosen.emit(key))
            self._group.addButton(button)
            column.addWidget(button)
        column.addStretch(1)

    def show_page(self, key: str) -> None:
        """Check the button of the page shown."""
        self.buttons[key].setChecked(True)
        self.buttons[key].set_message(False)
