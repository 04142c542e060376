"""`COUNT=10000 SEED=1 make fuzz`: damaged inputs for every reader in turn, and odd command lines.

What fails is kept in tests/fuzz/corpus, from where `test_corpus` reads it ever after. What needs
more than 500 MiB meets a MemoryError. `python -m tests.fuzz command_lines` leaves the readers out.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.check import fault
from tests.fuzz.commands import Commands, call, saved, warm_up
from tests.fuzz.memory import memory_limited
from tests.fuzz.mutation import mutated
from tests.fuzz.readers import READERS

CORPUS = Path(__file__).with_name("corpus")


def main() -> int:
    count, seed = int(os.environ.get("COUNT", "2000")), int(os.environ.get("SEED", "1"))
    warnings.simplefilter("error", RuntimeWarning)
    known = set()
    asked = sys.argv[1:]
    for kind in (_damaged_inputs, _command_lines):
        if asked and kind.__name__ != f"_{asked[0]}":
            continue
        with tempfile.TemporaryDirectory() as name:
            for target, data, found in kind(Path(name), count, random.Random(seed)):
                if (target, found) not in known:
                    known.add((target, found))
                    digest = hashlib.sha256(data).hexdigest()[:12]
                    (CORPUS / f"{target}-{digest}").write_bytes(data)
                    print(f"{target}-{digest}: {found}", flush=True)
    print(f"{count} of each kind, SEED={seed}, {len(known)} faults")
    return 1 if known else 0


Faults = Iterator[tuple[str, bytes, str]]


def _damaged_inputs(folder: Path, count: int, chance: random.Random) -> Faults:
    """The target, data and fault of every input that is not read or refused."""
    whole = {name: reader.whole() for name, reader in READERS.items()}
    for name, inputs in whole.items():
        for data in inputs:
            if found := fault(name, data, folder, limit=60.0):
                yield name, data, f"a whole input: {found}"
    with memory_limited():
        for i in range(count):
            name = list(READERS)[i % len(READERS)]
            data = mutated(chance.choice(whole[name]), chance)
            if found := fault(name, data, folder):
                yield name, data, found


def _command_lines(folder: Path, count: int, chance: random.Random) -> Faults:
    commands = Commands(folder)
    warm_up(commands)
    with memory_limited():
        for _ in range(count):
            asked = call(chance)
            if found := commands.fault(asked):
                yield "command", saved(asked).encode(), found


if __name__ == "__main__":
    sys.exit(main())
