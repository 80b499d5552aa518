"""Margins: what the population is known to be, from a CSV file that a person keeps."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.tables.plan import Plan

CROSS = "*"
Unit = Literal["total", "share", "percent"]
_WHOLE: Mapping[Unit, float] = {"total": 0.0, "share": 1.0, "percent": 100.0}
UNITS = ("total", "share")
_COLUMNS = ("variable", "category", "source", "note")
_ROUNDED = 0.005  # printed shares that sum to 0.995 are rounded, not wrong
_SUMS_AGREE = 1e-6
_LARGEST = 1e15

Known = Mapping[str, tuple[str, ...] | None]
"""Variables that margins may name: their categories, () for any text, None for a number."""


@dataclass(frozen=True)
class Margin:
    """One margin: crossed variables with a figure for each combination, or a number's total.

    ``figures`` maps a combination of categories to its figure; a number has the one key ().
    """

    variables: tuple[str, ...]
    figures: Mapping[tuple[str, ...], float]

    @property
    def name(self) -> str:
        """The name as the file writes it: ``sex``, or ``sex*age_group``."""
        return CROSS.join(self.variables)

    @property
    def numeric(self) -> bool:
        """Whether it is the total of a number."""
        return () in self.figures


@dataclass(frozen=True)
class Margins:
    """All margins of a file. ``unit`` says whether figures are totals or shares of 1."""

    file: str
    unit: Literal["total", "share"]
    margins: tuple[Margin, ...]
    sources: tuple[str, ...] = ()


def known_variables(codebook: Codebook, plan: Plan | None = None) -> Known:
    """List what margins may name: single answers, numbers, texts, and the plan's classes."""
    known: dict[str, tuple[str, ...] | None] = {}
    for variable in codebook.variables.values():
        if variable.repeat or variable.type not in ("single", "number", "text"):
            continue
        valid = tuple(code for code in variable.values if code not in variable.missing)
        known[variable.name] = None if variable.type == "number" else valid
    for derived in plan.derived.values() if plan else ():
        known[derived.name] = tuple(band.id for band in derived.bands)
    return known


def read_margins(path: Path, known: Known) -> Margins:
    """Read a file with the columns ``variable``, ``category`` and one of ``total``, ``share``
    and ``percent``; ``source`` and ``note`` may stand beside them.

    Raises CouldNotRead, or FaultyInput with every fault by row: unknown variables and
    categories, figures that are no number or negative, a category twice, sums that differ.
    """
    return _Reader(path, known).margins()


@dataclass
class _Draft:
    first_row: int
    figures: dict[tuple[str, ...], float] = field(default_factory=dict)


