"""Ratios of totals: the statistic beneath means, shares and ratios."""

import numpy as np

from spean.tables.design.arrays import Floats, Ints
from spean.tables.design.design import Design
from spean.tables.design.replicates import ReplicateDesign
from spean.tables.design.statistic import Statistic, Sums

AnyDesign = Design | ReplicateDesign
"""Every estimator works on either."""


PLAIN = Statistic(lambda totals: totals, lambda _totals, changes: changes)
"""The totals themselves."""


def ratio_statistic(of: Ints) -> Statistic:
    """Give k ratios of the first k totals to those after them; ratio i to place k + ``of[i]``."""
    k = len(of)

    def value(totals: Floats) -> Floats:
        found: Floats = totals[..., :k] / totals[..., k:][..., of]
        return found

    def derivative(totals: Floats, changes: Floats) -> Floats:
        below = totals[k:]
        known = below != 0
        held = np.where(known, below, 1.0)
        ratio = totals[:k] / held[of]
        found: Floats = changes[:, :k] - changes[:, k:][:, of] * ratio
        found *= (known / held)[of]
        return found

    return Statistic(value, derivative)


def ratio_of(above: Sums, below: Sums, of: Ints) -> tuple[Floats, Floats]:
    """Give ratios (k,) with their covariance; 0 where the denominator is 0."""
    top, bottom = above.totals, below.totals[of]
    values = np.divide(top, bottom, out=np.zeros_like(top), where=bottom != 0)
    return values, above.beside(below).covariance(ratio_statistic(of))
