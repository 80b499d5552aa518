"""Published figures as sums over respondents."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.survey.xpath import Call, Literal, Node, Op, Ref, unparse
from spean.tables.compare import Published, Reading
from spean.tables.model import Text
from spean.tables.plan import PanelPlan, Plan, RowPlan, TablePlan, both
from spean.tables.provenance import combination
from spean.tables.tabulate import Tabulator

Place = tuple[TablePlan, PanelPlan, RowPlan]


@dataclass(frozen=True)
class Target:
    """A published figure as a sum: how many meet ``asked`` and gave ``value`` to ``variable``.

    An empty ``variable`` counts all who were asked and answered: a base.
    """

    asked: Node | None
    variable: str
    value: str
    count: int
    name: str
    combination: str

    def counts(self) -> str:
        """Say what is counted: the answer, and by whom."""
        group = self.name.partition("@")[2].partition(" ")[0]
        if not self.variable:
            return f"all who answered @ {group}"
        return f"{self.variable} = {self.value}, of {self.combination}"

    def condition(self, several: bool) -> Node:
        """Join everything into one condition."""
        if not self.variable:
            if self.asked is None:
                raise ValueError(f"{self.name}: a base needs a condition")
            return self.asked
        own: Node = Op("=", Ref(self.variable), Literal(self.value))
        if several:
            own = Call("selected", (Ref(self.variable), Literal(self.value)))
        return own if self.asked is None else Op("and", self.asked, own)


def read_targets(
    plan: Plan, codebook: Codebook, figures: Sequence[Published], facts: Path
) -> list[Target]:
    """Turn published figures, and the facts of ``figures.csv``, into sums, each once."""
    found: dict[str, Target] = {}
    aim = Aim(plan, codebook)
    lines: list[tuple[str, str, str, str, int | None]] = [
        (f.table, f.panel, f.row, f.group, f.freq) for f in figures
    ]
    for line in [*lines, *(fact[:5] for fact in read_facts(plan, facts))]:
        target = aim.at(*line)
        if target is not None:
            text = unparse(target.asked) if target.asked else ""
            found.setdefault(f"{text}|{target.variable}|{target.value}", target)
    return list(found.values())


def unanswered(
    goals: Sequence[Target], figures: Sequence[Published], readings: Mapping[str, Reading]
) -> frozenset[str]:
    """Name the questions whose figures are read as lacking some people's answers."""
    lacking = {
        (figure.table, figure.panel, figure.row)
        for figure in figures
        if figure.reading in readings and readings[figure.reading].kind == "missing"
    }
    return frozenset(
        goal.variable for goal in goals if tuple(goal.name.split("@")[0].split(".")) in lacking
    )


def read_facts(plan: Plan, path: Path) -> list[tuple[str, str, str, str, int, str]]:
    """Read ``figures.csv``: table, panel, row, group, count, and the reading it follows from.

    These are printed outside the tables, or are bases of printed percents. Raises FaultyInput for
    a line without a known group or a whole number; gives nothing where there is no such file.
    """
    found = []
    lines = csv.DictReader(io.StringIO(read_text(path))) if path.exists() else ()
    for number, line in enumerate(lines, 2):
        if not line["freq"].isdigit() or line["group"] not in plan.groups:
            mend = "Give a known group and a whole number."
            raise FaultyInput([Fault(str(path), "the line is wrong.", mend, number)])
        place = (line["table"], line["panel"], line["row"], line["group"])
        found.append((*place, int(line["freq"]), line.get("reading") or ""))
    return found


class Aim:
    """Turns a cell of the plan, and what was printed for it, into a sum."""

    def __init__(self, plan: Plan, codebook: Codebook) -> None:
        self.tabulator = Tabulator(plan, codebook)
        self.places: dict[tuple[str, str, str], Place] = {
            (table.id, panel.id, row.id): (table, panel, row)
            for table in plan.tables
            for panel in table.panels
            for row in panel.rows
        }

    def at(self, table: str, panel: str, row: str, group: str, count: int | None) -> Target | None:
        """Give the sum for a cell (row ``base``: all who answered); none without cell or count.

        A row that the plan leaves out may be named too, by the code of its answer.
        """
        known = [key for key in self.places if key[:2] == (table, panel)]
        place = self.places.get((table, panel, row))
        if place is None and known:
            table_plan, panel_plan, first = self.places[known[0]]
            if row == "base":
                place = (table_plan, panel_plan, first)
            elif row in self._answers(panel_plan.variable):
                place = (table_plan, panel_plan, replace(first, id=row, value=row))
        if count is None or place is None:
            return None
        return _target(self.tabulator, place, group, count, row == "base")

    def _answers(self, variable: str) -> Mapping[str, Text]:
        codebook = self.tabulator.codebook
        return codebook[variable].values if variable in codebook else {}


def _target(tabulator: Tabulator, place: Place, group: str, count: int, base: bool) -> Target:
    table, panel, row = place
    among = both([table.filter, panel.filter, row.filter])
    asked = tabulator.base_node(table, panel, row, group)
    name = f"{table.id}.{panel.id}.{'base' if base else row.id}@{group}"
    if not base:
        printed = combination(row.variable, among, group)
        return Target(asked, row.variable, row.value, count, name, printed)
    codebook = tabulator.codebook
    refused: list[Node] = []
    if row.variable in codebook and codebook[row.variable].type == "multiple":
        for code in codebook[row.variable].missing:
            call = Call("selected", (Ref(row.variable), Literal(code)))
            refused.append(Call("not", (call,)))
    return Target(both([asked, *refused]), "", "", count, name, "")