class _Reader:
    def __init__(self, path: Path, known: Known) -> None:
        self.path, self.known = path, known
        self.faults: list[Fault] = []
        self.drafts: dict[tuple[str, ...], _Draft] = {}
        self.sources: dict[str, None] = {}

    def wrong(self, what: str, mend: str, row: int | None = None, column: str = "") -> None:
        self.faults.append(Fault(str(self.path), what, mend, row, column))

    def margins(self) -> Margins:
        rows = list(csv.reader(io.StringIO(read_text(self.path), newline=None)))
        heads = [cell.strip().lower() for cell in rows[0]] if rows else []
        unit = self.unit(heads)
        if not self.faults:
            for number, row in enumerate(rows[1:], 2):
                if any(cell.strip() for cell in row):
                    cells = {h: c.strip() for h, c in zip(heads, row, strict=False)}
                    self.row(number, cells, unit)
            if not self.drafts and not self.faults:
                self.wrong("there are no margins.", "Add a row for each category.")
        if not self.faults:
            self.check_sums(unit)
        if self.faults:
            raise FaultyInput(self.faults)
        return Margins(
            str(self.path),
            "total" if unit == "total" else "share",
            tuple(Margin(names, self.scaled(d, unit)) for names, d in self.drafts.items()),
            tuple(self.sources),
        )

    def unit(self, heads: Sequence[str]) -> Unit:
        given: list[Unit] = [unit for unit in _WHOLE if unit in heads]
        mend = "The headings are variable, category and one of total, share and percent."
        for name in ("variable", "category"):
            if name not in heads:
                self.wrong(f"there is no column “{name}”.", mend, 1)
        for name in heads:
            if name and name not in (*_COLUMNS, *_WHOLE):
                self.wrong("the heading is not known.", mend, 1, name)
        if len(given) != 1:
            what = "no column holds the figures." if not given else "figures stand in two columns."
            self.wrong(what, mend, 1)
        return given[0] if given else "total"

    def row(self, number: int, cells: Mapping[str, str], unit: Unit) -> None:
        names = tuple(name.strip() for name in cells.get("variable", "").split(CROSS))
        before = len(self.faults)
        for name in names:
            self.variable(number, name)
        figure = self.figure(number, cells.get(unit, ""), unit)
        if len(self.faults) > before or figure is None:
            return
        if self.known[names[0]] is None:
            key = self.number(number, names, cells.get("category", ""), unit)
        else:
            key = self.combination(number, names, cells.get("category", ""))
        if key is None:
            return
        draft = self.drafts.setdefault(names, _Draft(number))
        if key in draft.figures:
            self.wrong("the category stands twice.", "Keep one of the two rows.", number)
        draft.figures[key] = figure
        if source := cells.get("source"):
            self.sources[source] = None

    def variable(self, row: int, name: str) -> None:
        if name not in self.known:
            near = get_close_matches(name, list(self.known), n=3)
            mend = (
                f"Did you mean {' or '.join(near)}?"
                if near
                else "Name a question with one answer, a number, or classes of the plan."
            )
            self.wrong(f"there is no variable “{name}” for margins.", mend, row, "variable")

    def figure(self, row: int, text: str, unit: Unit) -> float | None:
        try:
            value = float(text)
        except ValueError:
            what = f"“{text}” is no number." if text else "the figure is missing."
            self.wrong(what, "Write it in digits, with no separators but a point.", row, unit)
            return None
        if not 0 <= value <= _LARGEST:
            self.wrong(f"“{text}” cannot be.", f"Figures are 0 to {_LARGEST:g}.", row, unit)
            return None
        return value

    def number(
        self, row: int, names: tuple[str, ...], category: str, unit: Unit
    ) -> tuple[str, ...] | None:
        if len(names) > 1:
            self.wrong("a number cannot be crossed.", "Make classes of it first.", row, "variable")
        elif category:
            what = f"“{names[0]}” is a number and has no categories."
            self.wrong(what, "Leave the category empty, or name classes of it.", row, "category")
        elif unit != "total":
            self.wrong(f"a number has no {unit}.", "Give totals instead.", row, unit)
        else:
            return ()
        return None

    def combination(
        self, row: int, names: tuple[str, ...], category: str
    ) -> tuple[str, ...] | None:
        parts = tuple(part.strip() for part in category.split(CROSS))
        if len(parts) != len(names):
            mend = f"Give {len(names)} categories, joined by {CROSS} as the variables are."
            self.wrong(f"“{category}” does not fit {CROSS.join(names)}.", mend, row, "category")
            return None
        for name, part in zip(names, parts, strict=True):
            values = self.known[name]
            if values is None:
                mend = "Make classes of it first."
                self.wrong(f"“{name}” is a number.", mend, row, "variable")
                return None
            if not part or (values and part not in values):
                near = get_close_matches(part, values, n=3) or values[:8]
                mend = f"Its answers are {', '.join(near)}."
                self.wrong(f"“{part}” is no answer of “{name}”.", mend, row, "category")
                return None
        return parts

    def check_sums(self, unit: Unit) -> None:
        first: tuple[str, float] | None = None
        for names, draft in self.drafts.items():
            if () in draft.figures:
                continue
            name, total = CROSS.join(names), sum(draft.figures.values())
            whole = _WHOLE[unit]
            if total <= 0:
                self.wrong(f"the figures of {name} sum to 0.", "Fill them in.", draft.first_row)
            elif whole and abs(total - whole) > _ROUNDED * whole * (1 + 1e-9):
                what = f"the {unit}s of {name} sum to {total:.6g}, not to {whole:g}"
                self.wrong(f"{what} ({total - whole:+.4g}).", "Mend them.", draft.first_row)
            elif not whole and first and abs(total - first[1]) > _SUMS_AGREE * first[1]:
                off = total - first[1]
                what = f"the totals of {name} sum to {total:,.10g}, those of {first[0]} to "
                what += f"{first[1]:,.10g}: {off:+,.6g} ({100 * off / first[1]:+.3g} %)."
                mend = "All margins describe one population; make their sums equal."
                self.wrong(what, mend, draft.first_row)
            first = first or (name, total)

    def scaled(self, draft: _Draft, unit: Unit) -> Mapping[tuple[str, ...], float]:
        if unit == "total":
            return draft.figures
        total = sum(draft.figures.values())
        return {key: figure / total for key, figure in draft.figures.items()}
