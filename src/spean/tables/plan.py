"""The tabulation plan: which question stands in which table, by which groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spean.survey.codebook import Codebook
from spean.survey.study import read_toml
from spean.survey.xpath import Node, Op
from spean.tables.model import Text


@dataclass(frozen=True)
class Band:
    """One class of a derived variable: codes ``values`` or numbers from ``low`` to ``high``."""

    id: str
    label: Text
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Derived:
    """A variable made from another one by classes."""

    name: str
    source: str
    label: Text
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class GroupPlan:
    """A group of respondents for a column; no condition means everybody."""

    id: str
    label: Text
    where: Node | None


@dataclass(frozen=True)
class BannerPlan:
    """Column groups side by side; ``parts`` are those that add up to ``whole``.

    Where banners stand beside each other, each has a split of its own (parts, whole); ``parts``
    and ``whole`` are the first. ``over`` is the head over a group and its neighbours.
    ``differences`` are pairs of groups whose difference stands in a column of its own.
    """

    id: str
    label: Text
    groups: tuple[str, ...]
    parts: tuple[str, ...] = ()
    whole: str = ""
    splits: tuple[tuple[tuple[str, ...], str], ...] = ()
    over: Mapping[str, Text] = field(default_factory=dict)
    differences: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RowPlan:
    """One row: an answer ``value`` of ``variable``, perhaps among those who meet ``filter``.

    A net takes several answers together (``values``); ``indent`` is 1 for an answer under a net.
    A row with a ``statistic`` (``mean``, ``median``, ``total``, ``p10`` … ``p90``) is of a number;
    a ``ratio`` is its total by the total of the number ``per``.
    """

    id: str
    label: Text
    variable: str
    value: str
    filter: Node | None = None
    values: tuple[str, ...] = ()
    indent: int = 0
    statistic: str = ""
    per: str = ""


@dataclass(frozen=True)
class PanelPlan:
    """Rows under one heading. ``variable`` is empty where every row has a question of its own.

    ``sort`` orders rows by size (``down``, ``up``) in the group ``sort_by``; ``top`` keeps so many
    (0: all). ``total`` adds a row of everybody in the base. ``percents`` are of the ``column``, of
    the ``row`` (who gave the answer, in all groups) or of the ``total`` (the base of all groups).
    """

    id: str
    label: Text
    variable: str
    rows: tuple[RowPlan, ...]
    filter: Node | None
    complete: bool
    notes: tuple[Text, ...] = ()
    sort: str = ""
    sort_by: str = ""
    top: int = 0
    total: bool = False
    percents: str = "column"

    @property
    def answers(self) -> tuple[RowPlan, ...]:
        """The rows that are one answer each: neither nets nor statistics."""
        return tuple(row for row in self.rows if not row.values and not row.statistic)

    @property
    def of_numbers(self) -> bool:
        """Tell whether the rows are statistics of a number."""
        return bool(self.rows) and bool(self.rows[0].statistic)


@dataclass(frozen=True)
class TablePlan:
    """One table: title, banner and panels, or the name of a data file it shows as it is.

    ``letters`` asks for letters that say which columns differ, ``test`` for a test of each panel.
    """

    id: str
    title: Text
    banner: str
    panels: tuple[PanelPlan, ...]
    filter: Node | None = None
    data: str = ""
    notes: tuple[Text, ...] = ()
    letters: bool = False
    test: bool = False


@dataclass(frozen=True)
class Plan:
    """A whole tabulation plan, checked against a codebook.

    ``gap`` is the least difference in points of percent that a report may call one.
    """

    file: str
    derived: Mapping[str, Derived]
    groups: Mapping[str, GroupPlan]
    banners: Mapping[str, BannerPlan]
    tables: tuple[TablePlan, ...] = field(default_factory=tuple)
    gap: float = 5.0


def read_plan(path: Path, codebook: Codebook) -> Plan:
    """Read a plan; raises FaultyInput with every fault, naming file, table and key.

    A plan may ``extends`` another one beside it: it has the derived variables, groups and banners
    of that plan beside its own.
    """
    raw = read_toml(path)
    if other := raw.get("extends"):
        base = read_toml(path.parent / str(other))
        for section in ("derived", "group", "banner"):
            raw[section] = {**base.get(section, {}), **raw.get(section, {})}
    from spean.tables.plan_reader import PlanReader

    return PlanReader(path, raw, codebook).plan()


def both(nodes: Sequence[Node | None]) -> Node | None:
    """Join conditions by ``and``; nothing where there is none."""
    joined: Node | None = None
    for node in nodes:
        if node is not None:
            joined = node if joined is None else Op("and", joined, node)
    return joined
