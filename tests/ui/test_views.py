"""Every view: shows a moment of a run, says what it shows, and stands whatever a run does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QSlider, QWidgetAction

from core.catalogue.penalties import L2
from core.data.curves import Sine
from core.experiment.spec import DataSpec, ExperimentSpec, TrainingSpec
from core.telemetry.frame import BINS, MEASURES, Histograms, Shares
from core.telemetry.history import History
from core.training.results import Divergence, Score, Segment
from tests.ui.frames import layer_names, recorded, run
from tests.ui.real import moments
from tests.ui.wheel import turn_wheel
from ui import theme
from ui.plots.card import Card, CardDock
from ui.plots.heat import Record
from ui.plots.histograms import full_heights
from ui.plots.text import plain
from ui.views import VIEWS
from ui.views.loss import LossView

KEYS = sorted(VIEWS)


@pytest.fixture
def shown(qtbot):
    """Makes a view on the screen, with a made-up run."""

    def make(key, size=(760, 260), **kwargs):
        view = VIEWS[key]()
        qtbot.addWidget(view)
        view.resize(*size)
        view.show()
        if kwargs.pop("empty", False):
            return view
        history, frame = recorded(**({"frames": 40, "layers": 4} | kwargs))
        view.show_frame(frame, history)
        return view

    return make


@pytest.mark.parametrize("key", KEYS)
def test_a_view_can_be_zoomed_in_as_far_as_the_wheel_turns(shown, key):
    view = shown(key)
    for plot in view.shown_plots:
        place = plot.frame.center() + QPointF(plot.frame.width() / 7, 5)
        for _ in range(60):
            turn_wheel(view, place, 15)
        assert not view.grab().toImage().isNull()
        for scale in (plot.x_scale, plot.y_scale):
            assert scale.low < scale.high
    QTest.keyClick(view, Qt.Key.Key_A)
    assert not view.zoomed


def colors(view) -> dict[str, float]:
    """Every colour of a view, with its share of the pixels."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32)
    values, counts = np.unique(pixels, return_counts=True)
    shares = (counts / counts.sum()).tolist()
    return {f"#{v & 0xFFFFFF:06x}": s for v, s in zip(values.tolist(), shares, strict=True)}


def broken_frame(layers, number):
    """A frame of a run gone wrong: nothing in it is a number one can draw."""
    bad = np.full(layers, number)
    counts = np.zeros((layers, BINS), np.int64)
    none = np.zeros(layers, np.int64)
    histograms = Histograms(-np.ones(layers), np.ones(layers), counts, none, none, none + 500)
    frame = next(run(frames=1, layers=layers))
    return replace(
        frame,
        iteration=9,
        status="diverged",
        segment=Segment(0, *(np.full(9, number) for _ in range(3))),
        validation=(Score(9, number, number),),
        gradient=bad,
        weight=bad,
        update_ratio=bad,
        activations=histograms,
        preactivations=histograms,
        weights=histograms,
        shares=Shares(bad, bad, bad),
        divergence=Divergence(9, "layer 1", "activation"),
    )


# What holds for every view


@pytest.mark.parametrize("key", KEYS)
def test_a_view_names_itself(key):
    view = VIEWS[key]
    assert view.key == key
    assert view.title
    assert view.about
    assert len({v.title for v in VIEWS.values()}) == len(VIEWS)


@pytest.mark.parametrize("key", KEYS)
def test_before_the_first_frame_it_says_how_to_start(shown, key):
    view = shown(key, empty=True)
    assert view.export_data() == {}
    assert theme.current().muted in colors(view)
    assert view.subtitle == ()
    assert view.measures <= set(MEASURES)


@pytest.mark.parametrize("key", KEYS)
def test_a_frame_changes_the_picture_and_the_data(shown, key):
    view = shown(key, empty=True)
    before = view.grab().toImage()
    history, frame = recorded(frames=30, layers=4)
    view.show_frame(frame, history)
    assert view.grab().toImage() != before
    assert any(np.size(values) for values in view.export_data().values())
    assert plain(view.subtitle)


