"""Lab 5: the loss around a network, along random lines, over planes and along its own path.

What is looked at is a `Subject`: settings, parameters, and where the run has been. Its loss is the
run's: over the training samples in evaluation mode, in the units of the data, in its own precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.streams import Streams
from core.base.translation import Message
from core.experiment.spec import ExperimentSpec
from core.network.landscape import (
    Landscape,
    PathPlane,
    local_extrema,
    path_plane,
    random_directions,
)
from core.network.network import Network
from core.network.objective import Objective
from core.studies.base import Progress, StudyError, no_progress
from core.training.trainer import Trainer
from core.training.training_data import TrainingData

Floats = NDArray[np.float64]

# A surface is drawn coarse first, with these numbers of points a side.
LEVELS = (9, 25, 51)
POINTS, LINES = 41, 10
# A path keeps its start and at most so many more points, evenly spread over its steps: all of a
# small network, each second, fourth … of one whose weights would take more than so many bytes.
PATH_POINTS = 60
SPACINGS = (1, 2, 4, 6, 12)
PATH_BYTES = 4 * 2**20
# The plane of a path reaches beyond it by this share of its size.
MARGIN = 0.3


class Moment(NamedTuple):
    """Where a run has been: the network's flat vectors after `iteration` updates."""

    iteration: int
    params: Array
    buffers: Array

    @classmethod
    def of(cls, trainer: Trainer) -> Moment:
        network = trainer.network
        return cls(trainer.iteration, network.params.copy(), network.buffers.copy())


