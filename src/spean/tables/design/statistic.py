"""Smooth functions of totals, and sums of a sample whose errors carry over to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from spean.tables.design.arrays import Floats, Ints


@dataclass(frozen=True)
class Statistic:
    """A smooth function of m totals with k values.

    ``of`` maps totals (…, m) to values (…, k). ``derivative`` maps the totals (m,) and small
    changes of them (u, m) to the changes of the values (u, k), which is linear in the changes.
    """

    of: Callable[[Floats], Floats]
    derivative: Callable[[Floats, Floats], Floats]


class Sums(Protocol):
    """Weighted totals (m,) of one sample, knowing how they vary from sample to sample."""

    @property
    def totals(self) -> Floats:
        """Give the totals (m,)."""
        ...

    def covariance(self, statistic: Statistic) -> Floats:
        """Give the covariance (k, k) of a statistic of these totals."""
        ...

    def beside(self, other: Self) -> Self:
        """Put the totals of the same sample side by side."""
        ...

    def take(self, places: Ints) -> Self:
        """Keep the totals at these places, in this order."""
        ...
