"""What has been found in words: the best trials, how sure, what mattered, what was narrowed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.search import summary
from core.search.job import SearchState
from core.search.study import ranked
from ui import theme

SHOWN = 5
LEAST_HEIGHT = 72
BEFORE = (
    "The best trials, how sure their order is, what decided it and how the ranges were narrowed "
    "are shown here; all trials are in the table below."
)


class Results(QScrollArea):
    """Sentences that can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setAccessibleName("What has been found")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        content = QFrame()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 4, 0)
        column.addWidget(self.words)
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._state: SearchState | None = None
        self.clear()

    def show_state(self, state: SearchState) -> None:
        """Show the present results."""
        self._state = state
        self.words.setText("".join(_paragraphs(state)))

    def clear(self) -> None:
        """Show what will appear here."""
        self._state = None
        self.words.setText(_quiet(BEFORE))

    def retheme(self) -> None:
        """Take on the colours of the present theme."""
        if self._state:
            self.show_state(self._state)
        else:
            self.clear()


def _paragraphs(state: SearchState) -> Iterator[str]:
    """Most important first: the panel may be small."""
    colors, plan = theme.current(), state.plan
    best = ranked(state.records, plan.score)
    lines = summary.best_lines(best, plan.score, SHOWN)
    if lines:
        first, *others = map(escape, lines)
        yield f"<p><b>{first}</b><br>{'<br>'.join(others)}</p>"
    for warning in summary.border_sentences(state.next_ranges):
        yield f'<p style="color:{colors.warning}">{escape(warning)}</p>'
    if state.repeated:
        again = "<br>".join(escape(str(each)) for each in state.repeated)
        yield f"<p><b>The best again, with {summary.SEEDS} other seeds each</b><br>{again}</p>"
        yield f"<p>{escape(summary.SELECTION_BIAS)}</p>"
    if sentence := summary.noise_sentence(best, plan):
        yield f"<p>{escape(sentence)}</p>"
    yield from _ranges(state)
    if state.importances:
        shares = ", ".join(f"{summary.short_name(p)} {v:.0%}" for p, v in state.importances)
        yield f"<p>Importance: {escape(shares)}</p>"
    if state.records:
        shown = min(len(best), summary.BEST)
        yield _quiet(summary.counts_sentence(state.records, shown))


def _ranges(state: SearchState) -> Iterator[str]:
    """How the ranges have changed, and how another stage would change them."""
    for number, stage in enumerate(state.stages[1:], 2):
        changes = "<br>".join(escape(summary.change_text(c)) for c in stage.narrowings)
        yield f"<p><b>Stage {number}</b><br>{changes}</p>"
    if state.finished and state.next_ranges:
        changes = "<br>".join(escape(summary.change_text(c)) for c in state.next_ranges)
        yield f"<p><b>Another stage would draw from</b><br>{changes}</p>"


def _quiet(text: str) -> str:
    return f'<p style="color:{theme.current().muted}">{escape(text)}</p>'
