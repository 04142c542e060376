"""Building the specs of an experiment: one base, and variants that differ in one setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.catalogue.activations import Activation, ReLU
from core.catalogue.batching import MiniBatch
from core.catalogue.blocks import Dense
from core.catalogue.initializers import HeNormal, Initializer
from core.catalogue.optimizers import SGD, Optimizer
from core.data.digits import IMAGES, Digits
from core.data.mnist import MNIST, PICTURES
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec
from core.gallery.experiment import Variant

# Of the digits, the share that is kept apart as test set.
DIGITS_TEST = 0.25


def pictures(key: str, count: int = 0, watched: int = 0) -> DataSpec:
    """`count` pictures to train on (0: all there are) and `watched` ones to validate on.

    Grey values from 0 to 1, not standardised, as in the lecture. Of the digits, all that are
    neither trained on nor tested are watched where any are.
    """
    if key == "mnist":
        total = count + watched if count else PICTURES
        dataset = MNIST(count=total)
        return DataSpec(dataset=dataset, validation=watched / total, standardize=False)
    left = IMAGES - round(IMAGES * DIGITS_TEST)
    held_out = left - count if count else watched
    share = held_out / left
    return DataSpec(dataset=Digits(), validation=share, test=DIGITS_TEST, standardize=False)


def classifier(
    data: DataSpec,
    widths: tuple[int, ...],
    *,
    activation: Activation | None = None,
    initializer: Initializer | None = None,
    optimizer: Optimizer | None = None,
    batch: int = 100,
    epochs: int = 0,
    network: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
) -> ExperimentSpec:
    """A network of dense layers: ReLU, He, SGD at 0.01 by default."""
    return ExperimentSpec(
        data=data,
        network=NetworkSpec(
            hidden=tuple(Dense(units=units) for units in widths),
            activation=activation or ReLU(),
            initializer=initializer or HeNormal(),
            **network or {},
        ),
        training=TrainingSpec(
            optimizer=optimizer or SGD(learning_rate=0.01),
            batching=MiniBatch(size=batch),
            max_epochs=epochs,
            **training or {},
        ),
    )


def vary(base: ExperimentSpec, path: str, values: Mapping[str, Any]) -> tuple[Variant, ...]:
    """Variants of a spec by label, with one setting changed: vary(base, "network.dropout", …)."""
    return tuple(variant(base, label, {path: value}) for label, value in values.items())


def variant(
    base: ExperimentSpec, label: str, changes: Mapping[str, Any], member: int = 0
) -> Variant:
    """A variant of a spec with some settings changed, by their paths."""
    spec = base
    for path, value in changes.items():
        spec = _put(spec, path.split("."), value)
    return Variant(label, replace(spec, title=label), member)


def _put(part: Any, steps: list[str], value: Any) -> Any:
    first, rest = steps[0], steps[1:]
    return replace(part, **{first: _put(getattr(part, first), rest, value) if rest else value})
