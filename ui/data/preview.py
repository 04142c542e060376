"""The first rows of a file, as a table to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QStandardItem, QStandardItemModel

from core.data import Samples
from core.data.archive import TARGET_NAMES, Member
from core.data.encoding import Encoded
from core.data.tabular import Layout
from ui import theme

LONGEST_CELL = 60
MOST_CLASSES_NAMED = 8
DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
# Of a table of very many columns fewer rows are shown.
MOST_CELLS = 40_000
NUMBERS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Preview:
    """What is known of a file before all of it is read.

    `columns` are the names among which the target is chosen, `notes` a word about each of them,
    and `proposed` is the target where none is named.
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
    about = [
        f"{count} parted by {DELIMITERS[layout.delimiter]}",
        "names in the first row" if layout.header else "no names in the first row",
    ]
    if layout.encoding != "utf-8-sig":
        about.append(layout.encoding.upper())
    if layout.decimal_comma:
        about.append("decimal commas")
    headings = tuple(f"{n}\n{k}" for n, k in zip(layout.names, kinds, strict=True))
    last = len(layout.names) - 1
    return Preview(layout.names, kinds, layout.preview, headings, ", ".join(about), last, layout)


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
    """Shows a `Preview`; the target stands out: a column of a table, a row of an archive.

    Qt itself holds the cells: painting them enters no Python, which the reader keeps busy.
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


def summary(encoded: Encoded) -> list[str]:
    """What the data set would be, then what was done to the columns."""
    samples = encoded.samples
    count = f"{len(samples):,} samples, {samples.features:,} input{_s(samples.features)}"
    if samples.test is not None:
        count += f", {len(samples.test):,} more as test set"
    return [count, _aim(samples), *encoded.notes]


def _aim(samples: Samples) -> str:
    if samples.task == "regression":
        if samples.outputs > 1:
            return f"{samples.outputs:,} numbers to be predicted"
        low, high = samples.targets.min(), samples.targets.max()
        return f"A number from {low:.4g} to {high:.4g} to be predicted"
    names = samples.class_names
    named = ", ".join(names[:MOST_CLASSES_NAMED])
    more = len(names) - MOST_CLASSES_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return f"{len(names):,} classes to be told apart: {named}{rest}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
