"""Labs with long computations, which run in the background and can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from core.base.translation import tr
from core.worker.job import Job, Progress
from ui.pages.labs.lab_page import LabPage
from ui.session.job import BackgroundJob
from ui.widgets.text_card import html_table

# A computation starts this long after the last change of a setting.
PAUSE = 180


class JobLabPage(LabPage):
    """A lab that computes in jobs: `recompute` calls `begin_soon`, `begin` calls `start`.

    A subclass puts `self.working`, the bar with the Stop button, into its controls.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.job: BackgroundJob | None = None
        self.working = Working()
        self.working.stop.clicked.connect(self.stop)
        self._pause = QTimer()
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.begin)
        super().__init__(*args, **kwargs)

    def begin(self) -> None:
        """Start what the settings ask for."""
        raise NotImplementedError

    def forget(self) -> None:
        """A computation was stopped or has failed: the next `begin` computes again."""

    def begin_soon(self) -> None:
        self._pause.start()

    @property
    def is_computing(self) -> bool:
        return self.job is not None or self._pause.isActive()

    def start(
        self, work: Job, done: Callable[[Any], None], show: Callable[[Any], None] | None = None
    ) -> None:
        """Run a job in place of the one that may be running; `show` takes its snapshots."""
        if self.job is not None:
            self.job.close()
        job = self.job = BackgroundJob(work, self)
        job.progressed.connect(self.working.tell)
        if show is not None:
            job.snapshot.connect(show)
        job.finished.connect(lambda result: self._ended(job, lambda: done(result)))
        job.failed.connect(lambda message: self._ended(job, lambda: self._failed(message)))
        job.stopped.connect(lambda: self._ended(job, self.forget))
        self.working.begin()
        self.busy_changed.emit(True)
        job.start()

    def extend(self, length: int) -> None:
        """The transport gets this many steps. The page stays at the last one if it was there."""
        at_end = self.transport.at >= self.transport.length
        self.transport.length = length
        self.transport.go(length if at_end else self.transport.at)

    def _show_nothing(self) -> None:
        """Leave nothing of what has been computed before."""
        self.transport.set_length(0)
        for card in self.cards:
            card.view.set_empty(True)
        self.formula.show_html("")

    def _failed(self, message: str) -> None:
        self.forget()
        self.banner.say(tr(message))

    def _ended(self, job: BackgroundJob, then: Callable[[], None]) -> None:
        if job is self.job:
            self.job = None
            self.working.end()
            self.busy_changed.emit(False)
            then()

    def stop(self) -> None:
        """End the computation; what has been drawn stays."""
        self._pause.stop()
        if self.job is not None:
            self.job.stop()

    def shutdown(self) -> None:
        self._pause.stop()
        if self.job is not None:
            self.job.close(1.0)


class Working(QWidget):
    """How far the computation is, and a button that ends it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Progress"))
        self.stop = QPushButton(tr("Stop"))
        self.stop.setToolTip(tr("End the computation; what has been drawn stays"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.stop)
        self.end()

    def begin(self) -> None:
        self.bar.setValue(0)
        self.stop.setEnabled(True)

    def tell(self, progress: Progress) -> None:
        self.bar.setValue(round(1000 * progress.share))
        self.bar.setToolTip(tr(progress.text))

    def end(self) -> None:
        self.bar.setValue(0)
        self.stop.setEnabled(False)


def table(titles: list[str], columns: list[dict[str, str]], muted: str) -> str:
    """Figures as a table, a column for each of `titles`; names at the left are muted."""
    lines = [_line("", titles)]
    for name in columns[0] if columns else ():
        head = f"<span style='color:{muted}'>{name}</span>"
        lines.append(_line(head, [each.get(name, "") for each in columns]))
    return html_table(lines)


def _line(title: str, cells: list[str]) -> str:
    values = "".join(
        f"<td align='right' style='white-space:nowrap'>&nbsp;&nbsp;&nbsp;{cell}</td>"
        for cell in cells
    )
    return f"<tr><td style='white-space:nowrap'>{title}</td>{values}</tr>"