@dataclass(frozen=True, eq=False)
class Subject:
    """A network at one moment: `params` and `buffers` are the flat vectors of a `Network` of the
    spec, `path` moments the run has passed, oldest first; the last is the present one. Of the
    `points` of its path one in `spacing` is kept."""

    label: str
    spec: ExperimentSpec
    iteration: int
    params: Array
    buffers: Array
    path: tuple[Moment, ...] = ()
    spacing: int = 1

    @classmethod
    def of(
        cls, label: str, trainer: Trainer, path: tuple[Moment, ...] = (), spacing: int = 1
    ) -> Subject:
        return cls(label, trainer.spec, *Moment.of(trainer), path, spacing)

    @property
    def points(self) -> int:
        return max(len(self.path) - 1, 0) * self.spacing + 1

    def kept(self, point: int) -> int:
        """The index in `path` of the last moment that is kept up to a point."""
        return min(point // self.spacing, len(self.path) - 1)

    def at(self, point: int) -> Subject:
        """The network as it was at a point of its path, at most the last; without the path."""
        if not self.path:
            return self
        return Subject(self.label, self.spec, *self.path[self.kept(point)])


class Site:
    """A subject with its samples: everything that a slice is computed from."""

    def __init__(self, subject: Subject, samples: int = 0) -> None:
        """`samples` bounds how many training samples are used; 0 uses all.

        Raises DataError where the data cannot be had, StudyError where the parameters are not
        those of the spec's network.
        """
        spec, data = subject.spec, TrainingData(subject.spec)
        train = data.split.train
        self.subject, self.samples = subject, min(samples or len(train), len(train))
        self.network = Network(
            spec.network, train.features, train.outputs, Streams(spec.seed), data.dtype
        )
        if len(self.network.params) != len(subject.params):
            raise StudyError(Message("these weights belong to a network of other layers"))
        np.copyto(self.network.params, subject.params)
        np.copyto(self.network.buffers, subject.buffers)
        objective = Objective(spec, train.task, data.target_scale)
        inputs, targets = data.inputs[: self.samples], train.targets[: self.samples]
        self.landscape = Landscape(self.network, objective, inputs, targets)

    def centre(self) -> float:
        """The loss of the network as it is."""
        nowhere = np.zeros((1, len(self.network.params)))
        return float(next(self.landscape.losses(nowhere, np.zeros((1, 1))))[0])

    def directions(self, count: int, seed: int, normalised: bool = True) -> Floats:
        """Random directions (count, parameters); the first ones do not depend on `count`."""
        rng = Streams(seed)["landscape"]
        return random_directions(self.network, count, rng, normalised)


# Along lines


@dataclass(frozen=True, eq=False)
class Fan:
    """Losses (lines, points) at `steps` (points,) along random lines, and the extrema of each."""

    steps: Floats
    losses: Floats
    extrema: tuple[int, ...]

    @property
    def mean_extrema(self) -> float:
        return float(np.mean(self.extrema))


def fan(
    site: Site,
    seed: int = 1,
    lines: int = LINES,
    reach: float = 1.0,
    points: int = POINTS,
    normalised: bool = True,
    progress: Progress = no_progress,
) -> Fan:
    """The loss along random lines through the network, from −reach to reach."""
    steps = np.linspace(-reach, reach, points)
    directions, losses = site.directions(lines, seed, normalised), []
    for i, direction in enumerate(directions):
        progress(i / lines, Message("lines"))
        losses.append(site.landscape.line(direction, steps))
    return Fan(steps, np.stack(losses), tuple(local_extrema(line) for line in losses))


# Over planes


@dataclass(frozen=True, eq=False)
class Plane:
    """Two directions (2, parameters) with what is shown of them: ranges of both coordinates, the
    `path` (points, 2) of the run and its `explained` (2,) shares of variance, if it is its plane.
    """

    directions: Floats
    x: tuple[float, float]
    y: tuple[float, float]
    path: Floats | None = None
    explained: Floats | None = None


@dataclass(frozen=True, eq=False)
class Surface:
    """Losses (side, side) over a plane: row i belongs to y[i], column j to x[j]."""

    x: Floats
    y: Floats
    losses: Floats

    @property
    def side(self) -> int:
        return len(self.x)


def random_plane(site: Site, seed: int = 1, reach: float = 1.0, normalised: bool = True) -> Plane:
    """The plane of two random directions."""
    return Plane(site.directions(2, seed, normalised), (-reach, reach), (-reach, reach))


def own_plane(subject: Subject) -> Plane:
    """The plane in which the run moved most. Raises StudyError where its path is too short."""
    try:
        found: PathPlane = path_plane([moment.params for moment in subject.path])
    except ValueError as error:
        raise StudyError(Message("{error}: train for a while first", error=str(error))) from None
    return Plane(
        found.directions,
        _range(found.path[:, 0]),
        _range(found.path[:, 1]),
        found.path,
        found.explained,
    )


def _range(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * max(high - low, 1e-12)
    return low - margin, high + margin


def surface(site: Site, plane: Plane, side: int, progress: Progress = no_progress) -> Surface:
    """The loss at side × side points of a plane."""
    x, y = np.linspace(*plane.x, side), np.linspace(*plane.y, side)
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    found: list[Floats] = []
    done = 0
    for some in site.landscape.losses(plane.directions, points):
        found.append(some)
        done += len(some)
        progress(done / len(points), Message("{side} × {side} points", side=side))
    return Surface(x, y, np.concatenate(found).reshape(side, side))


def surfaces(
    site: Site,
    plane: Plane,
    levels: tuple[int, ...] = LEVELS,
    progress: Progress = no_progress,
) -> Iterator[Surface]:
    """Finer and finer surfaces over the same plane."""
    total, done = sum(side**2 for side in levels), 0
    for side in levels:

        def tell(share: float, text: str, done: int = done, side: int = side) -> None:
            progress((done + share * side**2) / total, text)

        yield surface(site, plane, side, tell)
        done += side**2


# Networks to look at


def train(
    spec: ExperimentSpec, progress: Progress = no_progress, steps: int = 0, label: str = ""
) -> Subject:
    """Train a spec to its own end, or for `steps` updates, and keep its path."""
    trainer = Trainer(spec, report=progress)
    whole = spec.training.max_epochs * trainer.sampler.steps_per_epoch
    total = steps or whole or 1000
    path, spacing = {0: Moment.of(trainer)}, _spacing(trainer.network.params.nbytes)
    for target in np.linspace(0, total, PATH_POINTS + 1)[spacing::spacing].round().astype(int):
        while trainer.iteration < target and not trainer.finished:
            trainer.advance(min(200, target - trainer.iteration))
            progress(trainer.iteration / total, _training(spec.title))
        # A short run passes a point more than once, an ended one may have its best weights back.
        path[trainer.iteration] = Moment.of(trainer)
        if trainer.finished:
            break
    return Subject.of(label or spec.title, trainer, tuple(path.values()), spacing)


def _spacing(size: int) -> int:
    """One point of a path is kept in so many, where the weights of each take `size` bytes."""
    fitting = (each for each in SPACINGS if size * (PATH_POINTS // each) <= PATH_BYTES)
    return next(fitting, SPACINGS[-1])


def _training(title: str) -> Message:
    return Message("training {label}", label=title) if title else Message("training")


def rescaled(subject: Subject, factor: float) -> Subject:
    """The same function of a plain ReLU network in other weights: the first layer times `factor`,
    the second layer's weights divided by it."""
    site = Site(subject)
    first, second = site.network.affines[:2]
    first.block.value[...] *= factor
    second.weights[...] /= factor
    return Subject(
        Message("{label}, rescaled", label=subject.label),
        subject.spec,
        subject.iteration,
        site.network.params.copy(),
        subject.buffers,
    )
