"""The samples of a run as the trainer wants them.

Making them is a pure function of data settings, seed and precision, so runs that agree in these
can share them: the memory of one, and the same samples in the same order by construction.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data import Samples, Split, split
from core.spec import ExperimentSpec
from core.streams import Streams
from core.tape import Array


class TrainingData:
    """`inputs` (samples, features + 1) of the training part with a last column of ones, `targets`
    (samples, outputs), and `split`, all standardised if the spec says so. Not to be written to."""

    def __init__(self, spec: ExperimentSpec) -> None:
        """Raises `DataError` where the data cannot be had."""
        self.dtype = np.dtype(spec.precision)
        self._made_for = _concerns(spec)
        streams, data = Streams(spec.seed), spec.data
        samples = data.dataset.samples(streams["data"])
        self.split: Split = split(
            samples, data.validation, data.standardize, streams["split"], data.test
        )
        train = self.split.train
        self.inputs = with_ones(train.inputs, self.dtype)
        self.targets: Array = np.ascontiguousarray(train.targets, self.dtype)
        self._inputs: dict[str, Array] = {"train": self.inputs}
        if train.inputs.dtype == self.dtype:
            # The same numbers need not be there twice.
            train = replace(train, inputs=self.inputs[:, :-1])
            self.split = replace(self.split, train=train)

    def fits(self, spec: ExperimentSpec) -> bool:
        """Whether these are the samples of a spec."""
        return _concerns(spec) == self._made_for

    def part(self, name: str) -> Samples:
        """The "train", "validation" or "test" part, which may be empty."""
        return getattr(self.split, name)

    def part_inputs(self, name: str) -> Array:
        """The inputs of a part with a last column of ones."""
        if name not in self._inputs:
            self._inputs[name] = with_ones(self.part(name).inputs, self.dtype)
        return self._inputs[name]


def _concerns(spec: ExperimentSpec) -> tuple:
    return spec.data, spec.seed, spec.precision


def with_ones(inputs: np.ndarray, dtype: np.dtype) -> Array:
    """Inputs (samples, features) with a last column of ones, which makes the bias a weight."""
    extended = np.ones((len(inputs), inputs.shape[1] + 1), dtype)
    extended[:, :-1] = inputs
    return extended
