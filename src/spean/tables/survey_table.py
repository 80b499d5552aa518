"""Weighted tables with errors from totals of sampling units, whatever the engine that made them.

Shares are ratios of totals, and a ratio's linearised scores are linear in the totals of the PSUs:
for a cell's total T, a base's total N and p = T/N, a PSU adds (T_psu - p N_psu) / N (Särndal,
Swensson and Wretman 1992, section 5.5). So nothing is lost by adding rows up first: the figures
are those of ``tables.estimate`` on the rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spean.survey.codebook import Codebook
from spean.tables.design.arrays import Flags, Floats, Ints, group_sums
from spean.tables.design.statistic import Statistic, Sums
from spean.tables.design.variance import Lonely, between_psu
from spean.tables.engine.sample import Sample, Stub, Totals, gather, make_stubs
from spean.tables.engine.scan import LazyAnswers
from spean.tables.errors import NothingToEstimate, TablesError
from spean.tables.estimate.association import Association, check_degrees, corrected_sums
from spean.tables.estimate.proportion import share_estimates
from spean.tables.estimate.ratio import ratio_of
from spean.tables.estimate.result import Estimate, Joint
from spean.tables.plan import BannerPlan, Plan
from spean.tables.tabulate import CellKey, Tabulator

_PEARSON = "Rao–Scott test of Pearson's X²"
_MARGINAL = "Rao–Scott test of marginal independence in a response set"

_NOBODY = 1e-11
"""A share of the weights below this is what rounding leaves of nobody."""


@dataclass(frozen=True)
class SurveyPanel:
    """A panel's column shares (0 to 1) by cell, and the test of its rows by the banner's parts.

    An estimate is None where nobody is in the base; ``test`` is None for the reason given.
    """

    table: str
    panel: str
    estimates: Mapping[CellKey, Estimate | None]
    test: Association | None
    reason: str = ""


def survey_tables(
    plan: Plan,
    codebook: Codebook,
    answers: LazyAnswers,
    sample: Sample,
    *,
    level: float = 0.95,
) -> tuple[SurveyPanel, ...]:
    """Estimate every panel of a plan: shares, standard errors, logit intervals, design effects.

    One pass over the data for each banner. Rows with one answer are tested by Rao and Scott's F
    for a two-way table, rows with several by that for a response set (``estimate.association``).
    A panel whose rows are questions of their own gives one SurveyPanel for each row. Raises
    DesignError as ``gather`` does, and for a stratum with one unit when ``lonely`` is ``fail``.
    """
    tabulator = Tabulator(plan, codebook, answers.coded)
    made: list[SurveyPanel] = []
    tables = [table for table in plan.tables if table.banner in plan.banners]
    for name in dict.fromkeys(table.banner for table in tables):
        banner = plan.banners[name]
        stubs = [s for t in tables if t.banner == name for s in make_stubs(tabulator, t)]
        if not stubs:
            continue
        totals = gather(answers, tabulator, sample, banner, stubs)
        made += [_Panel(totals, stub, banner).estimated(level) for stub in stubs]
    order = {table.id: at for at, table in enumerate(tables)}
    return tuple(sorted(made, key=lambda panel: order[panel.table]))


@dataclass(frozen=True)
class _Units:
    """Totals by sampling unit: their parts vary between the units of a stratum."""

    strata: Ints
    lonely: Lonely
    names: tuple[str, ...]

    def covariance(self, statistic: Statistic, totals: Floats, parts: Floats) -> Floats:
        scores = statistic.derivative(totals, parts)
        return between_psu(scores, self.strata, lonely=self.lonely, names=self.names)


@dataclass(frozen=True)
class _Root:
    """Totals whose covariance is known: their parts are a root of it."""

    def covariance(self, statistic: Statistic, totals: Floats, parts: Floats) -> Floats:
        scores = statistic.derivative(totals, parts)
        found: Floats = scores.T @ scores
        return found


class _Panel:
    """One stub by the groups of a banner. Totals stand group by group: the base, then the cells."""

    def __init__(self, totals: Totals, stub: Stub, banner: BannerPlan) -> None:
        self.totals, self.stub, self.banner = totals, stub, banner
        figures = (stub.base, *stub.cells)
        self.columns = [totals.figures[figure] for figure in figures]
        self.size = len(figures)

    def estimated(self, level: float) -> SurveyPanel:
        groups = self.banner.groups
        keys = [(self.stub.table, self.stub.panel, r, g) for g in groups for r in self.stub.rows]
        found = share_estimates(self.joint(groups), level)
        estimates = dict(zip(keys, found, strict=True))
        try:
            test, reason = self.test(), ""
        except NothingToEstimate as error:
            test, reason = None, str(error)
        return SurveyPanel(self.stub.table, self.stub.panel, estimates, test, reason)

    def joint(self, groups: Sequence[str]) -> Joint:
        """Estimate the shares of all cells in all groups together."""
        sums = self.sums(groups)
        places = np.arange(len(groups) * self.size).reshape(len(groups), self.size)
        cells, bases = places[:, 1:].reshape(-1), np.repeat(places[:, 0], self.size - 1)
        each = np.arange(len(cells))
        shares, covariance = ratio_of(sums.take(cells), sums.take(bases), each)
        inside = [self.totals.members[group] for group in groups]
        n = np.repeat([self.cases(lines) for lines in inside], self.size - 1)
        df = np.repeat([self.degrees(lines) for lines in inside], self.size - 1)
        simple = np.where(n > 1, shares * (1 - shares) / np.maximum(n - 1, 1), 0.0)
        return Joint(shares, covariance, simple, df, n)

    def test(self) -> Association:
        """Test the rows by the parts of the banner. Raises NothingToEstimate where none can be."""
        parts = self.banner.parts
        if len(parts) < 2:
            raise NothingToEstimate("The banner names no parts to hold against each other.")
        lines = [self.totals.members[part] for part in parts]
        base = self.base_weights()
        if (np.sum(lines, axis=0)[base > 0] > 1).any():
            raise NothingToEstimate("A respondent is in two parts of the banner.")
        groups = [g for g, inside in zip(parts, lines, strict=True) if base[inside].sum() > 0]
        inside = np.logical_or.reduce(lines)
        sums, sizes = self.two_way(groups) if self.stub.exclusive else self.each(groups)
        if len(groups) < 2 or not sizes or min(min(size) for size in sizes) < 2:
            raise NothingToEstimate(
                "A test of association needs two groups with cases and two answers given."
            )
        nu, n = check_degrees(self.degrees(inside)), self.cases(inside)
        method = _PEARSON if self.stub.exclusive else _MARGINAL
        return corrected_sums(sums, sizes, n, nu, "F", method)

    def two_way(self, groups: Sequence[str]) -> tuple[Sums, list[tuple[int, int]]]:
        """Give the cells by group, with the other answers as one row, without rows nobody gave."""
        cells = np.eye(self.size)[:, 1:]
        if not self.stub.complete:
            cells = np.column_stack([cells, np.eye(self.size)[0] - cells.sum(axis=1)])
        sums = self.sums(groups)
        by_group = sums.totals.reshape(len(groups), self.size) @ cells
        given = by_group.sum(axis=0) > _NOBODY * by_group.sum()
        mixer = np.kron(np.eye(len(groups)), cells[:, given]).astype(np.float64)
        mixed = _mix(sums, mixer)
        return mixed, [(len(groups), int(given.sum()))]

    def each(self, groups: Sequence[str]) -> tuple[Sums, list[tuple[int, int]]]:
        """Give not ticked and ticked by group for every option that some gave and some did not."""
        sums = self.sums(groups)
        whole = sums.totals.reshape(len(groups), self.size).sum(axis=0)
        ticked, base = whole[1:], whole[0]
        useful = (ticked > _NOBODY * base) & (base - ticked > _NOBODY * base)
        mixes = []
        for at in np.flatnonzero(useful) + 1:
            table = np.zeros((self.size, 2))
            table[0, 0], table[at, 0], table[at, 1] = 1, -1, 1
            mixes.append(np.kron(np.eye(len(groups)), table))
        if not mixes:
            return sums, []
        return _mix(sums, np.hstack(mixes)), [(len(groups), 2)] * len(mixes)

    def sums(self, groups: Sequence[str]) -> Sums:
        weights = self.totals.weights[:, self.columns]
        by_group = [weights * self.totals.members[group][:, None] for group in groups]
        columns = np.hstack(by_group)
        total = columns.sum(axis=0)
        if self.totals.sample.psu:
            parts = group_sums(self.totals.unit, columns, len(self.totals.strata))
            units = _Units(self.totals.strata, self.totals.sample.lonely, self.totals.names)
            return Sums(total, parts, units)
        return Sums(total, _root(self.row_covariance(groups, columns)), _Root())

    def row_covariance(self, groups: Sequence[str], columns: Floats) -> Floats:
        """Give the covariance of totals where rows are units: squares less means, by stratum."""
        totals = self.totals
        strata = len(totals.strata)
        rows = np.bincount(totals.unit, totals.rows, strata).astype(np.int64)
        scale = _row_scale(rows, totals.sample.lonely, totals.names)
        squares = totals.squares * scale[totals.unit][:, None]
        blocks = self.cross(squares)
        inside = np.array([totals.members[group] for group in groups], dtype=float)
        covariance = np.einsum("lij,al,bl->aibj", blocks, inside, inside)
        means = group_sums(totals.unit, columns, strata)
        alone = (rows == 1)[:, None]
        shrunk = np.where(alone, 0.0, means * np.sqrt(scale / np.maximum(rows, 1))[:, None])
        found: Floats = covariance.reshape(len(means.T), -1) - shrunk.T @ shrunk
        return found

    def cross(self, squares: Floats) -> Floats:
        """Lay the sums of squares out as (lines, size, size); a cell is part of its base."""
        pairs, figures = self.totals.pairs, (self.stub.base, *self.stub.cells)
        blocks = np.zeros((len(squares), self.size, self.size))
        for i, a in enumerate(figures):
            for j, b in enumerate(figures):
                both = (max(a, b, key=len),) if a <= b or b <= a else (a, b)
                if (at := pairs.get(frozenset(both))) is not None:
                    blocks[:, i, j] = squares[:, at]
        return blocks

    def base_weights(self) -> Floats:
        """Give the weight of the base on each line."""
        return self.totals.weights[:, self.columns[0]]

    def cases(self, lines: Flags) -> int:
        """Count the rows with weight in the base on these lines."""
        return int(self.totals.cases[lines, self.totals.bases[self.stub.base]].sum())

    def degrees(self, lines: Flags) -> int:
        """Give units less strata among the rows with weight in the base on these lines."""
        units = np.unique(self.totals.unit[lines & (self.base_weights() > 0)])
        strata = len(np.unique(self.totals.strata[units]))
        return (len(units) if self.totals.sample.psu else self.cases(lines)) - strata


def _mix(sums: Sums, matrix: Floats) -> Sums:
    """Give linear combinations of totals: ``matrix`` is (m, k)."""
    return Sums(sums.totals @ matrix, sums.parts @ matrix, sums.source)


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    found: Floats = np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T
    return found


def _row_scale(rows: Ints, lonely: Lonely, names: Sequence[str]) -> Floats:
    """Give n/(n-1) by stratum; for a stratum of one row what ``lonely`` says of it."""
    alone = rows == 1
    if lonely == "fail":
        each = np.arange(len(rows))
        between_psu(np.zeros((len(rows), 0)), each, sampled=rows, lonely=lonely, names=names)
    many = rows / np.maximum(rows - 1, 1)
    scale: Floats = np.where(alone, 1.0 if lonely == "adjust" else 0.0, many)
    if lonely == "average" and alone.any():
        if alone.all():
            raise TablesError("Every stratum has only one row; choose lonely='adjust'.")
        scale *= len(rows) / (~alone).sum()
    return scale
