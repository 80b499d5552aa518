"""Intervals for shares that stay between 0 and 1."""

from dataclasses import replace
from typing import Literal

import numpy as np
from scipy import special

from spean.tables.design.arrays import Flags, Floats
from spean.tables.errors import TablesError
from spean.tables.estimate.linear import means
from spean.tables.estimate.ratio import AnyDesign
from spean.tables.estimate.result import Estimate, Joint, check_level, t_quantile, there

ShareInterval = Literal["logit", "beta", "linear"]
"""``logit``: t interval of the log odds (R's ``svyciprop`` ``xlogit``, which on linearised
variances is its ``logit``). ``beta``: Clopper–Pearson on the effective sample size (Korn and
Graubard 1998; R's ``beta``). ``linear``: t interval of the share itself.

A share of 0 or 1 has no log odds; it gets the beta interval with its number of cases as the
effective size (Parker and others 2017, NCHS Data Presentation Standards for Proportions).
"""


def proportion(
    design: AnyDesign,
    flags: Flags | Floats,
    *,
    domain: Flags | None = None,
    level: float = 0.95,
    interval: ShareInterval = "logit",
) -> Estimate:
    """Give the share of rows that are true (1; NaN is no answer), with its interval.

    Raises NothingToEstimate for a domain with no cases.
    """
    values = np.asarray(flags, dtype=float)
    if (~np.isin(values[~np.isnan(values)], (0.0, 1.0))).any():
        raise TablesError("A proportion needs values that are true or false (1 or 0).")
    joint = means(design, values.reshape(-1, 1), domain=domain)
    return there(share_estimates(joint, level, interval)[0])


def share_estimates(
    joint: Joint, level: float = 0.95, interval: ShareInterval = "logit"
) -> tuple[Estimate | None, ...]:
    """Give shares estimated together with intervals of their own; None where there is no case."""
    check_level(level)
    plain = joint.estimates(level)
    if interval == "linear":
        return plain
    return tuple(None if one is None else _with_interval(one, level, interval) for one in plain)


def _with_interval(one: Estimate, level: float, interval: ShareInterval) -> Estimate:
    share, se = one.value, one.se or 0.0
    if one.df <= 0:
        return one
    if 0 < share < 1 and se == 0:
        return replace(one, low=share, high=share)
    if interval == "logit" and 0 < share < 1:
        middle, reach = special.logit(share), t_quantile(level, one.df) * se / (share * (1 - share))
        low, high = special.expit(middle - reach), special.expit(middle + reach)
        return replace(one, low=float(low), high=float(high))
    low, high = _beta(share, se, one.n, one.df, level)
    return replace(one, low=low, high=high)


def _beta(share: float, se: float, n: int, df: int, level: float) -> tuple[float, float]:
    size = share * (1 - share) / se**2 if 0 < share < 1 else float(n)
    if n > 1:
        size *= (t_quantile(level, n - 1) / t_quantile(level, df)) ** 2
    tail, yes, no = (1 - level) / 2, size * share, size * (1 - share)
    low = float(special.betaincinv(yes, no + 1, tail)) if share > 0 else 0.0
    high = float(special.betaincinv(yes + 1, no, 1 - tail)) if share < 1 else 1.0
    return low, high
