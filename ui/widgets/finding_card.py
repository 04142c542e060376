"""One finding of the diagnosis: what it is, the evidence, and a button with a remedy."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.base.translation import Message, tr
from core.diagnosis import Finding, Remedy
from ui import theme
from ui.widgets.layouts import add_layout

WORDS = {
    "good": Message("All is well"),
    "warning": Message("Warning"),
    "bad": Message("Problem"),
}
BAR, ICON, INSET, GAP = 3, 14, 10, 4
RADIUS = 6.0
FAR_DOWN = 10_000


class FindingCard(QWidget):
    """Paints its texts itself, wrapped to its width. It grows with them but never shrinks, as the
    numbers change all the time. `remedy_chosen` carries a `Remedy`."""

    remedy_chosen = Signal(object)

    def __init__(self, finding: Finding, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(width)
        self.finding = finding
        self._title_height = self._evidence_height = 0
        self._bold = _bold(self.font())
        self.remedy = QPushButton()
        self.more = QToolButton()
        self._arrange()
        self.retheme()
        self.show_finding(finding)

    @property
    def kind(self) -> tuple[str, str, int]:
        """The key of a finding; the card can be reused for findings with the same key."""
        return kind(self.finding)

    def show_finding(self, finding: Finding) -> None:
        """Show the same finding with newer numbers."""
        self.finding = finding
        word = tr(WORDS[finding.severity])
        self.setAccessibleName(f"{word}: {finding.title}. {finding.evidence}")
        self.setToolTip(_tip(finding))
        self._tell_remedies()
        self._fit()
        self.update()

    def retheme(self) -> None:
        self.more.setIcon(theme.icon("more", theme.current(), "muted"))
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._bold = _bold(self.font())
            self._title_height = self._evidence_height = 0
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, finding = theme.current(), self.finding
        color = getattr(colors, finding.severity)
        title, evidence = self._places()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.field))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
            painter.setBrush(QColor(color))
            painter.drawRoundedRect(QRectF(0, 0, BAR, self.height()), BAR / 2, BAR / 2)
            line = QFontMetrics(self._bold).height()
            where = QRectF(INSET, title.top() + (line - ICON) / 2, ICON, ICON)
            theme.draw_icon(painter, finding.severity, color, where)
            painter.setFont(self._bold)
            painter.setPen(QColor(colors.text))
            painter.drawText(title, Qt.TextFlag.TextWordWrap, finding.title)
            painter.setFont(self.font())
            painter.setPen(QColor(colors.muted))
            painter.drawText(evidence, Qt.TextFlag.TextWordWrap, finding.evidence)

    # Layout

    def _arrange(self) -> None:
        for button in (self.remedy, self.more):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setToolTip(tr("Other remedies"))
        self.more.setAccessibleName(tr("Other remedies"))
        self.remedy.setMinimumWidth(40)
        self.remedy.clicked.connect(self._choose_first)
        self.more.clicked.connect(self._open_menu)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        self._row.addWidget(self.remedy)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(INSET, 0, INSET, INSET - 2)
        column.addStretch(1)
        add_layout(column, self._row)

    def _places(self) -> tuple[QRect, QRect]:
        """The rectangles of title and evidence."""
        left = INSET + ICON + 6
        title = QRect(left, INSET - 2, self.width() - left - INSET, self._title_height)
        top = title.top() + self._title_height + 2
        return title, QRect(INSET, top, self.width() - 2 * INSET, self._evidence_height)

    def _fit(self) -> None:
        title, evidence = self._places()
        self._title_height = max(
            self._title_height, _height(self._bold, title.width(), self.finding.title)
        )
        self._evidence_height = max(
            self._evidence_height, _height(self.font(), evidence.width(), self.finding.evidence)
        )
        bottom = self._places()[1].bottom() + INSET
        row = self.remedy.sizeHint().height() + GAP if self.finding.remedies else 0
        self.setFixedHeight(bottom + row)

    # Remedies

    def _tell_remedies(self) -> None:
        first, more = self._first, len(self.finding.remedies) > 1
        self.remedy.setVisible(first is not None)
        self.more.setVisible(more)
        if first is None:
            return
        room = self.width() - 2 * INSET - 26 - (30 if more else 0)
        elide = Qt.TextElideMode.ElideRight
        text = self.remedy.fontMetrics().elidedText(first.label, elide, room)
        if text != self.remedy.text():
            self.remedy.setText(text)
            self.remedy.setAccessibleName(first.label)
            self.remedy.setToolTip(
                tr("{remedy}: changes the settings; undo with Ctrl+Z", remedy=first.label)
            )

    @property
    def _first(self) -> Remedy | None:
        return next(iter(self.finding.remedies), None)

    def _choose_first(self) -> None:
        if self._first:
            self.remedy_chosen.emit(self._first)

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def menu(self) -> QMenu:
        """The remedies but the first."""
        menu = QMenu(self)
        for remedy in self.finding.remedies[1:]:
            menu.addAction(remedy.label).triggered.connect(
                lambda _=False, remedy=remedy: self._choose(remedy)
            )
        return menu

    def _choose(self, remedy: Remedy) -> None:
        self.remedy_chosen.emit(remedy)


class WellLine(QWidget):
    """A good finding in one line, elided; the tooltip has the full text."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(22)
        self.show_finding(finding)

    @property
    def kind(self) -> tuple[str, str, int]:
        return kind(self.finding)

    def show_finding(self, finding: Finding) -> None:
        self.finding = finding
        self.setAccessibleName(f"{finding.title}. {finding.evidence}")
        self.setToolTip(_tip(finding))
        self.update()

    def retheme(self) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        with QPainter(self) as painter:
            where = QRectF(0, (self.height() - ICON) / 2, ICON, ICON)
            theme.draw_icon(painter, self.finding.severity, colors.good, where)
            painter.setPen(QColor(colors.text))
            room = self.rect().adjusted(ICON + 6, 0, 0, 0)
            text = self.fontMetrics().elidedText(
                self.finding.title, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


def kind(finding: Finding) -> tuple[str, str, int]:
    """The key of a finding: everything but its numbers."""
    return finding.key, finding.severity, len(finding.remedies)


def _tip(finding: Finding) -> str:
    parts = [f"<b>{_escaped(finding.title)}</b>", _escaped(finding.evidence)]
    if finding.advice:
        parts.append(_escaped(finding.advice))
    return "<p>" + "</p><p>".join(parts) + "</p>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold


def _height(font: QFont, width: int, text: str) -> int:
    room = QRect(0, 0, max(width, 1), FAR_DOWN)
    return QFontMetrics(font).boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
