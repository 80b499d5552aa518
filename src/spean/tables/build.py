"""Counts to tables: percents, bases in words, disclosure control, notes on made-up data."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from spean.survey.answers import Answers
from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.survey.words import phrase
from spean.tables.cells import CellMaker, PanelMaker, difference_id, test_in_words
from spean.tables.disclosure import Limits
from spean.tables.engine import LazyAnswers, count_cells
from spean.tables.estimating import estimate_plan
from spean.tables.inference import Survey, column_letters
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables, Text, say
from spean.tables.plan import BannerPlan, PanelPlan, Plan, RowPlan, TablePlan, both
from spean.tables.provenance import Provenance, combination
from spean.tables.tabulate import Counts, Tabulator

if TYPE_CHECKING:
    from spean.tables.survey_settings import SurveySettings

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
    survey: Survey | None = None,
    sample: "SurveySettings | None" = None,
) -> Tables:
    """Compute every table of a plan.

    ``limits`` None leaves every figure as it is (for the team only). ``folder`` is where data
    files of the plan lie. ``survey`` gives figures their weights and errors; for data in an
    engine, ``sample`` does. Raises FaultyInput for a data file that does not fit, and TablesError
    where a plan asks for letters or tests that the study has no right to.
    """
    provenance = provenance or Provenance()
    builder = _Builder(plan, codebook, answers, limits, provenance, survey, sample)
    tables = tuple(
        _data_table(table, folder or Path()) if table.data else builder.table(table)
        for table in plan.tables
    )
    shown = (
        {
            "count": limits.count,
            "base_suppressed": limits.base_suppressed,
            "base_marked": limits.base_marked,
            **({"rounding": limits.rounding} if limits.rounding else {}),
        }
        if limits
        else {}
    )
    return builder.tables(tables, len(answers), shown)


class _Builder:
    def __init__(
        self,
        plan: Plan,
        codebook: Codebook,
        answers: Answers | LazyAnswers,
        limits: Limits | None,
        provenance: Provenance,
        survey: Survey | None,
        sample: "SurveySettings | None",
    ) -> None:
        self.plan, self.codebook = plan, codebook
        self.provenance = provenance
        coded = answers.coded if isinstance(answers, LazyAnswers) else ()
        self.tabulator = Tabulator(plan, codebook, coded)
        self.counts: Counts = (
            count_cells(self.tabulator, answers)
            if isinstance(answers, LazyAnswers)
            else self.tabulator.count(answers)
        )
        self.makers = CellMaker(self.tabulator, self.counts, limits)
        self.estimates = estimate_plan(
            self.tabulator, answers, self.makers.usable, limits or Limits(), survey, sample
        )

    def tables(
        self, tables: tuple[Table, ...], respondents: int, limits: Mapping[str, int]
    ) -> Tables:
        """Put the tables together with what is true of all of them."""
        found = self.estimates
        margins = any(e and e.low is not None for e in found.inference.cells.values())
        letters = any(table.letters for table in self.plan.tables)
        return Tables(
            tables,
            respondents,
            self.provenance.made_up,
            limits,
            self.counts.outside,
            found.weighted,
            found.level if margins else None,
            found.alpha if letters else None,
            found.basis,
            self.plan.gap,
        )

    def table(self, table: TablePlan) -> Table:
        banner = self.plan.banners[table.banner]
        letters = column_letters(banner) if table.letters else {}
        groups = tuple(
            Group(g, self.plan.groups[g].label, banner.over.get(g, {}), letters.get(g, ""))
            for g in banner.groups
        )
        groups += tuple(self.difference(*pair) for pair in banner.differences)
        panels = tuple(self.panel(table, panel, banner) for panel in table.panels)
        return Table(table.id, table.title, banner.label, groups, panels, table.notes)

    def difference(self, one: str, other: str) -> Group:
        """Make the column of a difference."""
        first, second = self.plan.groups[one].label, self.plan.groups[other].label
        languages = {**first, **second}
        label = {lang: f"{say(first, lang)} − {say(second, lang)}" for lang in languages}
        return Group(difference_id(one, other), label, less=(one, other))

    def panel(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> Panel:
        found = self.estimates
        made = PanelMaker(
            self.makers, found.inference, table, panel, banner, weighted=found.weighted
        )
        rows = made.rows()
        same = {(row.variable, repr(row.filter)) for row in panel.rows}
        first = panel.rows[0]
        alike = len(same) == 1 and panel.percents == "column"
        bases = {g: rows[0].cells[g].base if alike else None for g in banner.groups}
        kind = (
            "items"
            if not panel.variable
            else "numbers"
            if panel.of_numbers
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
            notes=(*panel.notes, *made.notes(), *self.artefact_notes(table, panel, banner)),
            percents=panel.percents,  # type: ignore[arg-type]
            test=test_in_words(self.estimates.inference.tests.get((table.id, panel.id))),
        )

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
