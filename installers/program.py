"""Checks of a finished program: it runs without Python, sources or this checkout at hand."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playground.findings import WINDOW_CHECK, from_json

# How long a command may take on a busy machine, and a process's time that shows that it trains.
SECONDS, TRAINING_SECONDS = 300.0, 1.0
# The seeds of this experiment are trained in processes of their own.
EXPERIMENT = "symmetry"


class CheckError(Exception):
    """A program does not do what it should."""


def check(command: str, missing: set[str]) -> None:
    """Check a program without the optional libraries of `missing`. Raises `CheckError`."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = bare_environment(home)

        def run(*arguments: str, **more: str) -> str:
            return output([command, *arguments], environment | more, home)

        version = run("--version").strip()
        _tell(f"{version} starts")
        _check_itself(run("check", "--json"), missing)
        _check_training(run, home)
        if sys.platform.startswith("linux"):
            with display() as name:
                _check_on_display(run, name)
            _check_window(command, environment, home)


def bare_environment(home: Path) -> dict[str, str]:
    """The environment of a user with an empty home, no other program and no screen."""
    if sys.platform == "win32":
        system = os.environ["SYSTEMROOT"]
        return {"SYSTEMROOT": system, "PATH": "", "USERPROFILE": str(home), "TEMP": str(home)}
    return {"PATH": "/nonexistent", "HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}


def output(command: list[str], environment: dict[str, str], folder: Path) -> str:
    """What a command prints. Raises `CheckError` where it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise CheckError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _tell(text: str) -> None:
    print(f"  {text}", flush=True)


def _check_itself(printed: str, missing: set[str]) -> None:
    """The program's own check, whose exit status has been judged already."""
    findings = from_json(printed)
    for finding in findings:
        _tell(f"{finding.state:7}  {finding.part}: {finding.detail}")
    # Fonts are the system's.
    lacking = {each.part for each in findings if each.state == "missing"} - {"Hangul fonts"}
    if lacking != missing:
        raise CheckError(f"without libraries: {sorted(lacking)}, expected: {sorted(missing)}")


def _check_training(run: Callable[..., str], home: Path) -> None:
    scores = json.loads(run("train", "--epochs", "20", "--out", "run", "--json"))
    written = {path.name for path in (home / "run").iterdir()}
    wanted = {"trained.model", "weights.npz", "curves.csv", "metrics.json", "experiment.json"}
    if not wanted <= written:
        raise CheckError(f"training wrote only {sorted(written)}")
    _tell(f"trained: {scores['train']}")
    run(
        "gallery", "run", EXPERIMENT, "--bundled", "--seeds", "2", "--jobs", "2", "--out", "gallery"
    )
    _tell(f"ran {EXPERIMENT} of the gallery with two seeds in two processes")


@contextmanager
def display() -> Iterator[str]:
    """A virtual display, by name."""
    server = shutil.which("Xvfb")
    if server is None:
        raise CheckError("Xvfb is not installed")
    reading, writing = os.pipe()
    screen = [server, "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    process = subprocess.Popen(screen, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with open(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def _check_on_display(run: Callable[..., str], name: str) -> None:
    printed = run(WINDOW_CHECK, QT_QPA_PLATFORM="xcb", DISPLAY=name)
    findings = from_json(printed.strip().rpartition("\n")[2])
    wrong = [each for each in findings if each.state == "failed"]
    if wrong or "on xcb" not in findings[0].detail:
        raise CheckError(f"the window on an X server: {wrong or findings[0]}")
    _tell(f"ok       on an X server: {findings[0].detail}")


def _check_window(command: str, environment: dict[str, str], home: Path) -> None:
    """Open the window as users do, seen from outside: a child process trains, all ends at once."""
    process = subprocess.Popen([command, "--run"], cwd=home, env=environment)
    try:
        child = _training_child(process)
        process.send_signal(signal.SIGTERM)
        status = process.wait(SECONDS)
        if status or Path(f"/proc/{child}").exists():
            raise CheckError(f"the window ended with {status}, its child {child} may be left")
        _tell(f"ok       window {process.pid} trained in its child process {child}, both ended")
    finally:
        process.kill()
        process.wait()


def _training_child(parent: subprocess.Popen[bytes]) -> int:
    """The id of the child process that has trained for a while. Raises `CheckError`."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and parent.poll() is None:
        for child in _children(parent.pid):
            if _worker_seconds(child) > TRAINING_SECONDS:
                return child
        time.sleep(0.1)
    raise CheckError(f"the window has no child process that trains (status {parent.poll()})")


def _children(parent: int) -> list[int]:
    found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [each for each in found if _status(each)[1:2] == [str(parent)]]


def _worker_seconds(process: int) -> float:
    """The processor's time used by a process of `multiprocessing`; 0 for other processes."""
    with suppress(OSError):
        if b"--multiprocessing-fork" in Path(f"/proc/{process}/cmdline").read_bytes():
            return int(_status(process)[11]) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _status(process: int) -> list[str]:
    """The fields of /proc/…/stat behind the program's name; none if the process has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return []
