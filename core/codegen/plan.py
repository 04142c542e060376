"""What every script needs to know of an experiment: its layers, its data, its objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.catalogue.activations import Activation, Maxout
from core.catalogue.blocks import Block, Skip, SplitMerge
from core.catalogue.initializers import Initializer
from core.experiment.spec import ExperimentSpec, NetworkSpec
from core.network.objective import Objective
from core.training.training_data import TrainingData


@dataclass(frozen=True)
class Linear:
    """z = Wx + b; of Maxout `pieces` maps of `fan_out` units."""

    name: str
    fan_in: int
    fan_out: int
    initializer: Initializer
    bias: bool
    pieces: int = 1


@dataclass(frozen=True)
class Norm:
    """Batch normalisation of `units`."""

    name: str
    units: int


@dataclass(frozen=True)
class Activate:
    """An activation function of a layer with `units` outputs."""

    name: str
    activation: Activation
    units: int


@dataclass(frozen=True)
class Drop:
    """Dropout of the share `rate`."""

    name: str
    rate: float


@dataclass(frozen=True)
class Residual:
    """`inner` plus the input, through `projection` where the widths differ."""

    name: str
    inner: tuple[Any, ...]
    projection: Linear | None


@dataclass(frozen=True)
class Parallel:
    """Two branches over the same input, added or concatenated."""

    name: str
    first: tuple[Any, ...]
    second: tuple[Any, ...]
    concatenate: bool


@dataclass(frozen=True)
class Plan:
    """An experiment, its prepared samples and its layers in the order of the forward pass."""

    spec: ExperimentSpec
    data: TrainingData
    layers: tuple[Any, ...]
    objective: Objective

    @property
    def task(self) -> str:
        return self.objective.task

    @property
    def rows(self) -> int:
        """Samples of a batch."""
        return self.spec.training.batching.rows(len(self.data.split.train))

    @property
    def flat(self) -> tuple[Any, ...]:
        """All layers without the blocks around them."""
        return tuple(flattened(self.layers))

    def of(self, kind: type) -> list[Any]:
        """The layers of a kind."""
        return [layer for layer in self.flat if isinstance(layer, kind)]

    @property
    def blocks(self) -> set[str]:
        """The kinds of block there are."""
        return {type(layer).__name__ for layer in self.layers}


def flattened(layers: tuple[Any, ...]) -> list[Any]:
    """Layers in the order of the forward pass, those inside of blocks included."""
    found: list[Any] = []
    for layer in layers:
        if isinstance(layer, Residual):
            found += [*layer.inner, *([layer.projection] if layer.projection else [])]
        elif isinstance(layer, Parallel):
            found += [*layer.first, *layer.second]
        else:
            found.append(layer)
    return found


def plan(spec: ExperimentSpec, data: TrainingData) -> Plan:
    """The plan of an experiment with its prepared samples."""
    train = data.split.train
    layers, width = [], train.features
    for i, block in enumerate(spec.network.hidden, start=1):
        made, width = _block(spec.network, block, f"layer {i}", width)
        layers += made
    network = spec.network
    initializer = network.initializer.resolve(network.activation)
    layers.append(Linear("output", width, train.outputs, initializer, network.bias))
    objective = Objective(spec, train.task, data.target_scale)
    return Plan(spec, data, tuple(layers), objective)


def _block(network: NetworkSpec, block: Block, name: str, width: int) -> tuple[list[Any], int]:
    if isinstance(block, Skip):
        inner = _stack(network, block, name, width, block.layers)
        projection = None
        if width != block.units:
            start = _initializer(network, block)
            projection = Linear(f"{name} skip", width, block.units, start, False)
        return [Residual(name, inner, projection)], block.units
    if isinstance(block, SplitMerge):
        first = _stack(network, block, f"{name} a", width, block.short)
        second = _stack(network, block, f"{name} b", width, block.long)
        concatenate = block.merge == "concatenate"
        return [Parallel(name, first, second, concatenate)], block.units * (1 + concatenate)
    return _dense(network, block, name, width), block.units


def _stack(
    network: NetworkSpec, block: Block, name: str, width: int, depth: int
) -> tuple[Any, ...]:
    widths = [width] + [block.units] * (depth - 1)
    made = (_dense(network, block, f"{name}.{j}", n) for j, n in enumerate(widths, 1))
    return tuple(layer for dense in made for layer in dense)


def _dense(network: NetworkSpec, block: Block, name: str, width: int) -> list[Any]:
    activation = _or(block.activation, network.activation)
    pieces = activation.pieces if isinstance(activation, Maxout) else 1
    start = _initializer(network, block)
    layers: list[Any] = [Linear(name, width, block.units, start, network.bias, pieces)]
    norm = _or(block.normalization, network.normalization)
    if norm == "before":
        layers.append(Norm(f"{name}.norm", pieces * block.units))
    layers.append(Activate(name, activation, block.units))
    if norm == "after":
        layers.append(Norm(f"{name}.norm", block.units))
    rate = _or(block.dropout, network.dropout)
    return [*layers, Drop(name, rate)] if rate > 0 else layers


def _initializer(network: NetworkSpec, block: Block) -> Initializer:
    activation = _or(block.activation, network.activation)
    return _or(block.initializer, network.initializer).resolve(activation)


def _or(own: Any, common: Any) -> Any:
    return common if own is None else own
