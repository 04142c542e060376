"""Changes of a spec that treat a problem, each with a label."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from core.base.registry import settings_of
from core.base.translation import Message
from core.catalogue.activations import Activation
from core.catalogue.batching import FullBatch, MiniBatch
from core.catalogue.blocks import Block, Dense
from core.catalogue.initializers import INITIALIZERS, Auto
from core.catalogue.optimizers import LBFGS, Adam
from core.catalogue.penalties import L2, ByNorm, NoClipping
from core.catalogue.schedules import Constant, Staircase
from core.data.dataset import Dataset
from core.diagnosis.base import Remedy
from core.experiment.spec import ExperimentSpec

P = ParamSpec("P")
Maker = Callable[Concatenate[ExperimentSpec, P], Remedy | None]

_last: tuple[ExperimentSpec | None, dict[Any, Remedy | None]] = (None, {})


def remembered(maker: Maker[P]) -> Maker[P]:
    """Cache a remedy per spec, as a window requests it several times a second; None for one that
    changes nothing.
    """

    @wraps(maker)
    def wrapper(spec: ExperimentSpec, *args: P.args, **kwargs: P.kwargs) -> Remedy | None:
        global _last
        last = _last
        if last[0] is not spec:
            _last = last = spec, {}
        made, key = last[1], (maker, args, *kwargs.items())
        if key not in made:
            remedy = maker(spec, *args, **kwargs)
            made[key] = None if remedy and remedy.spec == spec else remedy
        return made[key]

    return wrapper


def offer(*remedies: Remedy | None) -> tuple[Remedy, ...]:
    """The remedies that are not None, in order, without duplicates."""
    return tuple({remedy.label: remedy for remedy in remedies if remedy}.values())


def default_rate(spec: ExperimentSpec) -> float:
    """The default learning rate of the spec's optimizer."""
    return type(spec.training.optimizer)().learning_rate


def _with_rate(spec: ExperimentSpec, rate: float) -> Remedy:
    rate = float(f"{rate:.2g}")
    optimizer: Any = spec.training.optimizer
    optimizer = replace(optimizer, learning_rate=rate)
    return Remedy(Message("Rate {rate:g}", rate=rate), _training(spec, optimizer=optimizer))


@remembered
def lower_rate(spec: ExperimentSpec) -> Remedy:
    """A tenth of the rate, or the optimizer's default if that is smaller."""
    return _with_rate(spec, min(0.1 * spec.training.optimizer.learning_rate, default_rate(spec)))


@remembered
def raise_rate(spec: ExperimentSpec) -> Remedy:
    """Ten times the rate, or the optimizer's default if that is larger."""
    optimizer = spec.training.optimizer
    most = settings_of(optimizer)["learning_rate"].high or math.inf
    return _with_rate(spec, min(max(10 * optimizer.learning_rate, default_rate(spec)), most))


@remembered
def constant_rate(spec: ExperimentSpec) -> Remedy:
    return Remedy(Message("Keep the rate constant"), _training(spec, schedule=Constant()))


@remembered
def decaying_rate(spec: ExperimentSpec, steps: int) -> Remedy | None:
    """Halve the rate periodically; None if there is a schedule already."""
    if not isinstance(spec.training.schedule, Constant):
        return None
    schedule = Staircase(decay=0.5, steps=max(1, steps))
    label = Message("Halve the rate every {steps:,} steps", steps=steps)
    return Remedy(label, _training(spec, schedule=schedule))


@remembered
def clip_by_norm(spec: ExperimentSpec) -> Remedy | None:
    clipping = spec.training.clipping
    if isinstance(clipping, ByNorm) and clipping.limit <= 1:
        return None
    return Remedy(Message("Clip gradients at norm 1"), _training(spec, clipping=ByNorm(1.0)))


@remembered
def no_clipping(spec: ExperimentSpec) -> Remedy:
    return Remedy(Message("Do not clip gradients"), _training(spec, clipping=NoClipping()))


@remembered
def use_adam(spec: ExperimentSpec) -> Remedy | None:
    if isinstance(spec.training.optimizer, Adam):
        return None
    return Remedy(Message("Use Adam"), _training(spec, optimizer=Adam()))


@remembered
def full_batch(spec: ExperimentSpec) -> Remedy:
    return Remedy(Message("Use the full batch"), _training(spec, batching=FullBatch()))


@remembered
def fitting_initializer(spec: ExperimentSpec) -> Remedy:
    """The initialiser recommended for the activation, in every block."""
    name = INITIALIZERS[spec.network.activation.initializer].label
    network = _blocks(spec, initializer=None)
    label = Message("Initialise with {name}", name=Message(name))
    return Remedy(label, _network(network, initializer=Auto()))


@remembered
def use_activation(spec: ExperimentSpec, activation: Activation) -> Remedy | None:
    """Another activation in every block, with the initialiser that goes with it."""
    if isinstance(spec.network.activation, type(activation)):
        return None
    changed = _blocks(spec, initializer=None, activation=None)
    changed = _network(changed, activation=activation, initializer=Auto())
    label = Message("Use {activation}", activation=Message(activation.label))
    return Remedy(label, changed)


@remembered
def batch_norm(spec: ExperimentSpec) -> Remedy:
    changed = _blocks(spec, normalization=None)
    return Remedy(Message("Add batch norm"), _network(changed, normalization="before"))


