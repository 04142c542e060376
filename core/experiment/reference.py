"""The catalogue as a page: every entry of every registry and every setting, in Markdown."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from core.base.registry import Entry, Registry, Setting
from core.catalogue.activations import ACTIVATIONS
from core.catalogue.batching import BATCHINGS
from core.catalogue.blocks import BLOCKS
from core.catalogue.initializers import INITIALIZERS
from core.catalogue.losses import LOSSES, OUTPUTS
from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.penalties import CLIPPINGS, PENALTIES
from core.catalogue.schedules import SCHEDULES
from core.catalogue.surfaces import SURFACES
from core.data import DATASETS
from core.data.features import FEATURES
from core.experiment.spec import ExperimentSpec

# Heading of each chapter, the path of its setting, and its registry.
CHAPTERS: tuple[tuple[str, str, Registry[Any]], ...] = (
    ("Data sets", "data.dataset", DATASETS),
    ("Feature sets", "data.features", FEATURES),
    ("Blocks", "network.hidden[0]", BLOCKS),
    ("Activation functions", "network.activation", ACTIVATIONS),
    ("Initialisers", "network.initializer", INITIALIZERS),
    ("Output functions", "network.output", OUTPUTS),
    ("Losses", "training.loss", LOSSES),
    ("Optimizers", "training.optimizer", OPTIMIZERS),
    ("Learning-rate schedules", "training.schedule", SCHEDULES),
    ("Gradient descent", "training.batching", BATCHINGS),
    ("Penalties", "training.penalty", PENALTIES),
    ("Gradient clipping", "training.clipping", CLIPPINGS),
)
# Those used by the labs only.
LAB_CHAPTERS: tuple[tuple[str, str, Registry[Any]], ...] = (
    ("Surfaces", "The functions of two variables of the optimizer race.", SURFACES),
)

INTRODUCTION = """\
# Catalogue
Everything that can be chosen, as printed by `playground catalogue`. A setting is named by its path:
nested objects in an experiment file, `playground train --set PATH=VALUE` on the command line. A
choice with settings of its own is written
`{"key": "sgd", "learning_rate": 0.1}`, or with two paths:
`--set training.optimizer=sgd --set training.optimizer.learning_rate=0.1`.
"""


def markdown() -> str:
    """The whole catalogue as one Markdown page."""
    return "\n".join([INTRODUCTION, *_settings(), *_chapters()])


def _settings() -> Iterator[str]:
    yield "## Settings of an experiment"
    yield "Settings marked ↻ restart the run; all others change it in flight.\n"
    for path, kind, setting, default in _leaves(ExperimentSpec(), ""):
        yield _setting(path, kind, setting, default, mark=True)
    yield ""


def _leaves(part: Any, path: str) -> Iterator[tuple[str, Any, Setting, Any]]:
    kinds = typing.get_type_hints(type(part))
    for item in fields(part):
        place, value = f"{path}{item.name}", getattr(part, item.name)
        if is_dataclass(value) and not isinstance(value, Entry):
            yield from _leaves(value, f"{place}.")
        else:
            yield place, kinds[item.name], item.metadata["setting"], value


def _chapters() -> Iterator[str]:
    for heading, path, registry in CHAPTERS:
        yield from _chapter(heading, f"Set with `{path}`.", registry)
    for heading, use, registry in LAB_CHAPTERS:
        yield from _chapter(heading, use, registry)


def _chapter(heading: str, use: str, registry: Registry[Any]) -> Iterator[str]:
    yield f"## {heading}"
    yield f"{use}\n"
    for entry in registry.entries():
        yield from _entry(entry)


def _entry(entry: type[Entry]) -> Iterator[str]:
    yield f"### {entry.label} · `{entry.key}`"
    yield f"`{entry.formula}`\n"
    if entry.advice:
        yield f"{entry.advice}\n"
    kinds, default = typing.get_type_hints(entry), entry()
    lines = [
        _setting(item.name, kinds[item.name], item.metadata["setting"], getattr(default, item.name))
        for item in fields(typing.cast(Any, entry))
    ]
    if entry.torch:
        lines.append(f"- PyTorch: `{entry.torch}`")
    if entry.source:
        lines.append(f"- Source: {entry.source}")
    yield from lines
    if lines:
        yield ""


def _setting(path: str, kind: Any, setting: Setting, default: Any, mark: bool = False) -> str:
    restart = " ↻" if mark and setting.restarts_run else ""
    said = f": {setting.help}" if setting.help else ""
    return f"- `{path}`{restart} {_allowed(kind, setting)}, default {_shown(default)}{said}"


def _allowed(kind: Any, setting: Setting) -> str:
    """The allowed values of a setting, as text."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        (kind,) = (each for each in typing.get_args(kind) if each is not types.NoneType)
    if typing.get_origin(kind) is tuple:
        return f"(list of {_name(typing.get_args(kind)[0])})"
    if setting.choices:
        return f"({', '.join(setting.choices)})"
    if setting.low is not None and setting.high is not None:
        return f"({setting.low:,.15g} to {setting.high:,.15g})"
    if setting.low is not None:
        return f"({_name(kind)} from {setting.low:,.15g})"
    return f"({_name(kind)})"


def _name(kind: Any) -> str:
    if issubclass(kind, Entry):
        return kind.registry.name
    return {bool: "true or false", str: "text", int: "whole number", float: "number"}[kind]


def _shown(value: Any) -> str:
    if value is None:
        return "that of the network"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Entry):
        return value.key
    if isinstance(value, tuple):
        return f"[{', '.join(_shown(item) for item in value)}]"
    return repr(value) if isinstance(value, str) else f"{value:,.15g}"
