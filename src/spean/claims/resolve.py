"""Names of cells in prose to figures: nothing is typed, an unknown name fails the build."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal
from rapidfuzz import process

from spean.claims.raw_numbers import Words, raw_numbers, words_of
from spean.survey.errors import Fault, FaultyInput
from spean.tables.model import Cell, Panel, Tables, say

REFERENCE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_NAME = re.compile(r"^([a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+@[a-z0-9_]+):(percent|count|base)$")
CITATION = re.compile(r"^cite:\s*(.+?)\s*\|\s*(.+)$")
SMALL_MARK = "†"
_KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
_NOT_SHOWN = {"en": "not shown", "km": "មិនបង្ហាញ"}


@dataclass(frozen=True)
class Figure:
    """One resolved reference: its name, the words to print, and its base in words."""

    name: str
    words: str
    table: str
    meaning: str
    mark: str


@dataclass(frozen=True)
class Resolver:
    """Looks cells up by name for one language."""

    cells: Mapping[str, tuple[Panel, Cell, str]]
    lang: str
    said: Words

    def faults(self, text: str, source: str) -> list[Fault]:
        """List every number bound to nothing, and every reference that is malformed or unknown."""
        faults = list(raw_numbers(text, source, self.said))
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"\{\{|\}\}", REFERENCE.sub("", line)):
                mend = "Write both pairs of braces on one line."
                faults.append(Fault(source, "a reference is not closed.", mend, number))
            for match in REFERENCE.finditer(line):
                name = match.group(1)
                parts = _NAME.match(name)
                if name.startswith("cite:"):
                    if not CITATION.match(name):
                        mend = "Write {{cite: 36.7 % | author, year}}."
                        faults.append(Fault(source, f"“{name}” cites nobody.", mend, number))
                elif parts is None:
                    mend = "Write {{table.panel.row@group:percent}}, or :count, or :base."
                    faults.append(Fault(source, f"“{name}” is no reference.", mend, number))
                elif parts.group(1) not in self.cells:
                    near = process.extract(parts.group(1), list(self.cells), limit=3)
                    mend = "Near names: " + ", ".join(found for found, _s, _i in near) + "."
                    faults.append(Fault(source, f"there is no cell “{name}”.", mend, number))
        return faults

    def figure(self, name: str) -> Figure:
        """Resolve one reference; raises FaultyInput when it is unknown."""
        parts = _NAME.match(name)
        if parts is None or parts.group(1) not in self.cells:
            raise FaultyInput(self.faults("{{" + name + "}}", "reference"))
        panel, cell, group = self.cells[parts.group(1)]
        statistic = parts.group(2)
        value: float | None
        if statistic == "percent":
            value = cell.percent
            words = percent(value, self.lang) if value is not None else ""
        else:
            value = cell.count if statistic == "count" else cell.base
            words = number(value, self.lang) if value is not None else ""
        meaning = f"{say(panel.universe, self.lang)}; {group}"
        if cell.base is not None:
            meaning += f"; n = {number(cell.base, self.lang)}"
        mark = SMALL_MARK if cell.mark == "small" and statistic == "percent" else ""
        words = (words + mark) or withheld_words(self.lang)
        return Figure(name, words, parts.group(1).split(".")[0], meaning, cell.mark)


def make_resolver(tables: Tables, lang: str) -> Resolver:
    """Index all cells of the tables by name."""
    cells = {}
    for table in tables.tables:
        for stem, panel, _row, group, cell in table.cells():
            cells[stem] = (panel, cell, say(group.label, lang))
    return Resolver(cells, lang, words_of(tables))


def withheld_words(lang: str) -> str:
    """Say that a figure is not there; whether it is small itself is told nowhere."""
    return _NOT_SHOWN.get(lang, _NOT_SHOWN["en"])


@functools.cache
def percent(value: float, lang: str) -> str:
    """Write a percent of 0 to 100 with one decimal, as the language does."""
    return _digits(format_decimal(value, format="#,##0.0", locale=_locale(lang)), lang) + "%"


@functools.cache
def number(value: float, lang: str) -> str:
    """Write a whole number with the language's separators."""
    return _digits(format_decimal(value, format="#,##0", locale=_locale(lang)), lang)


def _digits(words: str, lang: str) -> str:
    """Write Khmer with Khmer digits, as its prose and labels do (Babel keeps Western ones)."""
    return words.translate(_KHMER_DIGITS) if lang == "km" else words


def _locale(lang: str) -> str:
    return {"km": "km_KH", "th": "th_TH"}.get(lang, "en")
