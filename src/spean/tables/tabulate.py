"""Plan and answers to counts: every cell and every base in one pass over the data."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from spean.survey.answers import Answers
from spean.survey.codebook import Codebook
from spean.survey.conditions import Kinds, answer, condition
from spean.survey.simulate import exclusive_options
from spean.survey.xpath import Call, Literal, Node, Op, Ref, unparse
from spean.tables.plan import Derived, PanelPlan, Plan, RowPlan, TablePlan, both

CellKey = tuple[str, str, str, str]
"""(table, panel, row, group)."""

Figure = frozenset[str]
"""A set of respondents: those who meet all conditions of these names."""


@dataclass(frozen=True)
class Count:
    """How many respondents, and a fingerprint: equal for equal sets of respondents."""

    n: int
    set_id: int


@dataclass(frozen=True)
class Counts:
    """Counts and bases of all cells.

    ``outside`` is the number of answers outside the codebook by variable, where the data were
    aggregated without reading them one by one.
    """

    cells: Mapping[CellKey, Count]
    bases: Mapping[CellKey, Count]
    outside: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """What a plan counts: the conditions by name, and each cell and base as a set of them.

    ``asked`` are those who were asked, whether they answered or not.
    """

    conditions: Mapping[str, nw.Expr]
    cells: Mapping[CellKey, Figure]
    bases: Mapping[CellKey, Figure]
    asked: frozenset[Figure]


def tabulate(plan: Plan, codebook: Codebook, answers: Answers) -> Counts:
    """Count every cell of a plan.

    A base is who was asked (the universe of the variable, the filters) and gave an answer that is
    not a missing code. Raises NotUnderstood when a condition cannot be evaluated.
    """
    return Tabulator(plan, codebook).count(answers)


class Tabulator:
    """Makes the boolean expressions of a plan's cells; the same ones serve counting and solving."""

    def __init__(self, plan: Plan, codebook: Codebook, coded: Collection[str] = ()) -> None:
        """Make a tabulator; ``coded`` are variables stored as whole numbers, not as text."""
        self.plan, self.codebook = plan, codebook
        self.kinds: Kinds = (
            codebook.kinds() | dict.fromkeys(coded, "code") | dict.fromkeys(plan.derived, "str")
        )
        self._asked: dict[tuple[str, str, str], dict[str, Node]] = {}
        self._groups = {name: _named(group.where) for name, group in plan.groups.items()}

    def count(self, answers: Answers) -> Counts:
        """Count all cells and bases; each condition and each answer is evaluated once."""
        return self.count_frame(answers.frame)

    def count_frame(self, typed: pl.DataFrame) -> Counts:
        """Count a typed frame that is in memory."""
        figures = self.figures()
        frame = self.with_derived(nw.from_native(typed.lazy()))
        marks = pl.Series(range(typed.height), dtype=pl.UInt64).hash(seed=7).to_numpy()
        names = {name: f"mask {at}" for at, name in enumerate(figures.conditions)}
        named = (expr.alias(names[name]) for name, expr in figures.conditions.items())
        done = frame.select(*named).collect()
        masks = {name: done[column].to_numpy() for name, column in names.items()}
        counted: dict[Figure, Count] = {}
        for figure in {*figures.cells.values(), *figures.bases.values()}:
            held = reduce(lambda a, b: a & b, [masks[name] for name in figure])
            counted[figure] = Count(int(held.sum()), int(marks[held].sum()))
        return Counts(
            {key: counted[figure] for key, figure in figures.cells.items()},
            {key: counted[figure] for key, figure in figures.bases.items()},
        )

    def figures(self) -> Figures:
        """Name the conditions of the plan, and give every cell and base in those names."""
        conditions: dict[str, nw.Expr] = {}
        cells, bases, everybody = {}, {}, set()
        for table, panel, row, group in self.places():
            asked = self.conditions(table, panel, row, group)
            for name, part in asked.items():
                if name not in conditions:
                    conditions[name] = condition(part, self.kinds)
            answered, given = f"answered {row.variable}", f"{row.variable} = {row.value}"
            if answered not in conditions:
                conditions[answered] = self.answered(row.variable)
            if given not in conditions and not row.statistic:
                conditions[given] = self.given(row)
            key = (table.id, panel.id, row.id, group)
            bases[key] = frozenset((*asked, answered))
            whole = frozenset(asked) if self._tells(row) else bases[key]
            cells[key] = bases[key] if row.statistic else whole | {given}
            everybody.add(frozenset(asked))
        return Figures(conditions, cells, bases, frozenset(everybody))

    def places(self) -> Iterator[tuple[TablePlan, PanelPlan, RowPlan, str]]:
        """Walk the plan: every row of every panel under every group of its table's banner."""
        for table in self.plan.tables:
            for panel in table.panels:
                for row in panel.rows:
                    for group in self.plan.banners[table.banner].groups:
                        yield table, panel, row, group

    def with_derived(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Add the plan's derived variables as text columns of class ids."""
        for derived in self.plan.derived.values():
            frame = frame.with_columns(self._derived(derived).alias(derived.name))
        return frame

    def _derived(self, derived: Derived) -> nw.Expr:
        result = nw.lit(None, nw.String())
        for band in reversed(derived.bands):
            column = nw.col(derived.source)
            if band.values:
                given = [answer(derived.source, value, self.kinds) for value in band.values]
                test = reduce(lambda a, b: a | b, given)
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
        return self.asked(table, panel, row) | self.group(group)

    def asked(self, table: TablePlan, panel: PanelPlan, row: RowPlan) -> dict[str, Node]:
        """Give who was asked as conditions by their text: universe and filters."""
        place = (table.id, panel.id, row.id)
        if place not in self._asked:
            asked = both([self.universe(row.variable), table.filter, panel.filter, row.filter])
            self._asked[place] = _named(asked)
        return self._asked[place]

    def group(self, name: str) -> dict[str, Node]:
        """Give who is in a group as conditions by their text."""
        return self._groups[name]

    def base_node(
        self, table: TablePlan, panel: PanelPlan, row: RowPlan, group: str
    ) -> Node | None:
        """Join universe, filters and group into one condition (None: everybody)."""
        where = self.plan.groups[group].where
        return both([self.universe(row.variable), table.filter, panel.filter, row.filter, where])

    def takes_several(self, panel: PanelPlan) -> bool:
        """Tell whether a panel's answers may overlap (several of them, or questions apart)."""
        several = any(f"{panel.variable}/{row.value}" in self.kinds for row in panel.answers)
        return not panel.variable or several

    def alone(self, variable: str) -> frozenset[str]:
        """Name the answers that nobody gives beside others: by the form, or as ``none`` says."""
        if variable not in self.codebook or self.codebook[variable].type != "multiple":
            return frozenset()
        none = {"none"} & set(self.codebook[variable].values)
        return exclusive_options(self.codebook[variable]) | none

    def given(self, row: RowPlan) -> nw.Expr:
        """Tell who gave the answer of a row, or one of the answers of a net."""
        return reduce(
            lambda a, b: a | b,
            [self.has(row.variable, value) for value in row.values or (row.value,)],
        )

    def answer_node(self, row: RowPlan) -> Node | None:
        """Give the same as a condition (None for a statistic: everybody who answered)."""
        if row.statistic:
            return None
        nodes = [self._answer_node(row.variable, v) for v in row.values or (row.value,)]
        return reduce(lambda a, b: Op("or", a, b), nodes)

    def _answer_node(self, variable: str, value: str) -> Node:
        if f"{variable}/{value}" in self.kinds:
            return Call("selected", (Ref(variable), Literal(value)))
        return Op("=", Ref(variable), Literal(value))

    def _tells(self, row: RowPlan) -> bool:
        """Tell whether who gave the answer of a row has answered, with no need to look."""
        if row.variable not in self.codebook:
            return True
        variable = self.codebook[row.variable]
        refused = set(variable.missing) & set(variable.values)
        single = variable.type != "multiple" and not refused & set(row.values or (row.value,))
        return single or not refused

    def has(self, variable: str, value: str) -> nw.Expr:
        """Tell who gave this answer."""
        if f"{variable}/{value}" in self.kinds:
            return nw.col(f"{variable}/{value}").fill_null(False)
        return answer(variable, value, self.kinds)

    def answered(self, variable: str) -> nw.Expr:
        """Tell who gave an answer that is not a missing code."""
        if variable not in self.codebook:
            return ~nw.col(variable).is_null()
        values = self.codebook[variable].values
        several = next((name for v in values if (name := f"{variable}/{v}") in self.kinds), "")
        given = ~nw.col(several or variable).is_null()
        for code in self.codebook[variable].missing:
            if code in values:
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
