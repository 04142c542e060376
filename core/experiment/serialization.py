"""Specs as plain data and JSON text. Links are in `core.experiment.links`.

Reading raises one `SpecError` that lists every problem. A setting that is left out has its default.
A catalogue entry is written {"key": "leaky_relu", "slope": 0.01}; a bare "leaky_relu" is read too,
and so is a bare number in the list of hidden layers, for a dense layer with that many units.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from core.base.registry import Entry
from core.base.translation import Message, joined
from core.catalogue.losses import LOSSES
from core.data.drawn import from_text
from core.data.features import PlaneFeatures, lacks_plane
from core.experiment.reading import Reader, SpecError, join, nearest, shown
from core.experiment.spec import SCHEMA_VERSION, ExperimentSpec

__all__ = [
    "SpecError",
    "dumps",
    "from_dict",
    "loads",
    "parse",
    "problems",
    "set_path",
    "settled",
    "to_dict",
    "unsuitable",
    "validate",
]

# Many times the text of the largest experiment; to parse it takes 0.6 s and 150 MB.
LARGEST_TEXT = 5_000_000
TARGETS = {
    "binary": Message("two classes"),
    "classes": Message("several classes"),
    "regression": Message("numbers"),
}


def from_dict(raw: object) -> ExperimentSpec:
    """The experiment described by plain data. Raises `SpecError` with every problem."""
    reader = Reader()
    try:
        spec = reader.part(_without_schema(raw, reader), ExperimentSpec(), "")
    except RecursionError:
        raise SpecError([Message("experiment: is nested too deeply")]) from None
    contradictions = [
        joined(": ", [path, message])
        for path, message, concerns in _contradictions(spec)
        if not reader.faulty(concerns)
    ]
    if reader.problems or contradictions:
        raise SpecError(reader.problems + contradictions)
    return spec


def problems(spec: ExperimentSpec) -> list[str]:
    """The problems of a spec made in code; empty if it is valid."""
    try:
        from_dict(to_dict(spec))
    except SpecError as error:
        return error.problems
    return []


def settled(spec: ExperimentSpec) -> tuple[ExperimentSpec, list[str]]:
    """The spec with contradictory settings reset to their defaults, and the reason for each."""
    reasons: list[str] = []
    for path, message, _ in _contradictions(spec):
        part, _, name = path.partition(".")
        default = getattr(getattr(ExperimentSpec(), part), name)
        spec = replace(spec, **{part: replace(getattr(spec, part), **{name: default})})
        reasons.append(
            Message("{path} was reset to its default: {reason}", path=path, reason=message)
        )
    return spec, reasons


def validate(spec: ExperimentSpec) -> None:
    """Raise `SpecError` with every problem of a spec made in code."""
    if found := problems(spec):
        raise SpecError(found)


def to_dict(spec: ExperimentSpec) -> dict[str, Any]:
    """Every setting of an experiment as dicts, lists and scalars."""
    return {"schema": SCHEMA_VERSION} | _plain(spec)


def dumps(spec: ExperimentSpec) -> str:
    """An experiment as JSON text, every setting written out."""
    return json.dumps(to_dict(spec), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def loads(text: str | bytes) -> ExperimentSpec:
    """The experiment in JSON text. Raises `SpecError`, for broken JSON with line and column."""
    return from_dict(parse(text))


def parse(text: str | bytes) -> Any:
    """JSON text as plain data. Raises `SpecError`."""
    if len(text) > LARGEST_TEXT:
        raise SpecError([Message("experiment: is too long")])
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            times = Counter(key for key, _ in items)
            twice.extend(key for key in found if times[key] > 1)
        return found

    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        raw = json.loads(text, object_pairs_hook=pairs, parse_int=_whole)
    except UnicodeDecodeError as error:
        problem = Message("experiment: is not UTF-8 text (at byte {byte})", byte=error.start)
        raise SpecError([problem]) from None
    except json.JSONDecodeError as error:
        problem = Message(
            "experiment: is not JSON: {reason} at line {line} column {column}",
            reason=error.msg,
            line=error.lineno,
            column=error.colno,
        )
        raise SpecError([problem]) from None
    except RecursionError:
        raise SpecError([Message("experiment: is nested too deeply")]) from None
    if twice:
        raise SpecError(
            [
                Message("experiment: {key} is given twice in one object", key=shown(key))
                for key in twice
            ]
        )
    return raw


def set_path(raw: Any, path: str, value: Any) -> Any:
    """A copy of plain data with one setting changed: "network.hidden[1].units", "network.dropout".

    Expands an entry written as a bare name, and fills in defaults for what is left out; the index
    after a list's last adds an item. An entry's key given for a whole part, as in data=mnist, sets
    the setting that it belongs to. Raises `SpecError` for an invalid path; the value itself is
    checked by `from_dict`.
    """
    if isinstance(value, str):
        path = _path_of_entry(path, value)
    if not re.fullmatch(r"[^.\[\]]+(\.[^.\[\]]+|\[\d{1,9}\]){0,30}", path):
        problem = Message("is no path such as network.hidden[1].units")
        raise SpecError([joined(": ", [shown(path), problem])])
    steps = [step.lstrip(".") for step in re.findall(r"\.?[^.\[\]]+|\[\d+\]", path)]
    return _put(raw, to_dict(ExperimentSpec()), steps, value, "")


def _path_of_entry(path: str, key: str) -> str:
    """The setting of the part at `path` that an entry's key belongs to; any other path
    unchanged."""
    part = getattr(ExperimentSpec(), path, None)
    if not is_dataclass(part) or isinstance(part, Entry):
        return path
    entries = {
        item.name: type(entry).registry
        for item in fields(part)
        if isinstance(entry := getattr(part, item.name), Entry)
    }
    names = [name for name, registry in entries.items() if key in registry]
    if len(names) == 1:
        return f"{path}.{names[0]}"
    near = nearest(key, [each for registry in entries.values() for each in registry])
    example = f"{path}.{next(iter(entries), '…')}=…"
    problem = Message("has several settings; name one of them, as in {example}", example=example)
    raise SpecError([joined("", [f"{path}: ", problem, near])])


def _without_schema(raw: object, reader: Reader) -> object:
    if not isinstance(raw, dict) or "schema" not in raw:
        return raw
    version = raw["schema"]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        problem = Message("must be a whole number from 1 to {version}", version=SCHEMA_VERSION)
        reader.fail("schema", problem)
    elif version > SCHEMA_VERSION:
        reader.fail(
            "schema",
            Message(
                "was written by a newer version, this one reads up to {version}",
                version=SCHEMA_VERSION,
            ),
        )
    return {key: value for key, value in raw.items() if key != "schema"}


def _contradictions(spec: ExperimentSpec) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Contradictory settings: path, message, and the paths involved."""
    data = spec.data
    if task := getattr(data.dataset, "task", None):
        yield from unsuitable(spec, task)
    if isinstance(data.features, PlaneFeatures):
        if not any(data.features.chosen):
            unselected = Message("at least one feature must be selected")
            yield "data.features", unselected, ("data.features",)
        if lacks_plane(data.dataset):
            yield (
                "data.features",
                Message(
                    "{features} needs a data set with two inputs, which {dataset} does not have "
                    "(choose inputs)",
                    features=data.features.key,
                    dataset=data.dataset.key,
                ),
                ("data.dataset", "data.features"),
            )
    try:
        from_text(data.points)
    except ValueError as error:
        yield "data.points", str(error), ("data.points",)
    if spec.training.patience and not spec.data.validation:
        yield (
            "training.patience",
            Message("early stopping needs validation data, but data.validation is 0"),
            ("training.patience", "data.validation"),
        )


