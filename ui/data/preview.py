"""A preview of a file: its first rows as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QFont, QStandardItemModel

from core.base.translation import Message, tr
from core.data.archive import TARGET_NAMES, Member
from core.data.tables.source import ENCODINGS
from core.data.tables.table import Layout
from ui import theme

LONGEST_CELL = 60
NUMBERS, WORDS = Message("numbers"), Message("words")
DELIMITERS = {
    ",": Message("commas"),
    "\t": Message("tabs"),
    ";": Message("semicolons"),
    "|": Message("bars"),
    " ": Message("spaces"),
    "~": Message("tildes"),
    "^": Message("carets"),
}
# Fewer rows are shown of a table with very many columns.
MOST_CELLS = 40_000
ROLE = Qt.ItemDataRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Preview:
    """The description of a file before all of it is read.

    `columns` are the names among which the target is chosen, `notes` a short note on each of them,
    and `proposed` is the target if none is given.
    """

    columns: tuple[str, ...]
    notes: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    headings: tuple[str, ...]
    about: str
    proposed: int
    layout: Layout | None = None


def of_table(layout: Layout) -> Preview:
    """The preview of a table of text."""
    kinds = tuple(NUMBERS if numeric else WORDS for numeric in layout.numeric)
    named = tr("names in the first row") if layout.header else tr("no names in the first row")
    about = [*_format(layout), named]
    if layout.encoding != "utf-8-sig":
        about.append(tr(ENCODINGS.get(layout.encoding, layout.encoding.upper())))
    if layout.decimal == ",":
        about.append(tr("decimal commas"))
    about += map(tr, layout.notes)
    headings = tuple(f"{n}\n{tr(k)}" for n, k in zip(layout.names, kinds, strict=True))
    last = _last_filled(layout.preview, len(layout.names))
    return Preview(layout.names, kinds, layout.preview, headings, ", ".join(about), last, layout)


def _last_filled(rows: Sequence[tuple[str, ...]], width: int) -> int:
    """The last column in which any of these rows has a cell, the last of all if there is none."""
    filled = {i for row in rows for i, cell in enumerate(row[:width]) if cell.strip()}
    return max(filled, default=width - 1)


def _format(layout: Layout) -> list[str]:
    count = len(layout.names)
    if layout.kind.format != "text":
        columns = tr("{count:,} column", "{count:,} columns", count=count)
        return [layout.kind.format.capitalize(), columns]
    mark = layout.dialect.delimiter
    columns = tr(
        "{count:,} column separated by {marks}",
        "{count:,} columns separated by {marks}",
        count=count,
        marks=DELIMITERS.get(mark, repr(mark)),
    )
    packing = layout.kind.packing
    return [columns, tr("{packing} file", packing=packing)] if packing else [columns]


def of_archive(members: Sequence[Member]) -> Preview:
    """The preview of a NumPy archive: its arrays."""
    names = tuple(member.name for member in members)
    shapes = tuple(" × ".join(map(str, member.shape)) or tr("a single value") for member in members)
    rows = [(m.name, shape, str(m.dtype)) for m, shape in zip(members, shapes, strict=True)]
    about = tr("NumPy archive of {count} array", "NumPy archive of {count} arrays", count=len(rows))
    headings = tr("Array"), tr("Shape"), tr("Type")
    found = (names.index(name) for name in TARGET_NAMES if name in names)
    target = next(found, len(names) - 1)
    return Preview(names, shapes, rows, headings, about, target)


class PreviewModel(QStandardItemModel):
    """Shows a `Preview` with the target highlighted: a column of a table, a row of an archive.

    Qt itself stores the cells, so that painting them does not wait for Python, which is reading.
    """

    def __init__(self, preview: Preview) -> None:
        width = len(preview.headings)
        shown = preview.rows[: max(1, MOST_CELLS // width)]
        super().__init__(len(shown), width)
        self._by_column = preview.layout is not None
        self._target = -1
        self.setHorizontalHeaderLabels(preview.headings)
        # By the model's data: PySide would keep an item's object for ever.
        for row, cells in enumerate(shown):
            for column, cell in enumerate(cells[:width]):
                self.setData(self.index(row, column), _shortened(cell))
        for column in range(width):
            if self._by_column and preview.notes[column] == NUMBERS:
                for row in range(len(shown)):
                    self.setData(self.index(row, column), RIGHT, ROLE.TextAlignmentRole)

    def set_target(self, index: int) -> None:
        current = theme.current()
        self._paint(self._target, None, False)
        self._target = index
        self._paint(index, QBrush(theme.blend(current.card, current.accent, 0.18)), True)

    def _paint(self, index: int, background: QBrush | None, bold: bool) -> None:
        if index < 0:
            return
        for at in range(self.rowCount() if self._by_column else self.columnCount()):
            place = self.index(at, index) if self._by_column else self.index(index, at)
            self.setData(place, background, ROLE.BackgroundRole)
        if self._by_column:
            font = QFont()
            font.setBold(bold)
            self.setHeaderData(index, Qt.Orientation.Horizontal, font, ROLE.FontRole)


def _shortened(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…"
