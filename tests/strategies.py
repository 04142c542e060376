"""Hypothesis strategies that draw experiments from everything the catalogue offers.

`specs()` draws from the whole range of every setting; `specs(mild=True)` stays near the defaults,
where training is well behaved, as a gradient check needs it. Both stay small.
"""

from __future__ import annotations

import math
import types
import typing
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import strategies as st

from core.base.registry import Entry, Setting
from core.catalogue.blocks import Block
from core.catalogue.losses import LOSSES
from core.data.dataset import Dataset
from core.data.drawn import Point, as_text
from core.data.features import PlainInputs, PlaneFeatures, lacks_plane
from core.experiment.serialization import problems
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec, TrainingSpec

LARGEST_WIDTH = 6
MOST_SAMPLES = 40
MOST_BLOCKS = 3


def specs(mild: bool = False, **fixed: Any) -> st.SearchStrategy[ExperimentSpec]:
    """Valid experiments. `fixed` gives parts as values or strategies: `data=…, network=…`."""
    parts = {
        "title": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        "data": parts_of(DataSpec, mild),
        "network": networks(mild),
        "training": parts_of(TrainingSpec, mild),
        "seed": st.integers(0, 2**32 - 1),
        "precision": st.sampled_from(["float32", "float64"]),
    }
    for name, part in fixed.items():
        parts[name] = part if isinstance(part, st.SearchStrategy) else st.just(part)
    loose = st.builds(ExperimentSpec, **parts)
    return st.tuples(loose, st.randoms(use_true_random=False)).map(lambda drawn: _agreeing(*drawn))


def networks(mild: bool = False) -> st.SearchStrategy[NetworkSpec]:
    """Networks of up to `MOST_BLOCKS` blocks of every kind, without hidden layers too."""
    return parts_of(NetworkSpec, mild)


def entries(base: type[Entry], mild: bool = False) -> st.SearchStrategy[Any]:
    """Any entry of the registry of `base` that needs no files of the user's, with any settings."""
    there = [entry for entry in base.registry.entries() if getattr(entry, "bundled", True)]
    return st.sampled_from(there).flatmap(lambda entry: parts_of(entry, mild))


def parts_of(cls: Any, mild: bool = False) -> st.SearchStrategy[Any]:
    """Any value of one frozen dataclass of settings."""
    kinds, default = typing.get_type_hints(cls), cls()
    drawn = {
        item.name: _values(
            kinds[item.name],
            _small(cls, item.name, item.metadata.get("setting", Setting())),
            getattr(default, item.name),
            mild,
        )
        for item in fields(cls)
    }
    return st.builds(cls, **drawn)


def _small(cls: type, name: str, setting: Setting) -> Setting:
    """The setting with its bound drawn in, so that whatever is drawn trains in no time."""
    if issubclass(cls, Block) and name == "units":
        return replace(setting, high=LARGEST_WIDTH)
    if issubclass(cls, Block) and name in ("layers", "short", "long"):
        return replace(setting, high=2)
    if issubclass(cls, Dataset) and name == "count":
        return replace(setting, high=max(MOST_SAMPLES, int(setting.low or 0)))
    return setting


def _values(kind: Any, setting: Setting, default: Any, mild: bool) -> st.SearchStrategy[Any]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        (kind,) = (each for each in typing.get_args(kind) if each is not types.NoneType)
        return st.none() | _values(kind, setting, default, mild)
    if typing.get_origin(kind) is tuple:
        inner = _values(typing.get_args(kind)[0], setting, None, mild)
        return st.lists(inner, max_size=MOST_BLOCKS).map(tuple)
    if issubclass(kind, Entry):
        return entries(kind, mild)
    if is_dataclass(kind):
        return parts_of(kind, mild)
    if kind is bool:
        return st.booleans()
    if kind is str:
        return st.sampled_from(setting.choices) if setting.choices else st.text("abc ", max_size=8)
    low, high = _range(setting, default, mild)
    if kind is int:
        return st.integers(math.ceil(low), math.floor(high))
    return st.floats(low, high, allow_nan=False)


def _range(setting: Setting, default: Any, mild: bool) -> tuple[float, float]:
    low = -1e6 if setting.low is None else setting.low
    high = 1e6 if setting.high is None else setting.high
    if mild:
        around = min(default if isinstance(default, (int, float)) else 0, high)
        low, high = max(low, around / 2), min(high, around * 2 or 0.3)
    return low, high


def _agreeing(spec: ExperimentSpec, choose: Any) -> ExperimentSpec:
    """The spec with loss and output function that suit its data, and settings that agree."""
    task = getattr(spec.data.dataset, "task", None)
    training, network = spec.training, spec.network
    if task:
        if task not in training.loss.resolve(task).tasks:
            fitting = [entry for entry in LOSSES.entries() if task in entry.tasks]
            training = replace(training, loss=choose.choice(fitting)())
        loss = training.loss.resolve(task)
        outputs = ["auto", *(o for o in loss.outputs if o != "softmax" or task == "classes")]
        if network.output not in outputs:
            network = replace(network, output=choose.choice(outputs))
    if not spec.data.validation:
        training = replace(training, patience=0)
    spec = replace(spec, data=_agreeing_data(spec.data), training=training, network=network)
    assert not problems(spec), problems(spec)
    return spec


def _agreeing_data(data: DataSpec) -> DataSpec:
    """The data with features that they can have, and points for the letters of the drawn text."""
    features = data.features
    if isinstance(features, PlaneFeatures) and not any(features.chosen):
        features = PlaneFeatures()
    if features.planar and lacks_plane(data.dataset):
        features = PlainInputs()
    letters = enumerate(data.points.replace(" ", ""))
    points = as_text(Point("abc".index(letter) - 1, i / 2, i % 2) for i, letter in letters)
    return replace(data, features=features, points=points)
