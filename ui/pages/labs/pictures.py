"""The small pictures on the labs' cards, computed by the studies themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from ui.plots import ramp
from ui.plots.pictures.card_picture import CardPicture, Line


def picture_of(key: str) -> CardPicture:
    """The picture of a lab; a lab without one has a plain ground."""
    lines = LINES[key]() if key in LINES else ()
    return CardPicture(tuple(lines), MAPS[key]() if key in MAPS else None)


@cache
def _descent() -> list[Line]:
    from core.studies.gradient_descent import METHODS, POINTS, LeastSquares, descend

    problem = LeastSquares.proportional(POINTS)
    b = np.linspace(-7.5, 11, 120)
    e = problem.error(b[:, None])
    lines: list[Line] = []

    def place(b: np.ndarray, e: np.ndarray) -> np.ndarray:
        return np.column_stack([(b + 7.5) / 18.5, 0.08 + 0.84 * e / 1300])

    lines.append(("ghost", 1.6, place(b, e)))
    path = descend(problem, METHODS["batch"], (10.0,), 0.0605, 9)
    lines.append(("train", 1.6, place(path.theta[:, 0], path.error)))
    return lines


def _box(surface, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x0, x1, y0, y1 = surface.window
    return np.column_stack([(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)])


@cache
def _race_map() -> np.ndarray:
    from core.catalogue.surfaces import SURFACES

    surface = SURFACES["himmelblau"]()
    x0, x1, y0, y1 = surface.window
    x, y = np.meshgrid(np.linspace(x0, x1, 140), np.linspace(y1, y0, 70))
    level = np.log1p(surface.value(x, y))
    return np.floor(level / level.max() * 12) / 12


@cache
def _race() -> list[Line]:
    from core.catalogue.surfaces import SURFACES
    from core.studies.optimizer_race import race, racers

    surface = SURFACES["himmelblau"]()
    roles = {"sgd": "text", "momentum": "validation", "adam": "train", "lion": "pin0"}
    contestants = racers(roles)
    rates = {"sgd": 0.01, "momentum": 0.005, "adam": 0.1, "lion": 0.04}
    lines: list[Line] = []
    for key, role in roles.items():
        ran = race(surface, racers([key], rates[key]), [(-0.2, -0.9)], 150)
        path = ran.runs[key].path[:, 0]
        lines.append((role, 1.6, _box(surface, path[:, 0], path[:, 1])))
    assert contestants
    return lines


@cache
def _network() -> list[Line]:
    lines: list[Line] = []
    layers = [np.linspace(0.25, 0.75, n) for n in (2, 2, 1)]
    layers[2] = np.array([0.5])
    xs = (0.18, 0.5, 0.82)
    for i in (0, 1):
        for a in layers[i]:
            for b in layers[i + 1]:
                role = "train" if i else "ghost"
                lines.append((role, 1.6, np.array([(xs[i], a), (xs[i + 1], b)])))
    turn = np.linspace(0, 2 * np.pi, 40)
    for x, column in zip(xs, layers, strict=True):
        for y in column:
            ring = np.column_stack([x + 0.035 * np.cos(turn), y + 0.075 * np.sin(turn)])
            lines.append(("validation" if x > 0.8 else "text", 2.0, ring))
    return lines


@cache
def _approximation() -> list[Line]:
    from core.studies.approximation import TARGETS, build, fit_bumps

    target = TARGETS["wiggle"].function
    x = np.linspace(0, 1, 400)
    built = build(fit_bumps(target, 14), 400)(x)
    return [
        ("ghost", 2.0, np.column_stack([x, 0.15 + 0.75 * target(x)])),
        ("train", 1.6, np.column_stack([x, 0.15 + 0.75 * built])),
    ]


@cache
def _landscape_map() -> np.ndarray:
    """The loss around a small network, on a logarithmic scale in bands."""
    from core.catalogue.blocks import Dense
    from core.data.toys import Circle
    from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
    from core.studies.landscape import Site, random_plane, surface, train

    data = DataSpec(dataset=Circle(count=80), validation=0)
    spec = ExperimentSpec(data=data, network=NetworkSpec(hidden=(Dense(units=8),)))
    site = Site(train(spec, steps=150))
    losses = np.log(surface(site, random_plane(site, seed=3), 17).losses)
    level = ramp.enlarged((losses - losses.min()) / np.ptp(losses), 120, 240)
    return np.floor(level * 10) / 10


@cache
def _filters_map() -> np.ndarray:
    """What the first units of a machine have learned of the digits after a few epochs."""
    from core.catalogue.blocks import Dense
    from core.catalogue.initializers import RBM
    from core.data.digits import Digits
    from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
    from core.studies.rbm import Settings, pretrained

    rule = RBM(epochs=3)
    data = DataSpec(dataset=Digits(), standardize=False)
    network = NetworkSpec(hidden=(Dense(units=18),), initializer=rule)
    found = pretrained(Settings(ExperimentSpec(data=data, network=network), rule))
    filters = found.machines[0].weights.reshape(3, 6, 8, 8)
    level = 0.5 + filters / (2 * np.abs(filters).max(axis=(2, 3), keepdims=True))
    framed = np.pad(level, ((0, 0), (0, 0), (1, 1), (1, 1)))
    mosaic = framed.transpose(0, 2, 1, 3).reshape(30, 60)
    return mosaic.repeat(6, axis=0).repeat(6, axis=1)


@cache
def _borders() -> list[Line]:
    """The decision borders of a few members, and that of their mean."""
    from core.catalogue.blocks import Dense
    from core.data.toys import Circle
    from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
    from core.studies.contours import contours
    from core.studies.ensembles import Ensemble, Settings

    data = DataSpec(dataset=Circle(count=60, noise=0.3), validation=0.4)
    spec = ExperimentSpec(data=data, network=NetworkSpec(hidden=(Dense(units=12),)))
    ensemble = Ensemble(Settings(spec, members=5, epochs=150))
    for _ in range(150):
        ensemble.train_epoch()
    x, y = np.linspace(-2.4, 2.4, 61), np.linspace(-2.2, 2.2, 41)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    grids = ensemble.outputs_at(points)[:, 0].reshape(-1, 41, 61)
    lines: list[Line] = []
    for role, width, each in (("ghost", 1.2, grids), ("train", 2.2, grids.mean(axis=0)[None])):
        for grid in each:
            for start, end in contours(x, y, grid, np.array([0.5])).reshape(-1, 2, 2):
                ends = np.array([start, end]) / (4.8, 4.4)
                lines.append((role, width, ends + 0.5))
    return lines


LINES: dict[str, Callable[[], list[Line]]] = {
    "gradient_descent": _descent,
    "optimizer_race": _race,
    "backpropagation": _network,
    "approximation": _approximation,
    "ensembles": _borders,
}
MAPS: dict[str, Callable[[], np.ndarray]] = {
    "optimizer_race": _race_map,
    "landscape": _landscape_map,
    "rbm": _filters_map,
}
