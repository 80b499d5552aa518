"""Names for the arrays that pass between the modules of the design, and sums by code."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def group_sums(codes: Ints, values: Floats, size: int, weights: Floats | None = None) -> Floats:
    """Sum the rows of ``values`` (n, k), each times its weight, by code 0 … size-1: (size, k)."""
    n = len(codes)
    data = np.ones(n) if weights is None else weights
    matrix = csc_array((data, codes, np.arange(n + 1)), shape=(size, n))
    sums: Floats = matrix @ values
    return sums


def compact(codes: Ints) -> Ints:
    """Renumber codes (0 or more) to 0 … number of different codes - 1, keeping their order."""
    top = int(codes.max(initial=0)) + 1
    if top > 8 * len(codes) + 1000:
        inverse: Ints = np.unique(codes, return_inverse=True)[1].reshape(-1)
        return inverse
    seen = np.zeros(top, dtype=bool)
    seen[codes] = True
    renumbered: Ints = (np.cumsum(seen) - 1)[codes]
    return renumbered


def combine(outer: Ints, inner: Ints) -> Ints:
    """Give one code for each pair of codes, numbered compactly."""
    return compact(outer * (int(inner.max(initial=0)) + 1) + inner)
