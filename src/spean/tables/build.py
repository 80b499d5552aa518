"""Counts to tables: percents, bases in words, disclosure control, notes on made-up data."""

import csv
import io
from pathlib import Path

from spean.survey.answers import Answers
from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.survey.words import phrase
from spean.tables.disclosure import Limits
from spean.tables.engine import LazyAnswers, count_cells
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables, Text
from spean.tables.plan import BannerPlan, PanelPlan, Plan, RowPlan, TablePlan, both
from spean.tables.provenance import Provenance, combination
from spean.tables.tabulate import CellKey, Counts, Tabulator
from spean.tables.withholding import Withholding

_ARTEFACT = {
    "en": "Made-up data: the source never printed this question for {groups}; these figures "
    "are artefacts and say nothing about people.",
    "km": "ទិន្នន័យបង្កើតឡើង៖ ប្រភពដើមមិនដែលបោះពុម្ពសំណួរនេះសម្រាប់ {groups} ទេ។ តួលេខទាំងនេះគ្មានន័យអំពីមនុស្សពិតឡើយ។",
}


def make_tables(
    plan: Plan,
    codebook: Codebook,
    answers: Answers | LazyAnswers,
    *,
    limits: Limits | None = None,
    provenance: Provenance | None = None,
    folder: Path | None = None,
) -> Tables:
    """Compute every table of a plan.

    ``limits`` None leaves every figure as it is (for the team only). ``folder`` is where data
    files of the plan lie. Raises FaultyInput for a data file that does not fit.
    """
    builder = _Builder(plan, codebook, answers, limits, provenance or Provenance())
    tables = tuple(
        _data_table(table, folder or Path()) if table.data else builder.table(table)
        for table in plan.tables
    )
    shown = (
        {
            "count": limits.count,
            "base_suppressed": limits.base_suppressed,
            "base_marked": limits.base_marked,
        }
        if limits
        else {}
    )
    outside = builder.counts.outside
    return Tables(tables, len(answers), builder.provenance.made_up, shown, outside)


