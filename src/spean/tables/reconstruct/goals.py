"""Published figures as sums over respondents."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.survey.xpath import Call, Literal, Node, Op, Ref, unparse
from spean.tables.compare import Published
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
    places: dict[tuple[str, str, str], Place] = {
        (table.id, panel.id, row.id): (table, panel, row)
        for table in plan.tables
        for panel in table.panels
        for row in panel.rows
    }
    tabulator = Tabulator(plan, codebook)
    found: dict[str, Target] = {}
    lines = [(f.table, f.panel, f.row, f.group, f.freq) for f in figures]
    if facts.exists():
        for number, line in enumerate(csv.DictReader(io.StringIO(read_text(facts))), 2):
            if not line["freq"].isdigit() or line["group"] not in plan.groups:
                mend = "Give a known group and a whole number."
                raise FaultyInput([Fault(str(facts), "the line is wrong.", mend, number)])
            place = (line["table"], line["panel"], line["row"], line["group"])
            lines.append((*place, int(line["freq"])))
    for table_id, panel_id, row_id, group, count in lines:
        base = row_id == "base"
        known = [key for key in places if key[:2] == (table_id, panel_id)]
        key = (known[0] if known else ("", "", "")) if base else (table_id, panel_id, row_id)
        if count is None or key not in places:
            continue
        target = _target(tabulator, places[key], group, count, base)
        text = unparse(target.asked) if target.asked else ""
        found.setdefault(f"{text}|{target.variable}|{target.value}", target)
    return list(found.values())


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
