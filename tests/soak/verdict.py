"""What is wrong with a run of the storm, judged from its samples and its output."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import median

from tests.soak.processes import Sample

# Resident memory in MiB at the end, of a window that began with nothing built and of one with all
# of it; what it consists of is said in docs/reliability.md.
MEMORY_LIMIT, MEMORY_LIMIT_BUILT = 250.0, 300.0
MEMORY_GROWTH = 1.10
MORE_THREADS, MORE_DESCRIPTORS = 6, 10
CHILD_THREADS, CHILD_DESCRIPTORS = 2, 4
ANSWER_SECONDS = 0.25
# Two processors train and draw at once, so one answer in fifty may come late.
ANSWERS_IN_TIME = 0.98
EXIT_SECONDS = 1.0
# At least this many samples, or the thirds say nothing.
FEWEST = 9
COMPLAINTS = re.compile(
    r"Traceback|^Q\w+(::|:)|^qt\.|RuntimeWarning|Segmentation|Fatal Python|libshiboken|Uncaught",
    re.MULTILINE,
)


def problems(samples: Sequence[Sample], errors: str, built: bool = True) -> list[str]:
    """Every bar that was missed, in one sentence each; `built`: all pages were from the start."""
    found = [f"standard error: {line}" for line in complaints(errors)]
    if len(samples) < FEWEST:
        return [*found, f"only {len(samples)} samples: let it run for longer"]
    limit = MEMORY_LIMIT_BUILT if built else MEMORY_LIMIT
    return [*found, *_growth(samples, limit), *_delays(samples)]


def complaints(errors: str) -> list[str]:
    """Lines that report an error or a warning, each once."""
    return list(dict.fromkeys(line for line in errors.splitlines() if COMPLAINTS.search(line)))


def _growth(samples: Sequence[Sample], limit: float) -> list[str]:
    third = len(samples) // 3
    few = max(3, third // 4)
    early, late = samples[third - few : third], samples[-few:]
    found = []
    before, after = (median(s.memory for s in part) for part in (early, late))
    if after > before * MEMORY_GROWTH:
        found.append(f"memory grew from {before:.0f} to {after:.0f} MiB")
    if after > limit:
        found.append(f"{after:.0f} MiB of memory, more than {limit:.0f}")
    for name, more, each in (
        ("threads", MORE_THREADS, CHILD_THREADS),
        ("descriptors", MORE_DESCRIPTORS, CHILD_DESCRIPTORS),
    ):
        # A search has as many processes as its field says, and the window pipes to each.
        most = max(getattr(s, name) for s in samples[:third])
        last = median(getattr(s, name) - each * s.children for s in late) + each * 2
        if last > most + more:
            found.append(f"{name} grew from at most {most} to {last:.0f}")
    return found


def _delays(samples: Sequence[Sample]) -> list[str]:
    delays = sorted(math.inf if s.delay is None else s.delay for s in samples)
    found = [] if delays[-1] < math.inf else ["the window did not answer"]
    late = sum(delay > ANSWER_SECONDS for delay in delays)
    if late > (1 - ANSWERS_IN_TIME) * len(delays) + 1:
        found.append(f"{late} of {len(delays)} answers took longer than {ANSWER_SECONDS} s")
    return found
