"""Layers made of layers: chains, and branches that are merged again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.network.layers import Layer
from core.network.tape import Mark, Signal, Tape


class Chain(Layer):
    """Layers one after the other."""

    def __init__(self, *layers: Layer) -> None:
        self.children = layers

    def record(self, tape: Tape, x: Signal) -> Signal:
        for layer in self.children:
            x = layer.record(tape, x)
        return x


class Marked(Layer):
    """A measured activation: marks its input and output on the tape."""

    def __init__(self, name: str, layer: Layer) -> None:
        self.name, self.children = name, (layer,)

    def record(self, tape: Tape, x: Signal) -> Signal:
        a = self.children[0].record(tape, x)
        tape.marks.append(Mark(self.name, x.value, a.value, x.grad))
        return a


class Residual(Layer):
    """y = F(x) + P(x), P being the identity or a linear projection (He et al. 2016)."""

    def __init__(self, inner: Layer, projection: Layer) -> None:
        self.children = (inner, projection)

    def record(self, tape: Tape, x: Signal) -> Signal:
        return merge_by_adding(tape, *branch(tape, x, self.children))


class Parallel(Layer):
    """Two branches over the same input, added or concatenated."""

    def __init__(self, first: Layer, second: Layer, concatenate: bool) -> None:
        self.children = (first, second)
        self.concatenate = concatenate

    def record(self, tape: Tape, x: Signal) -> Signal:
        outputs = branch(tape, x, self.children)
        merge = merge_by_concatenating if self.concatenate else merge_by_adding
        return merge(tape, *outputs)


def branch(tape: Tape, x: Signal, layers: Sequence[Layer]) -> tuple[Signal, Signal]:
    """Apply two layers to x; their gradients are added in the backward pass."""
    if not x.trains:
        with tape.apart():
            first, second = (layer.record(tape, x) for layer in layers)
        return first, second
    ways = [tape.another_way(x) for _ in layers]
    tape.backward(partial(np.add, ways[0].grad, ways[1].grad, x.grad))
    with tape.apart():
        first, second = (layer.record(tape, w) for layer, w in zip(layers, ways, strict=True))
    return first, second


def merge_by_adding(tape: Tape, first: Signal, second: Signal) -> Signal:
    y = tape.signal(first.units)
    tape.forward(np.add, first.value, second.value, y.value)
    tape.backward(*(partial(np.copyto, s.grad, y.grad) for s in (first, second) if s.trains))
    return y


def merge_by_concatenating(tape: Tape, first: Signal, second: Signal) -> Signal:
    y, cut = tape.signal(first.units + second.units), first.units
    tape.forward(np.copyto, y.value[:cut], first.value)
    tape.forward(np.copyto, y.value[cut:], second.value)
    if y.trains:
        parts = ((first, y.grad[:cut]), (second, y.grad[cut:]))
        tape.backward(*(partial(np.copyto, s.grad, part) for s, part in parts if s.trains))
    return y
