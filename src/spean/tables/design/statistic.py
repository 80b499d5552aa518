"""Smooth functions of totals, and sums of a sample whose errors carry over to them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from spean.tables.design.arrays import Floats, Ints


@dataclass(frozen=True)
class Statistic:
    """A smooth function of m totals with k values.

    ``of`` maps totals (…, m) to values (…, k). ``derivative`` maps the totals (m,) and small
    changes of them (u, m) to the changes of the values (u, k), which is linear in the changes.
    """

    of: Callable[[Floats], Floats]
    derivative: Callable[[Floats, Floats], Floats]

    def linear_at(self, totals: Floats) -> "Statistic":
        """Give the linear statistic that this one is near some totals (the delta method)."""

        def change(parts: Floats) -> Floats:
            return self.derivative(totals, parts)

        return Statistic(change, lambda _totals, parts: change(parts))


class Sampled(Protocol):
    """A design that knows how a statistic of its totals varies."""

    def covariance(self, statistic: Statistic, totals: Floats, parts: Floats) -> Floats:
        """Give the covariance (k, k) of a statistic of totals (m,) with their parts."""
        ...


@dataclass(frozen=True)
class Sums:
    """Weighted totals (m,) of one sample with what tells how they vary.

    ``parts`` is (p, m): the totals by sampling unit, or in each replicate, as ``source`` needs.
    """

    totals: Floats
    parts: Floats
    source: Sampled

    def covariance(self, statistic: Statistic) -> Floats:
        """Give the covariance (k, k) of a statistic of these totals."""
        return self.source.covariance(statistic, self.totals, self.parts)

    def beside(self, *others: "Sums") -> "Sums":
        """Put totals of the same design side by side."""
        every = (self, *others)
        totals = np.concatenate([sums.totals for sums in every])
        return replace(self, totals=totals, parts=np.hstack([sums.parts for sums in every]))

    def take(self, places: Ints) -> "Sums":
        """Keep the totals at these places, in this order."""
        return replace(self, totals=self.totals[places], parts=self.parts[:, places])