@pytest.mark.parametrize("key", KEYS)
def test_it_can_be_dressed_in_another_theme(shown, key):
    view = shown(key)
    view.retheme(theme.LIGHT)
    light = colors(view)
    view.retheme(theme.DARK)
    dark = colors(view)
    assert theme.LIGHT.card in light
    assert theme.DARK.card in dark
    assert dark.get(theme.LIGHT.card, 0) < 0.05  # white there is in pictures only


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("layers", [1, 2, 20])
@pytest.mark.parametrize("size", [(170, 90), (420, 180), (1500, 900)])
def test_any_depth_fits_any_size(shown, key, layers, size):
    view = shown(key, size=size, layers=layers)
    assert not view.grab().isNull()
    for x in range(0, size[0], 37):
        view.point_at(QPointF(x, size[1] / 2))
        view.grab()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e308, 0.0, -1.0])
def test_numbers_that_cannot_be_drawn_do_no_harm(shown, key, number):
    view = shown(key, empty=True)
    history, frame = History(), broken_frame(3, number)
    history.append(frame)
    view.show_frame(frame, history)
    assert not view.grab().isNull()
    view.point_at(QPointF(view.width() / 3, view.height() / 2))
    assert not view.grab().isNull()
    view.export_data()


@pytest.mark.parametrize("key", KEYS)
def test_a_frame_without_measures_or_steps_does_no_harm(shown, key):
    view = shown(key, empty=True)
    none = dict.fromkeys(MEASURES)
    frame = replace(next(run(frames=1, layers=3)), validation=(), **none)
    history = History()
    history.append(frame)
    view.show_frame(frame, history)
    assert not view.grab().isNull()
    view.export_data()


@pytest.mark.parametrize("key", KEYS)
def test_regression_has_no_accuracy_and_needs_none(shown, key):
    view = shown(key, classes=False)
    assert not view.grab().isNull()
    assert not any("accuracy" in name for name in view.export_data())


@pytest.mark.parametrize("key", KEYS)
def test_what_came_while_it_was_hidden_is_shown_afterwards(qtbot, shown, key):
    view = shown(key, empty=True)
    view.hide()
    history, frame = recorded(frames=30, layers=4)
    view.show_frame(frame, history)
    data = view.export_data()
    assert data
    view.show()
    other = shown(key, empty=True)
    other.show_frame(frame, history)
    for name, values in other.export_data().items():
        np.testing.assert_array_equal(values, data[name])
    assert view.grab().toImage() == other.grab().toImage()


@pytest.mark.parametrize("key", KEYS)
def test_cleared_it_is_as_at_the_start(shown, key):
    view, fresh = shown(key), shown(key, empty=True)
    view.clear()
    assert view.grab().toImage() == fresh.grab().toImage()
    assert view.export_data() == {}
    history, frame = recorded(frames=12, layers=7)
    view.show_frame(frame, history)
    fresh.show_frame(frame, history)
    assert view.grab().toImage() == fresh.grab().toImage()


@pytest.mark.parametrize("key", KEYS)
def test_an_earlier_moment_can_be_looked_at_and_left(shown, key):
    view = shown(key, empty=True)
    history, frame = recorded(frames=40, layers=4)
    view.show_frame(frame, history)
    now = view.grab().toImage()
    view.show_frame(history.nearest(150), history)
    assert view.grab().toImage() != now
    view.show_frame(history.frames[0], history)
    view.show_frame(frame, history)
    assert view.grab().toImage() == now


