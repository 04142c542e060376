"""Labs: ideas that a training run cannot show by itself, computed and checked without a window."""

from __future__ import annotations

import difflib

from core.studies.base import Lab
from core.studies.labs import (
    approximation,
    backpropagation,
    ensembles,
    gradient_descent,
    landscape,
    optimizer_race,
    rbm,
)

LABS: dict[str, Lab] = {
    lab.key: lab
    for lab in (
        gradient_descent.LAB,
        optimizer_race.LAB,
        backpropagation.LAB,
        approximation.LAB,
        landscape.LAB,
        rbm.LAB,
        ensembles.LAB,
    )
}


def lab(key: str) -> Lab:
    """The lab of that key. Raises KeyError with a hint at what was probably meant."""
    if key not in LABS:
        near = difflib.get_close_matches(key, LABS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f" (choose from {', '.join(LABS)})"
        raise KeyError(f"unknown lab {key!r}{hint}")
    return LABS[key]
