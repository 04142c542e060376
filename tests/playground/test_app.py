"""Starting: with and without a display, with good and bad files."""

import os
import socket
import subprocess
import sys

from playground.display import missing_display
from playground.offscreen import free_name

SHORT = (
    "import sys, playground.offscreen as o; o.SECONDS = 0.5;"
    "from playground.__main__ import main; sys.exit(main(sys.argv[1:]))"
)


def without_display(folder, *arguments: str, home=None) -> subprocess.CompletedProcess[str]:
    """The application, from a folder, on a machine without a screen."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    environment |= {"PYTHONPATH": os.getcwd(), "HOME": str(home or folder)}
    return subprocess.run(
        [sys.executable, "-c", SHORT, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_no_display_is_said_and_a_picture_put_among_the_users_pictures(tmp_path):
    here, pictures = tmp_path / "checkout", tmp_path / "Pictures"
    here.mkdir()
    pictures.mkdir()
    done = without_display(here, home=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("No window: neither DISPLAY nor WAYLAND_DISPLAY is set.")
    picture = pictures / "training-playground.png"
    assert str(picture) in lines[-1]
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert not list(here.iterdir())


def test_a_second_picture_does_not_replace_the_first(tmp_path):
    picture = tmp_path / "training-playground.png"
    assert free_name(picture) == picture
    picture.touch()
    assert free_name(picture) == tmp_path / "training-playground-2.png"


def test_a_bad_file_is_named_before_any_window(tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"seed": "x"')
    done = without_display(tmp_path, str(wrong))
    assert done.returncode == 2
    assert "wrong.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_displays_that_are_not_there():
    assert "set" in missing_display({})
    assert "answers" in missing_display({"DISPLAY": ":4711"})
    assert "answers" in missing_display({"DISPLAY": "nonsense"})


def test_displays_that_need_no_asking():
    assert missing_display({"QT_QPA_PLATFORM": "offscreen"}) == ""


def test_a_display_that_answers():
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1] - 6000
        assert missing_display({"DISPLAY": f"127.0.0.1:{number}.0"}) == ""
