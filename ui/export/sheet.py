"""Lays out cards on a sheet and paints it on any paint device."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication, QWidget

from core.base.translation import tr
from ui.plots.card import HEADER_HEIGHT, INSET, Card, CardDock, paint_card, paint_header
from ui.plots.plot_view import PlotView
from ui.plots.style import PaintStyle
from ui.plots.text import Span, plain
from ui.theme import RADIUS, Theme, current
from ui.widgets.text_card import TextCard

MARGIN = 12.0
CAPTION = 24.0
SINGLE = QSizeF(720, 400)
# Minimum size of a single view, however small its card is on the screen.
LEAST = QSizeF(480, 240)
WIDEST = 1200.0
# Pixels per unit for vector formats.
VECTOR = 16.0


@dataclass(frozen=True)
class Note:
    """A card of text among the views: HTML in the colours of `theme`, and its place."""

    html: str
    place: QRectF
    theme: Theme

    def document(self, theme: Theme) -> QTextDocument:
        """The text in the colours of a theme, as wide as its place."""
        html = self.html
        for role in fields(Theme):
            mine, other = getattr(self.theme, role.name), getattr(theme, role.name)
            if isinstance(mine, str) and mine.startswith("#"):
                html = html.replace(mine, other)
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(QApplication.font())
        document.setHtml(f"<div style='color:{theme.text}'>{html}</div>")
        document.setTextWidth(self.place.width() - 2 * MARGIN)
        return document


@dataclass(frozen=True)
class Sheet:
    """Views and their rectangles, in logical pixels. A sheet of one view has no frame."""

    size: QSizeF
    places: tuple[tuple[PlotView, QRectF], ...]
    caption: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def title(self) -> str:
        return self.places[0][0].title if len(self.places) == 1 else tr("Dashboard")

    @property
    def views(self) -> list[PlotView]:
        return [view for view, _ in self.places]


def single(view: PlotView, caption: str = "", size: QSizeF | None = None) -> Sheet:
    """A sheet of one view, as large as on the screen or as its text needs."""
    if size is None:
        view.finish()
        inner = QSizeF(view.size()).expandedTo(LEAST) if view.isVisible() else SINGLE
        inner.setWidth(max(inner.width(), _words_width(view, caption)))
        size = inner + QSizeF(0, HEADER_HEIGHT + RADIUS)
    return _sheet(size, [(view, QRectF(QPointF(0, 0), size))], caption)


def dashboard(
    cards: Sequence[Card | CardDock], caption: str = "", notes: Sequence[TextCard] = ()
) -> Sheet:
    """A sheet of several cards as laid out on the screen; hidden ones are stacked.

    `notes` are cards of text among them; text that is cut off on the screen is shown in full.
    """
    shown = [card for card in cards if _is_in_sight(card) and not _floats(card)]
    if not shown:
        return stacked([card.view for card in cards], caption=caption)
    root = shown[0].window()
    places = [(card.view, _place(card, root)) for card in shown]
    texts = [_note(card, root) for card in notes if card.isVisible()]
    bounds = QRectF()
    for place in (*(place for _, place in places), *(note.place for note in texts)):
        bounds |= place
    shift = QPointF(MARGIN, MARGIN) - bounds.topLeft()
    size = bounds.size() + QSizeF(2 * MARGIN, 2 * MARGIN)
    sheet = _sheet(size, [(view, place.translated(shift)) for view, place in places], caption)
    moved = (replace(note, place=note.place.translated(shift)) for note in texts)
    return replace(sheet, notes=tuple(moved))


def _is_in_sight(card: Card | CardDock) -> bool:
    """Whether a card is visible. Qt keeps the hidden ones of several tabs visible, far outside."""
    parent = card.parentWidget()
    return card.isVisible() and (parent is None or parent.rect().intersects(card.geometry()))


def stacked(views: Sequence[PlotView], size: QSizeF | None = None, caption: str = "") -> Sheet:
    """A sheet of stacked views: a dashboard without a window."""
    size = size or QSizeF(1120, 240 * len(views) + 2 * MARGIN)
    gap = MARGIN * 2 / 3
    height = (size.height() - 2 * MARGIN - gap * (len(views) - 1)) / max(len(views), 1)
    width = size.width() - 2 * MARGIN
    places = [
        (view, QRectF(MARGIN, round(MARGIN + i * (height + gap)), width, round(height)))
        for i, view in enumerate(views)
    ]
    return _sheet(size, places, caption)


def paint_sheet(painter: QPainter, sheet: Sheet, theme: Theme, ratio: float) -> None:
    """Paint a sheet at the origin. `ratio` is the number of pixels per logical pixel."""
    paint_ground(painter, sheet, theme, ratio)
    paint_views(painter, sheet, theme, ratio)


def paint_ground(painter: QPainter, sheet: Sheet, theme: Theme, ratio: float) -> None:
    """Paint what stays the same at every step: the background and the empty cards."""
    alone = len(sheet.places) == 1 and not sheet.notes
    ground = theme.card if alone else theme.background
    painter.fillRect(QRectF(QPointF(0, 0), sheet.size), QColor(ground))
    for view, place in () if alone else sheet.places:
        paint_card(painter, place, PaintStyle(theme, view.font(), ratio))


def paint_views(painter: QPainter, sheet: Sheet, theme: Theme, ratio: float) -> None:
    """Paint the views and the caption over `paint_ground`."""
    alone = len(sheet.places) == 1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=not alone)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    font = QApplication.font()
    for view, place in sheet.places:
        _paint_view(painter, view, place, PaintStyle(theme, view.font(), ratio))
    for note in sheet.notes:
        paint_card(painter, note.place, PaintStyle(theme, font, ratio))
        painter.save()
        painter.translate(note.place.topLeft() + QPointF(MARGIN, MARGIN * 2 / 3))
        note.document(theme).drawContents(painter)
        painter.restore()
    if sheet.caption:
        style = PaintStyle(theme, font, ratio)
        text = style.small_metrics.elidedText(
            sheet.caption, Qt.TextElideMode.ElideRight, sheet.size.width() - 2 * INSET - MARGIN
        )
        painter.setFont(style.small)
        painter.setPen(style.muted)
        left = INSET if alone else MARGIN + 2
        painter.drawText(QPointF(left, sheet.size.height() - CAPTION / 2 + 2), text)


@contextmanager
def pictures(sheet: Sheet, theme: Theme, ratio: float) -> Iterator[None]:
    """Paint the views of a sheet any number of times; they are laid out for the screen after the
    last of them."""
    with ExitStack() as held:
        for view in sheet.views:
            held.enter_context(view.pictures(theme, ratio))
        yield


def _paint_view(painter: QPainter, view: PlotView, place: QRectF, style: PaintStyle) -> None:
    view.finish()
    header = QRectF(place.left() + INSET, place.top() + 2, place.width() - 2 * INSET, HEADER_HEIGHT)
    paint_header(painter, view.title, _words(view), header, style)
    inner = place.adjusted(1, HEADER_HEIGHT, -1, -RADIUS / 2)
    painter.save()
    painter.translate(inner.topLeft())
    painter.setClipRect(QRectF(QPointF(0, 0), inner.size()))
    view.paint_picture(painter, inner.size(), style.theme, style.ratio)
    painter.restore()


def _note(card: TextCard, root: QWidget) -> Note:
    """A card of text at its place on the screen, at least as high as its text needs."""
    note = Note(card.text(), _place(card, root), current())
    height = note.document(note.theme).size().height() + MARGIN * 4 / 3
    note.place.setHeight(max(note.place.height(), math.ceil(height)))
    return note


def _words(view: PlotView) -> list[Span]:
    """The subtitle without hints."""
    return [span for span in view.subtitle if not span.hint]


def _words_width(view: PlotView, caption: str) -> float:
    """The width that fits header and caption, up to a limit."""
    style = PaintStyle(view.theme, view.font(), VECTOR)
    header = style.bold_metrics.horizontalAdvance(view.title) + 10
    header += style.metrics.horizontalAdvance(plain(_words(view)))
    below = style.small_metrics.horizontalAdvance(caption) + MARGIN
    return min(math.ceil(max(header, below)) + 2 * INSET + 2, WIDEST)


def _sheet(size: QSizeF, places: list[tuple[PlotView, QRectF]], caption: str) -> Sheet:
    if caption:
        size = size + QSizeF(0, CAPTION)
    return Sheet(QSizeF(round(size.width()), round(size.height())), tuple(places), caption)


def _place(card: QWidget, root: QWidget) -> QRectF:
    return QRectF(QPointF(card.mapTo(root, QPoint(0, 0))), QSizeF(card.size()))


def _floats(card: Card | CardDock) -> bool:
    return isinstance(card, CardDock) and card.isFloating()
