"""Numbers typed into prose: an error, unless they name a class, a date, a law or a source.

A number that nobody bound to a cell can contradict its table, and will once the data change.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spean.survey.errors import Fault
from spean.tables.model import Cell, Tables

_KHMER = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
_NUMBER = re.compile(r"[0-9០-៩](?:[0-9០-៩]|[.,](?=[0-9០-៩]))*")
_HIDDEN = re.compile(r"\{\{.*?\}\}|^\s*\[\[.*\]\]\s*$|`[^`]*`|\]\([^)]*\)")
_LISTED = re.compile(r"^\s*\d+[.)]\s")
_NAME = re.compile(r"[^\W\d_]-$")
_OF_PEOPLE = re.compile(
    r"^\s*(?:%|٪|per\s?cent|points?\b|people|persons?\b|respondents|interviews|women|men\b|girls|boys"
    r"|migrants|households|families|cases|users|holders|ភាគរយ|ពិន្ទុ|នាក់|គ្រួសារ)"
)
_PLACE_IN_TEXT = re.compile(
    r"(?:article|art\.|section|§|chapter|annex|appendix|page|p\.|no\.|number|table|figure"
    r"|មាត្រា|ជំពូក|ឧបសម្ព័ន្ធ|ទំព័រ|លេខ|តារាង|រូបភាព)\s*$",
    re.IGNORECASE,
)
_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|មករា|កុម្ភៈ|មីនា|មេសា|ឧសភា|មិថុនា|កក្កដា|សីហា|កញ្ញា|តុលា|វិច្ឆិកា|ធ្នូ"
)
_DATE_AFTER = re.compile(rf"^\s*(?:ខែ)?(?:{_MONTH})")
_DATE_BEFORE = re.compile(rf"(?:(?:{_MONTH})|ថ្ងៃទី)\s*$")


@dataclass(frozen=True)
class Words:
    """What prose may say in figures: numbers of class labels; and the cells to suggest."""

    labels: frozenset[str]
    cells: Mapping[str, Cell]


def words_of(tables: Tables) -> Words:
    """Gather the numbers that labels of rows, columns and panels hold, and all cells."""
    labels: set[str] = set()
    cells: dict[str, Cell] = {}
    for table in tables.tables:
        texts = [group.label for group in table.groups] + [panel.label for panel in table.panels]
        texts += [row.label for panel in table.panels for row in panel.rows]
        for text in texts:
            for said in text.values():
                labels |= {_plain(match.group()) for match in _NUMBER.finditer(said)}
        cells |= {stem: cell for stem, _panel, _row, _group, cell in table.cells()}
    return Words(frozenset(labels), cells)


def raw_numbers(text: str, source: str, words: Words) -> Iterator[Fault]:
    """Find numbers in Markdown that are bound to nothing, with the likely cells of each."""
    for number, line in enumerate(text.splitlines(), 1):
        bare = _HIDDEN.sub(lambda match: " " * len(match.group()), line)
        start = match.end() if (match := _LISTED.match(bare)) else 0
        for match in _NUMBER.finditer(bare, start):
            before, after = bare[: match.start()], bare[match.end() :]
            if not _allowed(_plain(match.group()), before, after, words):
                yield _fault(match.group(), after, source, number, words)


def _allowed(number: str, before: str, after: str, words: Words) -> bool:
    if _NAME.search(before) or _PLACE_IN_TEXT.search(before):
        return True
    if _OF_PEOPLE.match(after):
        return False
    if _DATE_AFTER.match(after) or _DATE_BEFORE.search(before):
        return True
    is_year = number.isdecimal() and len(number) == 4 and 1900 <= int(number) <= 2100
    return is_year or number in words.labels


def _fault(shown: str, after: str, source: str, line: int, words: Words) -> Fault:
    near = likely(_plain(shown), bool(re.match(r"\s*(?:%|per\s?cent|ភាគរយ)", after)), words)
    bind = (
        f"Bind it, perhaps {' or '.join(near)};"
        if near
        else "Bind it: {{table.panel.row@group:percent}};"
    )
    mend = f"{bind} or name who says so: {{{{cite: {shown} | author, year}}}}."
    return Fault(source, f"“{shown}” is typed, and no table stands behind it.", mend, line)


def likely(number: str, percent: bool, words: Words, most: int = 3) -> list[str]:
    """Name references whose figures read like a number, at most a few."""
    value = float(number.replace(",", ""))
    digits = len(number.partition(".")[2])
    found = []
    for stem, cell in words.cells.items():
        if (
            cell.percent is not None
            and (percent or digits)
            and round(cell.percent, digits) == value
        ):
            found.append(f"{{{{{stem}:percent}}}}")
        elif not percent and not digits and cell.count == value:
            found.append(f"{{{{{stem}:count}}}}")
    return found[:most]


def _plain(number: str) -> str:
    return number.translate(_KHMER)