class _Builder:
    def __init__(
        self,
        plan: Plan,
        codebook: Codebook,
        answers: Answers | LazyAnswers,
        limits: Limits | None,
        provenance: Provenance,
    ) -> None:
        self.plan, self.codebook, self.limits = plan, codebook, limits
        self.provenance = provenance
        self.counts: Counts
        if isinstance(answers, LazyAnswers):
            self.tabulator = Tabulator(plan, codebook, answers.coded)
            self.counts = count_cells(self.tabulator, answers)
        else:
            self.tabulator = Tabulator(plan, codebook)
            self.counts = self.tabulator.count(answers)
        self.withheld = Withholding(self.tabulator, self.counts, limits) if limits else None

    def table(self, table: TablePlan) -> Table:
        banner = self.plan.banners[table.banner]
        groups = tuple(Group(g, self.plan.groups[g].label) for g in banner.groups)
        panels = tuple(self.panel(table, panel, banner) for panel in table.panels)
        return Table(table.id, table.title, banner.label, groups, panels, table.notes)

    def panel(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> Panel:
        rows = tuple(
            Row(
                row.id,
                row.label,
                {g: self.cell((table.id, panel.id, row.id, g)) for g in banner.groups},
            )
            for row in panel.rows
        )
        same = {(row.variable, repr(row.filter)) for row in panel.rows}
        first = panel.rows[0]
        bases = {g: rows[0].cells[g].base if len(same) == 1 else None for g in banner.groups}
        kind = (
            "items"
            if not panel.variable
            else "multiple"
            if self.tabulator.takes_several(panel)
            else "single"
        )
        return Panel(
            id=panel.id,
            label=panel.label,
            kind=kind,  # type: ignore[arg-type]
            universe=self.universe(table, panel, first),
            question=self.question(first.variable) if panel.variable else {},
            variable=panel.variable,
            rows=rows,
            bases=bases,
            notes=(*panel.notes, *self.artefact_notes(table, panel, banner)),
        )

    def cell(self, key: CellKey) -> Cell:
        count, base = self.counts.cells[key], self.counts.bases[key]
        percent = 100 * count.n / base.n if base.n else None
        if self.limits is None or self.withheld is None:
            return Cell(count.n, percent, base.n)
        shown_base = None if self.withheld.base(key) else base.n
        if self.withheld.cell(key):
            why = f"withheld: fewer than {self.limits.count}, or would give such a figure away"
            return Cell(None, None, shown_base, "suppressed", why)
        if base.n < self.limits.base_suppressed or shown_base is None:
            note = f"percent withheld: base under {self.limits.base_suppressed}"
            return Cell(count.n, None, shown_base, "suppressed", note)
        small = base.n < self.limits.base_marked
        note = f"base under {self.limits.base_marked}" if small else ""
        return Cell(count.n, percent, shown_base, "small" if small else "", note)

    def question(self, variable: str) -> Text:
        if variable in self.plan.derived:
            return self.question(self.plan.derived[variable].source)
        return self.codebook[variable].label

    def universe(self, table: TablePlan, panel: PanelPlan, row: RowPlan) -> Text:
        """Say who was asked; the panel's and table's filters are said too."""
        source = row.variable
        if source in self.plan.derived:
            source = self.plan.derived[source].source
        words = dict(self.codebook[source].universe.words)
        node = both([table.filter, panel.filter])
        if node is None:
            return words
        from spean.survey.words import in_words

        said = {}
        for lang, own in words.items():
            extra = in_words(node, lang, self.label_in, self.value_in)
            everyone = own == phrase("all", lang) or row.filter is not None
            asked_all = self.codebook[source].source.relevant == ""
            said[lang] = extra if everyone or asked_all else phrase("and", lang, a=own, b=extra)
        return said

    def label_in(self, variable: str, lang: str) -> str:
        label = self.question(variable)
        return label.get(lang) or next(iter(label.values()), variable)

    def value_in(self, variable: str, code: str, lang: str) -> str:
        if variable in self.plan.derived:
            labels = {b.id: b.label for b in self.plan.derived[variable].bands}
        else:
            labels = dict(self.codebook[variable].values)
        label = labels.get(code, {})
        return label.get(lang) or next(iter(label.values()), code)

    def artefact_notes(
        self, table: TablePlan, panel: PanelPlan, banner: BannerPlan
    ) -> tuple[Text, ...]:
        if not self.provenance.made_up:
            return ()
        unprinted = []
        for group in banner.groups:
            for row in panel.rows:
                where = both([table.filter, panel.filter, row.filter])
                if combination(row.variable, where, group) in self.provenance.printed:
                    break
            else:
                unprinted.append(self.plan.groups[group].label)
        if not unprinted:
            return ()
        note = {}
        for lang, words in _ARTEFACT.items():
            groups = ", ".join(label.get(lang) or label.get("en", "") for label in unprinted)
            note[lang] = words.format(groups=groups)
        return (note,)


def _data_table(table: TablePlan, folder: Path) -> Table:
    """Show a data file of the study as it is: villages by commune with sums."""
    path = folder / table.data
    rows = list(csv.DictReader(io.StringIO(read_text(path))))
    columns = {
        "households": {"en": "Households", "km": "គ្រួសារ"},
        "pop_male": {"en": "Men and boys", "km": "បុរស"},
        "pop_female": {"en": "Women and girls", "km": "ស្ត្រី"},
        "female_headed_hh": {"en": "Headed by a woman", "km": "គ្រួសារមានស្ត្រីជាមេ"},
    }
    faults = [
        Fault(str(path), f"“{row.get(name)}” is no whole number.", "Mend it.", number, name)
        for number, row in enumerate(rows, 2)
        for name in columns
        if not (row.get(name) or "").isdigit()
    ]
    if faults:
        raise FaultyInput(faults)
    communes = list(dict.fromkeys(row["commune"] for row in rows))
    panels = []
    for commune in communes:
        members = [row for row in rows if row["commune"] == commune]
        lines = [
            _line(row["village"], row.get("name_km", ""), [row], list(columns)) for row in members
        ]
        lines.append(_line("Total", "សរុប", members, list(columns)))
        name = {"en": commune, "km": members[0].get("commune_km") or commune}
        panels.append(Panel(_slug(commune), name, "figures", {}, {}, "", tuple(lines), {}, ()))
    groups = tuple(Group(key, label) for key, label in columns.items())
    return Table(table.id, table.title, {"en": ""}, groups, tuple(panels), table.notes)


def _line(name: str, khmer: str, rows: list[dict[str, str]], columns: list[str]) -> Row:
    cells = {key: Cell(sum(int(row[key]) for row in rows), None, None) for key in columns}
    return Row(_slug(name), {"en": name, "km": khmer or name}, cells)


def _slug(text: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
