"""Golden files: PyTorch's numbers, kept for machines without it. One JSON file a family."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.parity.families import Numbers

FOLDER = Path(__file__).resolve().parent.parent / "golden"


def kept(family: str, case: str) -> Numbers:
    """The numbers on file for a case. KeyError where `make_golden` has not been run for it."""
    return {name: np.array(values) for name, values in _read(family)["cases"][case].items()}


def keep(family: str, version: str, cases: dict[str, Numbers]) -> Path:
    """Write a family's file: one line a case."""
    lines = [
        f"{json.dumps(case)}: {json.dumps({name: v.tolist() for name, v in numbers.items()})}"
        for case, numbers in cases.items()
    ]
    path = FOLDER / f"{family}.json"
    joined = ",\n".join(lines)
    path.write_text(f'{{"torch": "{version}", "cases": {{\n{joined}\n}}}}\n', encoding="utf-8")
    return path


@cache
def _read(family: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{family}.json").read_text(encoding="utf-8"))
