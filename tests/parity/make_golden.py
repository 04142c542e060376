"""Make the golden files anew from PyTorch: `python -m tests.parity.make_golden [FAMILY …]`."""

# PyTorch is optional.
# pyright: reportMissingImports=false

from __future__ import annotations

import sys

import torch

from tests.parity.families import FAMILIES
from tests.parity.golden import keep
from tests.parity.live import theirs


def main(families: list[str]) -> None:
    for family in families or FAMILIES:
        numbers = {case: theirs(family, case) for case in FAMILIES[family].cases}
        path = keep(family, torch.__version__, numbers)
        print(f"{path.name}: {len(numbers)} cases, {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
