"""Adds points drawn in the prediction to the experiment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from core.base.translation import tr
from core.data.drawn import MOST_POINTS, DrawnPoints
from core.experiment.spec import ExperimentSpec
from ui.pages.train.dashboard import Dashboard
from ui.session.session import Session
from ui.views.surface import SurfaceView


class Drawing(QObject):
    """Connects the brush of the prediction with the session; every stroke is one edit."""

    def __init__(
        self, session: Session, dashboard: Dashboard, report: Callable[[str], None]
    ) -> None:
        super().__init__(dashboard)
        view = dashboard.views["surface"]
        assert isinstance(view, SurfaceView)
        self._session, self._dashboard, self._view = session, dashboard, view
        self._chosen = False
        view.brush.drawn.connect(self._take)
        view.brush.filled.connect(
            lambda: report(tr("At most {most:,} points can be drawn.", most=MOST_POINTS))
        )
        session.spec_changed.connect(self._follow)
        self._follow(session.spec)

    def _take(self, text: str) -> None:
        spec = self._session.spec
        self._session.edit(replace(spec, data=replace(spec.data, points=text)))

    def _follow(self, spec: ExperimentSpec) -> None:
        self._view.set_points(spec.data.points)
        chosen = isinstance(spec.data.dataset, DrawnPoints)
        if chosen and not self._chosen:
            # Choosing the data set "drawn points" starts drawing.
            self._dashboard.bring("surface")
            self._view.set_drawing(True)
        self._chosen = chosen
