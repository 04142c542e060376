"""The window's speed: frames per second, frame times, share of headless training speed kept.

Each case runs in a process of its own, in a real window on a virtual display of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager

SIZE = "1600x1000x24"
VIEWS = {
    "default": "default views",
    "all": "all views",
    "drag": "default views while the loss plot is dragged and zoomed",
}
CASES = ("2-4-2-1", "2-8×6-1", "784-100×5-10")
HEAD = (
    f"{'network':16}{'window':>10}{'headless':>10}{'share':>8}{'frames/s':>10}"
    f"{'median':>9}{'p99':>8}{'worst':>8}   (frame times in ms)"
)


@contextmanager
def virtual_display():
    """A private X server with a window manager; sets DISPLAY while it lasts."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", SIZE, "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        display = f":{answer.readline().strip()}"
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = display
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    try:
        yield display
    finally:
        manager.terminate()
        manager.wait()
        server.terminate()
        server.wait()
        if before is None:
            del os.environ["DISPLAY"]
        else:
            os.environ["DISPLAY"] = before


def run(*arguments: str) -> str:
    """Run one measurement in a fresh process; what it prints."""
    command = [sys.executable, "-m", "tests.bench.window_case", *arguments]
    started = time.time()
    environment = {**os.environ, "PLAYGROUND_BENCH_STARTED": repr(started)}
    # Where it is set, Python compiles all of the application at every start, as no user's does.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(
        command, check=True, text=True, stdout=subprocess.PIPE, env=environment
    ).stdout.rstrip()


def main() -> None:
    with virtual_display():
        print("Window, 1440×900, every number from one and the same run")
        print(HEAD)
        for views, words in VIEWS.items():
            print(words)
            for case in CASES:
                print(run("speed", case, views), flush=True)
        print("\nFrom command to a window that shows its first frame")
        print(run("start"), run("start"), run("start"), flush=True)
        print("\nFrom an edit to the first painted frame that shows it, while training")
        print(run("latency"), flush=True)
        print("\nA million steps: the last tenth against the first")
        print(run("endurance"), flush=True)
