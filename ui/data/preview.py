"""A preview of a file: its first rows as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QStandardItem, QStandardItemModel

from core.data.archive import TARGET_NAMES, Member
from core.data.tables.source import ENCODINGS
from core.data.tables.table import Layout
from ui import theme

LONGEST_CELL = 60
DELIMITERS = {
    ",": "commas",
    "\t": "tabs",
    ";": "semicolons",
    "|": "bars",
    " ": "spaces",
    "~": "tildes",
    "^": "carets",
}
# Fewer rows are shown of a table with very many columns.
MOST_CELLS = 40_000
NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


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
    kinds = tuple("numbers" if numeric else "words" for numeric in layout.numeric)
    count = f"{len(layout.names):,} column{_s(len(layout.names))}"
    about = [_format(layout, count)]
    about.append("names in the first row" if layout.header else "no names in the first row")
    if layout.encoding != "utf-8-sig":
        about.append(ENCODINGS.get(layout.encoding, layout.encoding.upper()))
    if layout.decimal == ",":
        about.append("decimal commas")
    about += layout.notes
    headings = tuple(f"{n}\n{k}" for n, k in zip(layout.names, kinds, strict=True))
    last = len(layout.names) - 1
    return Preview(layout.names, kinds, layout.preview, headings, ", ".join(about), last, layout)


def _format(layout: Layout, columns: str) -> str:
    if layout.kind.format != "text":
        return f"{layout.kind.format.capitalize()}, {columns}"
    delimiter = layout.dialect.delimiter
    packed = f", {layout.kind.packing} file" if layout.kind.packing else ""
    return f"{columns} separated by {DELIMITERS.get(delimiter, repr(delimiter))}{packed}"


def of_archive(members: Sequence[Member]) -> Preview:
    """The preview of a NumPy archive: its arrays."""
    names = tuple(member.name for member in members)
    shapes = tuple(" × ".join(map(str, member.shape)) or "a single value" for member in members)
    rows = [(m.name, shape, str(m.dtype)) for m, shape in zip(members, shapes, strict=True)]
    about = f"NumPy archive of {len(rows)} array{_s(len(rows))}"
    found = (names.index(name) for name in TARGET_NAMES if name in names)
    target = next(found, len(names) - 1)
    return Preview(names, shapes, rows, ("Array", "Shape", "Type"), about, target)


class PreviewModel(QStandardItemModel):
    """Shows a `Preview` with the target highlighted: a column of a table, a row of an archive.

    Qt itself stores the cells, so that painting them does not wait for Python, which is reading.
    """

    def __init__(self, preview: Preview) -> None:
        super().__init__()
        self._by_column = preview.layout is not None
        self._target = -1
        width = len(preview.headings)
        self.setHorizontalHeaderLabels(preview.headings)
        for cells in preview.rows[: max(1, MOST_CELLS // width)]:
            row = [QStandardItem(_shortened(cell)) for cell in cells[:width]]
            self.appendRow(row + [QStandardItem() for _ in range(width - len(row))])
        for column in range(width):
            if self._by_column and preview.notes[column] == "numbers":
                for row in range(self.rowCount()):
                    self.item(row, column).setTextAlignment(NUMBERS)

    def set_target(self, index: int) -> None:
        current = theme.current()
        self._paint(self._target, QBrush(), False)
        self._target = index
        self._paint(index, QBrush(theme.blend(current.card, current.accent, 0.18)), True)

    def _paint(self, index: int, background: QBrush, bold: bool) -> None:
        for at in range(self.rowCount() if self._by_column else self.columnCount()):
            item = self.item(at, index) if self._by_column else self.item(index, at)
            if item is not None:
                item.setBackground(background)
        if self._by_column and (item := self.horizontalHeaderItem(index)) is not None:
            font = item.font()
            font.setBold(bold)
            item.setFont(font)


def _shortened(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
