"""Every window in every language: no text is left in English, and none is cut off."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTabBar,
    QTableWidget,
    QWidget,
)

from core.base import translation
from scripts import translations as tool
from tests.ui.windows import WINDOWS
from ui.export.formats import FORMATS
from ui.export.sheet import dashboard as sheet_of
from ui.plots.card import Card
from ui.theme import LIGHT
from ui.widgets.elided_label import ElidedLabel

MARK = "⟦"
# Qt's and pyqtgraph's own, which Qt's translations or nobody shows.
FOREIGN = {
    "Close",
    "Closes the dock widget",
    "Export",
    "Export...",
    "Float",
    "Undocks and re-attaches the dock widget",
}
WORD = re.compile(r"[A-Za-z]{3,}")
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
MARKUP = re.compile(r"<[^>]*>|&\w+;")
# Contents of files and names that are the same in every language.
NAMES = re.compile(
    r"\b(Training Playground|PyTorch|NumPy|Keras|ReLU|SELU|GELU|ELU|tanh|Adam\w*|RMSprop|SGD|MNIST"
    r"|Hyperparameter search|max|sign|sigmoid|std|He|Xavier|UTF-16"
    r"|houses\.csv|area|kind|price|flat|house|PNG|SVG|PDF|CSV|GIF|WebP|MP4|Dask|UTF-8"
    r"|Ctrl|Alt|Shift|Return|Enter|Esc|Space|Home|End|Left|Right|Up|Down|Del|PgUp|PgDown|Backspace"
    r"|English)\b"
)


class Marking(gettext.NullTranslations):
    """Marks the texts that have a translation, so that those which are not looked up stand out."""

    def __init__(self, known: set[str]) -> None:
        super().__init__()
        self.known = known

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message in self.known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1)


@pytest.fixture
def marked(monkeypatch):
    texts = {text.text for texts in tool.collected().values() for text in texts}
    monkeypatch.setattr(translation, "_catalog", Marking(texts))
    # A language of its own: models of lists are cached for each.
    monkeypatch.setattr(translation, "_language", "marked")


def texts_of(widget: QWidget) -> set[str]:
    """Everything that a widget and those in it show or say."""
    found: set[str] = {widget.windowTitle()}
    for each in (widget, *widget.findChildren(QWidget)):
        found |= {each.toolTip(), each.accessibleName(), each.accessibleDescription()}
        found |= _contents(each)
    for action in widget.findChildren(QAction):
        found |= {action.text(), action.toolTip()}
    return found


def _contents(widget: QWidget) -> set[str]:
    match widget:
        case QLabel() | QAbstractButton():
            return {widget.text()}
        case QLineEdit():
            return {widget.placeholderText()}
        case QGroupBox():
            return {widget.title()}
        case QComboBox():
            return {widget.itemText(row) for row in range(widget.count())}
        case QTabBar():
            return {widget.tabText(tab) for tab in range(widget.count())}
        case QHeaderView() if (model := widget.model()) is not None:
            across = range(widget.count())
            return {str(model.headerData(at, widget.orientation()) or "") for at in across}
        case QTableWidget():
            cells = ((r, c) for r in range(widget.rowCount()) for c in range(widget.columnCount()))
            items = (widget.item(*cell) for cell in cells)
            return {item.text() for item in items if item is not None}
    return set()


def painted(widget: QWidget) -> set[str]:
    """The texts of the plots, from their pictures in SVG."""
    cards = [card for card in widget.findChildren(Card) if card.isVisible()]
    if not cards:
        return set()
    made = FORMATS["svg"].encode(sheet_of(cards), LIGHT, 1.0, "").decode()
    # As one text: a long one is broken into lines.
    return {" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", made))}


def english(text: str) -> str:
    """The words of a text that are not translated."""
    rest = MARKUP.sub(" ", text.removesuffix(" · Language"))
    while MARKED.search(rest):
        rest = MARKED.sub(" ", rest)
    rest = NAMES.sub(" ", rest)
    return " ".join(WORD.findall(rest))


@pytest.mark.parametrize("name", [name for name in WINDOWS if name != "guide"])
def test_no_text_of_a_window_is_left_untranslated(name, marked, qtbot, tmp_path):
    window = WINDOWS[name](qtbot, tmp_path)
    texts = (texts_of(window) | painted(window)) - FOREIGN
    left = {text for text in texts if english(text) and not Path(text).is_absolute()}
    window.close()
    assert sorted(left) == []


@pytest.mark.parametrize("name", WINDOWS)
def test_no_label_is_cut_off_in_korean(name, korean, qtbot, tmp_path):
    window = WINDOWS[name](qtbot, tmp_path)
    cut = [
        f"{type(widget).__name__} {widget.text()!r}"
        for kind in (QLabel, QAbstractButton)
        for widget in window.findChildren(kind)
        if widget.isVisible() and _is_cut(widget)
    ]
    window.close()
    assert cut == []


def _is_cut(widget: QLabel | QAbstractButton) -> bool:
    text = MARKUP.sub("", widget.text())
    if not text or isinstance(widget, ElidedLabel):
        return False
    if isinstance(widget, QLabel) and widget.wordWrap():
        return False
    wanted = QFontMetricsF(widget.font()).horizontalAdvance(text.replace("&", ""))
    lines = max(1, text.count("\n") + 1)
    return lines == 1 and wanted > widget.width() + 1
