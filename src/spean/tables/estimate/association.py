"""Tests of association that know the design: Rao–Scott and Wald for two-way tables and sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import linalg, special

from spean.tables.design.arrays import Flags, Floats, Ints, compact
from spean.tables.design.statistic import Statistic, Sums
from spean.tables.errors import NothingToEstimate
from spean.tables.estimate.cells import check_codes
from spean.tables.estimate.ratio import AnyDesign

Form = Literal["F", "Chisq"]
"""Second-order correction, referred to F (R's default), or first-order, referred to chi-square."""


@dataclass(frozen=True)
class Association:
    """A test of no association: its statistic, degrees of freedom, p and what it is.

    ``ddf`` is None where the statistic is referred to chi-square, ``df`` None where the
    distribution is exact or made by permutation, ``statistic`` None where it has no end (an odds
    ratio over an empty cell).
    """

    statistic: float | None
    df: float | None
    ddf: float | None
    p: float
    method: str


@dataclass(frozen=True)
class TwoWay:
    """A two-way table of the rows in ``inside``: cells coded ``row * columns + column``."""

    cells: Ints
    inside: Flags
    rows: int
    columns: int


def two_way(design: AnyDesign, rows: Ints, columns: Ints, domain: Flags | None = None) -> TwoWay:
    """Cross two codings (-1: none), leaving out categories that no row with weight has.

    Raises NothingToEstimate unless two categories or more are left on both sides.
    """
    for codes in (rows, columns):
        check_codes(design, codes, int(codes.max(initial=0)) + 1, "table")
    inside = (rows >= 0) & (columns >= 0) & (design.weights > 0)
    if domain is not None:
        inside &= domain
    if not inside.any():
        raise NothingToEstimate("No interview has an answer on both sides of the table.")
    row, column = compact(rows[inside]), compact(columns[inside])
    size_row, size_column = int(row.max()) + 1, int(column.max()) + 1
    if size_row < 2 or size_column < 2:
        raise NothingToEstimate(
            "A test of association needs two categories or more on both sides of the table; "
            f"here there are {size_row} and {size_column}."
        )
    cells = np.full(design.n, -1, dtype=np.int64)
    cells[inside] = row * size_column + column
    return TwoWay(cells, inside, size_row, size_column)


def rao_scott(
    design: AnyDesign,
    rows: Ints,
    columns: Ints,
    *,
    domain: Flags | None = None,
    form: Form = "F",
) -> Association:
    """Test rows × columns by Pearson's statistic with Rao and Scott's (1984) correction.

    As R's ``svychisq`` with statistic ``"F"`` or ``"Chisq"``; the number of cases is that of the
    table. Raises NothingToEstimate where the table or the design cannot be tested.
    """
    table = two_way(design, rows, columns, domain)
    return corrected(design, [table], table.inside, form, "Rao–Scott test of Pearson's X²")


def rao_scott_set(
    design: AnyDesign,
    groups: Ints,
    flags: Flags,
    asked: Flags,
    *,
    form: Form = "F",
) -> Association:
    """Test whether any answer of a response set depends on the group, all answers together.

    ``flags`` (n, options) tells who gave which answer, ``asked`` (n,) who is a case. The statistic
    is the sum of Pearson's X² of each answer (given or not) by group; its terms depend on each
    other, and Rao and Scott's correction takes their joint covariance (Thomas and Decady 2004;
    Bilder and Loughin 2004). With one answer it is ``rao_scott``. Answers that all or none gave
    add nothing.
    """
    tables = answer_tables(design, groups, flags, asked)
    method = "Rao–Scott test of marginal independence in a response set"
    return corrected(design, tables, tables[0].inside, form, method)


def answer_tables(design: AnyDesign, groups: Ints, flags: Flags, asked: Flags) -> list[TwoWay]:
    """Cross groups with each answer of a response set (given or not), all on the same cases.

    Raises NothingToEstimate when no answer was given by some cases and not by others.
    """
    asked = asked & (groups >= 0) & (design.weights > 0)
    given = (flags & asked[:, None]).sum(axis=0)
    useful = np.flatnonzero((given > 0) & (given < asked.sum()))
    if not len(useful):
        raise NothingToEstimate("Every answer of the set was given by all cases or by none.")
    return [two_way(design, groups, flags[:, at].astype(np.int64), asked) for at in useful]


def corrected(
    design: AnyDesign, tables: list[TwoWay], inside: Flags, form: Form, method: str
) -> Association:
    """Give the corrected sum of Pearson's statistics of tables on the same cases."""
    sizes = [(table.rows, table.columns) for table in tables]
    nu = check_degrees(design.degrees(inside))
    return corrected_sums(_all_sums(design, tables), sizes, int(inside.sum()), nu, form, method)


def corrected_sums(
    sums: Sums, sizes: Sequence[tuple[int, int]], n: int, nu: int, form: Form, method: str
) -> Association:
    """Give the corrected sum of Pearson's statistics from the totals of the tables' cells.

    ``sizes`` are the rows and columns of each table, whose cells stand one table after the other,
    row by row; every table holds the same ``n`` cases. ``nu`` are the design's degrees of freedom.
    """
    places = np.cumsum([0, *[rows * columns for rows, columns in sizes]])
    means = sums.totals / sums.totals[: places[1]].sum()
    covariance = sums.covariance(_shares(int(places[1])))
    pearson, sides, within = 0.0, [], []
    for (rows, columns), start, stop in zip(sizes, places, places[1:], strict=False):
        share = means[start:stop]
        pearson += _pearson(share.reshape(rows, columns)) * n
        inverse = np.divide(1.0, share, out=np.zeros_like(share), where=share > 0)
        interaction = np.kron(linalg.helmert(rows), linalg.helmert(columns)).T
        sides.append(inverse[:, None] * interaction)
        within.append(interaction.T @ (inverse[:, None] * interaction) / n)
    side: Floats = linalg.block_diag(*sides)
    delta = _solve(linalg.block_diag(*within), side.T @ covariance @ side)
    trace, square = float(np.trace(delta)), float(np.trace(delta @ delta))
    if not trace > 1e-12:
        raise NothingToEstimate("The table has no sampling variance, so it cannot be tested.")
    if form == "Chisq":
        df = float(len(delta))
        return Association(
            pearson, df, None, float(special.chdtrc(df, pearson * df / trace)), method
        )
    df = trace**2 / square
    p = float(special.fdtrc(df, df * nu, pearson / trace))
    return Association(pearson / trace, df, df * nu, p, method)


def check_degrees(nu: int) -> int:
    """Give the degrees of freedom of a test. Raises NothingToEstimate when there are none."""
    if nu < 1:
        raise NothingToEstimate(
            "The cases of this table stand in too few sampling units to test anything; join groups."
        )
    return nu


def _all_sums(design: AnyDesign, tables: list[TwoWay]) -> Sums:
    parts = [design.cell_sums(table.cells, table.rows * table.columns) for table in tables]
    return parts[0].beside(*parts[1:])


def _shares(first: int) -> Statistic:
    """Give cells as shares of the whole, which is the sum of the first table's cells."""

    def of(totals: Floats) -> Floats:
        found: Floats = totals / totals[..., :first].sum(axis=-1, keepdims=True)
        return found

    def derivative(totals: Floats, changes: Floats) -> Floats:
        whole = totals[:first].sum()
        found: Floats = (changes - changes[:, :first].sum(axis=1)[:, None] * totals / whole) / whole
        return found

    return Statistic(of, derivative)


def _pearson(share: Floats) -> float:
    expected = np.outer(share.sum(axis=1), share.sum(axis=0))
    return float(((share - expected) ** 2 / expected).sum())


def _solve(within: Floats, between: Floats) -> Floats:
    if np.linalg.cond(within) > 1e12:
        raise NothingToEstimate(
            "Too many cells of the table are empty for a test; join categories."
        )
    return np.asarray(np.linalg.solve(within, between), dtype=float)


def wald(
    design: AnyDesign,
    rows: Ints,
    columns: Ints,
    *,
    domain: Flags | None = None,
    adjusted: bool = True,
) -> Association:
    """Test rows × columns by Wald's statistic as R's ``svychisq`` (``"adjWald"`` or ``"Wald"``).

    Liberal with few sampling units; ``rao_scott`` is the better test. Raises NothingToEstimate.
    """
    table = two_way(design, rows, columns, domain)
    sums = design.cell_sums(table.cells, table.rows * table.columns)
    departure = _departure(table.rows, table.columns)
    values = departure.of(sums.totals)
    covariance = sums.covariance(departure.linear_at(sums.totals))
    if np.linalg.matrix_rank(covariance) < len(values):
        raise NothingToEstimate(
            "There are too few sampling units, or too many empty cells, for Wald's test; "
            "join categories or take rao_scott."
        )
    df, nu = len(values), check_degrees(design.degrees(table.inside))
    ddf = nu - df + 1 if adjusted else nu
    if ddf < 1:
        raise NothingToEstimate(f"Wald's test of {df} contrasts needs more than {nu} degrees.")
    statistic = float(values @ np.linalg.solve(covariance, values)) / df
    statistic *= ddf / nu if adjusted else 1.0
    p = float(special.fdtrc(df, ddf, statistic))
    return Association(statistic, df, ddf, p, "Wald test of association")


def _departure(rows: int, columns: int) -> Statistic:
    """Give cells less what independence expects, first row and column left out."""

    def of(totals: Floats) -> Floats:
        cells = totals.reshape(*totals.shape[:-1], rows, columns)
        row, column = cells.sum(axis=-1, keepdims=True), cells.sum(axis=-2, keepdims=True)
        apart = cells - row * column / row.sum(axis=-2, keepdims=True)
        found: Floats = apart[..., 1:, 1:].reshape(*totals.shape[:-1], -1)
        return found

    def derivative(totals: Floats, changes: Floats) -> Floats:
        cells, change = totals.reshape(rows, columns), changes.reshape(-1, rows, columns)
        row, column, whole = cells.sum(axis=1)[:, None], cells.sum(axis=0), cells.sum()
        row_change, column_change = change.sum(axis=2)[:, :, None], change.sum(axis=1)[:, None, :]
        whole_change = change.sum(axis=(1, 2))[:, None, None]
        apart = change - (row_change * column + row * column_change) / whole
        apart += row * column / whole**2 * whole_change
        found: Floats = apart[:, 1:, 1:].reshape(len(changes), -1)
        return found

    return Statistic(of, derivative)
