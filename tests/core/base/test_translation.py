"""Texts in the user's language."""

import pickle

import pytest
from babel.messages.catalog import Catalog
from hypothesis import given
from hypothesis import strategies as st

from core.base import translation
from core.base.translation import (
    Message,
    best_language,
    environment_language,
    joined,
    language,
    set_language,
    tr,
)
from scripts.translations import compiled


@pytest.fixture
def korean(tmp_path, monkeypatch):
    """A catalogue of a few texts, in effect."""
    catalog = Catalog("ko")
    catalog.add("Run", "실행")
    catalog.add("{name} is missing", "{name} 파일이 없습니다")
    catalog.add(("{count:,} trial", "{count:,} trials"), ("시행 {count:,}회",))
    (tmp_path / "ko.mo").write_bytes(compiled(catalog))
    monkeypatch.setattr(translation, "FOLDER", tmp_path)
    set_language("ko")
    yield
    set_language("en")


def test_a_text_is_shown_in_the_language(korean):
    assert tr("Run") == "실행"
    assert tr("{name} is missing", name="a.csv") == "a.csv 파일이 없습니다"
    assert language() == "ko"


def test_a_text_without_translation_is_shown_in_english(korean):
    assert tr("Stop") == "Stop"
    assert tr("{n} of {m}", n=1, m=2) == "1 of 2"
    assert tr("") == ""


def test_a_message_is_english_until_it_is_shown(korean):
    message = Message("{name} is missing", name="a.csv")
    assert message == "a.csv is missing"
    assert tr(message) == "a.csv 파일이 없습니다"
    assert tr(str(ValueError(message))) == "a.csv 파일이 없습니다"


def test_numbers_choose_singular_or_plural(korean):
    def counted(n):
        return Message("{count:,} trial", "{count:,} trials", count=n)

    assert [counted(n) for n in (0, 1, 1200)] == ["0 trials", "1 trial", "1,200 trials"]
    assert tr(counted(1200)) == "시행 1,200회"


def test_messages_in_messages_are_translated_and_other_values_are_not(korean):
    assert tr("{a}/{b}", a=Message("Run"), b="Run") == "실행/Run"
    both = joined(", ", [Message("Run"), "x", Message("{name} is missing", name="b")])
    assert both == "Run, x, b is missing"
    assert tr(both) == "실행, x, b 파일이 없습니다"


def test_a_message_from_another_process_can_be_translated(korean):
    message = Message("{count:,} trial", "{count:,} trials", count=3)
    copy = pickle.loads(pickle.dumps({"text": message}))["text"]
    assert copy == "3 trials"
    assert tr(copy) == "시행 3회"


@given(st.lists(st.text()))
def test_joining_any_texts_keeps_them(parts):
    assert joined("; ", parts) == "; ".join(parts)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANGUAGE": "fr:ko:en", "LANG": "fr_FR"}, "ko"),
        ({"PLAYGROUND_LANGUAGE": "en", "LANG": "ko_KR"}, "en"),
    ],
)
def test_the_environment_chooses_the_language(environment, found):
    assert environment_language(environment) == found


def test_names_of_languages_are_read_in_every_usual_form():
    assert best_language(["ko-KR"]) == best_language(["KO"]) == best_language(["de", "ko"]) == "ko"


def test_an_unknown_language_is_refused():
    with pytest.raises(KeyError):
        set_language("xx")


def test_a_language_that_cannot_be_read_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(translation, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError):
        set_language("ko")
    assert language() == translation.ENGLISH
    assert tr("Run") == "Run"
