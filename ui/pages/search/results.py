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
HEIGHT = 168


class Results(QScrollArea):
    """Sentences that can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setMinimumHeight(HEIGHT)
        self.setMaximumHeight(HEIGHT)
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

    def show_state(self, state: SearchState) -> None:
        """Say what is known by now."""
        self._state = state
        self.words.setText("".join(_paragraphs(state)))

    def clear(self) -> None:
        """Say nothing."""
        self._state = None
        self.words.clear()

    def retheme(self) -> None:
        """Take on the colours of the present theme."""
        if self._state:
            self.show_state(self._state)


def _paragraphs(state: SearchState) -> Iterator[str]:
    colors, plan = theme.current(), state.plan
    best = ranked(state.records, plan.score)
    lines = summary.best_lines(best, plan.score, SHOWN)
    if lines:
        first, *others = (escape(line) for line in lines)
        yield f"<p><b>{first}</b><br>{'<br>'.join(others)}</p>"
    if sentence := summary.noise_sentence(best, plan):
        yield f"<p>{escape(sentence)}</p>"
    for number, stage in enumerate(state.stages[1:], 2):
        for change in stage.narrowings:
            color = colors.warning if change.at_border else colors.muted
            name = summary.short_name(change.before.path)
            yield (
                f'<p style="color:{color}">Stage {number}, {escape(name)}: {change.before} → '
                f"{change.after} ({escape(change.reason)})</p>"
            )
    if state.importances:
        shares = ", ".join(f"{summary.short_name(p)} {v:.0%}" for p, v in state.importances)
        yield f"<p>Importance: {escape(shares)}</p>"
    for each in state.repeated:
        yield f"<p>{escape(str(each))}</p>"
    if state.repeated:
        yield f"<p>{escape(summary.SELECTION_BIAS)}</p>"
    if state.records:
        shown = min(len(best), summary.BEST)
        counts = summary.counts_sentence(state.records, shown)
        yield f'<p style="color:{colors.muted}">{escape(counts)}</p>'
