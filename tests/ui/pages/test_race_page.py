"""The page of the optimizer race: what is shown is what was computed, and what is wrong is said."""

import numpy as np
import pytest

from core.studies.optimizer_race import race
from core.studies.race_jobs import memory
from ui.pages.labs import race_words as words
from ui.pages.labs.optimizer_race import OptimizerRacePage
from ui.pages.labs.page import LabsPage

WAIT = 30_000


@pytest.fixture
def page(labs):
    labs.open("optimizer_race")
    return labs.lab


def raced_steps(page: OptimizerRacePage) -> int:
    return len(page._race.runs["sgd"].f) - 1 if page._race else 0


def test_the_paths_shown_are_those_of_the_study(page: OptimizerRacePage):
    page.edit(surface="himmelblau", starts=((0.0, -0.5), (1.0, 1.0)), racers=("sgd", "adam"))
    page.edit(same_rate=True, rate=0.01)
    page.transport.go(25)
    expected = race(page.surface(), page.contestants(), page.state.starts, 200).runs
    for (key, start), trail in page.map_view.trails.items():
        assert trail.xs.tolist() == expected[key].path[:26, start, 0].tolist()
    assert len(page.map_view.trails) == 4


def test_the_rule_is_written_out_with_its_numbers(page):
    page.edit(racers=("sgd",), explained="sgd", rates=(("sgd", 0.5),))
    text = page.formula.text()
    assert "p ← p − ηg = (−7, 2) − 0.5 · (−0.7, 4) = <b>(−6.65, 0)</b>" in text
    page.transport.step()
    after = page.formula.text()
    page.transport.step_back()
    assert page.formula.text() == text != after


def test_another_rule_is_explained_at_once_and_with_its_own_numbers(page, qtbot):
    page.edit(steps=3000)
    qtbot.waitUntil(lambda: raced_steps(page) == 3000, timeout=WAIT)
    ran = page._race
    page.transport.go(7)
    for key in ("adam", "nag"):
        page.edit(explained=key)
        assert page._race is ran and page._race_job.is_over  # the race has not changed
    page.edit(noise=0.5)
    for key in ("momentum", "adam", "nag"):  # while another race runs in the background
        page.edit(explained=key)
        assert page._race is ran
        run = ran.runs[key]
        told = words.rule_text(key, run.racer, run.path[:, 0], memory(ran, key), 7)
        assert page.formula.text().startswith(told)


def test_divergence_and_newtons_maximum_are_said(page):
    page.edit(racers=("sgd",), rates=(("sgd", 1.5),))
    page.transport.go(page.state.steps)
    assert "diverged at step" in page.formula.text()
    page.edit(surface="himmelblau", starts=((0.0, 0.0),), racers=("newton",), explained="newton")
    page.transport.go(20)
    assert "at a maximum: Newton takes any point of slope 0" in page.formula.text()


BAD = [
    ("x^2 + sine(y)", "x^2 + »sine«(y): Unknown name 'sine'; did you mean sin?"),
    ("ln(-1) + x", "not a finite real number"),
    ("x^2 + sign(y)", "no gradient can be taken"),
    ("9^9^9^9 x", "not a finite real number"),
    ("10**10**10", "not a finite real number"),
    ("x + 1e308·1e308", "too large"),
    ("factorial(1000000)", "Unknown name 'factorial'"),
    ("x!", "»!«"),
    ("ln(x − 100) + y", "no finite value anywhere"),
    ("√(x − 3.9) + y²", "undefined at the start (-3, 2)"),
    ("exp(exp(exp(10 x²)))", "undefined at the start (-3, 2)"),
    ("", "Type a formula"),
    ("x +", "ends too early"),
    ("((x + y)", "never closed"),
    ("x + y)", "never opened"),
    ("1/(x − x)", "Division by zero"),
    ("x y z", "Unknown name 'z'"),
    ("__import__('os')", "no meaning"),
    ("max(x, y, 1)", "takes 2, not 3"),
    ("(" * 60 + "x" + ")" * 60, "Too many brackets"),
    ("x" + "+x" * 400, "at most 300"),
    ("x 2", "operator is missing"),
]


@pytest.mark.parametrize(("formula", "words"), BAD)
def test_a_wrong_formula_is_said_at_its_place_and_the_page_lives_on(page, formula, words):
    page._choose_surface("typed")
    page.edit(formula=formula)
    assert words in page.banner.text()
    page.edit(formula="x² + y²")
    assert page.banner.text() == ""
    page.transport.go(3)
    assert "<b>" in page.formula.text()


