"""Diagnostics: what weights cost in precision, and which of them stand out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spean.tables.design.arrays import Floats
from spean.tables.weighting.errors import WeightingError

FAR = 5.0
"""A weight stands out when it is this many times the median, or under the median by as much."""


@dataclass(frozen=True)
class Extreme:
    """A weight that stands out: the interview's id, its weight and how many medians that is."""

    id: str
    weight: float
    times_median: float


@dataclass(frozen=True)
class Diagnostics:
    """Figures about weights; cases of weight 0 are only counted.

    ``cv`` is the coefficient of variation (dividing by n), ``kish`` Kish's design effect of
    weighting 1 + cv² (Kish 1992), ``effective`` the number of interviews n / kish.
    """

    n: int
    zero: int
    sum: float
    smallest: float
    median: float
    largest: float
    cv: float
    kish: float
    effective: float
    extremes: tuple[Extreme, ...]


def diagnose(weights: Floats, ids: Sequence[str], far: float = FAR) -> Diagnostics:
    """Describe weights (n) of the interviews ``ids``; raises WeightingError if all are 0."""
    used = weights[weights > 0]
    if not len(used):
        raise WeightingError("All weights are 0: there is nothing to describe.")
    median, mean = float(np.median(used)), float(used.mean())
    kish = float((used**2).mean() / mean**2)
    times = weights / median
    stands_out = np.flatnonzero((weights > 0) & ((times > far) | (times < 1 / far)))
    order = stands_out[np.argsort(-np.abs(np.log(times[stands_out])), kind="stable")]
    return Diagnostics(
        n=len(used),
        zero=len(weights) - len(used),
        sum=float(used.sum()),
        smallest=float(used.min()),
        median=median,
        largest=float(used.max()),
        cv=float(np.sqrt(max(kish - 1, 0.0))),
        kish=kish,
        effective=len(used) / kish,
        extremes=tuple(Extreme(ids[at], float(weights[at]), float(times[at])) for at in order),
    )
