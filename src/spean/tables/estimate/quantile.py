"""Medians and other quantiles with Woodruff's interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spean.tables.design.arrays import Flags, Floats
from spean.tables.errors import NothingToEstimate, TablesError
from spean.tables.estimate.linear import check_domain, mean
from spean.tables.estimate.proportion import proportion
from spean.tables.estimate.ratio import AnyDesign
from spean.tables.estimate.result import Estimate, check_level, t_quantile

Rule = Literal["math", "school"]
"""Where the weights up to a value are exactly p: the value itself (``math``, the inverse of the
distribution function, R's default) or halfway to the next (``school``, the median of an even
number of cases)."""

QuantileInterval = Literal["mean", "xlogit"]
"""The interval of the share below the quantile: linear (R's default) or by log odds."""

_SAME = 1e-12


@dataclass(frozen=True)
class _Sorted:
    values: Floats
    mass: Floats

    def at(self, p: float, rule: Rule) -> float:
        whole = self.mass[-1]
        place = int(np.searchsorted(self.mass, p * whole * (1 + _SAME), side="right")) - 1
        following = float(self.values[min(place + 1, len(self.values) - 1)])
        if place < 0 or self.mass[place] < p * whole * (1 - _SAME):
            return following
        here = float(self.values[place])
        return here if rule == "math" else (here + following) / 2


def quantile(
    design: AnyDesign,
    values: Floats,
    p: float = 0.5,
    *,
    domain: Flags | None = None,
    level: float = 0.95,
    rule: Rule = "math",
    interval: QuantileInterval = "mean",
) -> Estimate:
    """Give one quantile; see ``quantiles``."""
    found = quantiles(design, values, [p], domain=domain, level=level, rule=rule, interval=interval)
    return found[0]


def quantiles(
    design: AnyDesign,
    values: Floats,
    points: Sequence[float],
    *,
    domain: Flags | None = None,
    level: float = 0.95,
    rule: Rule = "math",
    interval: QuantileInterval = "mean",
) -> tuple[Estimate, ...]:
    """Give weighted quantiles of a value (n,) with intervals as R's ``svyquantile``.

    The interval (Woodruff 1952) takes the t interval of the share of cases up to the quantile back
    through the distribution; the standard error is its length over twice t. An end outside 0 to 1
    is None, and so is the error (R repeats the largest value where that is the quantile). NaN is
    no answer. Raises NothingToEstimate for a domain with no cases.
    """
    check_level(level)
    values = np.asarray(values, dtype=float)
    inside = ~np.isnan(values)
    if domain is not None:
        inside &= check_domain(design, domain)
    kept = inside & (design.weights > 0)
    if not kept.any():
        raise NothingToEstimate(
            "No interview is in this group with an answer and a weight, so there is no quantile."
        )
    ordered = _sorted(values[kept], design.weights[kept])
    found = []
    for p in points:
        if not 0 < p < 1:
            raise TablesError(f"A quantile of {p:g} is asked for; give a share between 0 and 1.")
        value = ordered.at(p, rule)
        below = (values <= value).astype(float)
        if interval == "mean":
            share = mean(design, below, domain=inside, level=level)
        else:
            share = proportion(design, below, domain=inside, level=level)
        found.append(_woodruff(ordered, value, share, level, rule))
    return tuple(found)


def _sorted(values: Floats, weights: Floats) -> _Sorted:
    order = np.argsort(values, kind="stable")
    return _Sorted(values[order], np.cumsum(weights[order]))


def _woodruff(
    ordered: _Sorted, value: float, share: Estimate, level: float, rule: Rule
) -> Estimate:
    low, high = share.low, share.high
    if share.value > 1 - _SAME and not share.se and low == high:
        low = high = None
    low_value = ordered.at(low, rule) if low is not None and low >= 0 else None
    high_value = ordered.at(high, rule) if high is not None and high <= 1 else None
    se = None
    if low_value is not None and high_value is not None:
        se = (high_value - low_value) / (2 * t_quantile(level, share.df))
    return Estimate(value, se, low_value, high_value, None, share.df, share.n)
