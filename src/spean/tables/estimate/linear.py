"""Totals, means and ratios, in the whole sample and in domains.

A domain (Särndal, Swensson and Wretman 1992, chapter 10) is estimated with the whole design: rows
outside count as 0, and units without a case stay in the variance. NaN in a value is no answer: the
row is outside the domain of that value.
"""

import numpy as np

from spean.tables.design.arrays import Flags, Floats, Ints
from spean.tables.design.statistic import Sums
from spean.tables.errors import TablesError
from spean.tables.estimate.ratio import PLAIN, AnyDesign, ratio_of
from spean.tables.estimate.result import Estimate, Joint

_BLOCK, _ROWS = 32, 1 << 14


def totals(design: AnyDesign, values: Floats, *, domain: Flags | None = None) -> Joint:
    """Give the totals of columns (n, k) as R's ``svytotal(…, na.rm = TRUE)``."""
    data, inside = _prepared(design, values, domain)
    sums = _sums(design, data)
    mass, n, squares = _moments(design, data, inside, centred=True)
    simple = mass * squares / np.maximum(n - 1, 1)
    df = _degrees(design, inside)
    return Joint(sums.totals, sums.covariance(PLAIN), _clean(simple, n), df, n)


def means(design: AnyDesign, values: Floats, *, domain: Flags | None = None) -> Joint:
    """Give the means of columns (n, k) as R's ``svymean(…, na.rm = TRUE)``, each on its answers."""
    data, inside = _prepared(design, values, domain)
    each = np.arange(data.shape[1])
    found, covariance = ratio_of(_sums(design, data), _sums(design, inside), each)
    mass, n, squares = _moments(design, data, inside, centred=True)
    simple = squares / np.where(mass > 0, mass, 1.0) / np.maximum(n - 1, 1)
    return Joint(found, covariance, _clean(simple, n), _degrees(design, inside), n)


def ratios(
    design: AnyDesign, above: Floats, below: Floats, *, domain: Flags | None = None
) -> Joint:
    """Give the ratios of totals of columns (n, k) as R's ``svyratio(…, na.rm = TRUE)``.

    Raises TablesError where a denominator's total is 0.
    """
    answered = ~(np.isnan(above) | np.isnan(below))
    answered = answered if domain is None else answered & domain[:, None]
    top, inside = _prepared(design, np.where(answered, above, np.nan), None)
    bottom = np.where(inside, below, 0.0)
    below_sums = _sums(design, bottom)
    found, covariance = ratio_of(_sums(design, top), below_sums, np.arange(top.shape[1]))
    divisor = below_sums.totals
    mass, n, squares = _moments(design, top - found * bottom, inside)
    if ((divisor == 0) & (n > 0)).any():
        raise TablesError("A ratio's denominator adds up to 0; choose another denominator.")
    held = np.where(divisor == 0, 1.0, divisor)
    simple = mass * squares / held**2 / np.maximum(n - 1, 1)
    return Joint(found, covariance, _clean(simple, n), _degrees(design, inside), n)


def total(
    design: AnyDesign, values: Floats, *, domain: Flags | None = None, level: float = 0.95
) -> Estimate:
    """Give one total. Raises NothingToEstimate for a domain with no cases."""
    return totals(design, _column(values), domain=domain).one(level)


def mean(
    design: AnyDesign, values: Floats, *, domain: Flags | None = None, level: float = 0.95
) -> Estimate:
    """Give one mean. Raises NothingToEstimate for a domain with no cases."""
    return means(design, _column(values), domain=domain).one(level)


def ratio(
    design: AnyDesign,
    above: Floats,
    below: Floats,
    *,
    domain: Flags | None = None,
    level: float = 0.95,
) -> Estimate:
    """Give one ratio of totals. Raises NothingToEstimate for a domain with no cases."""
    return ratios(design, _column(above), _column(below), domain=domain).one(level)


def _column(values: Floats) -> Floats:
    return np.asarray(values, dtype=float).reshape(-1, 1)


def _prepared(design: AnyDesign, values: Floats, domain: Flags | None) -> tuple[Floats, Flags]:
    data = np.asarray(values, dtype=float)
    if data.ndim != 2 or len(data) != design.n:
        raise TablesError(f"Values have the shape {data.shape}; the design has {design.n} rows.")
    inside = ~np.isnan(data)
    if domain is not None:
        inside &= check_domain(design, domain)[:, None]
    if not inside.all():
        data = np.where(inside, data, 0.0)
    if not np.isfinite(design.weights @ data).all():
        raise TablesError("A value is infinite; check the division or logarithm that made it.")
    return data, inside


def check_domain(design: AnyDesign, domain: Flags) -> Flags:
    """Give a domain's flags. Raises TablesError unless they are n booleans."""
    if domain.shape != (design.n,) or domain.dtype != np.bool_:
        raise TablesError(f"A domain must be {design.n} times true or false, one for each row.")
    return domain


def _sums(design: AnyDesign, data: Floats | Flags) -> Sums:
    """Sum by blocks of columns, so that a wide table needs no second copy of all of it."""
    blocks = [
        design.sums(data[:, at : at + _BLOCK].astype(float, copy=False))
        for at in range(0, data.shape[1], _BLOCK)
    ]
    return blocks[0].beside(*blocks[1:])


def _moments(
    design: AnyDesign, data: Floats, inside: Flags, centred: bool = False
) -> tuple[Floats, Ints, Floats]:
    """Give by column the weights, the cases and the weighted squares (about the mean)."""
    mass, n, centre, squares = np.zeros((4, data.shape[1]))
    blocks = [slice(at, at + _ROWS) for at in range(0, design.n, _ROWS)]
    for block in blocks:
        weights, within = design.weights[block], inside[block].astype(float)
        mass += weights @ within
        n += (weights > 0).astype(float) @ within
        centre += weights @ data[block]
    centre = np.where((mass > 0) & centred, centre / np.where(mass > 0, mass, 1.0), 0.0)
    for block in blocks:
        apart = (data[block] - centre) * inside[block]
        squares += design.weights[block] @ apart**2
    return mass, np.rint(n).astype(np.int64), squares


def _clean(simple: Floats, n: Ints) -> Floats:
    """Put 0 (not known) for the variance where rounding or a single case leaves none."""
    return np.where((n > 1) & (simple > 0), simple, 0.0)


def _degrees(design: AnyDesign, inside: Flags) -> Ints:
    whole = np.asarray(inside.all(axis=0))
    every = design.degrees() if whole.any() else 0
    columns = range(inside.shape[1])
    found = [every if whole[at] else design.degrees(inside[:, at]) for at in columns]
    return np.array(found, dtype=np.int64)
