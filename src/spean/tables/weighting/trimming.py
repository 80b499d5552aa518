"""Trimming: weights over a limit are cut to it; the others in the stratum take what was cut."""

from dataclasses import dataclass

import numpy as np

from spean.tables.design.arrays import Flags, Floats, Ints
from spean.tables.weighting.errors import WeightingError

_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Trimmed:
    """Weights (n) after trimming, the limit in force, and which cases were cut."""

    weights: Floats
    limit: float
    cut: Flags


def trim(
    weights: Floats,
    *,
    limit: float | None = None,
    times_median: float | None = None,
    strata: Ints | None = None,
) -> Trimmed:
    """Cut weights to a fixed ``limit`` or to so many times their median (of weights above 0).

    What is cut goes to the uncut cases of the same stratum in proportion to their weights, so
    that each stratum keeps its sum; without ``strata`` the whole sample is one. R's
    ``trimWeights`` hands out equal shares instead. Source: Potter (1990). Margins that held
    before must be met anew. Raises WeightingError when a limit is under a stratum's mean weight.
    """
    if (limit is None) == (times_median is None):
        raise WeightingError("Give either a limit or a multiple of the median.")
    used = weights[weights > 0]
    most = limit if limit is not None else float(np.median(used)) * (times_median or 0.0)
    groups = np.zeros(len(weights), np.int64) if strata is None else strata
    _check(weights, most, groups)
    sums = np.bincount(groups, weights)
    new, cut = weights, np.zeros(len(weights), np.bool_)
    while (over := new > most * _ROUNDING).any():
        cut = cut | over
        held = np.bincount(groups, np.where(cut, most, 0.0), len(sums))
        free = np.bincount(groups, np.where(cut, 0.0, new), len(sums))
        ratio = np.divide(sums - held, free, out=np.ones_like(free), where=free > 0)
        new = np.where(cut, most, new * ratio[groups])
    return Trimmed(new, most, cut)


def _check(weights: Floats, most: float, groups: Ints) -> None:
    counts = np.bincount(groups, weights > 0)
    means = np.divide(
        np.bincount(groups, weights), counts, out=np.zeros(len(counts)), where=counts > 0
    )
    if most < means.max():
        raise WeightingError(
            f"The limit {most:,.6g} is under the mean weight of a stratum, {means.max():,.6g}: "
            "there is nobody to take what is cut. Set it higher."
        )
