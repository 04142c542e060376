"""Links: every experiment survives one, a short one, and no other text passes for one."""

import base64
import json
import zlib
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.registry import setting
from core.catalogue.blocks import Dense
from core.experiment.links import (
    LARGEST_CONTENT,
    LONGEST_LINK,
    SAFE_LENGTH,
    LabLink,
    experiment_link,
    is_link,
    lab_link,
    read_link,
    read_settings,
)
from core.experiment.reading import SpecError
from core.experiment.serialization import problems
from core.experiment.spec import ExperimentSpec, NetworkSpec
from tests.strategies import specs

DEFAULT = ExperimentSpec()


@dataclass(frozen=True)
class Settings:
    points: tuple[tuple[float, float], ...] = ((1.0, 2.0),)
    rates: tuple[tuple[str, float], ...] = setting((), choices=("sgd", "adam"), low=0)
    steps: int = setting(5, low=1, high=10)
    on: bool = False


def refused(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read_link(text)
    return caught.value.problems


def linked(content: bytes) -> str:
    packed = base64.urlsafe_b64encode(zlib.compress(content, 9)).rstrip(b"=").decode()
    return f"playground:experiment/1/{packed}"


@given(specs())
def test_any_experiment_survives_a_link_short_enough_to_send(spec):
    link = experiment_link(spec)
    assert is_link(link) and read_link(link) == spec
    without = replace(spec, data=replace(spec.data, points=""))
    assert len(experiment_link(without)) <= SAFE_LENGTH


def test_a_deep_network_with_a_hundred_different_layers_fits():
    hidden = tuple(Dense(units=3 + 7 * i % 101) for i in range(100))
    spec = replace(DEFAULT, network=NetworkSpec(hidden=hidden))
    assert len(experiment_link(spec)) <= SAFE_LENGTH
    assert len(experiment_link(DEFAULT)) < 60


def test_the_most_points_that_can_be_drawn_still_make_a_link():
    points = " ".join(f"{i * 0.1234:.4g},{-i * 0.4321:.4g},{i % 2}" for i in range(5000))
    spec = replace(DEFAULT, data=replace(DEFAULT.data, points=points))
    assert read_link(experiment_link(spec)) == spec


@given(
    st.builds(
        Settings,
        st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2)).map(tuple),
        st.lists(st.tuples(st.sampled_from(["sgd", "adam"]), st.floats(0, 1))).map(tuple),
        st.integers(1, 10),
        st.booleans(),
    )
)
def test_settings_of_a_lab_survive_a_link(state):
    link = read_link(lab_link("race", state))
    assert isinstance(link, LabLink) and link.lab == "race"
    assert read_settings(link.raw, Settings()) == state


def test_settings_that_do_not_fit_are_all_named():
    raw = {"points": [[1, 2, 3]], "rates": [["sgx", 1]], "steps": 11, "on": 1, "step": 2}
    with pytest.raises(SpecError) as caught:
        read_settings(raw, Settings())
    assert caught.value.problems == [
        "step: unknown setting; did you mean 'steps'?",
        "points[0]: must have 2 items, not 3",
        "rates[0][0]: must be one of sgd, adam; did you mean 'sgd'?",
        "steps: must be ≤ 10",
        "on: must be true or false, not 1",
    ]


def test_white_space_and_quotes_of_mail_programs_do_not_matter():
    link = experiment_link(replace(DEFAULT, seed=7))
    assert read_link(f" <{link[:30]}\n {link[30:]}>\n") == read_link(link)
    assert read_link(link.replace("playground:", "PLAYGROUND://")) == read_link(link)


@given(specs(), st.data())
@settings(max_examples=60)
def test_a_damaged_link_is_refused(spec, data):
    link = experiment_link(spec)
    at = data.draw(st.integers(len("playground:experiment/1/"), len(link) - 1))
    assert refused(link[:at])
    letter = data.draw(st.sampled_from("ABab01-_*é"))
    try:
        found = read_link(link[:at] + letter + link[at + 1 :])
        assert isinstance(found, ExperimentSpec) and problems(found) == []
    except SpecError as error:
        assert error.problems and all(": " in problem for problem in error.problems)


@given(st.text() | st.text().map("playground:".__add__) | st.binary().map(linked))
def test_any_other_text_is_refused_with_a_message(text):
    assert all(": " in problem for problem in refused(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://example.org", "must begin with playground:"),
        ("playground:", "cut short"),
        ("playground:experiment/2/abc", "newer version"),
        ("playground:experiment/x/abc", "has no version"),
        ("playground:experiment/1/abc", "damaged"),
        ("playground:film/1/abc", "not made by Copy link"),
        (linked(b'{"sed": 1}'), "sed: unknown setting; did you mean 'seed'?"),
        (linked(b"[" * 100_000), "nested too deeply"),
        ("playground:experiment/1/" + "A" * (2 * LONGEST_LINK), "too large"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    assert said in refused(text)[0]


def test_a_bomb_is_not_unpacked():
    bomb = linked(json.dumps({"title": "x" * 50_000_000}).encode())
    assert len(bomb) < LONGEST_LINK
    assert refused(bomb) == ["link: is too large; save a file instead"]
    just = linked(json.dumps({"title": "x" * (LARGEST_CONTENT - 20)}).encode())
    assert isinstance(read_link(just), ExperimentSpec)
