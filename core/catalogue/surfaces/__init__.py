"""Surfaces f(x, y) for watching optimizers.

`base` holds the contract and the registry, the other modules the entries. Importing this package
registers them all.
"""

from core.catalogue.surfaces.base import SURFACES, Point, Surface, Values, Window, is_below
from core.catalogue.surfaces.basic import (
    Bowl,
    ClosedSaddle,
    Elongated,
    MonkeySaddle,
    Plateau,
    Saddle,
)
from core.catalogue.surfaces.benchmark import (
    Beale,
    Himmelblau,
    Rastrigin,
    Rosenbrock,
    SixHumpCamel,
)
from core.catalogue.surfaces.typed import Typed

__all__ = [
    "SURFACES",
    "Beale",
    "Bowl",
    "ClosedSaddle",
    "Elongated",
    "Himmelblau",
    "MonkeySaddle",
    "Plateau",
    "Point",
    "Rastrigin",
    "Rosenbrock",
    "Saddle",
    "SixHumpCamel",
    "Surface",
    "Typed",
    "Values",
    "Window",
    "is_below",
]
