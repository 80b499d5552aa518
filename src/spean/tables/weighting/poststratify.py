"""Post-stratification: cells of the sample take the size that they have in the population."""

import numpy as np

from spean.tables.design.arrays import Floats
from spean.tables.weighting.adjustment import CellResiduals, Weighted
from spean.tables.weighting.targets import Categories, check


def post_stratify(start: Floats, cells: Categories) -> Weighted:
    """Scale the starting weights (n) so that each cell has its total.

    Crossed variables are one ``Categories`` of combinations. Source: Holt and Smith (1979); R
    survey ``postStratify``. Raises WeightingError for a cell that has a total but no case, or
    cases but no total.
    """
    check(start, [cells])
    have = cells.sums(start)
    ratio = np.divide(cells.totals, have, out=np.zeros_like(have), where=have > 0)
    weights = start * ratio[cells.codes]
    return Weighted(weights, CellResiduals(cells.codes, start, weights), 1)
