"""Folders: where the first version looked is where this one looks."""

from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from core.base import folders
from core.data.folders import VARIABLE, data_folders


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def by_rules_of(kind, monkeypatch) -> None:
    """Let platformdirs be that of another system."""
    monkeypatch.setattr(
        "platformdirs.user_cache_path", lambda *args, **named: kind(*args, **named).user_cache_path
    )


def test_downloads_of_the_first_version_are_found_on_linux(home, monkeypatch):
    by_rules_of(Unix, monkeypatch)
    assert folders.cache_folder() == home / ".cache" / "training-playground"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "elsewhere"))
    assert folders.cache_folder() == home / "elsewhere" / "training-playground"


def test_downloads_of_the_first_version_are_found_on_macos(home, monkeypatch):
    by_rules_of(MacOS, monkeypatch)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert folders.cache_folder() == home / "Library" / "Caches" / "training-playground"


def test_downloads_of_the_first_version_are_found_on_windows(home, monkeypatch):
    by_rules_of(Windows, monkeypatch)
    local = home / "AppData" / "Local"
    monkeypatch.setattr("platformdirs.windows.get_win_folder", lambda name: str(local))
    assert Path(folders.cache_folder()) == local / "training-playground"


def test_the_users_choice_of_folder_comes_first(home, monkeypatch):
    monkeypatch.setenv(VARIABLE, "~/sets")
    assert data_folders() == [home / "sets", folders.cache_folder()]


def test_pictures_go_to_the_folder_of_pictures_where_there_is_one(home, monkeypatch):
    pictures = home / "Pictures"
    monkeypatch.setattr("platformdirs.user_pictures_path", lambda: pictures)
    assert folders.pictures_folder() == home
    pictures.mkdir()
    assert folders.pictures_folder() == pictures
