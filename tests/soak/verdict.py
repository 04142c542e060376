"""What is wrong with a run of the storm, judged from its samples and its output."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import median

from tests.soak.processes import Sample

# What it consists of is said in docs/reliability.md.
OWN_MEMORY_LIMIT = 300.0
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


def problems(samples: Sequence[Sample], errors: str) -> list[str]:
    """Every bar that was missed, in one sentence each."""
    found = [f"standard error: {line}" for line in complaints(errors)]
    if len(samples) < FEWEST:
        return [*found, f"only {len(samples)} samples: let it run for longer"]
    return [*found, *_growth(samples), *_delays(samples)]


def complaints(errors: str) -> list[str]:
    """Lines that report an error or a warning, each once."""
    return list(dict.fromkeys(line for line in errors.splitlines() if COMPLAINTS.search(line)))


def _growth(samples: Sequence[Sample]) -> list[str]:
    third = len(samples) // 3
    few = max(3, third // 4)
    early, late = samples[third - few : third], samples[-few:]
    found = []
    before, after = (median(s.memory for s in part) for part in (early, late))
    if after > before * MEMORY_GROWTH:
        found.append(f"memory grew from {before:.0f} to {after:.0f} MiB")
    own = median(s.own for s in late)
    if own > OWN_MEMORY_LIMIT:
        found.append(f"{own:.0f} MiB are the window's own, more than {OWN_MEMORY_LIMIT:.0f}")
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
