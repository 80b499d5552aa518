"""Shares and means in the cells of a table, all of them in one pass over the rows.

Rows are coded: ``groups`` (n,) is the column of the table that a row stands in, -1 for none. Values
come in the order group by group: place ``group * size + category``.
"""

import numpy as np

from spean.tables.design.arrays import Flags, Floats, Ints
from spean.tables.design.statistic import Sums
from spean.tables.errors import TablesError
from spean.tables.estimate.ratio import AnyDesign, ratio_of
from spean.tables.estimate.result import Joint


def shares(
    design: AnyDesign, codes: Ints, size: int, *, groups: Ints | None = None, count: int = 1
) -> Joint:
    """Give the share of each of ``size`` categories in each of ``count`` groups (column percents).

    ``codes`` (n,) is each row's category, -1 for no answer. One value for each group and category,
    with the covariance between all of them.
    """
    where = everyone(design, groups, count)
    check_codes(design, codes, size, "categories")
    cells = np.where((codes >= 0) & (where >= 0), where * size + codes, -1)
    sums = design.cell_sums(cells, size * count)
    bases = np.where(cells >= 0, where, -1)
    of = np.repeat(np.arange(count), size)
    return _joint(design, sums, bases, count, of)


def response_shares(
    design: AnyDesign,
    flags: Flags,
    asked: Flags,
    *,
    groups: Ints | None = None,
    count: int = 1,
) -> Joint:
    """Give the share of cases that gave each answer of a response set, in each group.

    ``flags`` (n, options) tells who gave which answer, ``asked`` (n,) who is a case: asked, and
    answered at all. Shares of one group may add to more than 1.
    """
    where = everyone(design, groups, count)
    options = flags.shape[1]
    bases = np.where(asked, where, -1)
    parts = [design.cell_sums(np.where(flags[:, at], bases, -1), count) for at in range(options)]
    joined = parts[0].beside(*parts[1:])
    order = np.arange(count * options).reshape(options, count).T.reshape(-1)
    of = np.repeat(np.arange(count), options)
    return _joint(design, joined.take(order), bases, count, of)


def group_means(
    design: AnyDesign, values: Floats, *, groups: Ints | None = None, count: int = 1
) -> Joint:
    """Give the mean of a value (n,) in each group; NaN is no answer."""
    where = everyone(design, groups, count)
    bases = np.where(np.isnan(values), -1, where)
    data = np.where(bases >= 0, values, 0.0)
    base = design.cell_sums(bases, count)
    found, covariance = ratio_of(design.cell_sums(bases, count, data), base, np.arange(count))
    n, mass = cases(design, bases, count), base.totals
    apart = (data - found[np.maximum(bases, 0)]) ** 2
    inside = bases >= 0
    squares = np.bincount(bases[inside], (design.weights * apart)[inside], count)
    simple = squares / np.where(mass > 0, mass, 1.0) / np.maximum(n - 1, 1)
    df = group_degrees(design, bases, count)
    return Joint(found, covariance, np.where(n > 1, simple, 0.0), df, n)


def everyone(design: AnyDesign, groups: Ints | None, count: int) -> Ints:
    """Give each row's group; all are in group 0 when there are none."""
    if groups is None:
        if count != 1:
            raise TablesError(f"{count} groups, but it is not said which row is in which.")
        return np.zeros(design.n, dtype=np.int64)
    check_codes(design, groups, count, "groups")
    return groups


def check_codes(design: AnyDesign, codes: Ints, size: int, what: str) -> None:
    """Raise TablesError unless codes are n whole numbers from -1 to size-1."""
    if codes.shape != (design.n,) or not np.issubdtype(codes.dtype, np.integer):
        raise TablesError(f"Codes of {what} must be {design.n} whole numbers, one for each row.")
    if codes.min(initial=-1) < -1 or codes.max(initial=-1) >= size:
        raise TablesError(f"A code of the {what} is outside -1 to {size - 1}.")


def cases(design: AnyDesign, groups: Ints, count: int) -> Ints:
    """Count the rows with weight in each group (code -1: in none)."""
    return np.bincount(groups[(groups >= 0) & (design.weights > 0)], minlength=count)


def group_degrees(design: AnyDesign, groups: Ints, count: int) -> Ints:
    """Give the degrees of freedom of each group."""
    found = [design.degrees(groups == at) for at in range(count)]
    return np.array(found, dtype=np.int64)


def _joint(design: AnyDesign, sums: Sums, bases: Ints, count: int, of: Ints) -> Joint:
    found, covariance = ratio_of(sums, design.cell_sums(bases, count), of)
    n = cases(design, bases, count)[of]
    simple = np.where(n > 1, found * (1 - found) / np.maximum(n - 1, 1), 0.0)
    return Joint(found, covariance, simple, group_degrees(design, bases, count)[of], n)
