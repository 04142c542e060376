"""`playground install-desktop`: links open with the application, and all can be undone."""

import configparser
import shlex
import subprocess
import sys

import pytest

from playground.__main__ import main
from playground.desktop_cli import NAME, SCHEME, _quoted

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def test_the_entry_opens_links_and_is_removed_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["install-desktop"]) == 0
    entry = tmp_path / "applications" / f"{NAME}.desktop"
    icon = tmp_path / "icons/hicolor/scalable/apps" / f"{NAME}.svg"
    assert str(entry) in capsys.readouterr().out and icon.read_text().startswith("<svg")
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(entry)
    said = parser["Desktop Entry"]
    assert SCHEME in said["MimeType"].split(";") and said["Icon"] == NAME
    *command, place = shlex.split(said["Exec"])
    assert place == "%u"
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith("playground ")
    assert main(["install-desktop"]) == 0  # twice is as good as once
    assert main(["install-desktop", "--remove"]) == 0
    assert not entry.exists() and not icon.exists()
    assert main(["install-desktop", "--remove"]) == 0
    assert "nothing was installed" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "applications").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["install-desktop"]) == 1
    assert "applications" in capsys.readouterr().err


def test_signs_with_a_meaning_of_their_own_are_quoted():
    assert _quoted("/a b/100%$x") == '"/a b/100%%\\\\$x"'
