"""Shows the newest step of the run or an earlier one."""

from __future__ import annotations

from collections.abc import Callable

from core.telemetry.frame import Frame
from ui.pages.train.dashboard import Dashboard
from ui.pages.train.findings import Findings
from ui.pages.train.timeline import Timeline
from ui.session.session import Session


class Replay:
    """Keeps timeline, dashboard and findings at the session's selected step. While `in_view` is
    False new frames are only recorded; `show` updates everything.
    """

    def __init__(
        self,
        session: Session,
        timeline: Timeline,
        dashboard: Dashboard,
        findings: Findings,
        report: Callable[[str], None],
    ) -> None:
        self._session, self._report = session, report
        self._timeline, self._dashboard, self._findings = timeline, dashboard, findings
        self._waits = self.in_view = True
        timeline.chosen.connect(session.look_at)
        timeline.stepped.connect(session.look_by)
        timeline.live_requested.connect(session.look_live)
        timeline.continue_requested.connect(self.go_on)
        session.shown_step_changed.connect(self.show)
        session.pins.changed.connect(self.refresh)

    def begin(self) -> None:
        """A new run: the previous one stays visible until the first frame arrives."""
        self._waits = True
        self._findings.forget()
        self._timeline.show_step(self._session.history, None, None)

    def take(self, frame: Frame) -> None:
        """A new frame of the run; a selected earlier step stays visible."""
        session, history = self._session, self._session.history
        if self._waits:
            self._waits = False
            self._dashboard.clear(history)
        if not self.in_view:
            return
        if session.past is None:
            self._dashboard.show_frame(frame, history)
        if self._timeline.follow(history, frame.status != "running") and session.past is not None:
            self.show()
        self._findings.look(session.spec, session.past or frame, history)

    def show(self) -> None:
        """Show the chosen step."""
        session, shown, past = self._session, self._session.shown, self._session.past
        near = session.checkpoint_near(past.iteration) if past else None
        self._timeline.show_step(
            session.history, past.iteration if past else None, near.iteration if near else None
        )
        if shown is not None and not self._waits:
            self._dashboard.show_frame(shown, session.history)
            self.look_again()

    def refresh(self) -> None:
        """The ghost or the pinned runs have changed."""
        if not self._waits:
            self._dashboard.refresh()

    def look_again(self) -> None:
        """Diagnose again: the settings or the step shown have changed."""
        session = self._session
        if session.shown is not None:
            self._findings.look(session.spec, session.shown, session.history)

    def clear(self) -> None:
        """Clear everything: the run could not start."""
        self._dashboard.clear(self._session.history)
        self._findings.clear()

    def go_on(self) -> None:
        """Continue training from the earlier step shown, or show why that is impossible."""
        past = self._session.past
        if past is None or self._session.checkpoint_near(past.iteration) is None:
            self._report(self._timeline.go_on.toolTip())
        else:
            self._session.go_on_from(past.iteration)