@pytest.mark.parametrize("key", KEYS)
def test_the_menu_offers_settings_and_every_one_works(shown, key):
    view = shown(key)
    actions = view.menu().actions()
    texts = [action.text() for action in actions]
    assert "Maximise or restore" in texts
    assert "Export plot or data…" in texts
    for i, action in enumerate(actions):
        if action.isCheckable():
            view.menu().actions()[i].trigger()
            assert not view.grab().isNull()
            assert view.menu().actions()[i].isChecked() != action.isChecked() or action.isChecked()
        if isinstance(action, QWidgetAction):
            slider = action.defaultWidget().findChild(QSlider)
            assert isinstance(slider, QSlider)
            for value in (slider.maximum(), 0):
                slider.setValue(value)
                assert not view.grab().isNull()


@pytest.mark.parametrize("key", KEYS)
def test_a_ghost_run_is_drawn_behind(shown, key):
    view = shown(key, empty=True)
    history, frame = recorded(frames=20, layers=4)
    history.ghost, _ = recorded(frames=60, layers=4, seed=5)
    view.show_frame(frame, history)
    assert not view.grab().isNull()


# The single views


def test_loss_exports_what_it_draws(shown):
    view = shown("loss")
    data, history = view.export_data(), view.history
    np.testing.assert_array_equal(data["iteration"], np.arange(390))
    np.testing.assert_array_equal(data["train loss"], history.steps.mean(0))
    np.testing.assert_array_equal(data["validation loss"], history.scores.values[:, 0])
    np.testing.assert_array_equal(data["validation iteration"], history.scores.x)
    x, y = view.loss.smoothed(history, 0, 400)
    np.testing.assert_allclose(np.interp(x, data["iteration"], data["train loss smoothed"]), y)


def test_loss_shows_accuracy_beside_it_where_there_is_room(shown):
    view = shown("loss", size=(900, 240))
    view.grab()
    assert view.accuracy in view.placed
    assert "train accuracy" in view.export_data()
    view.set_what("loss")
    view.grab()
    assert view.placed == [view.loss]
    view.set_what("accuracy")
    view.grab()
    assert view.placed == [view.accuracy]
    assert "%" in plain(view.subtitle)


def test_accuracy_is_shown_without_validation_samples_too(qtbot):
    _, history, frame = moments(ExperimentSpec(data=DataSpec(validation=0)), 60)
    view = LossView()
    qtbot.addWidget(view)
    view.resize(900, 240)
    view.show()
    view.show_frame(frame, history)
    view.grab()
    assert view.placed == [view.loss, view.accuracy]
    assert np.isfinite(view.export_data()["train accuracy"]).any()


def test_loss_and_accuracy_show_what_always_the_same_answer_would_score(qtbot):
    _, history, frame = moments(ExperimentSpec(), 60)
    view = VIEWS["loss"]()
    qtbot.addWidget(view)
    view.resize(760, 260)
    view.show()
    view.show_frame(frame, history)
    known = history.baseline
    assert known is not None
    assert set(view.loss.baseline_line.ys.ravel().tolist()) == {known.loss}  # pyright: ignore
    assert set(view.accuracy.baseline_line.ys.ravel().tolist()) == {known.accuracy}  # pyright: ignore


def test_loss_says_how_well_numbers_are_predicted(qtbot):
    trainer, history, frame = moments(ExperimentSpec(data=DataSpec(dataset=Sine())), 200)
    view = VIEWS["loss"]()
    qtbot.addWidget(view)
    view.resize(760, 260)
    view.show()
    view.show_frame(frame, history)
    score = trainer.evaluate()
    assert score is not None
    assert f"R² {score.r2:.3f}" in plain(view.describe())


def test_loss_tells_the_objective_where_a_penalty_is_part_of_it(qtbot):
    view = LossView()
    qtbot.addWidget(view)
    view.resize(760, 260)
    view.show()
    training = TrainingSpec(penalty=L2(strength=0.01))
    _, history, frame = moments(ExperimentSpec(training=training), 20)
    view.show_frame(frame, history)
    assert frame.objective > frame.batch_loss
    assert f"objective {view.loss.text(frame.objective)}" in plain(view.describe())
    _, history, frame = moments(ExperimentSpec(), 20)
    view.show_frame(frame, history)
    assert "objective" not in plain(view.describe())


