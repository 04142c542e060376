"""Experiments survive every form they are written in, and bad ones are told in full."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.blocks import Dense
from core.catalogue.optimizers import OPTIMIZERS, SGD, Adam
from core.data import DATASETS
from core.data.toys import Spiral
from core.experiment.serialization import (
    SpecError,
    dumps,
    from_dict,
    loads,
    problems,
    set_path,
    to_dict,
    validate,
)
from core.experiment.spec import DataSpec, ExperimentSpec, NetworkSpec
from tests.strategies import specs

DEFAULT = ExperimentSpec()


def complaints(raw) -> list[str]:
    with pytest.raises(SpecError) as caught:
        from_dict(raw) if isinstance(raw, (dict, list)) else loads(raw)
    return caught.value.problems


# Round trips


@given(specs())
def test_any_experiment_survives_every_form(spec):
    assert from_dict(to_dict(spec)) == spec
    assert loads(dumps(spec)) == spec
    assert loads(dumps(spec).encode()) == spec
    assert problems(spec) == []


def test_whole_numbers_are_read_as_the_declared_type():
    spec = from_dict({"network": {"dropout": 0}, "training": {"max_epochs": 1e3}})
    assert type(spec.network.dropout) is float
    assert type(spec.training.max_epochs) is int


def test_left_out_settings_have_their_defaults():
    assert from_dict({}) == DEFAULT
    spec = from_dict({"training": {"optimizer": {"beta1": 0.5}}})
    assert spec.training.optimizer == Adam(beta1=0.5)


def test_short_forms_are_read():
    spec = from_dict({"network": {"activation": "relu", "hidden": [3, "dense", {"key": "skip"}]}})
    assert spec.network.activation == ACTIVATIONS["relu"]()
    assert [block.key for block in spec.network.hidden] == ["dense", "dense", "skip"]
    assert spec.network.hidden[0].units == 3


# Every problem at once


def test_every_problem_is_named_with_its_path():
    raw = {
        "titel": "x",
        "data": {"dataset": "spirall", "validation": 2},
        "network": {
            "hidden": [8, {"key": "dense", "units": 0}, {"key": "dense", "units": "8"}, "dens"],
            "activation": "rleu",
            "bias": 1,
            "output": "softmaxx",
        },
        "training": {
            "optimizer": {"key": "sgd", "learning_rat": 1},
            "batching": {"size": 2.5},
            "weight_decay": math.nan,
        },
        "seed": -1,
    }
    assert complaints(raw) == [
        "titel: unknown setting; did you mean 'title'?",
        "data.dataset: unknown dataset 'spirall'; did you mean 'spiral'?",
        "data.validation: must be ≤ 0.9",
        "network.hidden[1].units: must be ≥ 1",
        "network.hidden[2].units: must be a whole number, not '8'",
        "network.hidden[3]: unknown block 'dens'; did you mean 'dense'?",
        "network.activation: unknown activation 'rleu'; did you mean 'relu'?",
        "network.bias: must be true or false, not 1",
        "network.output: must be one of auto, identity, sigmoid, softmax; did you mean 'softmax'?",
        "training.optimizer.learning_rat: unknown setting; did you mean 'learning_rate'?",
        "training.batching.size: must be a whole number, not 2.5",
        "training.weight_decay: must be a finite number, not nan",
        "seed: must be ≥ 0",
    ]


@pytest.mark.parametrize(
    ("validation", "said"),
    [(-1e-9, ["must be ≥ 0"]), (0, []), (0.9, []), (0.9000001, ["must be ≤ 0.9"])],
)
def test_bounds_are_inclusive_and_exact(validation, said):
    spec = replace(DEFAULT, data=DataSpec(validation=validation))
    assert problems(spec) == [f"data.validation: {bound}" for bound in said]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"training": {"loss": "softmax_cross_entropy"}}, "training.loss"),
        ({"network": {"output": "identity"}}, "network.output"),
        (
            {"network": {"output": "softmax"}, "training": {"loss": "half_squared_error"}},
            "network.output",
        ),
        ({"data": {"validation": 0}, "training": {"patience": 3}}, "training.patience"),
        ({"network": {"activation": "softmax"}}, "network.activation"),
    ],
)
def test_settings_that_exclude_each_other(changed, path):
    (only,) = complaints(changed)
    assert only.startswith(f"{path}: ")


def test_contradictions_are_not_concluded_from_faulty_settings():
    raw = {"data": {"dataset": "nothing like it"}, "training": {"loss": "softmax_cross_entropy"}}
    (only,) = complaints(raw)
    assert only.startswith("data.dataset: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1 column 1"),
        ('{"seed": 1,\n "title" 2}', "line 2 column 10"),
        (b"\xff\xfe", "not UTF-8 text (at byte 0)"),
        ("[1, 2]", "must be an object"),
        ("null", "must be an object"),
        ('{"seed": NaN}', "seed: must be a whole number, not nan"),
        ('{"seed": 1e999}', "seed: must be a whole number, not inf"),
        ('{"seed": ' + "9" * 5000 + "}", "seed: must be a whole number"),
        ('{"seed": ' + "9" * 300 + "}", "seed: must be ≤ 4294967295"),
        ('{"network": {"dropout": ' + "9" * 399 + "}}", "network.dropout: must be a finite number"),
        ('{"seed": 1, "seed": 2}', "'seed' is given twice"),
        ('{"title": "\\ud800"}', "title: is not Unicode text"),
        ("[" * 100_000, "nested too deeply"),
        ('{"schema": 2}', "schema: was written by a newer version"),
        ('{"schema": true}', "schema: must be a whole number"),
        ('{"network": {"hidden": {"0": 3}}}', "network.hidden: must be a list, not an object"),
        ('{"network": {"activation": {"key": 3}}}', "network.activation.key: must be text"),
        ('{"network": {"hidden": [{"units": 3}]}}', "network.hidden[0].key: is missing"),
        ('{"training": {"optimizer": null}}', "training.optimizer: must name a"),
        ('{"' + "x" * 100_000 + '": 1}', "unknown setting"),
    ],
)
def test_unreadable_text_is_one_clear_message(text, said):
    (only,) = complaints(text)
    assert said in only
    assert len(only) < 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "network", "training", "hidden", "key", "units", "dataset"])
            | st.sampled_from([*ACTIVATIONS, *OPTIMIZERS, *DATASETS, "optimizer", "activation"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(to_dict(DEFAULT))), json_values) | json_values)
def test_garbage_data_only_ever_raises_spec_error(raw):
    try:
        assert problems(from_dict(raw)) == []
        loads(json.dumps(raw))
    except SpecError as error:
        assert error.problems and all(": " in problem for problem in error.problems)


@given(st.text() | st.binary())
def test_garbage_text_only_ever_raises_spec_error(text):
    try:
        assert problems(loads(text)) == []
    except SpecError as error:
        assert error.problems


def test_a_spec_made_in_code_is_validated():
    validate(DEFAULT)
    stray: Any = SGD()
    wrong = replace(DEFAULT, network=NetworkSpec(dropout=2, activation=stray))
    with pytest.raises(SpecError, match=r"network\.dropout: must be ≤ 0\.95"):
        validate(wrong)
    assert any(p.startswith("network.activation: unknown activation") for p in problems(wrong))
    assert problems(replace(DEFAULT, data=DataSpec(validation=math.inf)))


# One setting at a time


def test_set_path_reaches_every_kind_of_place():
    raw = {"network": {"activation": "relu", "hidden": [8, "dense"]}}
    for path, value in {
        "network.activation": "tanh",
        "network.hidden[0].units": 5,
        "network.hidden[1].dropout": 0.5,
        "network.hidden[2]": 7,
        "training.optimizer": "sgd",
        "training.optimizer.learning_rate": 0.5,
        "data.dataset.noise": 0.25,
        "seed": 9,
    }.items():
        raw = set_path(raw, path, value)
    spec = from_dict(raw)
    assert spec.network.activation.key == "tanh"
    assert [block.units for block in spec.network.hidden] == [5, Dense().units, 7]
    assert spec.network.hidden[1].dropout == 0.5
    assert spec.training.optimizer == SGD(learning_rate=0.5)
    assert spec.data.dataset == Spiral(noise=0.25)
    assert spec.seed == 9


def test_set_path_fills_in_the_defaults_and_leaves_its_input_alone():
    raw: dict = {}
    default_width = DEFAULT.network.hidden[0].units
    changed = set_path(raw, "network.hidden[1].units", 3)
    assert [block.units for block in from_dict(changed).network.hidden] == [default_width, 3]
    assert raw == {}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "no path"),
        ("a..b", "no path"),
        ("network.hidden[-1]", "no path"),
        ("a" + ".a" * 5000, "no path"),
        ("network.hidden[7].units", "network.hidden ends at [1]"),
        ("network[0]", "there is no list at network"),
        ("seed.x", "there is only 1 at seed"),
        ("network.activatoin", "did you mean 'activation'"),
        ("netwrk.activation", "did you mean 'network'"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(path, said):
    with pytest.raises(SpecError) as caught:
        from_dict(set_path({}, path, "tanh"))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ("data", "mnist", ("data", "dataset")),
        ("network", "relu", ("network", "activation")),
        ("network", "he_normal", ("network", "initializer")),
        ("training", "sgd", ("training", "optimizer")),
        ("training", "cosine", ("training", "schedule")),
    ],
)
def test_the_key_of_an_entry_given_for_a_part_is_its_setting(path, key, place):
    part, name = place
    assert set_path({}, path, key) == set_path({}, f"{part}.{name}", key)
    assert getattr(getattr(from_dict(set_path({}, path, key)), part), name).key == key


def test_a_wrong_key_for_a_part_is_told_with_the_nearest():
    with pytest.raises(SpecError) as raised:
        set_path({}, "data", "mnits")
    assert raised.value.problems == [
        "data: has several settings; name one of them, as in data.dataset=…; did you mean 'mnist'?"
    ]
