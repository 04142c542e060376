"""The forward pass of a network of modules, line by line; PyTorch and Keras differ in the calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.codegen.plan import Parallel, Residual


def module_name(name: str) -> str:
    """The attribute that holds a layer's module."""
    return name.replace(" ", "_").replace(".", "_")


def forward(
    layers: tuple[Any, ...], applied: Callable[[Any], list[str]], concatenated: str
) -> list[str]:
    """Lines that turn x into what the last layer is given.

    `applied` gives the lines that apply one layer to x, `concatenated` is the text of a call that
    joins `first` and `x`.
    """

    def inside(part: tuple[Any, ...]) -> list[str]:
        return forward(part, applied, concatenated)

    lines: list[str] = []
    for layer in layers:
        if isinstance(layer, Residual):
            way = f"self.{module_name(layer.projection.name)}(x)" if layer.projection else "x"
            lines += [f"shortcut = {way}", *inside(layer.inner), "x = x + shortcut"]
        elif isinstance(layer, Parallel):
            merged = concatenated if layer.concatenate else "first + x"
            lines += ["entry = x", *inside(layer.first), "first, x = x, entry"]
            lines += [*inside(layer.second), f"x = {merged}"]
        else:
            lines += applied(layer)
    return lines
