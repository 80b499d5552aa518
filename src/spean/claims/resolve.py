"""Names of cells in prose to figures: nothing is typed, an unknown name fails the build."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal
from rapidfuzz import process

from spean.claims.raw_numbers import Words, raw_numbers, words_of
from spean.claims.said import Evidence, NotSo, is_claim, names_in, say_claim
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
    evidence: Evidence

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
                elif is_claim(name):
                    faults += self.claim_faults(name, source, number)
                elif parts is None:
                    mend = "Write {{table.panel.row@group:percent}}, or :count, or :base."
                    faults.append(Fault(source, f"“{name}” is no reference.", mend, number))
                elif parts.group(1) not in self.cells:
                    faults.append(self.unknown(parts.group(1), name, source, number))
        return faults

    def unknown(self, stem: str, name: str, source: str, line: int) -> Fault:
        """Say that there is no such cell, with near names."""
        near = process.extract(stem, list(self.cells), limit=3)
        mend = "Near names: " + ", ".join(found for found, _s, _i in near) + "."
        return Fault(source, f"there is no cell “{name}”.", mend, line)

    def claim_faults(self, name: str, source: str, line: int) -> list[Fault]:
        """Check a claim: its cells are there, and it is so."""
        missing = [stem for stem in names_in(name) if stem not in self.cells]
        if missing:
            return [self.unknown(stem, stem, source, line) for stem in missing]
        try:
            say_claim(name, self.evidence)
        except NotSo as error:
            mend = "Mend the words, or give all three: {{A ? B: more | less | similar}}."
            return [Fault(source, f"the tables do not bear this out: {error}.", mend, line)]
        return []

    def figure(self, name: str) -> Figure:
        """Resolve one reference; raises FaultyInput when it is unknown."""
        if is_claim(name):
            return self.claim(name)
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

    def claim(self, name: str) -> Figure:
        """Give a claim as it is printed; raises FaultyInput when it is not so."""
        if faults := self.claim_faults(name, "reference", 1):
            raise FaultyInput(faults)
        stems = names_in(name)
        table = stems[0].split(".")[0] if stems else name.split()[1].split(".", maxsplit=1)[0]
        figures = (self.evidence.cells[stem].percent or 0 for stem in stems)
        shares = zip(stems, figures, strict=True)
        meaning = "; ".join(f"{stem} {percent(share, self.lang)}" for stem, share in shares)
        small = any(self.evidence.cells[stem].mark == "small" for stem in stems)
        words = say_claim(name, self.evidence)
        return Figure(name, words + SMALL_MARK * small, table, meaning or name, "small" * small)


def make_resolver(tables: Tables, lang: str) -> Resolver:
    """Index all cells of the tables by name."""
    cells = {}
    for table in tables.tables:
        for stem, panel, _row, group, cell in table.cells():
            cells[stem] = (panel, cell, say(group.label, lang))
    rows = {f"{t.id}.{panel.id}": panel.rows for t in tables.tables for panel in t.panels}
    own = {stem: cell for stem, (_panel, cell, _group) in cells.items()}
    evidence = Evidence(own, rows, tables.gap, lang, percent)
    return Resolver(cells, lang, words_of(tables), evidence)


def withheld_words(lang: str) -> str:
    """Say that a figure is not there; whether it is small itself is told nowhere."""
    return _NOT_SHOWN.get(lang, _NOT_SHOWN["en"])


@functools.cache
def decimal(value: float, places: int, lang: str) -> str:
    """Write a number with so many decimals and the language's separators; minus is a minus sign."""
    pattern = "#,##0" + ("." + "0" * places if places else "")
    words = _digits(format_decimal(value, format=pattern, locale=_locale(lang)), lang)
    return words.replace("-", "\N{MINUS SIGN}")


def percent(value: float, lang: str) -> str:
    """Write a percent of 0 to 100 with one decimal, as the language does."""
    return decimal(value, 1, lang) + "%"


def number(value: float, lang: str) -> str:
    """Write a whole number with the language's separators."""
    return decimal(value, 0, lang)


def _digits(words: str, lang: str) -> str:
    """Write Khmer with Khmer digits, as its prose and labels do (Babel keeps Western ones)."""
    return words.translate(_KHMER_DIGITS) if lang == "km" else words


def _locale(lang: str) -> str:
    return {"km": "km_KH", "th": "th_TH"}.get(lang, "en")
