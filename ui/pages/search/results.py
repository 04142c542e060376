"""What has been found in words: the best trials, how sure, what mattered, what was narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.base.translation import Message, tr
from core.search import summary
from core.search.job import SearchState
from ui import theme

SHOWN = 5
LEAST_HEIGHT = 72
BEFORE = Message(
    "The best trials, how sure their order is, what decided it and how the ranges were narrowed "
    "appear here, with a table of all trials."
)


class Results(QScrollArea):
    """Sentences that can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setAccessibleName(tr("What has been found"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words = QLabel()
        self.words.setWordWrap(True)
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
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.words.setText("".join(_paragraphs(state)))

    def clear(self) -> None:
        """Show what will appear here."""
        self._state = None
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
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
    best = state.best_first
    lines = [_html(line) for line in summary.best_lines(best, plan, SHOWN)]
    if lines:
        yield f"<p><b>{lines[0]}</b><br>{'<br>'.join(lines[1:])}</p>"
    for warning in summary.border_sentences(state.next_ranges):
        yield f'<p style="color:{colors.warning}">{_html(warning)}</p>'
    if state.repeated:
        heading = tr("The best again, with {count} other seeds each", count=summary.SEEDS)
        yield _headed(heading, (each.text(plan) for each in state.repeated))
        yield f"<p>{_html(summary.SELECTION_BIAS)}</p>"
    if sentence := summary.noise_sentence(best, plan):
        yield f"<p>{_html(sentence)}</p>"
    yield from _ranges(state)
    if state.importances:
        shares = [f"{tr(summary.short_name(p))} {v:.0%}" for p, v in state.importances]
        yield f"<p>{_html(tr('Importance: {shares}', shares=', '.join(shares)))}</p>"
    if state.records:
        shown = min(len(best), summary.BEST)
        yield _quiet(summary.counts_sentence(state.records, shown))


def _ranges(state: SearchState) -> Iterator[str]:
    """How the ranges have changed, and how another stage would change them."""
    for number, stage in enumerate(state.stages[1:], 2):
        heading = tr("Stage {number}", number=number)
        yield _headed(heading, map(summary.change_text, stage.narrowings))
    if state.finished and state.next_ranges:
        heading = tr("Another stage would draw from")
        yield _headed(heading, map(summary.change_text, state.next_ranges))


def _headed(heading: str, lines: Iterable[str]) -> str:
    return f"<p><b>{escape(heading)}</b><br>{'<br>'.join(map(_html, lines))}</p>"


def _html(text: str) -> str:
    return escape(tr(text))


def _quiet(text: str) -> str:
    return f'<p style="color:{theme.current().muted}">{_html(text)}</p>'
