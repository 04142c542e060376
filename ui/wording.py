"""Settings and their changes as text, for menus, marks and tables."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from core.base.registry import Entry, settings_of
from core.base.translation import Message, tr
from core.experiment.spec import Change, ExperimentSpec
from core.telemetry.frame import ScoreOnTest
from ui.caption import layers
from ui.widgets.figures import decimal
from ui.widgets.numbers import shown

# Names of settings whose form label is too short by itself.
NAMES = {"learning_rate": Message("learning rate"), "max_epochs": Message("stop at epoch")}
NONE = "–"
LONGEST = 32
_PART = re.compile(r"(\w+)(?:\[(\d+)\])?")
_SYMBOL = re.compile(r" [^ a-zA-Z][₀-₉]?$| [a-z][₀-₉]?$")


def described(changes: Sequence[Change], spec: ExperimentSpec, most: int = 2) -> str:
    """Changed settings of `spec` in short form: learning rate 0.1, batch size 32 and 3 more."""
    words = [f"{setting(change.path, spec)} {value(change.new)}" for change in changes[:most]]
    rest = len(changes) - len(words)
    listed = ", ".join(words)
    return tr("{listed} and {rest} more", listed=listed, rest=rest) if rest > 0 else listed


def setting(path: str, spec: ExperimentSpec) -> str:
    """The name of the setting at a path such as training.optimizer.learning_rate."""
    owner, layer, name = _walk(path, spec)
    known = NAMES.get(name)
    label = settings_of(owner)[name].label if owner is not None else name
    label = tr(known) if known else _plain(tr(label))
    if layer is None:
        return label
    return tr("layer {number} {setting}", number=layer + 1, setting=label)


def value(value: Any) -> str:
    """A setting's value as text."""
    if isinstance(value, Entry):
        return tr(value.label)
    if isinstance(value, tuple):
        return layers(value)
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, float | int):
        return shown(value)
    text = NONE if value is None or value == "" else tr(str(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def value_at(path: str, spec: ExperimentSpec) -> str:
    """The value of `spec` at a path, or a dash where it has no such setting."""
    owner, _, name = _walk(path, spec)
    return NONE if owner is None else value(getattr(owner, name))


def on_test(tested: ScoreOnTest) -> str:
    """The result on the test data as text."""
    score = tested.score
    if score is None:
        return tr("There is no test data: reserve a share of the samples under Data, More, Test.")
    figures = tr("loss {loss}", loss=decimal(score.loss, 4))
    if not math.isnan(score.accuracy):
        figures += ", " + tr("accuracy {accuracy}", accuracy=decimal(score.accuracy, 3))
    return tr(
        "Test data, {samples:,} samples, at step {step:,}: {figures}. Use validation, not test "
        "data, to choose settings.",
        samples=tested.samples,
        step=tested.iteration,
        figures=figures,
    )


def _walk(path: str, spec: ExperimentSpec) -> tuple[Any, int | None, str]:
    """The part of the spec that has the setting (None if there is none), the layer's number, and
    the setting's name."""
    part, layer, name = spec, None, ""
    for step in path.split("."):
        if name:
            part = getattr(part, name)
        if layer is not None and isinstance(part, tuple):
            part = part[layer] if layer < len(part) else None
        match = _PART.fullmatch(step)
        assert match
        name = match[1]
        if match[2]:
            layer = int(match[2])
        if part is None or not hasattr(part, name):
            return None, layer, path.rpartition(".")[2]
    return part, layer, name


def _plain(label: str) -> str:
    """A label for use within a sentence: without symbol and capital letter."""
    words = _SYMBOL.sub("", label.replace("_", " "))
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
