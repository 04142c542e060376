"""Writes a model's predictions as CSV, and scores them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, TextIO

import numpy as np

from core.base.arrays import Array
from core.base.translation import Message
from core.training.model import Model

MOST_NAMED = 4


def write_predictions(file: TextIO, model: Model, outputs: Array) -> None:
    """Write a row for each row of outputs (n, outputs): the prediction, and for classes the
    probability of each."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_heading(model))
    writer.writerows(_rows(model, outputs))


def score(model: Model, outputs: Array, targets: tuple[str, ...]) -> str:
    """The score on rows with known targets, as text; "" if there are none."""
    known = [i for i, target in enumerate(targets) if target]
    if not known:
        return ""
    if model.task == "regression":
        return _regression_score(outputs[known, 0], [targets[i] for i in known])
    answers = model.answers(outputs)
    share, rows = sum(answers[i] == targets[i] for i in known) / len(known), len(known)
    accuracy = Message("accuracy {share:.1%} on {rows:,} rows", share=share, rows=rows)
    names = set(model.class_names())
    if strange := [targets[i] for i in known if targets[i] not in names]:
        return Message(
            "{accuracy}; {count:,} of these have a class that training did not have: {names}",
            accuracy=accuracy,
            count=len(strange),
            names=", ".join(map(repr, sorted(set(strange))[:MOST_NAMED])),
        )
    return accuracy


def _regression_score(outputs: Array, targets: list[str]) -> str:
    try:
        truth = np.array([float(target) for target in targets])
    except ValueError:
        return ""
    error = outputs.astype(np.float64) - truth
    spread = float(np.square(truth - truth.mean()).sum())
    r2 = f", R² {1 - float(np.square(error).sum()) / spread:.4f}" if spread else ""
    figures = f"RMSE {np.sqrt(np.square(error).mean()):.4g}{r2}"
    return Message("{figures} on {rows:,} rows", figures=figures, rows=len(truth))


def _heading(model: Model) -> list[str]:
    name = f"predicted {model.target}" if model.target else "predicted"
    if model.task == "regression":
        return [name] if model.outputs == 1 else [f"{name} {i + 1}" for i in range(model.outputs)]
    return [name, *(f"probability of {each}" for each in model.class_names())]


def _rows(model: Model, outputs: Array) -> Iterator[list[Any]]:
    if model.task == "regression":
        yield from ([f"{value:.9g}" for value in row] for row in outputs)
        return
    shares = model.probabilities(outputs)
    for answer, row in zip(model.answers(outputs), shares, strict=True):
        yield [answer, *(f"{share:.9g}" for share in row)]
