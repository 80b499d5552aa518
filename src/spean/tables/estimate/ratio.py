"""Ratios of totals: the statistic beneath means, shares and ratios."""

import numpy as np

from spean.tables.design.arrays import Floats
from spean.tables.design.design import Design
from spean.tables.design.replicates import ReplicateDesign
from spean.tables.design.statistic import Statistic, Sums

AnyDesign = Design | ReplicateDesign
"""Every estimator works on either."""


def _ratio(totals: Floats) -> Floats:
    above, below = np.split(totals, 2, axis=-1)
    found: Floats = np.divide(above, below)
    return found


def _change(totals: Floats, changes: Floats) -> Floats:
    above, below = np.split(totals, 2)
    known = below != 0
    held = np.where(known, below, 1.0)
    change, change_below = np.split(changes, 2, axis=1)
    found: Floats = (change - change_below * (above / held)) / held * known
    return found


RATIO = Statistic(_ratio, _change)
"""k numerators and k denominators, side by side (2 k,), to ratios (k,)."""

PLAIN = Statistic(lambda totals: totals, lambda _totals, changes: changes)
"""The totals themselves."""


def ratio_of(sums: Sums) -> tuple[Floats, Floats]:
    """Give ratios (k,) with their covariance from sums (2 k,); 0 where the denominator is 0."""
    above, below = np.split(sums.totals, 2)
    values = np.divide(above, below, out=np.zeros_like(above), where=below != 0)
    return values, sums.covariance(RATIO)
