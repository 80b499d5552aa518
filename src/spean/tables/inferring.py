"""Figures of a plan with their errors: shares, statistics of numbers, letters and tests.

Works on the rows: every figure of a panel is a ratio of totals, estimated together with the others
so that columns can be compared (``estimate``). What a study has no right to is left out
(``estimate.wording``).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from spean.tables.cells import denominator
from spean.tables.design.arrays import Flags, Floats, Ints
from spean.tables.disclosure import Limits, dominated
from spean.tables.errors import NothingToEstimate
from spean.tables.estimate import (
    Association,
    Estimate,
    Joint,
    associate,
    associate_set,
    compare,
    honest,
    means,
    quantiles,
    ratio,
    ratios,
    share_estimates,
    totals,
)
from spean.tables.inference import Inference, Survey, column_letters
from spean.tables.plan import BannerPlan, PanelPlan, RowPlan, TablePlan
from spean.tables.tabulate import CellKey, Figure, Tabulator

_ROUNDING = 1e-10
"""A standard error below this share of its value is what rounding leaves of none."""
_POINTS = {"median": 0.5}


def infer(
    tabulator: Tabulator,
    frame: nw.LazyFrame[Any],
    rows: Callable[[nw.LazyFrame[Any]], pl.DataFrame],
    survey: Survey | Callable[[pl.DataFrame], Survey],
    usable: Callable[[CellKey], bool],
    limits: Limits,
    *,
    shares: bool = True,
    beside: Sequence[str] = (),
) -> Inference:
    """Estimate every cell of a plan.

    ``rows`` collects the rows of ``frame``; ``survey`` has them in the same order, or makes the
    design of what is collected, with the columns ``beside``. ``usable`` tells which cells may be
    compared: not those that are withheld or stand on few people. ``limits`` say which statistics
    few people dominate. Without ``shares`` only statistics of numbers are worked out. Raises
    DesignError for a stratum with one unit when ``lonely`` is ``fail``.
    """
    made = _Inferring(tabulator, frame, rows, survey, usable, limits, beside)
    return made.infer(shares)


class _Inferring:
    def __init__(
        self,
        tabulator: Tabulator,
        frame: nw.LazyFrame[Any],
        rows: Callable[[nw.LazyFrame[Any]], pl.DataFrame],
        survey: Survey | Callable[[pl.DataFrame], Survey],
        usable: Callable[[CellKey], bool],
        limits: Limits,
        beside: Sequence[str],
    ) -> None:
        self.tabulator, self.usable, self.limits = tabulator, usable, limits
        self.dominated: set[CellKey] = set()
        self.differences: dict[tuple[CellKey, CellKey], Estimate] = {}
        self.figures = tabulator.figures()
        names = {name: f"mask {at}" for at, name in enumerate(self.figures.conditions)}
        tests = [test.alias(names[name]) for name, test in self.figures.conditions.items()]
        panels = [panel for table in tabulator.plan.tables for panel in table.panels]
        rows_of = [row for panel in panels if panel.of_numbers for row in panel.rows]
        numbers = sorted({n for row in rows_of for n in (row.variable, row.per) if n})
        values = [nw.col(name).cast(nw.Float64).alias(f"value {name}") for name in numbers]
        done = rows(tabulator.with_derived(frame).select(*beside, *tests, *values))
        self.survey = survey if isinstance(survey, Survey) else survey(done)
        self.masks = {name: done[column].to_numpy() for name, column in names.items()}
        self.values = {name: done[f"value {name}"].to_numpy().astype(float) for name in numbers}
        self.cells: dict[CellKey, Estimate | None] = {}
        self.weighted: dict[CellKey, float] = {}
        self.letters: dict[CellKey, str] = {}
        self.tests: dict[tuple[str, str], Association] = {}

    def infer(self, shares: bool) -> Inference:
        for table in self.tabulator.plan.tables:
            banner = self.tabulator.plan.banners.get(table.banner)
            for panel in table.panels if banner else ():
                assert banner is not None
                if panel.of_numbers:
                    self.numbers(table, panel, banner)
                elif shares:
                    self.shares(table, panel, banner)
        few = frozenset(self.dominated)
        return Inference(self.cells, self.weighted, self.letters, self.tests, few, self.differences)

    def held(self, figure: frozenset[str]) -> Flags:
        """Tell who is in a figure."""
        found: Flags = np.logical_and.reduce([self.masks[name] for name in figure])
        return found

    def shares(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> None:
        keys = [(table.id, panel.id, row.id, g) for row in panel.rows for g in banner.groups]
        bases = np.column_stack([self.held(self.base(panel, banner, key)) for key in keys])
        given = np.column_stack([self.held(self.figures.cells[key]) for key in keys])
        design = self.survey.design
        above = np.where(bases, given.astype(float), np.nan)
        joint = ratios(design, above, np.where(bases, 1.0, np.nan))
        found = share_estimates(joint, self.survey.level)
        for key, estimate, ticked in zip(keys, found, given.T, strict=True):
            self.cells[key] = self.honest(estimate, 100.0)
            self.weighted[key] = float(design.weights[ticked].sum())
        self.subtract(joint, keys, banner, 100.0)
        if not self.survey.basis.allows_margins:
            return
        place = {key: at for at, key in enumerate(keys)}
        if table.letters:
            for row in panel.rows:
                for parts, _whole in banner.splits:
                    stem = (table.id, panel.id, row.id)
                    own = [(*stem, g) for g in parts if (*stem, g) in place]
                    columns = [key for key in own if self.usable(key)]
                    self.compare(columns, banner, joint, [place[key] for key in columns])
        if table.test and banner.parts:
            self.test(table, panel, banner)

    def base(self, panel: PanelPlan, banner: BannerPlan, key: CellKey) -> Figure:
        """Give who a percent is of."""
        of, answers = denominator(panel, banner, key)
        return (self.figures.cells if answers else self.figures.bases)[of]

    def subtract(
        self, joint: Joint, keys: Sequence[CellKey], banner: BannerPlan, scale: float
    ) -> None:
        """Estimate the differences that the banner asks for, row by row."""
        place = {key: at for at, key in enumerate(keys)}
        for stem in dict.fromkeys(key[:3] for key in keys):
            for one, other in banner.differences:
                a, b = (*stem, one), (*stem, other)
                if not (joint.n[place[a]] and joint.n[place[b]]):
                    continue
                found = joint.difference(place[a], place[b], self.survey.level)
                kept = self.honest(found, scale)
                if kept is not None:
                    self.differences[a, b] = kept

    def compare(
        self, keys: Sequence[CellKey], banner: BannerPlan, joint: Joint, at: Sequence[int]
    ) -> None:
        """Give each column the letters of those that it exceeds."""
        if len(keys) < 2:
            return
        letters = column_letters(banner)
        found: dict[CellKey, list[str]] = {}
        for pair in compare(joint, at, self.survey.alpha).differing():
            above, under = (pair.a, pair.b) if pair.difference > 0 else (pair.b, pair.a)
            found.setdefault(keys[above], []).append(letters[keys[under][3]])
        self.letters |= {key: " ".join(sorted(own)) for key, own in found.items()}

    def test(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> None:
        """Test the answers by the first split of the banner, where there is enough to test."""
        if not panel.variable:
            return
        rows, first = panel.answers, panel.answers[0]
        keys = [(table.id, panel.id, first.id, group) for group in banner.parts]
        if any(key not in self.figures.bases for key in keys):
            return
        bases = [self.held(self.figures.bases[key]) for key in keys]
        groups = _codes(bases)
        asked = groups >= 0
        given = [self.ticked(row) & asked for row in rows]
        try:
            if self.tabulator.takes_several(panel):
                flags = np.column_stack(given)
                found = associate_set(self.survey.design, groups, flags, asked)
            else:
                found = associate(self.survey.design, _codes(given), groups)
        except NothingToEstimate:
            return
        self.tests[table.id, panel.id] = found

    def ticked(self, row: RowPlan) -> Flags:
        """Tell who gave the answer of a row."""
        return self.masks[f"{row.variable} = {row.value}"]

    def numbers(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> None:
        """Estimate the statistics of a number in each group."""
        values = self.values[panel.variable]
        first = panel.rows[0]
        for group in banner.groups:
            base = self.held(self.figures.bases[table.id, panel.id, first.id, group])
            for row in panel.rows:
                key = (table.id, panel.id, row.id, group)
                self.cells[key] = self.statistic(row, values, base)
                own = values[base & ~np.isnan(values)]
                if row.statistic in ("mean", "total") and dominated(own, self.limits):
                    self.dominated.add(key)
        for row in panel.rows:
            if row.statistic in ("mean", "total") and banner.differences:
                self.subtract_numbers(table, panel, row, banner, values)

    def subtract_numbers(
        self,
        table: TablePlan,
        panel: PanelPlan,
        row: RowPlan,
        banner: BannerPlan,
        values: Floats,
    ) -> None:
        """Estimate differences of means or totals."""
        keys = [(table.id, panel.id, row.id, group) for group in banner.groups]
        bases = [self.held(self.figures.bases[key]) for key in keys]
        columns = np.column_stack([np.where(base, values, np.nan) for base in bases])
        estimator = means if row.statistic == "mean" else totals
        self.subtract(estimator(self.survey.design, columns), keys, banner, 1.0)

    def statistic(self, row: RowPlan, values: Floats, base: Flags) -> Estimate | None:
        """Estimate one statistic of those in the base; None where there is nobody."""
        design, level, name = self.survey.design, self.survey.level, row.statistic
        column = np.where(base, values, np.nan).reshape(-1, 1)
        try:
            if name == "ratio":
                found = ratio(design, values, self.values[row.per], domain=base, level=level)
            elif name in ("mean", "total"):
                found = (means if name == "mean" else totals)(design, column).one(level)
            else:
                point = _POINTS.get(name) or int(name[1:]) / 100
                inside = base & ~np.isnan(values)
                clean = np.where(inside, values, 0.0)
                found = quantiles(design, clean, [point], domain=inside, level=level)[0]
        except NothingToEstimate:
            return None
        return self.honest(found, 1.0)

    def honest(self, estimate: Estimate | None, scale: float) -> Estimate | None:
        """Give an estimate in the unit that is shown, without what the study may not claim."""
        if estimate is None:
            return None
        return scaled(honest(estimate, self.survey.basis), scale)


def scaled(estimate: Estimate, by: float) -> Estimate:
    """Give an estimate in another unit."""
    se, low, high = (
        None if part is None else by * part for part in (estimate.se, estimate.low, estimate.high)
    )
    if se is not None and se < _ROUNDING * max(1.0, abs(by * estimate.value)):
        se = 0.0
    return replace(estimate, value=by * estimate.value, se=se, low=low, high=high)


def _codes(flags: Sequence[Flags]) -> Ints:
    """Code rows by the flag that is true of them, -1 for none."""
    codes = np.full(len(flags[0]), -1, dtype=np.int64)
    for at, flag in enumerate(flags):
        codes[flag] = at
    return codes
