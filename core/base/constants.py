"""Constants as operands of NumPy's functions.

On the small arrays of a small network most of an operation's time goes into its operands: a 0-d
array of the right dtype costs half of what a Python number does.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=1024)
def constant(value: float, dtype: np.dtype) -> NDArray[np.floating]:
    """`value` as a read-only 0-d array, cached: for values that do not change."""
    array = np.array(value, dtype)
    array.flags.writeable = False
    return array
