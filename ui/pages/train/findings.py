"""The findings of the diagnosis at the step shown, below the settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.base.translation import tr
from core.diagnosis import Diagnoser, Finding, Remedy
from core.experiment.spec import ExperimentSpec
from core.telemetry.frame import Frame
from core.telemetry.history import History
from ui import theme
from ui.widgets.finding_card import FindingCard, WellLine, kind
from ui.widgets.layouts import add_layout, set_layout
from ui.widgets.scroll_area import ScrollArea
from ui.widgets.section import Section
from ui.widgets.swatch import Rule

MARGIN, BAR = 16, 8
# The width for text within the column's border.
WIDTH = theme.CONTROL_COLUMN - 2 * MARGIN - 1
# Time between two diagnoses during a run.
LOOK_SECONDS = 0.4
# Maximum share of the column's height.
MOST = 0.36


class Findings(QFrame):
    """A list of findings, the worst first, of limited height. `remedy_chosen` carries a spec.
    `look` may be called with every frame; the diagnosis is made a few times a second and not while
    hidden, and `looked` is emitted then.
    """

    remedy_chosen = Signal(object)
    looked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("column")
        self.setFixedWidth(theme.CONTROL_COLUMN)
        self._diagnoser = Diagnoser()
        self._latest: tuple[ExperimentSpec, Frame, History] | None = None
        self._outdated = False
        self._look_at = 0.0
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._diagnose)
        self._room = 240
        self.findings: tuple[Finding, ...] = ()
        self.cards: list[FindingCard | WellLine] = []
        self.summary = QLabel()
        self.hint = QLabel(tr("They appear with the first steps."))
        self._arrange()

    # Diagnosis

    def look(self, spec: ExperimentSpec, frame: Frame, history: History) -> None:
        """Diagnose a frame of a run, unless the last diagnosis is too recent."""
        self._latest = spec, frame, history
        if self._outdated:
            self._outdated = False
            self._look_at = 0.0
            self._clock.stop()
        if not self._clock.isActive():
            self._clock.start(max(0, int(1000 * (self._look_at - monotonic()))))

    def forget(self) -> None:
        """A new run begins: the findings are out of date, so disable their remedies."""
        self._latest, self._outdated = None, True

    def clear(self) -> None:
        """There is no frame to diagnose."""
        self.forget()
        self.show_findings(())

    def _diagnose(self) -> None:
        if self._latest is None or not self.isVisible():
            return
        self._look_at = monotonic() + LOOK_SECONDS
        found = self._diagnoser.diagnose(*self._latest)
        self.show_findings(tuple(map(_translated, found)))
        self.looked.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._latest and not self._clock.isActive():
            self._clock.start(0)

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Show findings; if only numbers have changed, nothing moves."""
        if [kind(f) for f in findings] != [card.kind for card in self.cards]:
            self._rebuild(findings)
        else:
            for card, finding in zip(self.cards, findings, strict=True):
                if finding != card.finding:
                    card.show_finding(finding)
        self.findings = findings
        self._fit()

    def retheme(self, colors: theme.Theme) -> None:
        for card in self.cards:
            card.retheme()

    def set_room(self, height: int) -> None:
        """Set the height of the column, which limits that of the findings."""
        self._room = int(MOST * height)
        self._fit()

    # Layout

    def _arrange(self) -> None:
        section = Section(tr("Findings"))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, MARGIN, 0)
        self.summary.setObjectName("quiet")
        self.hint.setObjectName("quiet")
        head.addWidget(section, 1)
        head.addWidget(self.summary)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(6)
        self._list.addWidget(self.hint)
        content = QWidget()
        set_layout(content, self._list)
        self.area = ScrollArea(content)
        inner = QVBoxLayout()
        inner.setSpacing(4)
        inner.setContentsMargins(MARGIN, 7, 0, 12)
        add_layout(inner, head)
        inner.addWidget(self.area)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Rule())
        add_layout(column, inner)
        self._fit()

    def _rebuild(self, findings: Sequence[Finding]) -> None:
        for card in self.cards:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [self._card(finding) for finding in findings]
        for card in self.cards:
            self._list.addWidget(card)
            card.show()
        self.hint.setVisible(not self.cards)
        self.summary.setText(_summary(findings))

    def _card(self, finding: Finding) -> FindingCard | WellLine:
        if finding.severity == "good":
            return WellLine(finding)
        card = FindingCard(finding, WIDTH)
        card.remedy_chosen.connect(self._choose)
        return card

    def _choose(self, remedy: Remedy) -> None:
        if not self._outdated:
            self.remedy_chosen.emit(remedy.spec)

    def _fit(self) -> None:
        """The height of the findings, up to the limit; beyond it they scroll."""
        parts = [card.height() for card in self.cards] or [self.hint.sizeHint().height()]
        wanted = sum(parts) + self._list.spacing() * (len(parts) - 1)
        scrolls = wanted > self._room
        # The scroll bar is in the margin, so that text does not rewrap when it appears.
        self.area.setFixedSize(WIDTH + (BAR if scrolls else 0), min(wanted, self._room))


def _translated(finding: Finding) -> Finding:
    """A finding with its texts in the current language."""
    remedies = tuple(replace(each, label=tr(each.label)) for each in finding.remedies)
    return replace(
        finding,
        title=tr(finding.title),
        evidence=tr(finding.evidence),
        advice=tr(finding.advice),
        remedies=remedies,
    )


def _summary(findings: Sequence[Finding]) -> str:
    """Counts by severity: 1 problem, 2 warnings."""
    counts = Counter(finding.severity for finding in findings)
    bad, warnings = counts["bad"], counts["warning"]
    words = [tr("{count} problem", "{count} problems", count=bad)] if bad else []
    words += [tr("{count} warning", "{count} warnings", count=warnings)] if warnings else []
    return ", ".join(words)
