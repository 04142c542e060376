"""Leakage: inputs that alone predict the target perfectly, or count the rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message
from core.data.columns.kinds import ROWS_OF_A_COUNTER, Mask, is_counter
from core.data.columns.recipe import Feature
from core.data.columns.targets import Targets
from core.data.tables.table import Column

# Fewer rows prove nothing; more than this many are not needed.
FEWEST_ROWS, FEWEST_OF_A_CLASS, MOST_ROWS = 20, 5, 20_000
# A larger share of the variance than this is explained by a copy of the target only.
COPY = 1 - 1e-9


def suspicion(column: Column, feature: Feature, rows: Mask | None, targets: Targets) -> str:
    """Why an input should be looked at; "" where nothing is wrong with it."""
    count = len(targets.values)
    counted = column.categories is None and not feature.categories and not column.unit
    counted = counted and not column.date
    if counted and count >= ROWS_OF_A_COUNTER and is_counter(column.values):
        return Message("equals the row number (plus a constant); leave it out unless order matters")
    if count < FEWEST_ROWS:
        return ""
    step = -(-count // MOST_ROWS)
    whole = len(column.values)
    used = np.arange(0, whole, step) if rows is None else np.flatnonzero(rows)[::step]
    values = list(feature.inputs(column, used))
    y = targets.values[::step]
    if targets.task == "regression":
        copy = not feature.categories and _is_copy(values[0], y[:, 0])
        return Message("is the target in another scale; leave it out") if copy else ""
    codes = y[:, 0].astype(int) if y.shape[1] == 1 else y.argmax(axis=1)
    if np.bincount(codes).min() < FEWEST_OF_A_CLASS:
        return ""
    x = np.stack(values, axis=1) if feature.categories else values[0]
    known = _groups_know(x, codes) if feature.categories else _order_knows(x, codes)
    found = Message("alone predicts the target perfectly; is it known beforehand?")
    return found if known else ""


def _is_copy(x: NDArray, y: NDArray) -> bool:
    known = ~np.isnan(x)
    x, y = x[known].astype(np.float64), y[known]
    if len(x) < FEWEST_ROWS or x.std() == 0 or y.std() == 0:
        return False
    return bool(np.corrcoef(x, y)[0, 1] ** 2 > COPY)


def _order_knows(x: NDArray, codes: NDArray) -> bool:
    """Whether thresholds on x separate all classes."""
    known = ~np.isnan(x)
    x, codes = x[known], codes[known]
    if len(x) < FEWEST_ROWS:
        return False
    order = np.argsort(x, kind="stable")
    x, codes = x[order], codes[order]
    changes = codes[1:] != codes[:-1]
    ties = x[1:] == x[:-1]
    classes = len(np.unique(codes))
    return bool(changes.sum() == classes - 1 and not (changes & ties).any())


def _groups_know(x: NDArray, codes: NDArray) -> bool:
    """Whether every category has one class only."""
    _, groups = np.unique(x, axis=0, return_inverse=True)
    groups = groups.reshape(-1)
    pairs = len(np.unique(groups * (codes.max() + 1) + codes))
    count = int(groups.max()) + 1
    return pairs == count and count * 4 <= len(codes)
