"""One command line, run in this process: it ends in time, with a status and a clear message."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from core.gallery import GALLERY
from core.lessons import lesson_file
from core.studies import LABS
from playground import cli
from playground.exits import BAD_INPUT, DONE, FAILED, INTERRUPTED
from playground.findings import Finding
from tests.core.search.searching import Here
from tests.fuzz.outside import confined
from tests.fuzz.readers import READERS
from tests.fuzz.vectors import FILES, vector

# Seconds of the processor until Ctrl+C, and then until the end; those that compute may be long.
SECONDS, COMPUTING_SECONDS, TO_END_SECONDS = 2.0, 0.5, 2.0
# What waits for something else than the processor is stuck after this time.
STUCK_SECONDS = 30
COMPUTING = (("train",), ("search",), ("gallery", "run"), ("lab", "run"), ("lesson", "check"))
STATUSES = (DONE, FAILED, BAD_INPUT, INTERRUPTED)
OUTPUTS = ("utf-8", "ascii", "full", "closed")


class Call(dict[str, Any]):
    """`arguments` of a command line, and what its `output` is."""


def call(chance: random.Random) -> Call:
    output = chance.choices(OUTPUTS, (85, 5, 5, 5))[0]
    return Call(arguments=vector(chance), output=output)


def prepare(folder: Path) -> None:
    """Write the files that the command lines name."""
    kinds = {"json": "experiment", "model": "model", "csv": "table", "npz": "archive"}
    for suffix, reader in (kinds | {"study": "study", "png": "picture"}).items():
        data = READERS[reader].whole()[0]
        (folder / f"whole.{suffix}").write_bytes(data)
        (folder / f"cut.{suffix}").write_bytes(data[: len(data) // 2])
    table = "x,z,y\n" + "".join(f"{i},{i % 5},{'no' if i % 2 else 'yes'}\n" for i in range(40))
    lesson = lesson_file("01-gradient-descent", "en").read_bytes()
    texts = {
        "whole.csv": table.encode(),
        "caf\udce9.csv": table.encode(),
        "other.csv": b"a,b\n1,2\n",
        "whole.md": lesson,
        "cut.md": lesson[: len(lesson) // 2],
        "results.txt": b"kept",
        **dict.fromkeys(("caf\udce9.json", "private.json"), b"{}"),
        **dict.fromkeys(("empty.json", "empty.csv"), b""),
    }
    for name, data in texts.items():
        (folder / name).write_bytes(data)
    (folder / "whole.png").rename(folder / "picture.png")
    (folder / "private.json").chmod(0)
    (folder / "folder").mkdir()
    (folder / "folder.json").mkdir()
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")


class Commands:
    """Runs command lines in a folder, which is as before each of them."""

    def __init__(self, root: Path, patience: float = 1.0) -> None:
        """With `patience` the limits are that many times as long."""
        self._patience = patience
        self._root, self._work, self._home = root, root / "work", root / "home"
        self._whole = root / "whole"
        self._whole.mkdir()
        prepare(self._whole)

    def fault(self, asked: Call) -> str:
        """What is wrong with how a command line ends; "" if nothing."""
        self._restore()
        output, errors = _stream(asked["output"]), _stream("utf-8")
        limits = _Limits(asked["arguments"], self._patience)
        began = time.process_time()
        with self._surroundings() as refused, _streams(output, errors), _limited(limits):
            try:
                status: Any = cli.main(list(asked["arguments"]))
            except SystemExit as error:
                status = error.code
            except BaseException as error:
                return f"{type(error).__name__} leaves main: {str(error)[:200]}"
        took = time.process_time() - began
        said = _text(errors)
        return (
            limits.fault(took)
            or _unclear(status, said, asked["output"])
            or _outside(refused, asked["arguments"])
            or self._left_over()
        )

    def _restore(self) -> None:
        for folder in (self._work, self._home):
            shutil.rmtree(folder, ignore_errors=True)
        self._home.mkdir()
        shutil.copytree(self._whole, self._work, symlinks=True, copy_function=_copy)

    @contextmanager
    def _surroundings(self) -> Iterator[list[str]]:
        names = ("CONFIG", "DATA", "CACHE", "STATE")
        folders = {f"XDG_{name}_HOME": str(self._home / name.lower()) for name in names}
        before = Path.cwd()
        os.chdir(self._work)
        try:
            with (
                patch.dict(os.environ, {**folders, "HOME": str(self._home)}),
                patch.object(sys, "dont_write_bytecode", True),
                patch("core.worker.executors.executors", _here),
                patch("playground.checks.all_findings", _findings),
                confined(self._root) as refused,
            ):
                yield refused
        finally:
            os.chdir(before)

    def _left_over(self) -> str:
        """A partial file, or a changed file that no command line may change."""
        partial = [path.name for path in self._root.rglob("*") if ".part" in path.name]
        if partial:
            return f"left {', '.join(partial)}"
        there = {path.name for path in self._work.iterdir()}
        missing = sorted(set(FILES) - there - {"no-such-file"})
        return f"removed {', '.join(missing)}" if missing else ""


def _copy(source: str, target: str) -> None:
    # Opening a pipe to copy it would wait for ever.
    copy = os.link if Path(source).is_fifo() else shutil.copy
    copy(source, target)


@contextmanager
def _here(*arguments: Any, **options: Any) -> Iterator[Callable[[], Executor]]:
    """Executors that run every trial in this process, as other processes take a second to start."""
    from core.worker.executors import prepare_worker

    prepare_worker(arguments[2], lambda report: _Limits.interrupted)
    yield Here


def _findings() -> list[Finding]:
    """In place of those of `playground check`, for which a window opens in another process."""
    return [Finding("window", "failed", "not tried")]


class _Full(io.RawIOBase):
    """A device without space, until it is left."""

    full = True

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(data)


def _stream(output: str) -> io.TextIOWrapper | None:
    if output == "closed":
        return None
    raw = io.BufferedWriter(_Full()) if output == "full" else io.BytesIO()
    return io.TextIOWrapper(raw, encoding="ascii" if output == "ascii" else "utf-8")


def _text(stream: io.TextIOWrapper | None) -> str:
    assert stream is not None
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8", "replace")  # type: ignore[attr-defined]


@contextmanager
def _streams(output: io.TextIOWrapper | None, errors: io.TextIOWrapper | None) -> Iterator[None]:
    before, _Full.full = (sys.stdout, sys.stderr), True
    sys.stdout, sys.stderr = output, errors  # type: ignore[assignment]
    try:
        yield
    finally:
        for now, given in ((sys.stdout, output), (sys.stderr, errors)):
            if now is not given and now is not None:
                # What took the place of a stream that is closed or full.
                now.close()
        sys.stdout, sys.stderr = before
        _Full.full = False


class _Limits:
    """Ctrl+C once the time is over."""

    interrupted = False

    def __init__(self, arguments: list[str], patience: float) -> None:
        self._computes = any(tuple(arguments[: len(each)]) == each for each in COMPUTING)
        self.seconds = COMPUTING_SECONDS if self._computes else patience * SECONDS
        self.to_end = patience * TO_END_SECONDS
        _Limits.interrupted = self.stuck = False

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        _Limits.interrupted = True
        self.stuck = self.stuck or number == signal.SIGALRM
        signal.raise_signal(signal.SIGINT)

    def fault(self, took: float) -> str:
        if self.stuck:
            return f"waited {STUCK_SECONDS} s for nothing"
        if self.interrupted and not self._computes:
            return f"took more than {self.seconds} s"
        most = self.seconds + self.to_end
        return f"took {took:.1f} s, though interrupted at {self.seconds} s" if took > most else ""


@contextmanager
def _limited(limits: _Limits) -> Iterator[None]:
    timers = ((signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM))
    before = [signal.signal(number, limits.interrupt) for _, number in timers]
    on_interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_PROF, limits.seconds, 2 * limits.to_end)
    signal.setitimer(signal.ITIMER_REAL, STUCK_SECONDS, 1)
    try:
        yield
    finally:
        for (timer, number), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
        signal.signal(signal.SIGINT, on_interrupt)


def _unclear(status: Any, said: str, output: str) -> str:
    """What is not clear about an exit status with what was said on standard error."""
    if status is None:
        status = DONE
    if status not in STATUSES:
        return f"exit status {status!r}"
    lines = said.splitlines()
    if "Traceback" in said or "went wrong" in said:
        return "unexpected: " + next((line for line in lines if "wrong" in line), said)[:300]
    if nameless := [line for line in lines if line.startswith("playground: None")]:
        return f"names no file: {nameless[0][:200]}"
    if status == BAD_INPUT and not said.strip():
        return "bad input without a word"
    if output == "full" and status == FAILED and not said.strip():
        return "failed without a word"
    problems = [line for line in lines if line.startswith("playground: ")]
    if len(set(problems)) < len(problems):
        return f"told twice: {max(problems, key=problems.count)[:200]}"
    if sum(": error: " in line for line in lines) > 1:
        return "several errors of the parser"
    return ""


def _outside(refused: list[str], arguments: list[str]) -> str:
    """A change outside the folder that no argument asked for."""
    # A script is written beside the name that is given, with a suffix.
    script = "code" in arguments
    named = (each for each in arguments if each.startswith("/"))
    new = (each for each in named if script or not os.path.exists(each))
    asked = tuple(map(os.path.dirname, new))
    unasked = [each for each in refused if not any(folder in each for folder in asked)]
    return f"outside the folder: {unasked[0]}" if unasked else ""


def warm_up(commands: Commands) -> None:
    """Load every library once, so that it does not count as memory or time of a call."""
    for name in ("table", "archive", "study", "formula"):
        for data in READERS[name].whole():
            path = commands._root / f"warm{READERS[name].suffix}"
            path.write_bytes(data)
            READERS[name].read(path)
            path.unlink()
    for arguments in WARM:
        commands.fault(Call(arguments=arguments, output="utf-8"))
    assert GALLERY and LABS


WARM = (
    ["train", "whole.json", "--epochs", "1", "--out", "out"],
    ["train", "--data", "whole.csv", "--epochs", "1"],
    ["search", "whole.json", "--trials", "1", "--epochs", "1", "--out", "out"],
    ["search", "--bundled", "--trials", "1", "--epochs", "1"],
    ["predict", "whole.model", "whole.csv"],
    ["code", "--to", "pytorch"],
    ["code", "--to", "numpy", "--weights", "start", "--out", "x.py"],
    ["code", "--to", "keras"],
    ["lesson", "check", "--solve", "whole.md"],
    ["lesson", "list"],
    ["gallery", "run", "two_layer", "--bundled"],
    ["gallery", "list"],
    ["lab", "list"],
    ["catalogue"],
    ["data", "fetch", "mnist", "--from", "http://[bad/"],
    ["install-desktop"],
)


def saved(asked: Call) -> str:
    return json.dumps(asked) + "\n"
