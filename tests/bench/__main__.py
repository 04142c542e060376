"""`python -m tests.bench [NAME …]`: all benchmarks, or those named."""

import importlib
import os
import sys

THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
BENCHMARKS = ("core", "gallery", "window", "data", "search", "labs", "sklearn", "films")
# Only run when named: `CYCLES=20000 make bench cycles` takes about half an hour.
BY_HAND = ("cycles",)


def main(names: list[str]) -> int:
    unknown = set(names) - {*BENCHMARKS, *BY_HAND}
    if unknown:
        print(f"unknown benchmark: {', '.join(sorted(unknown))} (choose from {BENCHMARKS})")
        return 2
    for name in names or BENCHMARKS:
        importlib.import_module(f"tests.bench.{name}").main()
    return 0


if __name__ == "__main__":
    os.environ.update(dict.fromkeys(THREADS, "1"))
    sys.exit(main(sys.argv[1:]))
