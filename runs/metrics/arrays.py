"""The types of NumPy arrays in this room."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]