@remembered
def dropout(spec: ExperimentSpec, rate: float = 0.2) -> Remedy | None:
    if spec.network.dropout >= rate:
        return None
    label = Message("Add dropout {rate:g}", rate=rate)
    return Remedy(label, _network(_blocks(spec, dropout=None), dropout=rate))


@remembered
def l2_penalty(spec: ExperimentSpec, strength: float) -> Remedy | None:
    """An L2 penalty; None if there is one as strong already."""
    penalty = spec.training.penalty
    if isinstance(penalty, L2) and penalty.strength >= strength:
        return None
    label = Message("Add an L2 penalty of {strength:g}", strength=strength)
    return Remedy(label, _training(spec, penalty=L2(strength)))


@remembered
def weaker_penalty(spec: ExperimentSpec) -> Remedy:
    """A tenth of every penalty and of the weight decay."""
    penalty: Any = spec.training.penalty
    weaker = {name: getattr(penalty, name) / 10 for name in settings_of(penalty)}
    decay = spec.training.weight_decay / 10
    changed = _training(spec, penalty=replace(penalty, **weaker), weight_decay=decay)
    return Remedy(Message("Weaken the penalty"), changed)


@remembered
def early_stopping(spec: ExperimentSpec, patience: int = 20) -> Remedy | None:
    if spec.training.patience:
        return None
    return Remedy(Message("Stop early"), _training(spec, patience=patience, restore_best=True))


@remembered
def more_data(spec: ExperimentSpec) -> Remedy | None:
    """Four times the samples, up to those that the data set has."""
    dataset: Any = spec.data.dataset
    room = _room(dataset)
    if room <= 1:
        return None
    count = int(min(4, room) * dataset.count)
    data = replace(spec.data, dataset=replace(dataset, count=count))
    return Remedy(Message("Use {count:,} samples", count=count), replace(spec, data=data))


@remembered
def standardize_targets(spec: ExperimentSpec) -> Remedy | None:
    if spec.network.output not in ("auto", "identity"):
        return None
    data = replace(spec.data, standardize_targets=True)
    return Remedy(Message("Standardise the targets"), replace(spec, data=data))


@remembered
def more_validation(spec: ExperimentSpec, share: float = 0.4) -> Remedy | None:
    if not spec.data.validation or spec.data.validation >= share:
        return None
    data = replace(spec.data, validation=share)
    label = Message("Hold out {share:.0%} for validation", share=share)
    return Remedy(label, replace(spec, data=data))


@remembered
def balanced_classes(spec: ExperimentSpec) -> Remedy:
    return Remedy(Message("Balance the classes"), _training(spec, class_weights="balanced"))


@remembered
def mini_batch(spec: ExperimentSpec) -> Remedy:
    return Remedy(Message("Use batches of 32"), _training(spec, batching=MiniBatch()))


@remembered
def no_batch_norm(spec: ExperimentSpec) -> Remedy:
    changed = _blocks(spec, normalization=None)
    return Remedy(Message("Remove batch norm"), _network(changed, normalization="none"))


@remembered
def l2_in_place_of_decay(spec: ExperimentSpec) -> Remedy | None:
    """For L-BFGS: it estimates the curvature of the loss including the penalty, while a decay moves
    the weights without being part of it."""
    training = spec.training
    if not (isinstance(training.optimizer, LBFGS) and training.weight_decay):
        return None
    penalised = _training(spec, weight_decay=0.0, penalty=L2(training.weight_decay))
    return Remedy(Message("Use an L2 penalty, not weight decay"), penalised)


@remembered
def more_units(spec: ExperimentSpec, most: int = 256) -> Remedy | None:
    """Four times the units in every block, or a block if there is none."""
    hidden = spec.network.hidden
    if not hidden:
        return Remedy(Message("Add a hidden layer"), _network(spec, hidden=(Dense(units=32),)))
    if max(block.units for block in hidden) >= most:
        return None
    wider = tuple(replace(block, units=min(most, 4 * block.units)) for block in hidden)
    return Remedy(Message("Use four times the units"), _network(spec, hidden=wider))


@remembered
def fewer_units(spec: ExperimentSpec) -> Remedy | None:
    hidden = spec.network.hidden
    if not hidden or max(block.units for block in hidden) < 16:
        return None
    halved = tuple(replace(block, units=max(1, block.units // 2)) for block in hidden)
    return Remedy(Message("Use half the units"), _network(spec, hidden=halved))


def _room(dataset: Dataset) -> float:
    """The factor by which the number of samples can grow."""
    described = settings_of(dataset).get("count")
    return (described.high or 0) / getattr(dataset, "count") if described else 0


def _training(spec: ExperimentSpec, **settings_of: Any) -> ExperimentSpec:
    return replace(spec, training=replace(spec.training, **settings_of))


def _network(spec: ExperimentSpec, **settings_of: Any) -> ExperimentSpec:
    return replace(spec, network=replace(spec.network, **settings_of))


def _blocks(spec: ExperimentSpec, **settings_of: Any) -> ExperimentSpec:
    hidden: tuple[Block, ...] = tuple(replace(b, **settings_of) for b in spec.network.hidden)
    return _network(spec, hidden=hidden)
