"""`COUNT=10000 SEED=1 make fuzz`: damaged inputs for every reader in turn.

What fails is kept in tests/fuzz/corpus, from where `test_corpus` reads it ever after. An input that
needs more than 500 MiB meets a MemoryError.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
import warnings
from pathlib import Path

from tests.fuzz.check import fault
from tests.fuzz.memory import memory_limited
from tests.fuzz.mutation import mutated
from tests.fuzz.readers import READERS

CORPUS = Path(__file__).with_name("corpus")


def main() -> int:
    count, seed = int(os.environ.get("COUNT", "2000")), int(os.environ.get("SEED", "1"))
    warnings.simplefilter("error", RuntimeWarning)
    chance, known = random.Random(seed), set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = {name: reader.whole() for name, reader in READERS.items()}
        for name, inputs in whole.items():
            for data in inputs:
                if found := fault(name, data, folder, limit=60.0):
                    print(f"{name}: a whole input: {found}")
                    return 1
        with memory_limited():
            for i in range(count):
                name = list(READERS)[i % len(READERS)]
                data = mutated(chance.choice(whole[name]), chance)
                found = fault(name, data, folder)
                if found and (name, found) not in known:
                    known.add((name, found))
                    digest = hashlib.sha256(data).hexdigest()[:12]
                    (CORPUS / f"{name}-{digest}").write_bytes(data)
                    print(f"{name}-{digest}: {found}", flush=True)
    print(f"{count} inputs, SEED={seed}, {len(known)} faults")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
