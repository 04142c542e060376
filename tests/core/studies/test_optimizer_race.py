"""Lab 2: the race is what training does, whatever else runs beside it, and says what goes wrong."""

import numpy as np
import pytest

from core.catalogue.optimizers import OPTIMIZERS, Optimizer
from core.catalogue.surfaces import SURFACES, Surface, Typed
from core.studies.base import StudyError
from core.studies.optimizer_race import (
    NEWTON,
    race,
    racers,
    stationary,
    sweep,
    sweep_rates,
)
from core.training.update import Update

ELEMENTWISE = [key for key in OPTIMIZERS if OPTIMIZERS[key].elementwise]


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_a_racer_takes_the_steps_that_training_takes(key):
    surface: Surface = SURFACES["himmelblau"]()
    run = race(surface, racers([key], 0.002), [surface.start], 300).runs[key]
    assert isinstance(run.racer, Optimizer) and type(run.racer) is OPTIMIZERS[key]
    params, grads = np.array(surface.start, float), np.empty(2)
    update = Update(run.racer, params, grads)
    for t in range(300):
        grads[0], grads[1] = surface.gradient(params[0], params[1])
        update(run.racer.learning_rate)
        assert run.path[t + 1, 0] == pytest.approx(params, rel=1e-12, abs=1e-12)


def test_starts_and_contestants_do_not_influence_each_other():
    surface = SURFACES["rosenbrock"]()
    starts = [(-1.2, 1.0), (0.5, 2.0), (1.5, 0.0)]
    together = race(surface, racers([*OPTIMIZERS, NEWTON], 0.002), starts, 100)
    for key, run in together.runs.items():
        for i, start in enumerate(starts):
            alone = race(surface, racers([key], 0.002), [start], 100).runs[key]
            assert np.array_equal(run.path[:, i], alone.path[:, 0], equal_nan=True), key


@pytest.mark.parametrize("key", [*OPTIMIZERS, NEWTON])
def test_a_sweep_ends_where_single_runs_do(key):
    surface, rates = SURFACES["himmelblau"](), sweep_rates(1e-4, 1, 9)
    swept = sweep(surface, racers([key]), surface.start, 50, rates)
    for rate, f in zip(rates, swept.f[0], strict=True):
        run = race(surface, racers([key], rate), [surface.start], 50).runs[key]
        assert f == pytest.approx(run.f[-1, 0], rel=1e-9, nan_ok=True)


def test_a_minimum_that_a_racer_goes_below_is_not_the_lowest_value():
    surface = Typed(text="x³ − 3x + y²")
    arrives, falls = (race(surface, racers(["sgd"]), [at], 100) for at in ((2, 2), (-1.5, 2)))
    assert arrives.lowest == pytest.approx(-2) and arrives.runs["sgd"].steps_to(arrives.lowest)
    assert falls.lowest is None and falls.runs["sgd"].steps_to(falls.lowest) is None
    slow = np.array([1e-3, 1e-2])
    assert sweep(surface, racers(["sgd"]), (2, 2), 20, slow).lowest == pytest.approx(-2)
    assert sweep(surface, racers(["sgd"]), (-1.5, 2), 20, slow).lowest is None


@pytest.mark.parametrize("key", [key for key in SURFACES if SURFACES[key]().lowest() is not None])
def test_no_racer_goes_below_the_known_minima(key):
    surface = SURFACES[key]()
    assert race(surface, racers([*OPTIMIZERS, NEWTON]), [surface.start], 1000).lowest is not None


def test_noise_is_the_same_for_all_and_repeats_with_its_seed():
    surface = SURFACES["bowl"]()
    first, again, other = (
        race(surface, racers(["sgd", "momentum"], 0.1), [(1, 1)], 20, noise=0.5, seed=seed).runs
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first["sgd"].path, again["sgd"].path)
    assert not np.array_equal(first["sgd"].path, other["sgd"].path)
    assert np.array_equal(first["sgd"].path[1], first["momentum"].path[1])


def test_divergence_is_reported_with_its_step_and_nothing_is_clamped():
    run = race(SURFACES["bowl"](), racers(["sgd"], 1.5), [(1, 1)], 30).runs["sgd"]
    y = np.abs(run.path[:, 0, 1])
    assert y == pytest.approx(2.0 ** np.arange(31), rel=1e-12)
    assert run.diverged_at == (int(np.argmax(y > 1e6)),) == (20,)


