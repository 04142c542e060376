"""The work behind the page of lab 7, as a job that runs beside the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data import Samples
from core.studies.ensembles import (
    SUBSETS,
    Baseline,
    Curves,
    Ensemble,
    Settings,
    curves,
    dropout_as_ensemble,
    one_large,
)
from core.training.ensembles import agreement, ambiguity, choices
from core.worker.job import Context

Floats = NDArray[np.float64]

# The plane of two inputs is shown at this many points a side.
SIDE = 61
# While they train, curves are taken over fewer subsets.
FEW = 12
# At most this many moments of the training are kept, evenly spread, and this many grids.
MOMENTS, GRIDS = 60, 400


@dataclass(frozen=True, eq=False)
class Planar:
    """Probabilities of the second class over a plane, for two inputs and two classes.

    `grid` (members, side, side), rows from the lowest y; `points` (samples, 2) of the judged part
    with their `classes` (samples,), and what each member predicts for them: `chosen` (members,
    samples).
    """

    x: Floats
    y: Floats
    grid: NDArray[np.float32]
    points: Floats
    classes: NDArray[np.uint8]
    chosen: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class EnsembleMoment:
    """All members after an epoch; `ambiguity` are the three squared errors of the decomposition."""

    epoch: int
    part: str
    samples: int
    curves: Curves
    agreement: Floats
    ambiguity: tuple[float, float, float]
    planar: Planar | None


@dataclass(frozen=True, eq=False)
class EnsembleRun:
    """Moments from the untrained members to the end, and the baselines that were asked for."""

    moments: tuple[EnsembleMoment, ...]
    baselines: tuple[Baseline, ...]


@dataclass(frozen=True)
class EnsembleJob:
    """Train the members in lockstep; snapshots are moments, the result is an `EnsembleRun`."""

    settings: Settings
    baselines: bool = True

    def run(self, context: Context) -> EnsembleRun:
        epochs = self.settings.epochs
        total = epochs * (2.5 if self.baselines else 1)

        def tell(share: float, text: str) -> None:
            context.progress(share * epochs, total, text)

        ensemble = Ensemble(self.settings, lambda share, text: context.check())
        moments = [_moment(ensemble, FEW)]
        context.snapshot(moments[0])
        grids = GRIDS // self.settings.members
        count = min(MOMENTS, grids) if _is_planar(ensemble) else MOMENTS
        kept = set(np.linspace(0, epochs, count + 1).round().astype(int).tolist())
        for epoch in range(1, epochs + 1):
            ensemble.train_epoch(tell)
            if epoch in kept or epoch == epochs:
                moments.append(_moment(ensemble, FEW if epoch < epochs else SUBSETS))
                context.snapshot(moments[-1])
        found: list[Baseline] = []
        if self.baselines:

            def tell_more(share: float, text: str) -> None:
                done = epochs * (1 + (min(len(found), 1) + share) * 0.75)
                context.progress(done, total, text)

            found.append(one_large(self.settings, tell_more))
            found.extend(dropout_as_ensemble(self.settings, progress=tell_more))
        return EnsembleRun(tuple(moments), tuple(found))


def _moment(ensemble: Ensemble, subsets: int) -> EnsembleMoment:
    outputs, targets = ensemble.outputs(), ensemble.targets
    samples = ensemble.data.part(ensemble.part)
    return EnsembleMoment(
        epoch=ensemble.epoch,
        part=ensemble.part,
        samples=len(samples),
        curves=curves(outputs, targets, subsets),
        agreement=agreement(outputs),
        ambiguity=ambiguity(outputs, targets),
        planar=_planar(ensemble, samples, outputs) if _is_planar(ensemble) else None,
    )


def _is_planar(ensemble: Ensemble) -> bool:
    train = ensemble.data.split.train
    return train.features == 2 and train.task == "binary" and not ensemble.data.plane


def _planar(ensemble: Ensemble, samples: Samples, outputs: Floats) -> Planar:
    seen = np.concatenate([samples.inputs, ensemble.data.split.train.inputs])
    low, high = seen.min(axis=0), seen.max(axis=0)
    margin = 0.1 * (high - low)
    x, y = (np.linspace(low[i] - margin[i], high[i] + margin[i], SIDE) for i in (0, 1))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    # Every moment is kept: these are most of what a run holds.
    grid = ensemble.outputs_at(points)[:, 0].reshape(-1, SIDE, SIDE).astype(np.float32)
    return Planar(
        x=x,
        y=y,
        grid=grid,
        points=np.asarray(samples.inputs, np.float64),
        classes=(samples.targets[:, 0] > 0.5).astype(np.uint8),
        chosen=choices(outputs).astype(np.uint8),
    )