def test_loss_takes_a_logarithmic_scale(shown):
    view = shown("loss")
    view.set_log(True)
    assert view.loss.y_scale.log
    assert view.loss.y_scale.low > 0


def test_loss_names_the_newest_figures_and_the_trouble(shown):
    view = shown("loss")
    train, validation = view.loss.newest()
    assert plain(view.subtitle).startswith(f"train {view.loss.text(train)}")
    assert view.loss.text(validation) in plain(view.subtitle)
    trouble = Divergence(390, "layer 2", "activation")
    view.show_frame(replace(view.frame, status="diverged", divergence=trouble), view.history)
    assert str(trouble) in plain(view.subtitle)


def test_loss_tells_the_gap_between_training_and_validation(shown):
    view = shown("loss", size=(900, 260))
    view.grab()
    history, (train, validation) = view.history, view.loss.newest()
    assert f"gap {view.loss.text(validation - train)}" in plain(view.subtitle)
    view.point_at(QPointF(view.loss.px_of(200), view.loss.frame.center().y()))
    rows = {row.name: row.value for row in view.read_out.rows}
    nearest = np.abs(history.scores.x - 200).argmin()
    smoothed = history.steps.smoothed(0, 200, 201, view.loss.reach())[0]
    assert rows["gap"] == view.loss.text(history.scores.values[nearest, 0] - smoothed)
    view.set_what("accuracy")
    train, validation = view.accuracy.newest()
    assert f"gap {100 * (train - validation):.1f} points".replace("-", "−") in plain(view.subtitle)
    assert view.export_data()["gap accuracy"].shape == history.scores.x.shape


def test_loss_shades_the_gap(shown):
    history, frame = recorded(frames=40, layers=2)
    history.scores.values[:, 0] += 1.5
    view = shown("loss", empty=True)
    view.show_frame(frame, history)
    shaded = view.grab().toImage()
    view.set_shades(False)
    plot = view.loss.frame
    x, _ = view.loss.px_of(300.0), view.grab()
    y = (view.loss.py(np.array([0.6, 1.2]))).mean()
    assert plot.contains(QPointF(x, y))
    place = QPoint(round(x), round(y))
    assert view.grab().toImage().pixelColor(place) != shaded.pixelColor(place)


@pytest.mark.parametrize("key", ["loss", "learning_rate"])
def test_in_the_past_the_subtitle_tells_the_figures_of_that_moment(shown, key):
    history, frame = recorded(frames=40, layers=2)
    falling = np.linspace(1.0, 0.01, 10)
    later = replace(
        frame, iteration=400, segment=Segment(390, falling, falling, falling), validation=()
    )
    view = shown(key, empty=True)
    view.show_frame(frame, history)
    before = plain(view.subtitle)
    history.append(replace(later, validation=(Score(400, 9.0, 0.5),)))
    view.show_frame(replace(later, status="paused"), history)
    assert plain(view.subtitle) != before
    view.show_frame(frame, history)
    now = plain(view.subtitle)
    if key == "loss":
        shown_at = before.split("validation ")[1].split()[0]
        assert now.split("validation ")[1].split()[0] == shown_at
        assert view.loss.text(9.0) not in now
    else:
        assert now == before


def test_one_spike_does_not_flatten_the_loss(shown):
    history, frame = recorded(frames=30, layers=2)
    loss = np.full(10, 0.3)
    loss[4] = 500.0
    frame = replace(frame, iteration=300, segment=Segment(290, loss, loss, loss), validation=())
    view = shown("loss", empty=True)
    long = History(buckets=32)
    for earlier in history.frames:
        long.append(replace(earlier, segment=Segment(0, *(np.empty(0),) * 3)))
    long.steps.append(0, np.full((3, 290), 0.4))
    long.append(frame)
    view.show_frame(frame, long)
    assert view.loss.y_scale.high < 500


