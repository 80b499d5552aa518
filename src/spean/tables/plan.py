"""The tabulation plan: which question stands in which table, by which groups."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import read_toml
from spean.survey.xpath import Node, NotUnderstood, Op, parse, refs
from spean.tables.model import Text

_SLUG = re.compile(r"^[a-z0-9_]+$")


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
    """Column groups side by side; ``parts`` are those that add up to ``whole``."""

    id: str
    label: Text
    groups: tuple[str, ...]
    parts: tuple[str, ...] = ()
    whole: str = ""


@dataclass(frozen=True)
class RowPlan:
    """One row: an answer ``value`` of ``variable``, perhaps among those who meet ``filter``."""

    id: str
    label: Text
    variable: str
    value: str
    filter: Node | None = None


@dataclass(frozen=True)
class PanelPlan:
    """Rows under one heading. ``variable`` is empty where every row has a question of its own."""

    id: str
    label: Text
    variable: str
    rows: tuple[RowPlan, ...]
    filter: Node | None
    complete: bool
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class TablePlan:
    """One table: title, banner and panels, or the name of a data file it shows as it is."""

    id: str
    title: Text
    banner: str
    panels: tuple[PanelPlan, ...]
    filter: Node | None = None
    data: str = ""
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A whole tabulation plan, checked against a codebook."""

    file: str
    derived: Mapping[str, Derived]
    groups: Mapping[str, GroupPlan]
    banners: Mapping[str, BannerPlan]
    tables: tuple[TablePlan, ...] = field(default_factory=tuple)


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
    return _Reader(path, raw, codebook).plan()


