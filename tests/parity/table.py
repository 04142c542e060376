"""The parity table: `python -m tests.parity.table [FAMILY …]`.

Prints in Markdown every case of the catalogue and the largest relative difference from PyTorch,
live where it is installed, from the golden files elsewhere.
"""

from __future__ import annotations

import sys

from tests.parity.families import FAMILIES, difference, ours

try:
    from tests.parity.live import theirs

    SOURCE = "PyTorch, live"
except ModuleNotFoundError:
    from tests.parity.golden import kept as theirs

    SOURCE = "PyTorch's golden files"


def rows(family: str) -> list[tuple[str, float]]:
    """Every case of a family, with its largest relative difference."""
    return [(case, worst(family, case)) for case in FAMILIES[family].cases]


def worst(family: str, case: str) -> float:
    mine, reference = ours(family, case), theirs(family, case)
    return max(difference(mine[name], reference[name]) for name in reference)


def main(families: list[str]) -> None:
    print(f"| entry | largest relative difference from {SOURCE} |\n|---|---|")
    for family in families or FAMILIES:
        for case, apart in rows(family):
            print(f"| {family}: {case} | {apart:.1e} |")


if __name__ == "__main__":
    main(sys.argv[1:])
