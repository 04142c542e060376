"""Files are written whole or not at all, and an error names the file that was asked for."""

import os

import pytest

from core.experiment.files import replacing


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path):
    with replacing(tmp_path / "x.txt") as part:
        part.write_text("new")
    (tmp_path / "plain").touch()
    assert (tmp_path / "x.txt").read_text() == "new"
    assert (tmp_path / "x.txt").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["x.txt"]


def test_a_name_as_long_as_the_system_allows_is_written(tmp_path):
    path = tmp_path / ("x" * 251 + ".txt")
    with replacing(path) as part:
        part.write_text("new")
    assert path.read_text() == "new"


@pytest.mark.parametrize("name", ["folder", "missing/x.txt", "y" * 256])
def test_an_error_names_the_file_that_was_asked_for(tmp_path, name):
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    try:
        with replacing(path) as part:
            part.write_text("new")
    except OSError as error:
        assert error.filename == str(path) and error.strerror
    else:
        pytest.fail("nothing was said")
    assert [each.name for each in tmp_path.rglob("*")] == ["folder"]