def test_the_standing_of_a_point_is_named():
    himmelblau, monkey = SURFACES["himmelblau"](), SURFACES["monkey_saddle"]()
    kinds = [
        stationary(himmelblau, (3, 2)).kind,
        stationary(himmelblau, (-0.270844590667, -0.923038556480)).kind,
        stationary(SURFACES["saddle"](), (0, 0)).kind,
        stationary(monkey, (0, 0)).kind,
        stationary(himmelblau, (1, 1)).kind,
    ]
    assert kinds == ["minimum", "maximum", "saddle", "degenerate", "slope"]


STANDINGS = [
    ("1e-7*(x^2 + y^2)", (3, 2), "slope"),  # gentle everywhere, and far from its minimum
    ("1e-7*(x^2 + y^2)", (3e-4, 2e-4), "minimum"),
    ("1e9*(x^2 + y^2)", (3e-4, 2e-4), "minimum"),  # steep even as near as this
    ("1e-9*x", (1, 1), "slope"),
    ("0.001*exp(x)", (-4, 0), "slope"),
    ("x^4 + y^4", (1e-3, 1e-3), "minimum"),
    ("x^4 + y^4", (0, 0), "degenerate"),
    ("(x + y)^2", (0.7, -0.7), "degenerate"),  # a valley of stationary points
    ("(x + y)^2", (0.7, -0.6), "slope"),
    ("|x| + y^2", (1e-9, 0), "slope"),  # where it has a kink there is no stationary point
]


@pytest.mark.parametrize(("formula", "point", "kind"), STANDINGS)
def test_how_near_a_stationary_point_is_decides_and_not_how_gentle_the_slope(formula, point, kind):
    assert stationary(Typed(text=formula), point).kind == kind


def test_out_on_the_plateau_nobody_is_at_a_saddle():
    plateau = SURFACES["plateau"]()
    for run in race(plateau, racers(["sgd", "adam", NEWTON]), [(-4, 4)], 50).runs.values():
        kinds = {stationary(plateau, (x, y)).kind for x, y in run.path[:, 0].tolist()}
        assert kinds == {"slope"}
    assert stationary(plateau, (1e-4, 0)).kind == "minimum"


@pytest.mark.parametrize("entry", list(SURFACES.entries()), ids=lambda entry: entry.key)
def test_known_minima_are_minima_and_the_hessian_is_the_gradients_derivative(entry):
    surface: Surface = entry()
    assert all(stationary(surface, point, 1e-9).kind == "minimum" for point in surface.minima)
    x_from, x_to, y_from, y_to = surface.window
    rng, h = np.random.default_rng(2), 1e-5
    x, y = rng.uniform(x_from, x_to, 200), rng.uniform(y_from, y_to, 200)
    xx, xy, yy = surface.hessian(x, y)
    by_x, by_y = (
        [
            (b - a) / (2 * h)
            for a, b in zip(
                surface.gradient(x - h * u, y - h * v),
                surface.gradient(x + h * u, y + h * v),
                strict=True,
            )
        ]
        for u, v in ((1, 0), (0, 1))
    )
    scale = 1 + max(np.abs(part).max() for part in (xx, xy, yy))
    for exact, numeric in ((xx, by_x[0]), (xy, by_x[1]), (xy, by_y[0]), (yy, by_y[1])):
        assert np.abs(exact - numeric).max() <= 1e-6 * scale


def test_a_typed_surface_races_like_the_one_it_spells():
    typed = Typed(text="(1-x)^2 + 100(y-x^2)^2")
    paths = [
        race(surface, racers([*ELEMENTWISE, NEWTON], 0.001), [(-1.2, 1)], 50).runs
        for surface in (typed, SURFACES["rosenbrock"]())
    ]
    for key in paths[0]:
        assert paths[0][key].path == pytest.approx(paths[1][key].path, rel=1e-6)


def test_an_undefined_start_is_refused_and_an_undefined_step_ends_a_path():
    with pytest.raises(StudyError, match=r"undefined at the start \(-1, 0\)"):
        race(Typed(text="log(x) + y^2"), racers(["sgd"]), [(-1, 0)], 5)
    with pytest.raises(StudyError, match="no start"):
        race(Typed(text="x + y"), racers(["sgd"]), [], 5)
    run = race(Typed(text="log x + y^2"), racers(["sgd"], 0.5), [(0.5, 1)], 5).runs["sgd"]
    assert run.diverged_at == (None,) and run.undefined_at() == 1  # from 0.5 to −0.5


def test_a_race_can_be_stopped():
    def stop(share: float, text: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        race(SURFACES["bowl"](), racers(["sgd"]), [(1, 1)], 10_000, progress=stop)
