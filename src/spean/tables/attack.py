"""What a reader can work out: bounds on withheld figures from all that a report shows.

The attack of Hundepool et al., Statistical Disclosure Control (2012), section 4.2.3: every figure
is an unknown, every sum and every inclusion that follows from the plan is a constraint, shown
figures are known, and linear programming gives the least and the most that a withheld one can be.
The reader is taken to know the plan, the marks, and which figures are of the same people.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from spean.survey.xpath import Call, Node, Op, Ref, unparse
from spean.tables.plan import BannerPlan, PanelPlan, RowPlan, TablePlan
from spean.tables.tabulate import CellKey, Count, Counts, Tabulator

_EASE = 1e-6
Figure = tuple[frozenset[str], int]


@dataclass(frozen=True)
class Bounds:
    """The least and the most that a withheld count can be; ``truth`` is what it is."""

    key: CellKey
    low: float
    high: float
    truth: int

    @property
    def exact(self) -> bool:
        """Tell whether only one whole number is left."""
        return bool(np.floor(self.high + _EASE) - np.ceil(self.low - _EASE) < 1)


class Reader:
    """A reader of all tables of a plan who adds, subtracts and compares.

    ``shown`` and ``shown_bases`` tell which counts and bases are printed; ``at_most`` bounds
    withheld ones that are marked as fewer than a limit, ``at_least`` those that are marked as
    withheld for the sake of others.
    """

    def __init__(
        self,
        tabulator: Tabulator,
        counts: Counts,
        shown: Mapping[CellKey, bool],
        shown_bases: Mapping[CellKey, bool],
        at_most: Mapping[CellKey, int],
        at_least: Mapping[CellKey, int],
    ) -> None:
        self.tabulator, self.counts = tabulator, counts
        self.ids: dict[Figure, int] = {}
        self.values: dict[int, int] = {}
        self.sets: dict[int, int] = {}
        self.known: set[int] = set()
        self.cells: dict[CellKey, int] = {}
        self.bases: dict[CellKey, int] = {}
        self.definitions: dict[frozenset[str], list[int]] = {}
        self.low: dict[int, int] = {}
        self.high: dict[int, int] = {}
        for table, panel, row, group in tabulator.places():
            key = (table.id, panel.id, row.id, group)
            asked, given = self._define(table, panel, row, group)
            self.bases[key] = self._figure(asked, counts.bases[key], shown_bases[key])
            self.cells[key] = self._figure(given, counts.cells[key], shown[key])
            if key in at_most:
                self.high[self.cells[key]] = at_most[key]
            if key in at_least:
                self.low[self.cells[key]] = at_least[key]
        self.next = len(self.ids)
        self.equal: list[tuple[dict[int, float], float]] = []
        self.less: list[tuple[dict[int, float], float]] = []
        self._relate()

    def _define(
        self, table: TablePlan, panel: PanelPlan, row: RowPlan, group: str
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Give base and cell as sets of conditions; who gave an answer has answered."""
        conditions = self.tabulator.conditions(table, panel, row, group)
        answered = {f"answered {name}" for c in conditions.values() for name in _answers(c)}
        asked = frozenset({*conditions, *answered, f"answered {row.variable}"})
        node = self.tabulator.answer_node(row)
        return asked, asked | {unparse(node)} if node is not None else asked

    def _figure(self, definition: frozenset[str], count: Count, shown: bool) -> int:
        n, set_id = count.n, count.set_id
        number = self.ids.setdefault((definition, set_id), len(self.ids))
        if number not in self.values:
            self.definitions.setdefault(definition, []).append(number)
        self.values[number], self.sets[number] = n, set_id
        if shown:
            self.known.add(number)
        return number

    def _relate(self) -> None:
        for number in self.known:
            self.equal.append(({number: 1.0}, self.values[number]))
        for table, panel, row, group in self.tabulator.places():
            key = (table.id, panel.id, row.id, group)
            self._at_most(self.cells[key], self.bases[key])
        for definition, numbers in self.definitions.items():
            for condition in definition:
                for whole in self.definitions.get(definition - {condition}, []):
                    for number in numbers:
                        self._included(number, whole, condition)
        for table in self.tabulator.plan.tables:
            for panel in table.panels:
                self._rows(table, panel)
                self._parts(table, panel, self.tabulator.plan.banners[table.banner])

    def _included(self, part: int, whole: int, condition: str) -> None:
        """Everybody who was asked further answered: then both figures are the same."""
        if condition.startswith("answered ") and self.sets[part] == self.sets[whole]:
            self.equal.append(({part: 1.0, whole: -1.0}, 0.0))
        self._at_most(part, whole)

    def _at_most(self, part: int, whole: int) -> None:
        if part != whole:
            self.less.append(({part: 1.0, whole: -1.0}, 0.0))

    def _rows(self, table: TablePlan, panel: PanelPlan) -> None:
        """Single answers add up to the base; several answers reach it at least."""
        if not panel.variable or panel.of_numbers:
            return
        several = self.tabulator.takes_several(panel)
        for group in self.tabulator.plan.banners[table.banner].groups:
            ids = {row.id: self.cells[table.id, panel.id, row.id, group] for row in panel.rows}
            parts = _sum(ids[row.id] for row in panel.answers)
            base = self.bases[table.id, panel.id, panel.rows[0].id, group]
            for net in panel.rows:
                self._net(net, {r.value: ids[r.id] for r in panel.answers}, ids[net.id], several)
            own = {row.value: ids[row.id] for row in panel.answers}
            for alone in self.tabulator.alone(panel.variable) & set(own):
                for value, number in own.items():
                    if value != alone:
                        self.less.append((_minus(_sum([own[alone], number]), base), 0.0))
            if several and panel.complete:
                self.less.append(({k: -v for k, v in parts.items()} | {base: 1.0}, 0.0))
            elif panel.complete and not several:
                self.equal.append((_minus(parts, base), 0.0))
            elif not several:
                self.less.append((_minus(parts, base), 0.0))

    def _net(self, net: RowPlan, answers: Mapping[str, int], whole: int, several: bool) -> None:
        """A net is the sum of its answers; of several answers, between the largest and the sum."""
        own = [answers[value] for value in net.values if value in answers]
        if not net.values or len(own) < len(net.values):
            return
        for part in own:
            self._at_most(part, whole)
        terms = {number: -factor for number, factor in _sum(own).items()} | {whole: 1.0}
        (self.less if several else self.equal).append((terms, 0.0))

    def _parts(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> None:
        """Groups add up to their whole, but for people in none of them, of whom bases tell."""
        for row, (groups, whole) in product(panel.rows, banner.splits):
            asked, given = self._define(table, panel, row, whole or "total")
            keys = [(table.id, panel.id, row.id, part) for part in groups]
            if any(key not in self.cells for key in keys):
                continue
            wholes = self._of_everybody(asked, [self.bases[key] for key in keys])
            rest = self._rest([self.bases[key] for key in keys], wholes)
            cells = self._of_everybody(given, [self.cells[key] for key in keys])
            own = self._rest([self.cells[key] for key in keys], cells)
            if rest is not None and own is not None:
                self._at_most(own, rest)

    def _of_everybody(self, definition: frozenset[str], parts: list[int]) -> int | None:
        total = sum(self.values[part] for part in parts)
        found = [n for n in self.definitions.get(definition, []) if self.values[n] >= total]
        return min(found, key=self.values.__getitem__) if found else None

    def _rest(self, parts: list[int], whole: int | None) -> int | None:
        if whole is None:
            return None
        rest, self.next = self.next, self.next + 1
        self.equal.append((_minus(_sum([*parts, rest]), whole), 0.0))
        return rest

    def work_out(self, keys: Iterable[CellKey]) -> list[Bounds]:
        """Bound withheld counts; equal figures are bounded once."""
        a_eq, b_eq = self._matrix(self.equal)
        a_ub, b_ub = self._matrix(self.less)
        limits = [(self.low.get(n, 0), self.high.get(n)) for n in range(self.next)]
        found: dict[int, tuple[float, float]] = {}
        bounds = []
        for key in keys:
            number = self.cells[key]
            if number not in found:
                sides = []
                for sign in (1.0, -1.0):
                    goal = np.zeros(self.next)
                    goal[number] = sign
                    done = linprog(goal, a_ub, b_ub, a_eq, b_eq, limits, method="highs")
                    if done.status == 2:
                        raise ValueError("what the report shows contradicts itself")
                    sides.append(sign * done.fun if done.status == 0 else np.inf * -sign)
                found[number] = (sides[0], sides[1])
            bounds.append(Bounds(key, *found[number], self.values[number]))
        return bounds

    def _matrix(self, rows: list[tuple[dict[int, float], float]]) -> tuple[csr_matrix, list[float]]:
        data, at, columns = [], [], []
        for number, (terms, _value) in enumerate(rows):
            for column, factor in terms.items():
                at.append(number)
                columns.append(column)
                data.append(factor)
        matrix = csr_matrix((data, (at, columns)), shape=(len(rows), self.next))
        return matrix, [value for _terms, value in rows]


def _answers(node: Node) -> Iterator[str]:
    """Name the questions that somebody who meets a condition has answered."""
    if isinstance(node, Op) and node.op == "=" and isinstance(node.left, Ref):
        yield node.left.name
    elif isinstance(node, Call) and node.name == "selected" and isinstance(node.args[0], Ref):
        yield node.args[0].name


def _sum(numbers: Iterable[int]) -> dict[int, float]:
    terms: dict[int, float] = {}
    for number in numbers:
        terms[number] = terms.get(number, 0.0) + 1.0
    return terms


def _minus(terms: dict[int, float], whole: int) -> dict[int, float]:
    return terms | {whole: terms.get(whole, 0.0) - 1.0}
