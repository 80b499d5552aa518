"""Tests for small tables: Fisher's exact test, and a permutation test that respects the design.

The rule (Cochran 1954): a table is small when an expected count of cases is under 1, or when more
than a fifth of them are under 5. A small table of equal weights without clusters or strata is
tested by Fisher's exact test (2 × 2) or by permutation; a small table of any other design, up to
20,000 cases, by permutation within its strata or clusters; all others by Rao and Scott.
"""

from collections.abc import Sequence

import numpy as np

from spean.tables.design.arrays import Flags, Floats, Ints, compact
from spean.tables.design.design import Design
from spean.tables.design.replicates import ReplicateDesign
from spean.tables.errors import NothingToEstimate, TablesError
from spean.tables.estimate.association import (
    Association,
    TwoWay,
    answer_tables,
    rao_scott,
    rao_scott_set,
    two_way,
)
from spean.tables.estimate.ratio import AnyDesign

DRAWS = 1999
"""Permutations; with the data as they are, p is a multiple of 1/2000 (Phipson and Smyth 2010)."""

MOST_CASES = 20_000
"""A larger table with expected counts that small has categories to join; it is not permuted."""


def associate(
    design: AnyDesign, rows: Ints, columns: Ints, *, domain: Flags | None = None, seed: int = 0
) -> Association:
    """Test rows × columns by the test that the size of the table calls for (see the module).

    Raises NothingToEstimate where the table or the design cannot be tested.
    """
    table = two_way(design, rows, columns, domain)
    if isinstance(design, ReplicateDesign) or not is_small(counts(table)):
        return rao_scott(design, rows, columns, domain=domain)
    if _simple(design, table):
        by_two = table.rows == table.columns == 2
        return fisher(counts(table)) if by_two else exchanged(counts(table), seed=seed)
    if table.inside.sum() > MOST_CASES:
        return rao_scott(design, rows, columns, domain=domain)
    return permutation(design, rows, columns, domain=domain, seed=seed)


def counts(table: TwoWay) -> Ints:
    """Give the unweighted counts (rows, columns) of a table."""
    flat = np.bincount(table.cells[table.inside], minlength=table.rows * table.columns)
    return flat.reshape(table.rows, table.columns)


def is_small(observed: Ints) -> bool:
    """Tell whether expected counts are too small for large-sample tests (Cochran's rule)."""
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    return bool(expected.min() < 1 or (expected < 5).mean() > 0.2)


def fisher(observed: Ints) -> Association:
    """Test a 2 × 2 table of counts exactly (two-sided, as R's ``fisher.test``)."""
    from scipy.stats import fisher_exact

    if observed.shape != (2, 2):
        raise TablesError("Fisher's exact test is for tables of two by two; take permutation.")
    result = fisher_exact(observed)
    odds = float(result.statistic) if np.isfinite(result.statistic) else None
    return Association(odds, None, None, float(result.pvalue), "Fisher's exact test")


def exchanged(observed: Ints, *, draws: int = DRAWS, seed: int = 0) -> Association:
    """Test a table of counts by permutation, all cases alike (R's ``chisq.test(simulate…)``)."""
    from scipy.stats import random_table

    rows, columns = observed.sum(axis=1), observed.sum(axis=0)
    tables = random_table(rows, columns).rvs(draws, random_state=np.random.default_rng(seed))
    expected = np.outer(rows, columns) / observed.sum()
    statistic = float(((observed - expected) ** 2 / expected).sum())
    drawn = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    beyond = int((drawn >= statistic * (1 - 1e-9)).sum())
    return Association(statistic, None, None, (beyond + 1) / (draws + 1), _method(draws, seed))


def permutation(
    design: Design,
    rows: Ints,
    columns: Ints,
    *,
    domain: Flags | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Association:
    """Test rows × columns by exchanging the rows' labels among cases that could have swapped.

    These are the cases of one sampling unit in a clustered design, of one stratum otherwise. The
    statistic is Pearson's X² of the weighted table. Raises NothingToEstimate when labels do not
    vary among cases that could swap.
    """
    return _permuted(design, [two_way(design, rows, columns, domain)], draws, seed)


def permutation_set(
    design: Design,
    groups: Ints,
    flags: Flags,
    asked: Flags,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Association:
    """Test a response set by group as ``permutation`` does: all answers of a case stay together.

    The statistic is the sum of X² over the answers, as in ``rao_scott_set``.
    """
    return _permuted(design, answer_tables(design, groups, flags, asked), draws, seed)


def associate_set(
    design: AnyDesign, groups: Ints, flags: Flags, asked: Flags, *, seed: int = 0
) -> Association:
    """Test a response set by group: by permutation where one of its tables is small, up to
    20,000 cases, otherwise by Rao and Scott.
    """
    tables = answer_tables(design, groups, flags, asked)
    small = any(is_small(counts(table)) for table in tables)
    few = tables[0].inside.sum() <= MOST_CASES
    if small and few and isinstance(design, Design):
        return _permuted(design, tables, DRAWS, seed)
    return rao_scott_set(design, groups, flags, asked)


def _permuted(design: Design, tables: Sequence[TwoWay], draws: int, seed: int) -> Association:
    inside, first = tables[0].inside, design.stages[0]
    unit = first.unit[inside]
    block = compact(unit if design.clustered else first.stratum[unit])
    order = np.argsort(block, kind="stable")
    block, weights = block[order], design.weights[inside][order]
    weights = weights * (len(weights) / weights.sum())
    label = (tables[0].cells[inside] // tables[0].columns)[order]
    answers = [(table.cells[inside] % table.columns)[order] for table in tables]
    if not (_varies(block, label) and any(_varies(block, answer) for answer in answers)):
        raise NothingToEstimate(
            "Within the sampling units all cases are alike, so no two could have swapped. "
            "Join groups until expected counts reach 5, then take rao_scott."
        )

    def statistic(labels: Ints) -> float:
        pairs = zip(tables, answers, strict=True)
        return sum(_weighted(table, labels, answer, weights) for table, answer in pairs)

    random = np.random.default_rng(seed)
    observed, beyond = statistic(label), 0
    for _ in range(draws):
        shuffled = label[np.lexsort((random.random(len(block)), block))]
        beyond += statistic(shuffled) >= observed * (1 - 1e-9)
    return Association(observed, None, None, (beyond + 1) / (draws + 1), _method(draws, seed))


def _varies(block: Ints, labels: Ints) -> bool:
    pairs = compact(block * (int(labels.max()) + 1) + labels)
    return int(pairs.max()) > int(block.max())


def _method(draws: int, seed: int) -> str:
    return f"Permutation test of Pearson's X² ({draws} draws, seed {seed})"


def _simple(design: Design, table: TwoWay) -> bool:
    weights = design.weights[table.inside]
    plain = len(design.stages[0].sampled) == 1 and not design.clustered
    return plain and not design.adjustments and bool((weights == weights[0]).all())


def _weighted(table: TwoWay, row: Ints, column: Ints, weights: Floats) -> float:
    flat = np.bincount(row * table.columns + column, weights, table.rows * table.columns)
    cells = flat.reshape(table.rows, table.columns)
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / cells.sum()
    return float(((cells - expected) ** 2 / expected).sum())