def test_activations_export_counts_and_edges(shown):
    view = shown("activations")
    data, frame = view.export_data(), view.frame
    for i, name in enumerate(frame.layers):
        np.testing.assert_array_equal(data[f"{name} count"], frame.activations.counts[i])
        assert data[f"{name} from"][0] == frame.activations.low[i]
        assert data[f"{name} to"][-1] == frame.activations.high[i]
    np.testing.assert_array_equal(data["above"], frame.activations.over)


def test_activations_before_the_function_ask_for_another_measure(qtbot, shown):
    view = shown("activations")
    assert view.measures == {"activations"}
    with qtbot.waitSignal(view.measures_changed):
        view.set_measure("preactivations")
    assert view.measures == {"preactivations"}
    counts = view.export_data()["layer 1 count"]
    np.testing.assert_array_equal(counts, view.frame.preactivations.counts[0])


def test_the_nearest_measured_moment_stands_in_for_one_without_measures(shown):
    view = shown("activations")
    counts = view.export_data()["layer 1 count"]
    later = replace(view.frame, iteration=400, activations=None)
    view.history.append(replace(later, segment=Segment(390, *(np.ones(10),) * 3)))
    view.show_frame(later, view.history)
    np.testing.assert_array_equal(view.export_data()["layer 1 count"], counts)


def test_a_bin_that_towers_over_the_rest_is_cut(qapp):
    counts = np.ones((3, BINS), np.int64)
    counts[0, 5], counts[1, 7] = 1000, 2
    full, towers = full_heights(counts)
    assert towers == [(0, 5)]
    assert full[0] < 2
    assert full[1] == 2
    assert full_heights(np.zeros((2, BINS), np.int64))[0].min() > 0


def test_the_read_out_of_a_histogram_counts_values(shown):
    view = shown("activations")
    view.grab()
    cell = view.histograms.cells[-1]
    view.point_at(QPointF(float(cell.edges[20]) + 1, cell.plot.center().y()))
    out = view.read_out
    assert out.title == "output"
    rows = {row.name: row.value for row in out.rows}
    assert rows["values"] == f"{view.frame.activations.counts[-1][20]:,}"


def test_gradients_export_the_lines_as_drawn(shown):
    view = shown("gradients")
    view.set_smoothing(0)
    data = view.export_data()
    np.testing.assert_array_equal(data["layer 1"], view.history.figure("gradient")[:, 0])
    np.testing.assert_array_equal(data["iteration"], view.history.layer_rows.x)


def test_gradients_are_never_clipped(shown):
    view = shown("gradients", frames=200, layers=8)
    gradient = view.history.figure("gradient")
    assert view.lines.y_scale.holds(gradient.min(), gradient.max())
    places = view.lines.py(gradient)
    assert places.min() >= view.lines.frame.top() - 0.5
    assert places.max() <= view.lines.frame.bottom() + 0.5


def test_gradients_of_zero_run_along_the_bottom(shown):
    view = shown("gradients", empty=True)
    history = History()
    for frame in run(frames=20, layers=3):
        history.append(replace(frame, gradient=frame.gradient * (1, 0, 1)))
    view.show_frame(history.frames[-1], history)
    assert theme.current().layer_colors(3)[1].name() in colors(view)


def test_gradients_over_depth_share_the_scale_or_have_their_own(shown):
    view = shown("gradients")
    view.grab()
    assert view.by_depth.y_scale == view.lines.y_scale
    view.set_what("depth")
    view.grab()
    assert view.placed == [view.by_depth]
    np.testing.assert_array_equal(view.export_data()["gradient"], view.frame.gradient)


def test_gradients_let_one_see_the_run_before(shown):
    view = shown("gradients")
    view.history.ghost, _ = recorded(frames=40, layers=4, seed=9)
    view.refresh()
    texts = [action.text() for action in view.menu().actions()]
    assert "Previous run, in grey" in texts
    before = view.grab().toImage()
    view.set_ghost(True)
    assert view.grab().toImage() != before
    assert "run before" in plain(view.subtitle)


