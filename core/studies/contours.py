"""Contour lines of values on a grid, by marching squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def contours(x: Floats, y: Floats, values: Floats, levels: Floats) -> Floats:
    """Straight pieces (n, 4), each from (x, y) to (x, y), along which values equal a level.

    `values` (rows, columns) belong to y and x. Cells with a corner that is not finite have none;
    where a cell is crossed twice, both pieces are drawn.
    """
    found = [_one(x, y, values, float(level)) for level in levels]
    return np.concatenate(found) if found else np.empty((0, 4))


def _one(x: Floats, y: Floats, values: Floats, level: float) -> Floats:
    above = values > level
    corners = (values[:-1, :-1], values[:-1, 1:], values[1:, 1:], values[1:, :-1])
    finite = np.isfinite(np.stack(corners)).all(axis=0)
    corners = tuple(np.where(finite, corner, 0.0) for corner in corners)
    x0, x1 = np.broadcast_arrays(x[None, :-1], x[None, 1:])
    y0, y1 = y[:-1, None], y[1:, None]
    cell = values[:-1, :-1].shape
    x0, x1, y0, y1 = (np.broadcast_to(a, cell) for a in (x0, x1, y0, y1))
    places = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    sides = (above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1])
    crossings = np.full((4, *cell, 2), np.nan)
    for i in range(4):
        j = (i + 1) % 4
        crossed = finite & (sides[i] != sides[j])
        rise = np.where(crossed, corners[j] - corners[i], 1.0)
        share = np.where(crossed, (level - corners[i]) / rise, np.nan)
        for axis in (0, 1):
            start, end = places[i][axis], places[j][axis]
            crossings[i, ..., axis] = start + share * (end - start)
    return _joined(crossings.reshape(4, -1, 2))


def _joined(crossings: Floats) -> Floats:
    """Pieces from one crossed edge of a cell to the next one round the cell."""
    known = np.isfinite(crossings[..., 0])
    count = known.sum(axis=0)
    pieces = []
    for chosen in (count == 2, count == 4):
        cells = np.flatnonzero(chosen)
        if not len(cells):
            continue
        points = (
            crossings[:, cells].transpose(1, 0, 2)[known[:, cells].T].reshape(len(cells), -1, 2)
        )
        for k in range(0, points.shape[1], 2):
            pieces.append(np.hstack([points[:, k], points[:, k + 1]]))
    return np.concatenate(pieces) if pieces else np.empty((0, 4))
