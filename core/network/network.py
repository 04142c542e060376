"""The network of a spec, with all parameters and gradients as views of two flat vectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from core.base.arrays import Array
from core.base.streams import Streams
from core.catalogue.activations import Activation, Maxout, PReLU
from core.catalogue.blocks import Block, Skip, SplitMerge
from core.catalogue.initializers import Initializer
from core.experiment.spec import NetworkSpec
from core.network.batch_norm import BatchNorm
from core.network.composites import Chain, Marked, Parallel, Residual
from core.network.layers import (
    Affine,
    Dropout,
    Elementwise,
    LargestPiece,
    Layer,
    LearnedSlope,
    Parameter,
)
from core.network.storage import Storage
from core.network.tape import Mark, Signal, Tape


class Network:
    """The layers of a `NetworkSpec` between `features` inputs and `outputs` logits.

    `params` and `grads` are flat vectors, `mask` is 1 where penalties apply, `buffers` holds the
    running statistics. With `inherit` the new network uses the vectors of one with the same
    parameters, so that an activation or a dropout rate can change in flight. Raises ValueError if
    the parameters of `inherit` have other names or shapes.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        features: int,
        outputs: int,
        streams: Streams,
        dtype: Any = np.float32,
        inherit: Network | None = None,
    ) -> None:
        self.features, self.outputs = features, outputs
        self.affines: list[Affine] = []
        self.activations: dict[str, Activation] = {}
        self._spec, self._streams = spec, streams
        self.root = self._build(features, outputs)
        self.parameters = tuple(p for layer in self.root.walk() for p in layer.parameters)
        self.named_buffers = tuple(p for layer in self.root.walk() for p in layer.buffers)
        if inherit is None:
            self.params, self.grads = _zeros(self.parameters, dtype), _zeros(self.parameters, dtype)
            self.buffers = _zeros(self.named_buffers, dtype)
        else:
            if self._shapes() != inherit._shapes():
                raise ValueError("the network to inherit from has other parameters")
            self.params, self.grads = inherit.params, inherit.grads
            self.buffers = inherit.buffers
        _bind(self.parameters, self.params, self.grads)
        _bind(self.named_buffers, self.buffers, self.buffers)
        if inherit is None:
            self._initialize(streams)

    def clone(self, dtype: Any = None) -> Network:
        """A copy that shares no memory with this network."""
        streams = Streams(self._streams.seed)
        dtype = self.dtype if dtype is None else dtype
        twin = Network(self._spec, self.features, self.outputs, streams, dtype)
        np.copyto(twin.params, self.params)
        np.copyto(twin.buffers, self.buffers)
        return twin

    @property
    def dtype(self) -> np.dtype:
        return self.params.dtype

    @property
    def normalizes(self) -> bool:
        """Whether there is a batch norm anywhere."""
        return any(isinstance(layer, BatchNorm) for layer in self.root.walk())

    def tape(
        self,
        rows: int,
        training: bool,
        storage: Storage | None = None,
        dropout: bool | None = None,
    ) -> tuple[Tape, Signal]:
        """A new tape for batches of `rows` samples, and its logits (outputs, rows)."""
        tape = Tape(rows, self.features, self.dtype, training, storage, dropout)
        logits = self.root.record(tape, tape.source)
        tape.marks.append(Mark("output", logits.value, logits.value, logits.grad))
        return tape, logits

    @cached_property
    def mask(self) -> Array:
        """1 at weights, 0 elsewhere; created on first use."""
        mask = np.zeros_like(self.params)
        for parameter in self.parameters:
            _view(parameter, mask)[:, : parameter.decaying_columns] = 1
        return mask

    def tensors(self) -> dict[str, Array]:
        """Every parameter and running statistic by name, as views; weights (fan_out, fan_in)."""
        named: dict[str, Array] = {}
        for parameter in self.parameters:
            stem, _, kind = parameter.name.rpartition(".")
            if kind == "affine":
                n = parameter.decaying_columns
                named[f"{stem}.weight"] = parameter.value[:, :n]
                if parameter.shape[1] > n:
                    named[f"{stem}.bias"] = parameter.value[:, n]
            else:
                named[parameter.name] = parameter.value[:, 0]
        named.update({b.name: b.value[:, 0] for b in self.named_buffers})
        return named

    def set_weight(self, layer: str, row: int, column: int, value: float) -> bool:
        """Change one weight of an affine layer, or the bias after its last weight; return whether
        it exists."""
        for affine in self.affines:
            rows, columns = affine.block.shape
            if affine.name == layer and 0 <= row < rows and 0 <= column < columns:
                affine.block.value[row, column] = value
                return True
        return False

    def _initialize(self, streams: Streams) -> None:
        for layer in self.root.walk():
            layer.initialize(streams)

    def _shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        return [(p.name, p.shape) for p in (*self.parameters, *self.named_buffers)]

    def _build(self, features: int, outputs: int) -> Layer:
        layers: list[Layer] = []
        width = features
        for i, block in enumerate(self._spec.hidden, start=1):
            layer, width = self._block(block, f"layer {i}", width)
            layers.append(layer)
        initializer = self._spec.initializer.resolve(self._spec.activation)
        final = self._affine("output", width, outputs, initializer, self._spec.bias)
        return Chain(*layers, final)

    def _block(self, block: Block, name: str, width: int) -> tuple[Layer, int]:
        if isinstance(block, Skip):
            inner = self._stack(block, name, width, block.layers)
            return Residual(inner, self._projection(block, name, width)), block.units
        if isinstance(block, SplitMerge):
            first = self._stack(block, f"{name} a", width, block.short)
            second = self._stack(block, f"{name} b", width, block.long)
            concatenate = block.merge == "concatenate"
            return Parallel(first, second, concatenate), block.units * (1 + concatenate)
        return self._dense(block, name, width), block.units

    def _stack(self, block: Block, name: str, width: int, depth: int) -> Layer:
        widths = [width] + [block.units] * (depth - 1)
        return Chain(*(self._dense(block, f"{name}.{j}", n) for j, n in enumerate(widths, 1)))

    def _projection(self, block: Block, name: str, width: int) -> Layer:
        if width == block.units:
            return Chain()
        return self._affine(f"{name} skip", width, block.units, self._initializer(block), False)

    def _dense(self, block: Block, name: str, width: int) -> Layer:
        spec, activation = self._spec, _or(block.activation, self._spec.activation)
        self.activations[name] = activation
        pieces = activation.pieces if isinstance(activation, Maxout) else 1
        initializer = self._initializer(block)
        layers: list[Layer] = [
            self._affine(name, width, block.units, initializer, spec.bias, pieces)
        ]
        norm = _or(block.normalization, spec.normalization)
        if norm == "before":
            layers.append(BatchNorm(f"{name}.norm", pieces * block.units))
        layers.append(Marked(name, _activation_layer(activation, name, block.units)))
        if norm == "after":
            layers.append(BatchNorm(f"{name}.norm", block.units))
        rate = _or(block.dropout, spec.dropout)
        if rate > 0:
            layers.append(Dropout(name, rate, self._streams))
        return Chain(*layers)

    def _initializer(self, block: Block) -> Initializer:
        activation = _or(block.activation, self._spec.activation)
        return _or(block.initializer, self._spec.initializer).resolve(activation)

    def _affine(self, *args: Any) -> Affine:
        layer = Affine(*args)
        self.affines.append(layer)
        return layer


