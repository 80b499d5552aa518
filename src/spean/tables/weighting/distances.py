"""Distances of calibration: how far a weight may move for a pull ``u``, and how fast.

Deville and Särndal (1992), cases 1 (linear), 2 (raking ratio) and 6 (logit), with bounds on the
ratio of new to old weight: the logit nears them, linear and raking ratios are cut off at them, as
R survey's ``cal.linear``, ``cal.raking`` and ``cal.logit`` do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

import numpy as np

from spean.tables.design.arrays import Floats
from spean.tables.weighting.errors import WeightingError

DistanceName = Literal["linear", "raking", "logit"]
Bounds = tuple[float, float]

_LARGEST = 700.0  # exp of more overflows


@dataclass(frozen=True)
class Distance:
    """``ratio(u)`` is new weight by old weight, 1 at no pull; ``slope`` is its derivative."""

    ratio: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def make_distance(name: DistanceName, bounds: Bounds | None) -> Distance:
    """Give a distance; raises WeightingError for bounds that leave no room around 1."""
    low, high = bounds or (-inf, inf)
    if not low < 1 < high:
        raise WeightingError(
            f"The bounds {low:g} and {high:g} must lie on the two sides of 1: they limit how many "
            "times its old weight a new weight may be."
        )
    if name == "logit":
        return _logit(low, high)
    if name == "linear":
        return _cut(_linear, np.ones_like, low, high)
    return _cut(_exp, _exp, low, high)


def _linear(u: Floats) -> Floats:
    return 1 + u


def _exp(u: Floats) -> Floats:
    return np.exp(np.minimum(u, _LARGEST))


def _cut(
    ratio: Callable[[Floats], Floats],
    slope: Callable[[Floats], Floats],
    low: float,
    high: float,
) -> Distance:
    def cut_slope(u: Floats) -> Floats:
        free = ratio(u)
        return np.where((free > low) & (free < high), slope(u), 0.0)

    return Distance(lambda u: np.clip(ratio(u), low, high), cut_slope)


def _logit(low: float, high: float) -> Distance:
    if not (isfinite(low) and isfinite(high) and low >= 0):
        raise WeightingError("The logit distance needs two bounds, such as 0.3 and 3.")
    from scipy.special import expit

    steepness = (high - low) / ((high - 1) * (1 - low))
    offset = np.log((1 - low) / (high - 1))

    def part(u: Floats) -> Floats:
        found: Floats = expit(steepness * u + offset)
        return found

    return Distance(
        lambda u: low + (high - low) * part(u),
        lambda u: (high - low) * steepness * part(u) * (1 - part(u)),
    )