class _Reader:
    def __init__(self, path: Path, raw: dict[str, Any], codebook: Codebook) -> None:
        self.path, self.raw, self.codebook = path, raw, codebook
        self.faults: list[Fault] = []
        self.derived: dict[str, Derived] = {}

    def wrong(self, where: str, what: str, mend: str = "") -> None:
        self.faults.append(Fault(f"{self.path}, {where}", what, mend))

    def plan(self) -> Plan:
        for name, raw in self.section("derived").items():
            self.derived[name] = self.read_derived(name, raw)
        groups = {
            name: GroupPlan(
                name, self.text(raw, "label", name), self.node(f"group.{name}", raw, "where")
            )
            for name, raw in self.section("group").items()
        }
        groups.setdefault("total", GroupPlan("total", {"en": "All", "km": "សរុប"}, None))
        banners = {
            name: self.banner(name, raw, groups) for name, raw in self.section("banner").items()
        }
        raw_tables = self.raw.get("table", [])
        if not isinstance(raw_tables, list) or not raw_tables:
            self.wrong("table", "the plan has no tables.", "Add [[table]] sections.")
            raw_tables = []
        tables = tuple(self.table(at, raw, banners) for at, raw in enumerate(raw_tables, 1))
        ids = [table.id for table in tables]
        for name in {name for name in ids if ids.count(name) > 1}:
            self.wrong(f"table {name}", "two tables have this id.", "Give each its own.")
        if self.faults:
            raise FaultyInput(self.faults)
        return Plan(str(self.path), self.derived, groups, banners, tables)

    def section(self, name: str) -> dict[str, dict[str, Any]]:
        raw = self.raw.get(name, {})
        if not isinstance(raw, dict) or not all(isinstance(part, dict) for part in raw.values()):
            self.wrong(name, "is not a set of sections.", f"Write [{name}.some_name].")
            return {}
        return raw

    def text(self, raw: Mapping[str, Any], key: str, otherwise: str) -> Text:
        value = raw.get(key, otherwise)
        return (
            {k: str(v) for k, v in value.items()} if isinstance(value, dict) else {"en": str(value)}
        )

    def node(self, where: str, raw: Mapping[str, Any], key: str) -> Node | None:
        text = raw.get(key)
        if text is None:
            return None
        try:
            node = parse(str(text))
        except NotUnderstood as error:
            self.wrong(f"{where}, key {key}", f"“{text}”: {error}.", "See docs/tabulation.md.")
            return None
        for name in sorted(refs(node)):
            self.known(f"{where}, key {key}", name)
        return node

    def known(self, where: str, name: str) -> bool:
        if name in self.codebook or name in self.derived:
            return True
        near = get_close_matches(name, [*self.codebook.variables, *self.derived], n=3)
        mend = f"Did you mean {' or '.join(near)}?" if near else "It is not in the codebook."
        self.wrong(where, f"there is no variable “{name}”.", mend)
        return False

    def read_derived(self, name: str, raw: Mapping[str, Any]) -> Derived:
        where = f"derived.{name}"
        source = str(raw.get("from", ""))
        self.known(f"{where}, key from", source)
        bands = []
        for band in [*raw.get("bands", []), *raw.get("map", [])]:
            bands.append(
                Band(
                    id=str(band.get("id", "")),
                    label=self.text(band, "label", str(band.get("id", ""))),
                    values=tuple(map(str, band.get("values", ()))),
                    low=band.get("min"),
                    high=band.get("max"),
                )
            )
        if not bands:
            self.wrong(where, "has neither bands nor map.", "Give its classes.")
        return Derived(name, source, self.text(raw, "label", name), tuple(bands))

    def banner(
        self, name: str, raw: Mapping[str, Any], groups: Mapping[str, GroupPlan]
    ) -> BannerPlan:
        parts = tuple(raw.get("parts", ()))
        for group in (*raw.get("groups", ()), *parts):
            if group not in groups:
                self.wrong(f"banner.{name}, key groups", f"there is no group “{group}”.", "Add it.")
        return BannerPlan(
            name,
            self.text(raw, "label", name),
            tuple(raw.get("groups", ())),
            parts,
            str(raw.get("whole", "")),
        )

    def table(
        self, at: int, raw: Mapping[str, Any], banners: Mapping[str, BannerPlan]
    ) -> TablePlan:
        name = str(raw.get("id", f"number {at}"))
        where = f"table {name}"
        if not _SLUG.match(name):
            self.wrong(f"{where}, key id", f"“{name}” cannot be an id.", "Use a–z, 0–9 and _.")
        banner = str(raw.get("banner", ""))
        if not raw.get("data") and banner not in banners:
            self.wrong(f"{where}, key banner", f"there is no banner “{banner}”.", "Add it.")
        panels = tuple(self.panel(where, panel) for panel in raw.get("panel", ()))
        if not panels and not raw.get("data"):
            self.wrong(where, "has no panels.", "Add [[table.panel]] sections.")
        return TablePlan(
            id=name,
            title=self.text(raw, "title", name),
            banner=banner,
            panels=panels,
            filter=self.node(where, raw, "filter"),
            data=str(raw.get("data", "")),
            notes=tuple(self.text({"note": note}, "note", "") for note in raw.get("notes", ())),
        )

    def panel(self, table: str, raw: Mapping[str, Any]) -> PanelPlan:
        name = str(raw.get("id", ""))
        where = f"{table}, panel {name}"
        if not _SLUG.match(name):
            self.wrong(f"{where}, key id", f"“{name}” cannot be an id.", "Use a–z, 0–9 and _.")
        variable = str(raw.get("variable", ""))
        values = self.values(variable) if variable else {}
        if variable and not self.known(f"{where}, key variable", variable):
            values = {}
        elif variable and not values:
            self.wrong(where, f"“{variable}” has no answer list.", "Derive classes from it first.")
        rows = self.rows(where, raw, variable, values)
        valid = [code for code in values if not self.is_missing(variable, code)]
        return PanelPlan(
            id=name,
            label=self.text(raw, "label", name) if "label" in raw else self.label(variable, name),
            variable=variable,
            rows=rows,
            filter=self.node(where, raw, "filter"),
            complete=bool(variable) and {row.value for row in rows} >= set(valid),
            notes=tuple(self.text({"note": note}, "note", "") for note in raw.get("notes", ())),
        )

    def rows(
        self, where: str, raw: Mapping[str, Any], variable: str, values: Mapping[str, Text]
    ) -> tuple[RowPlan, ...]:
        if variable:
            wanted = raw.get("rows") or [v for v in values if not self.is_missing(variable, v)]
            for value in wanted:
                if values and value not in values:
                    near = get_close_matches(str(value), list(values), n=3)
                    mend = f"Did you mean {' or '.join(near)}?" if near else ""
                    self.wrong(f"{where}, key rows", f"“{value}” is no answer of it.", mend)
            return tuple(
                RowPlan(_slug(str(v)), values.get(v, {"en": str(v)}), variable, str(v))
                for v in wanted
            )
        items = raw.get("items", ())
        if not items:
            self.wrong(where, "has neither variable nor items.", "Give one of the two.")
        return tuple(self.item(where, item) for item in items)

    def item(self, where: str, raw: Mapping[str, Any]) -> RowPlan:
        name, variable, value = (str(raw.get(key, "")) for key in ("id", "variable", "value"))
        where = f"{where}, item {name}"
        known = self.known(f"{where}, key variable", variable)
        if known and value not in self.values(variable):
            self.wrong(f"{where}, key value", f"“{value}” is no answer of “{variable}”.")
        label = self.text(raw, "label", name) if "label" in raw else self.label(variable, name)
        return RowPlan(name, label, variable, value, self.node(where, raw, "filter"))

    def values(self, variable: str) -> Mapping[str, Text]:
        if variable in self.derived:
            return {band.id: band.label for band in self.derived[variable].bands}
        return self.codebook[variable].values if variable in self.codebook else {}

    def is_missing(self, variable: str, code: str) -> bool:
        return variable in self.codebook and code in self.codebook[variable].missing

    def label(self, variable: str, otherwise: str) -> Text:
        if variable in self.derived:
            return self.derived[variable].label
        return self.codebook[variable].label if variable in self.codebook else {"en": otherwise}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def both(nodes: Sequence[Node | None]) -> Node | None:
    """Join conditions by ``and``; nothing where there is none."""
    joined: Node | None = None
    for node in nodes:
        if node is not None:
            joined = node if joined is None else Op("and", joined, node)
    return joined
