"""What the application and its child processes hold, read from /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One look at the application: `memory` is the window's resident memory in MiB, the counts
    are those of the window's process, `children` that of the processes below it, `delay` the
    seconds until the window answered (None where it did not).
    """

    time: float
    memory: float
    threads: int
    descriptors: int
    children: int
    children_memory: float
    delay: float | None

    def line(self) -> str:
        answer = "no answer" if self.delay is None else f"answers in {self.delay * 1000:.0f} ms"
        return (
            f"{self.time:7.0f} s  {self.memory:5.0f} MiB  {self.threads:3} threads  "
            f"{self.descriptors:3} descriptors  {self.children} children with "
            f"{self.children_memory:.0f} MiB  {answer}"
        )


def take_sample(pid: int, time: float, delay: float | None) -> Sample:
    """Raises OSError where the process has ended."""
    memory, threads = _status(pid)
    children = descendants(pid)
    return Sample(
        time=time,
        memory=memory,
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


def _status(pid: int) -> tuple[float, int]:
    """Resident memory in MiB and the number of threads. A zombie holds nothing."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    memory = int(fields.get("VmRSS", "0 kB").split()[0]) / 1024
    return memory, int(fields["Threads"])
