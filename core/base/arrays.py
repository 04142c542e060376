"""Array types used in annotations."""

import numpy as np
from numpy.typing import NDArray

# Any floating-point array: the precision is the experiment's.
Array = NDArray[np.floating]