def _activation_layer(activation: Activation, name: str, units: int) -> Layer:
    if isinstance(activation, Maxout):
        return LargestPiece(activation.pieces)
    if isinstance(activation, PReLU):
        return LearnedSlope(name, units, activation.start, activation.share == "unit")
    return Elementwise(activation)


def _zeros(parameters: Iterable[Parameter], dtype: Any) -> Array:
    return np.zeros(sum(p.size for p in parameters), dtype)


def _bind(parameters: Iterable[Parameter], values: Array, grads: Array) -> None:
    at = 0
    for parameter in parameters:
        parameter.offset = at
        parameter.value, parameter.grad = _view(parameter, values), _view(parameter, grads)
        at += parameter.size


def _view(parameter: Parameter, vector: Array) -> Array:
    return vector[parameter.offset : parameter.offset + parameter.size].reshape(parameter.shape)


def _or(own: Any, common: Any) -> Any:
    return common if own is None else own


def misfits(views: Mapping[str, Array], tensors: Mapping[str, Array]) -> list[str]:
    """The names of tensors that only one side has, or that have another shape there."""
    common = views.keys() & tensors.keys()
    wrong = (views.keys() ^ tensors.keys()) | {
        name for name in common if views[name].shape != tensors[name].shape
    }
    return sorted(wrong)
