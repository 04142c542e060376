"""`MINUTES=3 SEED=1 make soak`: random use of the application on a virtual screen.

Prints what it holds and how fast it answers, and ends with status 1 where a bar of
`tests.soak.verdict` is missed. With ACTIONS=10000 it ends after so many actions. With BUILT=0
the window starts as a user's does; otherwise all of it is built before the storm begins. Needs
Xvfb, openbox and xdotool.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.window import virtual_display
from tests.soak.processes import Sample, take_sample
from tests.soak.storm import Storm, xdotool
from tests.soak.verdict import EXIT_SECONDS, problems
from tests.soak.x11 import Connection

TITLE = "Training Playground"
SIZE = (1280, 800)
START_SECONDS, END_SECONDS, ANSWER_SECONDS = 90.0, 20.0, 10.0
SAMPLE_SECONDS, REPORT_SECONDS, PAUSE_SECONDS = 1.0, 20.0, 0.05
ROOMS = ("CONFIG", "DATA", "CACHE", "STATE")


class Soak:
    """The application in a home of its own, and the storm upon it."""

    def __init__(self, home: Path, display: str, seed: int) -> None:
        self.home, self.seed = home, seed
        self.connection = Connection(display)
        self.storm = Storm(seed, SIZE)
        self.samples: list[Sample] = []
        self.starts = 0
        self.began = time.monotonic()
        self.start()

    def start(self) -> None:
        """Start the application and wait until all of it is built."""
        self.starts += 1
        self.samples.clear()
        folders = {f"XDG_{room}_HOME": str(self.home / room.lower()) for room in ROOMS}
        environment = {**os.environ, **folders, "HOME": str(self.home), "QT_QPA_PLATFORM": "xcb"}
        root = str(Path(__file__).parents[2])
        environment |= {"PYTHONPATH": root, "WATCH": str(self.watched)}
        environment |= {"READY": str(self.ready), "PATH": self.programs() + os.environ["PATH"]}
        # MNIST takes 130 MiB more where a lab shows it.
        environment.pop("PLAYGROUND_DATA", None)
        self.ready.unlink(missing_ok=True)
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-X", "faulthandler", "-m", "tests.soak.child", "--run"],
                env=environment,
                cwd=self.home,
                stderr=errors,
                stdout=subprocess.DEVNULL,
            )
        end = time.monotonic() + START_SECONDS
        while not (found := xdotool("search", "--onlyvisible", "--name", TITLE).split()):
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"the window did not open\n{self.complaints()}")
            time.sleep(PAUSE_SECONDS)
        self.window = int(found[0])
        xdotool("windowmove", self.window, 0, 0, "windowsize", self.window, *SIZE)
        while not self.ready.exists():
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"not everything was built\n{self.complaints()}")
            time.sleep(PAUSE_SECONDS)

    def programs(self) -> str:
        """A folder for PATH with the program that opens links: Qt warns where there is none."""
        opener = self.home / "bin" / "xdg-open"
        opener.parent.mkdir(exist_ok=True)
        opener.write_text("#!/bin/sh\n")
        opener.chmod(0o755)
        return f"{opener.parent}{os.pathsep}"

    @property
    def errors(self) -> Path:
        return self.home / "stderr.log"

    @property
    def watched(self) -> Path:
        return self.home / "watch.log"

    @property
    def ready(self) -> Path:
        return self.home / "ready"

    def complaints(self) -> str:
        return self.errors.read_text(errors="replace")

    def run(self, seconds: float, actions: float) -> list[str]:
        """Act until so many seconds or actions have passed, then close the window. Returns what
        went wrong."""
        end, next_sample, next_report = time.monotonic() + seconds, 0.0, 0.0
        while (now := time.monotonic()) < end and self.storm.count < actions:
            if (status := self.process.poll()) is not None:
                if status:
                    return [f"ended with status {status}", *self.problems()]
                self.start()  # The storm has found Quit.
            self.storm.act(self.window)
            if now >= next_sample:
                next_sample = now + SAMPLE_SECONDS
                self.sample(now - self.began)
                if now >= next_report and self.samples:
                    next_report = now + REPORT_SECONDS
                    print(f"{self.storm.count:7} actions {self.samples[-1].line()}", flush=True)
        ending = self.close()
        return [*self.problems(), *ending]

    def problems(self) -> list[str]:
        built = os.environ.get("BUILT") != "0"
        return problems(self.samples, self.complaints(), built)

    def sample(self, seconds: float) -> None:
        delay = self.connection.ping(self.window, ANSWER_SECONDS)
        if self.process.poll() is None:
            self.samples.append(take_sample(self.process.pid, seconds, delay))

    def close(self) -> list[str]:
        """Close menus, dialogs and the window, discarding what is not saved."""
        # The storm may have minimised a dialog and, with it, the window.
        xdotool("windowactivate", "--sync", self.window)
        xdotool("key", *["Escape"] * 6)
        for each in shown_windows():
            # A dialog may be open without the focus.
            xdotool("windowfocus", each, "key", "Escape", "Escape")
        self.connection.ping(self.window, ANSWER_SECONDS)
        asked = time.monotonic()
        self.connection.close_window(self.window)
        while self.process.poll() is None and time.monotonic() - asked < END_SECONDS:
            # The question about unsaved changes has the same title.
            shown = xdotool("search", "--onlyvisible", "--name", TITLE).split()
            for question in shown if len(shown) > 1 else ():
                xdotool("windowfocus", question, "key", "alt+d")
                asked = time.monotonic()
            time.sleep(PAUSE_SECONDS)
        took, status = time.monotonic() - asked, self.process.poll()
        if status is None:
            left = ", ".join(titles())
            # So that it writes where all its threads are.
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            return [f"the process did not end; windows shown: {left or 'none'}"]
        print(f"closed in {took:.2f} s with status {status}")
        found = [f"ended with status {status}"] if status else []
        return found if took <= EXIT_SECONDS else [*found, f"closing took {took:.1f} s"]


def shown_windows() -> list[str]:
    """The ids of all windows that are shown."""
    return xdotool("search", "--onlyvisible", "--name", ".").split()


def titles() -> list[str]:
    """The titles of all windows that are shown."""
    return [xdotool("getwindowname", each).strip() for each in shown_windows()]


def main() -> int:
    minutes, seed = float(os.environ.get("MINUTES", "3")), int(os.environ.get("SEED", "1"))
    actions = float(os.environ.get("ACTIONS", "inf"))
    print(f"{minutes:g} minutes, at most {actions:g} actions, SEED={seed}")
    with virtual_display() as display, tempfile.TemporaryDirectory() as home:
        soak = Soak(Path(home), display, seed)
        try:
            found = soak.run(minutes * 60, actions)
            if found:
                print(soak.complaints()[-8000:], file=sys.stderr)
            if log := os.environ.get("LOG"):
                shutil.copyfile(soak.watched, log)
        finally:
            if soak.process.poll() is None:
                soak.process.kill()
            soak.process.wait()
    for problem in found:
        print("missed:", problem)
    print(f"{soak.storm.count} actions, {soak.starts} starts, {len(found)} bars missed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
