"""Conditions on a run."""

import math

import pytest

from core.experiment.spec import ExperimentSpec
from core.lessons import Condition, RunState
from core.lessons.solving import frames, reached

VALUES = {
    "loss": 0.2,
    "validation_loss": 0.5,
    "validation_accuracy": 0.9,
    "hidden_units": 2,
    "network.activation": "relu",
    "network.bias": True,
    "dead": math.nan,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loss < 0.3", True),
        ("loss < 0.1", False),
        ("0.1 < loss <= 0.2", True),
        ("validation_accuracy >= 0.9 and hidden_units <= 2", True),
        ("validation_accuracy >= 0.9 and hidden_units < 2", False),
        ("loss > 1 or hidden_units == 2", True),
        ("not loss > 1", True),
        ("validation_loss - loss > 0.25", True),
        ("validation_loss > 2 * loss", True),
        ("loss / 0 > 1", False),
        ("loss > -1", True),
        ("network.activation == 'relu'", True),
        ("network.activation != 'tanh'", True),
        ("network.activation == 3", False),
        ("network.bias == True", True),
        # What is unknown fulfils nothing.
        ("dead < 1", False),
        ("dead >= 0", False),
        ("dead != 1", False),
        ("accuracy > 0", False),
        ("training.optimizer.momentum > 0", False),
    ],
)
def test_conditions_hold_or_not(text, expected):
    assert Condition.read(text).holds(VALUES) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "loss",
        "3",
        "loss <",
        "los < 1",
        "loss.real < 1",
        "open('x') < 1",
        "(lambda: 1)() < 2",
        "loss in (1, 2)",
        "loss ** 999999 > 1",
        "[loss] == 1",
        "loss if loss else 2",
        "loss < 1j",
        "network.nothing == 1",
        "__class__ == 1",
        "loss < 1 " + "and loss < 1 " * 100,
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        Condition.read(text)


def test_the_names_are_known():
    names = Condition.read("loss < 1 and loss > 0 and network.dropout > 0").names
    assert names == ("loss", "network.dropout")


def test_the_figures_are_those_of_the_run():
    spec, state = ExperimentSpec(), RunState()
    taken = list(frames(spec, 60))
    for each in taken:
        state.take(each)
    frame, values = taken[-1], state.values(spec)
    assert values["step"] == 60
    assert values["epoch"] == frame.epoch
    assert values["hidden_layers"] == 2
    assert values["hidden_units"] == 48
    assert values["gradient_ratio"] == frame.gradient[0] / frame.gradient[1]
    assert values["network.activation"] == "tanh"
    assert values["training.optimizer.learning_rate"] == 0.01
    assert 0 < float(values["loss"]) < 1
    assert values["diverged"] == 0


def test_the_loss_is_the_mean_over_the_last_epoch():
    spec, state, losses = ExperimentSpec(), RunState(), []
    for frame in frames(spec, 60):
        state.take(frame)
        losses += frame.segment.loss.tolist()
    # 375 samples in batches of 32: 12 steps an epoch.
    assert state.values(spec)["loss"] == pytest.approx(sum(losses[-12:]) / 12, rel=1e-12)


def test_a_run_ends_when_its_condition_holds():
    end = reached(ExperimentSpec(), 1000, Condition.read("step >= 100"))
    assert end.holds and end.values["step"] == 100
    assert not reached(ExperimentSpec(), 10, Condition.read("step >= 100")).holds