def unsuitable(spec: ExperimentSpec, task: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What does not support targets of that task: path, message, and the paths involved."""
    data, output = spec.data.dataset, spec.network.output
    loss = spec.training.loss.resolve(task)
    if task not in loss.tasks:
        fitting = ", ".join(entry.key for entry in LOSSES.entries() if task in entry.tasks)
        yield (
            "training.loss",
            Message(
                "{loss} does not suit the data set {dataset}, whose targets are {targets} (choose "
                "from auto, {fitting})",
                loss=loss.key,
                dataset=data.key,
                targets=TARGETS[task],
                fitting=fitting,
            ),
            ("data.dataset", "training.loss"),
        )
    allowed = [key for key in loss.outputs if key != "softmax" or task == "classes"]
    if task in loss.tasks and output not in ("auto", *allowed):
        yield (
            "network.output",
            Message(
                "{output} does not suit the loss {loss} on the data set {dataset} (choose from "
                "auto, {fitting})",
                output=output,
                loss=loss.key,
                dataset=data.key,
                fitting=", ".join(allowed),
            ),
            ("data.dataset", "training.loss", "network.output"),
        )


def _put(node: Any, default: Any, steps: list[str], value: Any, place: str) -> Any:
    """`node`, found at `place`, with `value` set at the end of the remaining steps."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if step[0] == "[":
        return _put_item(node, int(step[1:-1]), rest, value, place)
    if isinstance(node, str):
        node = {"key": node}
    elif node is None:
        node = {}
    if not isinstance(node, dict):
        problem = Message(
            "there is only {value} at {place}",
            value=shown(node),
            place=place or Message("the top"),
        )
        raise SpecError([joined(": ", [join(place, step), problem])])
    inner = default.get(step) if isinstance(default, dict) else None
    return node | {step: _put(node.get(step, inner), inner, rest, value, join(place, step))}


def _put_item(node: Any, index: int, rest: list[str], value: Any, place: str) -> list[Any]:
    if not isinstance(node, (list, tuple)):
        problem = Message("there is no list at {place}", place=place)
        raise SpecError([joined(": ", [f"{place}[{index}]", problem])])
    if index > len(node):
        problem = Message("{place} ends at [{last}]", place=place, last=len(node) - 1)
        raise SpecError([joined(": ", [f"{place}[{index}]", problem])])
    item = node[index] if index < len(node) else None
    if rest and isinstance(item, int):
        item = {"key": "dense", "units": item}
    changed = _put(item, None, rest, value, f"{place}[{index}]")
    return [*node[:index], changed, *node[index + 1 :]]


def _whole(digits: str) -> int | float:
    """Parse an integer as float if it has thousands of digits, which Python refuses."""
    return int(digits) if len(digits) < 400 else math.inf


def _plain(value: Any) -> Any:
    if isinstance(value, Entry):
        return {"key": value.key} | _settings(value)
    if is_dataclass(value):
        return _settings(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _settings(part: Any) -> dict[str, Any]:
    return {item.name: _plain(getattr(part, item.name)) for item in fields(part)}
