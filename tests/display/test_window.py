"""The application on a real (virtual) screen, as a person uses it."""

import os
import shutil
import signal
import struct
import subprocess
import sys
import time

import pytest

from tests.bench.window import virtual_display

NEEDED = ("Xvfb", "openbox", "xdotool")
missing = [tool for tool in NEEDED if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")

PATIENCE = 120


@pytest.fixture(scope="module", autouse=True)
def display():
    with virtual_display() as name:
        yield name


@pytest.fixture
def home(tmp_path):
    """An environment of its own: nothing remembered from earlier starts."""
    settings = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "QT_QPA_PLATFORM": "xcb"}
    return {**os.environ, **settings}


def play(name: str, home: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.display.scripts", name, *arguments]
    done = subprocess.run(command, env=home, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_every_dropdown_while_training_then_export(home, tmp_path):
    picture = tmp_path / "dashboard.png"
    done = play("dropdowns", home, str(picture))
    assert done.stdout.count("True") == 7
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert width > 1500
    assert height > 1000
    assert b"spec" in data


@pytest.mark.parametrize("script", ["keys", "typed_rate", "storm", "labs"])
def test_played(script, home):
    play(script, home)


@pytest.fixture
def application(home):
    """The application in a process of its own, training, its window on the screen."""
    process = subprocess.Popen(
        [sys.executable, "-m", "playground", "--run"], env=home, stderr=subprocess.PIPE, text=True
    )
    subprocess.run(
        ["xdotool", "search", "--sync", "--onlyvisible", "--name", "Training Playground"],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    yield process
    process.kill()
    process.wait()


def ends_cleanly(process: subprocess.Popen[str]) -> float:
    """Seconds until the process has ended, with status 0 and nothing to complain about."""
    asked = time.monotonic()
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    return time.monotonic() - asked


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_mid_training(number, application):
    application.send_signal(number)
    assert ends_cleanly(application) < 5


def test_closing_the_window_ends_it_in_mid_training(application):
    search = ["xdotool", "search", "--onlyvisible", "--name", "Training Playground"]
    subprocess.run([*search, "windowactivate", "--sync"], check=True, timeout=PATIENCE)
    subprocess.run(["xdotool", "key", "alt+F4"], check=True)
    assert ends_cleanly(application) < 5


def test_a_wrong_experiment_is_named_problem_by_problem(home, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"schema": 1, "network": {"activation": "tanhh"}, "seed": -1}')
    done = subprocess.run(
        [sys.executable, "-m", "playground", str(wrong)],
        env=home,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2
    assert "network.activation" in done.stderr
    assert "seed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_display_that_is_lost_ends_it_with_one_message_and_the_work_is_kept(home, tmp_path):
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        own = {**home, "DISPLAY": f":{answer.readline().strip()}", "XDG_STATE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "playground", "--run"]
    process = subprocess.Popen(command, env=own, stderr=subprocess.PIPE, text=True)
    files = [tmp_path / "training-playground" / f"unsaved-0.{kind}" for kind in ("json", "session")]
    try:
        end = time.monotonic() + PATIENCE
        while not all(file.exists() for file in files):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.1)
        server.kill()
        server.wait()
        _, errors = process.communicate(timeout=PATIENCE)
    finally:
        server.kill()
        process.kill()
    assert process.returncode == 1
    assert len(errors.splitlines()) == 1 and "X11" in errors
    assert all(file.exists() for file in files)
