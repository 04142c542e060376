"""One line that says what is predicted from what, in the dialog and on the command line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_CLASSES_NAMED = 8


def summary(target: str, task: str, classes: tuple[str, ...], outputs: int, inputs: int) -> str:
    """`predicts price, a number, from 12 inputs` or `predicts kind, 3 classes: a, b, c, from …`."""
    if task == "regression":
        aim = f"{outputs:,} numbers" if outputs > 1 else "a number"
    else:
        named = ", ".join(classes[:MOST_CLASSES_NAMED])
        more = len(classes) - MOST_CLASSES_NAMED
        aim = f"{len(classes):,} classes: {named}" + (f" and {more:,} more" if more > 0 else "")
    return f"predicts {target or 'the target'}, {aim}, from {inputs:,} input{plural(inputs)}"


def counts(samples: int, targets: NDArray[np.floating], task: str, test: int = 0) -> str:
    """How many samples there are, and the range of what is predicted if it is a number."""
    text = f"{samples:,} sample{plural(samples)}"
    if test:
        text += f", {test:,} more as test set"
    if task == "regression" and targets.shape[1] == 1:
        text += f", target from {targets.min():.4g} to {targets.max():.4g}"
    return text


def plural(count: int) -> str:
    """The ending of a noun behind a number."""
    return "" if count == 1 else "s"
