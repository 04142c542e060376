"""The samples of a run as the trainer needs them.

Making them is a pure function of data settings, seed and precision, so runs that agree in these
can share them: the memory of one, and the same samples in the same order by construction.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.streams import Streams
from core.base.translation import Message
from core.data import DataError, Samples, Split
from core.data.drawn import drawn_like
from core.data.features import Preparation, with_features
from core.data.label_noise import with_label_noise
from core.data.split import Parts, cut, filled, joined, scaled
from core.data.target_scale import TargetScale
from core.experiment.serialization import unsuitable
from core.experiment.spec import ExperimentSpec


class TrainingData:
    """`inputs` (samples, features + 1) of the training part with a last column of ones, `targets`
    (samples, outputs), both scaled as the spec says, and `split`, whose inputs are scaled and
    whose targets are in the units of the data. Not to be written to.

    `target_scale` is that of regression targets that are standardised, else None.

    If the network is given features of a plane, `plane` has each part's points and `preparation`
    their features. `drawn` are the points drawn by hand; the plane shown extends at least from
    −`reach` to `reach`."""

    def __init__(self, spec: ExperimentSpec) -> None:
        """Raises `DataError` if the data cannot be loaded."""
        self.dtype = np.dtype(spec.precision)
        self._made_for = _concerns(spec)
        data = spec.data
        self.drawn, self.reach = data.points, getattr(data.dataset, "reach", 0.0)
        parts = filled(_parts(spec, Streams(spec.seed)))
        if not len(parts.train):
            raise DataError(Message("there are no points yet: draw some in the prediction"))
        self.plane: dict[str, Array] = {}
        names = parts.train.feature_names
        if data.features.planar:
            self.plane = {name: part.inputs for name, part in parts._asdict().items()}
            parts = parts.each(lambda part: with_features(part, data.features))
        self.split: Split = scaled(parts, data.scaling)
        self.preparation = (
            Preparation(data.features, names, self.split.mean, self.split.std)
            if self.plane
            else None
        )
        train = self.split.train
        self.inputs = with_ones(train.inputs, self.dtype)
        self.target_scale: TargetScale | None = None
        if train.task == "regression" and _scales_targets(spec):
            self.target_scale = TargetScale.of(train.targets)
        self.targets: Array = np.ascontiguousarray(self.scaled_targets(train), self.dtype)
        self._inputs: dict[str, Array] = {"train": self.inputs}
        if train.inputs.dtype == self.dtype:
            # Shared instead of stored twice.
            train = replace(train, inputs=self.inputs[:, :-1])
            self.split = replace(self.split, train=train)

    def resampled(self, rows: NDArray[np.intp]) -> TrainingData:
        """The same data with the samples `rows` as training part; scaled as before."""
        data = copy(self)
        data.inputs = self.inputs[rows]
        data.targets = self.targets[rows]
        data._inputs = {"train": data.inputs}
        train = self.split.train
        inputs, targets = train.inputs[rows], train.targets[rows]
        data.split = replace(self.split, train=replace(train, inputs=inputs, targets=targets))
        data.plane = {n: p[rows] if n == "train" else p for n, p in self.plane.items()}
        return data

    def fits(self, spec: ExperimentSpec) -> bool:
        """Whether these are the samples of the given settings."""
        return _concerns(spec) == self._made_for

    def part(self, name: str) -> Samples:
        """The "train", "validation" or "test" part, which may be empty."""
        return getattr(self.split, name)

    def scaled_targets(self, samples: Samples) -> Array:
        """The targets as used in training, (samples, outputs)."""
        return self.target_scale.scaled(samples.targets) if self.target_scale else samples.targets

    def part_inputs(self, name: str) -> Array:
        """The inputs of a part with a last column of ones."""
        if name not in self._inputs:
            self._inputs[name] = with_ones(self.part(name).inputs, self.dtype)
        return self._inputs[name]


def _concerns(spec: ExperimentSpec) -> tuple:
    return spec.data, spec.seed, spec.precision, _scales_targets(spec)


def _scales_targets(spec: ExperimentSpec) -> bool:
    """Whether regression targets are standardised: not if the output function is bounded."""
    return spec.data.standardize_targets and spec.network.output in ("auto", "identity")


def _parts(spec: ExperimentSpec, streams: Streams) -> Parts:
    """The samples, with label noise and drawn points, before preparation."""
    data = spec.data
    samples = data.dataset.samples(streams["data"])
    # Only now that the file is read is it known whether the other settings suit the data.
    undecided = getattr(data.dataset, "task", None) is None
    misfits = unsuitable(spec, samples.task) if undecided else ()
    if told := [f"{path}: {what}" for path, what, _ in misfits]:
        raise DataError("; ".join(told))
    parts = cut(samples, data.validation, streams["split"], data.test)
    train = with_label_noise(parts.train, data.label_noise, streams["label noise"])
    parts = parts._replace(train=train)
    drawn = drawn_like(samples, data.points)
    if drawn is None:
        return parts
    test = 0.0 if samples.test else data.test
    more = cut(drawn, data.validation, streams["drawn split"], test)
    train = with_label_noise(more.train, data.label_noise, streams["drawn label noise"])
    return Parts(*map(joined, parts, more._replace(train=train)))


def with_ones(inputs: np.ndarray, dtype: np.dtype) -> Array:
    """Inputs (samples, features) with a last column of ones, which makes the bias a weight."""
    extended = np.ones((len(inputs), inputs.shape[1] + 1), dtype)
    extended[:, :-1] = inputs
    return extended
