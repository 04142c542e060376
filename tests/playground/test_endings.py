"""How commands end when the world around them misbehaves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.experiment.files import read_experiment
from core.experiment.reading import MOST_ITEMS, SpecError
from core.experiment.serialization import from_dict
from playground.display import missing_display

ROOT = Path(__file__).resolve().parents[2]
PLAY = [sys.executable, "-m", "playground"]


def play(*arguments: str, **options) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run(
        [*PLAY, *arguments], cwd=ROOT, env=environment, capture_output=True, timeout=60, **options
    )


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = done.stderr.decode(errors="replace")
    assert "Traceback" not in text and "Exception ignored" not in text, text
    return text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_encoding_that_lacks_characters_is_no_error(encoding):
    done = play("catalogue", env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0 and said(done) == ""
    assert b"## " in done.stdout


def test_a_reader_that_goes_away_is_no_error():
    running = subprocess.Popen(
        [*PLAY, "gallery", "run", "two_layer", "--bundled", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    running.stdout.close()
    assert running.wait(60) == 0
    assert running.stderr is not None
    assert running.stderr.read() == b""
    running.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_told():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*PLAY, "gallery", "list"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 1
    assert "the output could not be written: No space left on device" in said(done)  # type: ignore[arg-type]


def test_a_closed_standard_error_is_no_failure():
    command = f"{sys.executable} -m playground train --epochs 1 2>&-"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0 and b"stopped after 1 epoch" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["x" * 300], "there is no command or file"),
        (["train", "z" * 300], "z: File name too long"),
        (["train", "--epochs", "1", "--out", ""], "must be the name of a folder"),
        (["data", "fetch", "mnist", "--from", "http://[bad/"], "http://[bad/"),
        (["data", "fetch", "mnist", "--from", "~nosuchuser/x"], "nosuchuser"),
    ],
)
def test_odd_arguments_are_told(arguments, told):
    done = play(*arguments)
    assert done.returncode in (1, 2) and told in said(done)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_keeps_what_was_computed(number, tmp_path):
    running = subprocess.Popen(
        [*PLAY, "train", "--epochs", "100000000", "--out", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # The command line is loaded once the folder has been looked at and left empty again.
    time_limit = time.monotonic() + 50
    while not _catches(running.pid, number) and time.monotonic() < time_limit:
        os.sched_yield()
    running.send_signal(number)
    out, problems = running.communicate(timeout=60)
    assert running.returncode == 130, problems
    assert b"writing to" in problems and b"stopped by the user" in out
    names = sorted(each.name for each in tmp_path.iterdir())
    figures = ["curves.csv", "experiment.json", "metrics.json"]
    assert names == [*figures, "trained.model", "weights.npz"]


def _catches(pid: int, number: int) -> bool:
    """Whether a process has a Python handler for SIGTERM, which it installs when it trains."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_figures_are_told_even_where_nothing_can_be_written(tmp_path, monkeypatch, capsys):
    from playground import cli, headless

    def fail(recording, folder):
        raise OSError(28, "No space left on device", str(folder / "weights.npz"))

    monkeypatch.setattr(headless, "write", fail)
    assert cli.main(["train", "--epochs", "1", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "train: loss" in said.out and "written to" not in said.out
    assert "weights.npz: No space left on device" in said.err


def test_a_compositor_that_is_gone_is_no_display(tmp_path):
    stale = {"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert missing_display(stale)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert missing_display(stale) == ""


def test_a_display_number_beyond_all_ports_is_no_display():
    assert "answers" in missing_display({"DISPLAY": "localhost:99999"})


# Experiments


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_and_a_device_are_refused_unread(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(SpecError, match="is not an ordinary file"):
            read_experiment(path)


def test_a_giant_file_is_refused_unread(tmp_path):
    with open(tmp_path / "giant.json", "wb") as file:
        file.truncate(10**12)
    with pytest.raises(SpecError, match="is too large for an experiment"):
        read_experiment(tmp_path / "giant.json")


def test_a_million_layers_are_refused():
    with pytest.raises(SpecError) as raised:
        from_dict({"network": {"hidden": [1] * 1_000_000}})
    assert raised.value.problems == [
        f"network.hidden: has 1,000,000 items; {MOST_ITEMS:,} are the most"
    ]
