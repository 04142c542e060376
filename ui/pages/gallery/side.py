"""The column beside the runs: the question, what to look for, and the expected results."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from core.base.translation import tr
from core.gallery.experiment import Expectation, Experiment
from core.gallery.results import Finding
from ui import theme
from ui.widgets.layouts import add_layout
from ui.widgets.pixmap import show_pixmap
from ui.widgets.section import Section

WIDTH, MARGIN, ICON = 308, 16, 14


class Mark(QLabel):
    """Whether a statement holds: a tick, a cross, or a circle before it is measured."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ok: bool | None = None
        self.setFixedSize(QSize(ICON, ICON + 3))
        self.setAlignment(Qt.AlignmentFlag.AlignBottom)

    def show_verdict(self, ok: bool | None) -> None:
        """Show another result, in the colours of the current theme."""
        self.ok = ok
        colors = theme.current()
        name, color = {
            None: ("pending", colors.ghost), True: ("good", colors.good), False: ("bad", colors.bad)
        }[ok]  # fmt: skip
        show_pixmap(self, theme.pixmap(name, color, ICON, self.devicePixelRatioF()))


class Check(QWidget):
    """One statement: what is expected and, later, what was measured."""

    def __init__(self, expectation: Expectation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._expectation = expectation
        self.mark = Mark()
        self.statement = text(tr(expectation.statement))
        self.figures = text("")
        self.figures.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.statement)
        column.addWidget(self.figures)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 5)
        row.setSpacing(8)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        add_layout(row, column, 1)
        self.show_finding(None)

    def show_finding(self, finding: Finding | None) -> None:
        """Show what was measured; None for nothing yet."""
        colors = theme.current()
        self.finding = finding
        self.mark.show_verdict(finding.ok if finding else None)
        expected = tr("expected {bounds}", bounds=self._expectation.expected())
        words, said = _escaped(expected), expected
        if finding:
            value = f'<span style="color:{colors.good}">{_escaped(finding.measured)}</span>'
            if not finding.ok:
                failed = tr("{value} – does not hold", value=finding.measured)
                value = f'<span style="color:{colors.bad}">{_escaped(failed)}</span>'
            words += f"<br>{tr('measured {value}', value=value)}"
            held = tr("measured {value}: holds", value=finding.measured)
            missed = tr("measured {value}: does not hold", value=finding.measured)
            said += f", {held if finding.ok else missed}"
        self.figures.setText(f'<span style="color:{colors.muted}">{words}</span>')
        self.setAccessibleName(f"{tr(self._expectation.statement)}: {said}")


class Side(QFrame):
    """The texts about an experiment. `checks` has a line per statement."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("column")
        self.setFixedWidth(WIDTH)
        self.checks: list[Check] = []
        self.verdict = text("")
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setAccessibleName(tr("About this experiment"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)

    def show_experiment(self, experiment: Experiment, statements: Sequence[Expectation]) -> None:
        """Show an experiment's question and the expected results on the chosen data."""
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, 12, MARGIN, MARGIN)
        column.setSpacing(12)
        question = text(tr(experiment.question))
        font = question.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setBold(True)
        question.setFont(font)
        column.addWidget(question)
        varies = tr(experiment.varies)
        for name, words in (
            (tr("What to look for"), tr(experiment.look_for)),
            (tr("What varies"), f"{varies[:1].upper()}{varies[1:]}"),
            (tr("Finding"), tr(experiment.finding)),
        ):
            if words:
                section = Section(name)
                section.add(text(words))
                column.addWidget(section)
        column.addWidget(self._statements(statements))
        column.addStretch(1)
        self._area.setWidget(content)
        content.setAutoFillBackground(False)

    def _statements(self, statements: Sequence[Expectation]) -> Section:
        section = Section(tr("Expected results"))
        self.verdict = text("")
        self.verdict.setObjectName("quiet")
        self.checks = [Check(each) for each in statements]
        section.add(self.verdict)
        for check in self.checks:
            section.add(check)
        self.show_findings(())
        return section

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show what was measured; nothing before the end."""
        for i, check in enumerate(self.checks):
            check.show_finding(findings[i] if findings else None)
        held = sum(finding.ok for finding in findings)
        n = len(self.checks)
        if findings:
            said = tr(
                "{held} of {count} statement hold",
                "{held} of {count} statements hold",
                count=n,
                held=held,
            )
        else:
            said = tr(
                "{count} statement, checked at the end of a run",
                "{count} statements, checked at the end of a run",
                count=n,
            )
        self.verdict.setText(said)

    def retheme(self) -> None:
        """Apply the colours of the current theme."""
        for check in self.checks:
            check.show_finding(check.finding)


def text(words: str) -> QLabel:
    """A wrapped, selectable text."""
    label = QLabel(words)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return label


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")
