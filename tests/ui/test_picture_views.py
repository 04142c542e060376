"""What all views of pictures share: nothing while hidden, a picture that stays, stand-ins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.data.curves import Sine
from core.data.digits import Digits
from core.data.toys import Circle
from core.telemetry.frame import Frame
from core.telemetry.history import History
from tests.ui.real import Clouds, moments, spec_of
from ui.pages.train.dashboard import Dashboard
from ui.views import VIEWS
from ui.views.picture_view import PictureView
from ui.views.surface import SurfaceView

VIEWS_OF_PICTURES = {key: view for key, view in VIEWS.items() if issubclass(view, PictureView)}
PICTURES = list(VIEWS_OF_PICTURES)
SPECS = {
    "surface": spec_of(Circle(count=60)),
    "fit": spec_of(Sine(count=60)),
    "network": spec_of(Circle(count=60)),
    "weight_images": spec_of(Digits(count=60)),
    "confusion": spec_of(Clouds()),
}


@pytest.fixture
def dashboard(qtbot):
    dashboard = Dashboard(History())
    qtbot.addWidget(dashboard)
    dashboard.resize(1100, 800)
    dashboard.show()
    return dashboard


def visible(dashboard: Dashboard) -> set[str]:
    return {view.key for view in dashboard.shown()}


def show(dashboard: Dashboard, spec) -> Frame:
    _, history, frame = moments(spec)
    dashboard.show_frame(frame, history)
    return frame


@pytest.mark.parametrize("key", PICTURES)
def test_a_hidden_view_asks_for_nothing(dashboard, key):
    dock = next(card for card in dashboard.cards() if card.view.key == key)
    dock.hide()
    dashboard.see()
    assert not dock.view.measures & dashboard.measures()


@pytest.mark.parametrize("key", PICTURES)
def test_the_picture_stays_until_a_newer_one_is_measured(qtbot, key):
    view = VIEWS_OF_PICTURES[key]()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    _, history, frame = moments(SPECS[key], steps=4)
    view.show_frame(frame, history)
    before = view.grab().toImage()
    later = replace(frame, status="running", iteration=9, **{view.measure: None})
    history.append(later)
    view.show_frame(later, history)
    assert view.grab().toImage() == before
    first, measured, _ = history.frames
    view.show_frame(first, history)
    assert view.shown is first
    passed_over = replace(first, iteration=3, **{view.measure: None})
    view.show_frame(passed_over, history)
    assert view.shown is measured


def test_the_dashboard_starts_with_the_prediction_beside_the_loss(dashboard):
    assert visible(dashboard) == {key for key, view in VIEWS.items() if view.default_shown}
    assert "surface" in visible(dashboard)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (spec_of(Sine(count=60)), "fit"),
        (spec_of(Digits(count=60)), "weight_images"),
        (spec_of(Clouds(features=5)), "confusion"),
        (spec_of(Circle(count=60)), "surface"),
    ],
)
def test_a_view_that_goes_with_the_data_takes_the_place_of_one_that_does_not(
    dashboard, spec, expected
):
    others = visible(dashboard) - {"surface"}
    show(dashboard, spec)
    assert visible(dashboard) == others | {expected}
    show(dashboard, spec_of(Circle(count=60)))
    assert visible(dashboard) >= others


def test_views_that_the_user_shows_besides_are_left_alone(dashboard):
    for card in dashboard.cards():
        if card.view.key in ("fit", "surface"):
            card.show()
    before = visible(dashboard)
    show(dashboard, spec_of(Digits(count=60)))
    assert visible(dashboard) == before
    view = dashboard.views["surface"]
    assert isinstance(view, SurfaceView)
    assert view.unsupported
