"""Plan and answers to counts: every cell and every base in one pass over the data."""

from collections.abc import Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import polars as pl

from spean.survey.answers import Answers
from spean.survey.codebook import Codebook
from spean.survey.conditions import Kinds, condition
from spean.survey.xpath import Node
from spean.tables.plan import Derived, PanelPlan, Plan, RowPlan, TablePlan, both

CellKey = tuple[str, str, str, str]
"""(table, panel, row, group)."""


@dataclass(frozen=True)
class Count:
    """How many respondents, and a fingerprint: equal for equal sets of respondents."""

    n: int
    set_id: int


@dataclass(frozen=True)
class Counts:
    """Counts and bases of all cells, and the number of respondents by group."""

    cells: Mapping[CellKey, Count]
    bases: Mapping[CellKey, Count]


def tabulate(plan: Plan, codebook: Codebook, answers: Answers) -> Counts:
    """Count every cell of a plan.

    A base is who was asked (the universe of the variable, the filters) and gave an answer that is
    not a missing code. Raises NotUnderstood when a condition cannot be evaluated.
    """
    return Tabulator(plan, codebook).count(answers)


class Tabulator:
    """Makes the boolean expressions of a plan's cells; the same ones serve counting and solving."""

    def __init__(self, plan: Plan, codebook: Codebook) -> None:
        self.plan, self.codebook = plan, codebook
        self.kinds: Kinds = codebook.kinds() | dict.fromkeys(plan.derived, "str")

    def count(self, answers: Answers) -> Counts:
        """Count all cells and bases in one collected query."""
        frame = self.with_derived(answers.frame)
        salt = pl.Series("__salt", range(frame.height), pl.UInt64).hash(seed=7) // 4096
        frame = frame.with_columns(salt.alias("__salt").cast(pl.Int64))
        lazy = nw.from_native(frame.lazy())
        wanted: dict[CellKey, tuple[nw.Expr, nw.Expr]] = {}
        for table in self.plan.tables:
            for panel in table.panels:
                for row in panel.rows:
                    for group in self.plan.banners[table.banner].groups:
                        key = (table.id, panel.id, row.id, group)
                        wanted[key] = self.cell(table, panel, row, group)
        exprs = []
        for at, (cell, base) in enumerate(wanted.values()):
            for letter, mask in (("c", cell), ("b", base)):
                exprs.append(mask.cast(nw.Int64).sum().alias(f"{letter}{at}"))
                marked = nw.when(mask).then(nw.col("__salt")).otherwise(0)
                exprs.append(marked.sum().alias(f"{letter}{at}s"))
        if not exprs:
            return Counts({}, {})
        row = lazy.select(*exprs).collect().to_native().row(0, named=True)
        cells, bases = {}, {}
        for at, key in enumerate(wanted):
            cells[key] = Count(row[f"c{at}"] or 0, row[f"c{at}s"] or 0)
            bases[key] = Count(row[f"b{at}"] or 0, row[f"b{at}s"] or 0)
        return Counts(cells, bases)

    def with_derived(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the plan's derived variables as text columns of class ids."""
        lazy = nw.from_native(frame.lazy())
        for derived in self.plan.derived.values():
            lazy = lazy.with_columns(self._derived(derived).alias(derived.name))
        native: pl.DataFrame = lazy.collect().to_native()
        return native

    def _derived(self, derived: Derived) -> nw.Expr:
        result = nw.lit(None, nw.String)
        for band in reversed(derived.bands):
            column = nw.col(derived.source)
            if band.values:
                test = column.is_in(list(band.values))
            else:
                test = ~column.is_null()
                if band.low is not None:
                    test = test & (column >= band.low)
                if band.high is not None:
                    test = test & (column <= band.high)
            result = nw.when(test).then(nw.lit(band.id)).otherwise(result)
        return result

    def universe(self, variable: str) -> Node | None:
        """Give the condition under which a variable, or what it derives from, was asked."""
        if variable in self.plan.derived:
            return self.universe(self.plan.derived[variable].source)
        return self.codebook[variable].universe.condition

    def base_node(
        self, table: TablePlan, panel: PanelPlan, row: RowPlan, group: str
    ) -> Node | None:
        """Join universe, filters and group into one condition (None: everybody)."""
        where = self.plan.groups[group].where
        return both([self.universe(row.variable), table.filter, panel.filter, row.filter, where])

    def cell(
        self, table: TablePlan, panel: PanelPlan, row: RowPlan, group: str
    ) -> tuple[nw.Expr, nw.Expr]:
        """Give the boolean expressions of a cell and of its base."""
        node = self.base_node(table, panel, row, group)
        asked = condition(node, self.kinds) if node is not None else nw.lit(True)
        base = asked & self.answered(row.variable)
        return base & self.has(row.variable, row.value), base

    def takes_several(self, panel: PanelPlan) -> bool:
        """Tell whether a panel's rows may overlap (several answers, or questions of their own)."""
        return not panel.variable or f"{panel.variable}/{panel.rows[0].value}" in self.kinds

    def has(self, variable: str, value: str) -> nw.Expr:
        """Tell who gave this answer."""
        if f"{variable}/{value}" in self.kinds:
            return nw.col(f"{variable}/{value}").fill_null(False)
        return (nw.col(variable) == value).fill_null(False)

    def answered(self, variable: str) -> nw.Expr:
        """Tell who gave an answer that is not a missing code."""
        given = ~nw.col(variable).is_null()
        if variable in self.codebook:
            for code in self.codebook[variable].missing:
                if code in self.codebook[variable].values:
                    given = given & ~self.has(variable, code)
        return given
