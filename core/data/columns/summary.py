"""One line that says what is predicted from what, in the dialog and on the command line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message, joined

MOST_CLASSES_NAMED = 8


def summary(target: str, task: str, classes: tuple[str, ...], outputs: int, inputs: int) -> str:
    """`predicts price, a number, from 12 inputs` or `predicts kind, 3 classes: a, b, c, from …`."""
    if task == "regression":
        aim = Message("{count:,} numbers", count=outputs) if outputs > 1 else Message("a number")
    else:
        aim = _named(classes)
    return Message(
        "predicts {target}, {aim}, from {count:,} input",
        "predicts {target}, {aim}, from {count:,} inputs",
        target=target or Message("the target"),
        aim=aim,
        count=inputs,
    )


def counts(samples: int, targets: NDArray[np.floating], task: str, test: int = 0) -> str:
    """How many samples there are, and the range of what is predicted if it is a number."""
    parts = [Message("{count:,} sample", "{count:,} samples", count=samples)]
    if test:
        parts.append(Message("{count:,} more as test set", count=test))
    if task == "regression" and targets.shape[1] == 1:
        low, high = targets.min(), targets.max()
        parts.append(Message("target from {low:.4g} to {high:.4g}", low=low, high=high))
    return joined(", ", parts)


def _named(classes: tuple[str, ...]) -> Message:
    names, count = ", ".join(classes[:MOST_CLASSES_NAMED]), len(classes)
    if count <= MOST_CLASSES_NAMED:
        return Message("{count:,} classes: {names}", count=count, names=names)
    return Message(
        "{count:,} classes: {names} and {more:,} more",
        count=count,
        names=names,
        more=count - MOST_CLASSES_NAMED,
    )
