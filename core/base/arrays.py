"""The types of arrays that the mathematics is written in."""

import numpy as np
from numpy.typing import NDArray

# Any floating-point array: the precision is the experiment's.
Array = NDArray[np.floating]