def test_the_healthy_band_of_update_ratios_is_shaded(shown):
    view = shown("update_ratio")
    style = view.style_now
    assert style.pale(QColor(style.theme.good), 0.09).name() in colors(view)


def test_shares_show_one_at_a_time_where_it_is_narrow(shown):
    view = shown("shares", size=(900, 200))
    view.grab()
    assert len(view.placed) == 3
    np.testing.assert_array_equal(view.export_data()["iteration"], view.history.layer_rows.x)
    view.set_what("dead")
    view.grab()
    assert [plot.figure for plot in view.placed] == ["dead"]
    assert all("dead" in name or name == "iteration" for name in view.export_data())


def test_the_learning_rate_is_exported_step_by_step(shown):
    view = shown("learning_rate")
    assert plain(view.subtitle) == "0.001"
    assert set(view.export_data()["learning rate"]) == {0.001}


@pytest.mark.parametrize("key", KEYS)
def test_no_view_says_nan_before_the_first_step(shown, key):
    view = shown(key, empty=True)
    _, history, frame = moments(ExperimentSpec())
    view.show_frame(frame, history)
    assert "nan" not in plain(view.subtitle)


def test_heat_maps_follow_edges_that_widen(qapp):
    def histogram(reach, counts):
        one = np.ones(1)
        none = np.zeros(1, np.int64)
        return Histograms(-reach * one, reach * one, counts[None], none, none, none)

    counts = np.arange(BINS)
    record = Record()
    record.take([0], [histogram(1.0, counts)])
    assert record.shares[0, 0].sum() == pytest.approx(1)
    record.take([0, 10], [histogram(1.0, counts), histogram(2.0, counts)])
    narrow, wide = record.shares[:, 0]
    pairs = counts.reshape(-1, 2).sum(axis=1) / counts.sum()
    np.testing.assert_allclose(narrow[BINS // 4 : 3 * BINS // 4], pairs, atol=1e-6)
    assert narrow[: BINS // 4].sum() == 0
    np.testing.assert_allclose(wide, counts / counts.sum(), atol=1e-6)


def test_heat_maps_keep_the_first_moment(shown):
    view = shown("activation_history")
    data = view.export_data()
    assert data["iteration"][0] == 0
    first = view.history.frames[0].activations
    column = next(name for name in data if name.startswith("layer 2"))
    everything = first.counts[1].sum() + first.under[1] + first.over[1]
    assert data[column][0] == pytest.approx(first.counts[1][0] / everything)


# Cards


@pytest.fixture
def kept():
    """What must live until the test's widgets have been closed: the parents of views."""
    return []


def test_a_card_shows_title_and_subtitle_and_passes_on_requests(qtbot, shown, kept):
    card = Card(shown("loss"))
    kept.append(card)
    qtbot.addWidget(card)
    card.resize(700, 300)
    card.show()
    assert not card.grab().isNull()
    with qtbot.waitSignal(card.export_requested):
        card.header.export_button.click()
    with qtbot.waitSignal(card.maximize_toggled):
        QTest.mouseDClick(card.header, Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    with qtbot.waitSignal(card.maximize_toggled):
        card.view.maximize_requested.emit()
    card.retheme(theme.LIGHT)
    card.header.open_menu()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    menu.close()


def test_a_card_in_a_dock_is_moved_by_its_header_and_does_not_float(qtbot, shown, kept):
    window, dock = QMainWindow(), CardDock(shown("gradients"))
    kept.append(window)
    qtbot.addWidget(window)
    window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
    window.resize(800, 400)
    window.show()
    assert dock.titleBarWidget() is dock.header
    assert dock.objectName() == "gradients"
    with qtbot.waitSignal(dock.maximize_toggled):
        QTest.mouseDClick(dock.header, Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    assert not dock.isFloating()
    assert not window.grab().isNull()


def test_made_up_runs_have_the_layers_they_say():
    assert layer_names(3) == ("layer 1", "layer 2", "output")