def test_a_typed_surface_has_its_window_and_its_minima_are_found_and_shown(page):
    page._choose_surface("typed")
    page.edit(formula="cos x + cos y", racers=("sgd",), distance=True)
    assert len(page.map_view.minima.xs) == 4 and "Minima found: (" in page.about.text()
    assert "distance" in page.formula.text()
    page.window_field.edited.emit("2, 5, 2, 5")
    assert page.state.window == (2, 5, 2, 5)
    assert page.map_view.shown_window() == (2, 5, 2, 5)
    assert page.about.text() == "Minimum found: (3.14159, 3.14159)."
    page.map_view.plot.zoom_x(0.5, 3.5)
    page.take_zoom()
    assert page.state.window[1] - page.state.window[0] == pytest.approx(1.5)


@pytest.mark.parametrize(
    "text", ["1, 2, 3", "a, 1, 2, 3", "4, -4, 0, 1", "0, 0, 0, 1", "0, 1e9, 0, 1"]
)
def test_a_window_that_is_none_is_refused(page, text):
    page._choose_surface("typed")
    before = page.state
    page.window_field.edited.emit(text)
    assert page.banner.text().startswith("Window: ") and page.state == before


def test_a_sweep_is_shown_with_a_gap_where_rates_diverge(page, qtbot):
    page.edit(racers=("sgd",), sweep_steps=300)
    qtbot.waitUntil(lambda: "sgd" in page.sweep_view.curves, timeout=WAIT)
    qtbot.waitUntil(lambda: len(page.sweep_view.export_data()["rate"]) == 60, timeout=WAIT)
    curve = page.sweep_view.curves["sgd"]
    assert np.isfinite(curve.ys[curve.xs < 0.9]).all()
    assert np.isnan(curve.ys[curve.xs > 1.2]).all()


def test_rates_are_common_or_each_racers_own(page):
    page._set_rate("adam", 0.3)
    assert page.contestants()["adam"].learning_rate == 0.3
    page.edit(same_rate=True, rate=0.07)
    assert {racer.learning_rate for racer in page.contestants().values()} == {0.07}
    page.edit(same_rate=False)
    assert page.contestants()["adam"].learning_rate == 0.3
    assert page.contestants()["momentum"].learning_rate == 0.05


def test_starts_are_moved_added_and_deleted(page):
    page.move_start(0, 1.0, 1.0)
    page.add_start(-2.0, 3.0)
    assert page.state.starts == ((1.0, 1.0), (-2.0, 3.0))
    page.remove_start(0)
    page.remove_start(0)
    assert page.state.starts == ((-2.0, 3.0),)


def test_long_races_run_in_the_background_and_the_last_one_wins(page, qtbot):
    page.edit(racers=("sgd", "lbfgs"), steps=4000)
    page.edit(steps=3000)
    assert page.transport.length == 3000
    qtbot.waitUntil(lambda: raced_steps(page) == 3000, timeout=WAIT)
    assert len(page._race.runs["lbfgs"].f) == 3001


def test_a_rule_that_arrives_exactly_does_not_press_the_sweeps_other_curves_together(page, qtbot):
    page.edit(surface="bowl", racers=("sgd", "adagrad"))
    qtbot.waitUntil(lambda: len(page.sweep_view.export_data().get("rate", ())) == 60, timeout=WAIT)
    lowest = np.nanmin(page.sweep_view.export_data()["AdaGrad f"])
    assert lowest < 1e-30 and page.sweep_view.plot.y_scale.low == 1e-16
    page._choose_surface("saddle")
    qtbot.waitUntil(lambda: not page.sweep_view.plot.y_scale.log, timeout=WAIT)
    # Not the range of the descents that fall without bound, but that of f in the window.
    scale = page.sweep_view.plot.y_scale
    assert -10 < scale.low < scale.high < 10
    qtbot.waitUntil(lambda: page.curve_view.plot.y_scale == page.curve_view.plot.home_y)
    assert -10 < page.curve_view.plot.y_scale.low < 0


def test_a_descent_that_falls_below_the_minima_is_not_compared_with_them(page, qtbot):
    page._choose_surface("typed")
    page.edit(formula="x³ − 3x + y²", racers=("sgd",), starts=((2.0, 2.0),))
    assert page.about.text() == "Minimum found: (1, 0). Elsewhere in the window f is lower."
    assert "f_min = −2" in page.curve_view.plot.caption and page.curve_view.plot.y_scale.log
    page.transport.go(200)
    assert ">19<" in page.formula.text().replace("&nbsp;", "")
    page.move_start(0, -1.5, 2.0)
    assert page.curve_view.plot.caption == "f" and not page.curve_view.plot.y_scale.log
    assert "diverged" in page.formula.text()
    qtbot.waitUntil(lambda: not page.sweep_view.plot.y_scale.log, timeout=WAIT)


