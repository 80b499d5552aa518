"""Plan and answers to counts: every cell and every base in one pass over the data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from spean.survey.answers import Answers
from spean.survey.codebook import Codebook
from spean.survey.conditions import Kinds, condition
from spean.survey.xpath import Node, Op, unparse
from spean.tables.plan import Derived, PanelPlan, Plan, RowPlan, TablePlan, both

CellKey = tuple[str, str, str, str]
"""(table, panel, row, group)."""


Masks = Mapping[str, NDArray[np.bool_]]


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
        self._asked: dict[tuple[str, str, str], dict[str, Node]] = {}
        self._groups = {name: _named(group.where) for name, group in plan.groups.items()}

    def count(self, answers: Answers) -> Counts:
        """Count all cells and bases; each condition and each answer is evaluated once."""
        frame = self.with_derived(answers.frame)
        marks = pl.Series(range(frame.height), dtype=pl.UInt64).hash(seed=7).to_numpy()
        places = [
            ((table.id, panel.id, row.id, group), self.conditions(table, panel, row, group), row)
            for table in self.plan.tables
            for panel in table.panels
            for row in panel.rows
            for group in self.plan.banners[table.banner].groups
        ]
        masks = self._masks(frame, [(asked, row) for _key, asked, row in places])
        cells, bases = {}, {}
        for key, asked, row in places:
            base = masks[f"answered {row.variable}"]
            for name in asked:
                base = base & masks[name]
            given = base & masks[f"{row.variable} = {row.value}"]
            cells[key] = Count(int(given.sum()), int(marks[given].sum()))
            bases[key] = Count(int(base.sum()), int(marks[base].sum()))
        return Counts(cells, bases)

    def _masks(
        self, frame: pl.DataFrame, wanted: Sequence[tuple[Mapping[str, Node], RowPlan]]
    ) -> Masks:
        exprs: dict[str, nw.Expr] = {}
        for asked, row in wanted:
            for name, part in asked.items():
                if name not in exprs:
                    exprs[name] = condition(part, self.kinds)
            if (name := f"answered {row.variable}") not in exprs:
                exprs[name] = self.answered(row.variable)
            exprs.setdefault(f"{row.variable} = {row.value}", self.has(row.variable, row.value))
        lazy = nw.from_native(frame.lazy()).with_columns(
            *(expr.alias(f"mask {at}") for at, expr in enumerate(exprs.values()))
        )
        done = lazy.collect()
        return {name: done[f"mask {at}"].to_numpy() for at, name in enumerate(exprs)}

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

    def conditions(
        self, table: TablePlan, panel: PanelPlan, row: RowPlan, group: str
    ) -> dict[str, Node]:
        """Give who is in a base as conditions by their text: universe, filters and group."""
        place = (table.id, panel.id, row.id)
        if place not in self._asked:
            asked = both([self.universe(row.variable), table.filter, panel.filter, row.filter])
            self._asked[place] = _named(asked)
        return self._asked[place] | self._groups[group]

    def base_node(
        self, table: TablePlan, panel: PanelPlan, row: RowPlan, group: str
    ) -> Node | None:
        """Join universe, filters and group into one condition (None: everybody)."""
        where = self.plan.groups[group].where
        return both([self.universe(row.variable), table.filter, panel.filter, row.filter, where])

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


def _named(node: Node | None) -> dict[str, Node]:
    return {unparse(part): part for part in conjuncts(node)}


def conjuncts(node: Node | None) -> list[Node]:
    """Split a condition at its ands, so that order and brackets do not matter."""
    if node is None:
        return []
    if isinstance(node, Op) and node.op == "and":
        return conjuncts(node.left) + conjuncts(node.right)
    return [node]
