"""What the application and its child processes hold, read from /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One look at the application: `memory` is the window's resident memory in MiB, `own` that
    without parts of files: pages of libraries are shared with other processes, and the system can
    drop them. The counts are those of the window's process, `children` that of the processes below
    it, `delay` the seconds until the window answered (None where it did not).
    """

    time: float
    memory: float
    own: float
    threads: int
    descriptors: int
    children: int
    children_memory: float
    delay: float | None

    def line(self) -> str:
        answer = "no answer" if self.delay is None else f"answers in {self.delay * 1000:.0f} ms"
        return (
            f"{self.time:7.0f} s  {self.memory:5.0f} MiB ({self.own:.0f} own)  "
            f"{self.threads:3} threads  {self.descriptors:3} descriptors  "
            f"{self.children} children with {self.children_memory:.0f} MiB  {answer}"
        )


def take_sample(pid: int, time: float, delay: float | None) -> Sample:
    """Raises OSError where the process has ended."""
    memory, own, threads = _status(pid)
    children = descendants(pid)
    return Sample(
        time=time,
        memory=memory,
        own=own,
        threads=threads,
        descriptors=len(os.listdir(f"/proc/{pid}/fd")),
        children=len(children),
        children_memory=sum(_memory(child) for child in children),
        delay=delay,
    )


def descendants(pid: int) -> list[int]:
    """The processes started by a process, and those started by them."""
    found: list[int] = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            text = Path(f"/proc/{pid}/task/{task}/children").read_text()
            for child in map(int, text.split()):
                found += [child, *descendants(child)]
    return found


def _memory(pid: int) -> float:
    try:
        return _status(pid)[0]
    except OSError:
        return 0.0


def _status(pid: int) -> tuple[float, float, int]:
    """Resident memory and what of it is no part of a file, in MiB, and the number of threads. A
    zombie holds nothing."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    memory, own = (int(fields.get(name, "0").split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))
    return memory, own, int(fields["Threads"])
