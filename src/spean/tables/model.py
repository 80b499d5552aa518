"""What a table is: frozen values that every output (Word, PDF, HTML, Excel, CSV) renders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Text = Mapping[str, str]
"""A text in several languages: language code (``en``, ``km``, ``th``) to words."""

Mark = Literal["", "small", "suppressed"]


def say(text: Text, lang: str) -> str:
    """Give a text in a language, or in English, or in whichever language it has."""
    return text.get(lang) or text.get("en") or next(iter(text.values()), "")


@dataclass(frozen=True)
class Cell:
    """One figure of a table.

    ``count`` and ``base`` are unweighted numbers of respondents; ``percent`` is 0 to 100 at full
    precision. What disclosure control withholds is None, with ``mark`` and ``note`` saying so.
    """

    count: int | None
    percent: float | None
    base: int | None
    mark: Mark = ""
    note: str = ""


@dataclass(frozen=True)
class Group:
    """One column group of a banner: who stands under this head."""

    id: str
    label: Text


@dataclass(frozen=True)
class Row:
    """One line of a panel with its cells by group id."""

    id: str
    label: Text
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Panel:
    """Rows under one heading that share a base.

    ``universe`` says in words who was asked. ``kind`` is ``single`` (rows exclude each other),
    ``multiple`` (percents are of cases, rows may add to more than 100), ``items`` (each row is a
    question of its own with its own base) or ``figures`` (plain numbers, no percents).
    ``bases`` is the number of respondents by group id (None where withheld or where rows differ).
    """

    id: str
    label: Text
    kind: Literal["single", "multiple", "items", "figures"]
    universe: Text
    question: Text
    variable: str
    rows: tuple[Row, ...]
    bases: Mapping[str, int | None]
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Table:
    """Stub by banner: one table of the plan, computed."""

    id: str
    title: Text
    banner: Text
    groups: tuple[Group, ...]
    panels: tuple[Panel, ...]
    notes: tuple[Text, ...] = ()

    def cells(self) -> Iterator[tuple[str, Panel, Row, Group, Cell]]:
        """Walk the cells: (name stem, panel, row, group, cell), names like ``t06.docs.none@f``."""
        for panel in self.panels:
            for row in panel.rows:
                for group in self.groups:
                    if group.id in row.cells:
                        stem = f"{self.id}.{panel.id}.{row.id}@{group.id}"
                        yield stem, panel, row, group, row.cells[group.id]


@dataclass(frozen=True)
class Tables:
    """All tables of one run, with what is true of all of them.

    ``outside`` is the number of answers outside the codebook by variable, where an engine counted.
    """

    tables: tuple[Table, ...]
    respondents: int
    made_up: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, table_id: str) -> Table:
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)