def test_what_was_found_is_said_of_a_surface_that_is_partly_undefined(page):
    page._choose_surface("typed")
    page.edit(formula="x² + y² + log(y + 3)", starts=((1.0, 1.0),))
    assert page.about.text().startswith("Minimum found: (0, −0.177")
    assert page.about.text().endswith("Grey: f is undefined there.")


def nothing_raced(page: OptimizerRacePage) -> bool:
    views = (page.map_view, page.curve_view, page.sweep_view)
    arrows = (page.map_view.gradient, page.map_view.velocity, page.map_view.step)
    curves = (*page.map_view.trails, *page.curve_view.curves, *page.sweep_view.curves)
    return (
        not curves
        and not any(arrow.shown for arrow in arrows)
        and not any(view.export_data() for view in views)
        and page.formula.text() == ""
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"formula": "log(x) + y^2", "starts": ((1.0, 1.0), (-3.0, 2.0))},
        {"formula": "x + y", "starts": ()},
        {"formula": "sin("},
        {"formula": "log(-1 - x^2)"},
    ],
)
def test_where_nobody_can_race_no_earlier_race_is_shown(page, qtbot, wrong):
    qtbot.waitUntil(lambda: bool(page.sweep_view.curves), timeout=WAIT)
    page.transport.go(50)
    page.edit(surface="typed", steps=3000, **wrong)
    assert page.banner.text() and nothing_raced(page)
    assert page.map_view.starts.xs.tolist() == [x for x, _ in page.state.starts]
    page.edit(formula="x^2 + y^2", starts=((1.0, 1.0),))
    drawn = page.map_view.trails, page.sweep_view.curves
    qtbot.waitUntil(lambda: [len(each) for each in drawn] == [6, 6], timeout=WAIT)
    assert page.transport.at == 50 and page.banner.text() == ""


def test_no_paths_of_another_surface_are_shown_while_a_long_race_runs(page, qtbot):
    page.edit(surface="himmelblau", steps=4000)
    assert page._race is None and not page.map_view.trails and not page.curve_view.curves
    qtbot.waitUntil(lambda: bool(page.map_view.trails), timeout=WAIT)


def test_the_sweep_of_nobody_has_no_curves(page, qtbot):
    qtbot.waitUntil(lambda: len(page.sweep_view.export_data().get("rate", ())) == 60, timeout=WAIT)
    racers = page.state.racers
    page.edit(racers=())
    qtbot.waitUntil(lambda: not page.sweep_view.curves, timeout=WAIT)
    assert not page.sweep_view.is_empty and page.sweep_view.export_data() == {}
    page.edit(racers=racers)
    qtbot.waitUntil(lambda: set(page.sweep_view.curves) == set(racers), timeout=WAIT)


def test_what_is_drawn_is_exported_under_its_name(page, qtbot):
    page.edit(surface="closed_saddle", racers=("adam",))  # f_min is −5
    name = "Adam f - f_min"
    for view, x in ((page.curve_view, "step"), (page.sweep_view, "rate")):
        qtbot.waitUntil(lambda view=view: name in view.export_data(), timeout=WAIT)
        assert list(view.export_data()) == [x, name]
        assert view.export_data()[name].tolist() == view.curves["adam"].ys[:, 0].tolist()
    page.edit(distance=True)
    assert list(page.curve_view.export_data()) == ["step", "Adam distance"]


def test_the_step_of_a_long_race_is_the_same_in_the_next_window(labs, page, qtbot):
    page.edit(steps=3000)
    page.transport.go(2500)
    labs.save_state()
    for taken_over in (True, False):
        other = LabsPage(labs.context)
        qtbot.addWidget(other)
        if taken_over:
            other.take_over(labs.hand_over())
        else:
            other.open("optimizer_race")
        race_page = other.lab
        assert isinstance(race_page, OptimizerRacePage)
        qtbot.waitUntil(lambda p=race_page: raced_steps(p) == 3000, timeout=WAIT)
        assert (race_page.transport.at, race_page.transport.length) == (2500, 3000)
        assert len(race_page.map_view.trails["sgd", 0].xs) == 2501
        other.shutdown()
