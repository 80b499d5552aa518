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
    precision, weighted where the run has weights. ``weighted`` is the weighted count. ``value`` is
    a mean, quantile or total of numbers (in panels of kind ``numbers``, whose ``percent`` is None).
    ``se``, ``low`` and ``high`` are the standard error and interval of ``percent`` or ``value``,
    in its unit, None where the sample allows none; ``deff`` is the design effect. ``letters`` are
    those of the columns (``Group.letter``) that this figure exceeds. What disclosure control
    withholds is None, with ``mark`` and ``note`` saying so.
    """

    count: int | None
    percent: float | None
    base: int | None
    mark: Mark = ""
    note: str = ""
    weighted: float | None = None
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    deff: float | None = None
    letters: str = ""


@dataclass(frozen=True)
class Group:
    """One column group of a banner: who stands under this head.

    ``over`` is the head that neighbouring groups with the same one stand under together (of a
    banner beside others, or the outer part of a nested one); empty where there is none.
    ``letter`` names the column where columns are compared. ``less`` are the two groups that the
    column is the difference of: ``Cell.value`` is the first less the second, in points of percent
    or in the unit of the statistic.
    """

    id: str
    label: Text
    over: Text = field(default_factory=dict)
    letter: str = ""
    less: tuple[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """One line of a panel with its cells by group id.

    ``kind`` is ``row``, ``net`` (several answers taken together) or ``total`` (everybody of the
    base); ``indent`` is 1 for an answer that stands under its net. In a panel of kind ``numbers``,
    ``statistic`` says what the values are: ``mean``, ``median``, ``total``, ``ratio``, or ``p10``
    to ``p90``.
    """

    id: str
    label: Text
    cells: Mapping[str, Cell]
    kind: Literal["row", "net", "total"] = "row"
    indent: int = 0
    statistic: str = ""


@dataclass(frozen=True)
class Panel:
    """Rows under one heading that share a base.

    ``universe`` says in words who was asked. ``kind`` is ``single`` (rows exclude each other),
    ``multiple`` (percents are of cases, rows may add to more than 100), ``items`` (each row is a
    question of its own with its own base), ``numbers`` (each row is a statistic of a number, in
    ``Cell.value``) or ``figures`` (plain numbers, no percents).
    ``bases`` is the number of respondents by group id (None where withheld or where rows differ).
    ``test`` says in words what a test of the rows by the columns found, where there is one.
    ``percents`` are of the ``column``, the ``row`` or the ``total``; ``Cell.base`` is what they
    are of.
    """

    id: str
    label: Text
    kind: Literal["single", "multiple", "items", "numbers", "figures"]
    universe: Text
    question: Text
    variable: str
    rows: tuple[Row, ...]
    bases: Mapping[str, int | None]
    notes: tuple[Text, ...] = ()
    test: Text = field(default_factory=dict)
    percents: Literal["column", "row", "total"] = "column"


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
    ``weighted`` tells whether percents are weighted; ``level`` is the confidence level of the
    intervals (None: there are none); ``alpha`` the level at which ``letters`` differ.
    ``basis`` says by language what the figures stand on. ``gap`` is the least difference in points
    that prose may call one.
    """

    tables: tuple[Table, ...]
    respondents: int
    made_up: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)
    weighted: bool = False
    level: float | None = None
    alpha: float | None = None
    basis: Text = field(default_factory=dict)
    gap: float = 5.0

    def __getitem__(self, table_id: str) -> Table:
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)
