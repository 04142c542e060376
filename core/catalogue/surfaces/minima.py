"""The local minima of a surface within a window, found by comparing values.

No derivative is needed, so that minima at kinks, as of |x|, are found as well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.catalogue.surfaces.base import Point, Values, Window

# The first grid; how many of its lowest places are followed; the grid around each of these.
SIDE, MOST, FINE = 161, 40, 9
MOVES, SHRINK, CLOSEST = 400, 0.35, 1e-10
Function = Callable[[Values, Values], Values]


def find_minima(value: Function, window: Window) -> tuple[Point, ...]:
    """The strict local minima inside a window, the lowest `MOST` of them, the lowest first.

    Where f is smooth they are accurate to about 1e-7 of the window. Minima closer together than the
    cells of a grid of 161 × 161 points may be missed.
    """
    x0, x1, y0, y1 = window
    xs, ys = np.linspace(x0, x1, SIDE), np.linspace(y0, y1, SIDE)
    x, y = np.meshgrid(xs, ys)
    f = _values(value, x, y)
    inner = f[1:-1, 1:-1]
    around = np.stack([
        f[1 + i : SIDE - 1 + i, 1 + j : SIDE - 1 + j]
        for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j
    ])  # fmt: skip
    lowest = np.isfinite(inner) & (inner <= around.min(axis=0)) & (inner < around.max(axis=0))
    rows, columns = np.nonzero(lowest)
    order = np.argsort(inner[rows, columns], kind="stable")[:MOST]
    size = np.array([xs[1] - xs[0], ys[1] - ys[0]])
    found: list[tuple[float, Point]] = []
    for i in order.tolist():
        start = np.array([xs[columns[i] + 1], ys[rows[i] + 1]])
        place = _followed(value, start, size, window)
        if place is not None and all(_apart(place, known, size) for _, known in found):
            lowest_here = float(_values(value, np.array([place[0]]), np.array([place[1]]))[0])
            found.append((lowest_here, place))
    return tuple(place for _, place in sorted(found))


def _followed(value: Function, start: Values, size: Values, window: Window) -> Point | None:
    """Descend on finer and finer grids; None if this leaves the window or f is flat."""
    x0, x1, y0, y1 = window
    step = np.linspace(-1.0, 1.0, FINE)
    dx, dy = np.meshgrid(step, step)
    center, reach = start, size.copy()
    for _ in range(MOVES):
        x, y = center[0] + reach[0] * dx, center[1] + reach[1] * dy
        f = _values(value, x, y)
        at = int(np.argmin(f))
        if not f.ravel()[at] < f[FINE // 2, FINE // 2]:
            at = f.size // 2
        center = np.array([x.ravel()[at], y.ravel()[at]])
        if not (x0 < center[0] < x1 and y0 < center[1] < y1):
            return None
        row, column = divmod(at, FINE)
        if 0 < row < FINE - 1 and 0 < column < FINE - 1:
            reach = reach * SHRINK
            if (reach <= CLOSEST * size).all():
                break
    rim = _values(value, center[0] + 1e-3 * size[0] * dx, center[1] + 1e-3 * size[1] * dy)
    edge = np.concatenate([rim[0], rim[-1], rim[:, 0], rim[:, -1]])
    # Beside a minimum f is larger, not undefined.
    if not (np.isfinite(edge) & (edge > rim[FINE // 2, FINE // 2])).all():
        return None
    return float(center[0]), float(center[1])


def _values(value: Function, x: Values, y: Values) -> Values:
    """Values of f, infinite where it is undefined."""
    with np.errstate(all="ignore"):
        f = np.asarray(value(x, y), float)
    return np.where(np.isfinite(f), f, np.inf)


def _apart(one: Point, other: Point, size: Values) -> bool:
    return bool(np.any(np.abs(np.subtract(one, other)) > 0.02 * size))
