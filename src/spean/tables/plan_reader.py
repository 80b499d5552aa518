"""A tabulation plan from its TOML: checked against the codebook, with every fault named."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.xpath import Node, NotUnderstood, parse, refs
from spean.tables.model import Text
from spean.tables.plan import Band, BannerPlan, Derived, GroupPlan, Plan, TablePlan
from spean.tables.plan_banners import beside, read_banners
from spean.tables.plan_panels import SLUG, PanelReader


class PlanReader:
    """Makes a plan of parsed TOML; collects every fault before any is told."""

    def __init__(self, path: Path, raw: dict[str, Any], codebook: Codebook) -> None:
        self.path, self.raw, self.codebook = path, raw, codebook
        self.faults: list[Fault] = []
        self.derived: dict[str, Derived] = {}

    def wrong(self, where: str, what: str, mend: str = "") -> None:
        """Note a fault."""
        self.faults.append(Fault(f"{self.path}, {where}", what, mend))

    def plan(self) -> Plan:
        """Read everything; raises FaultyInput."""
        for name, raw in self.section("derived").items():
            self.derived[name] = self.read_derived(name, raw)
        groups = {
            name: GroupPlan(
                name, self.text(raw, "label", name), self.node(f"group.{name}", raw, "where")
            )
            for name, raw in self.section("group").items()
        }
        groups.setdefault("total", GroupPlan("total", {"en": "All", "km": "សរុប"}, None))
        banners = read_banners(self, self.section("banner"), groups)
        raw_tables = self.raw.get("table", [])
        if not isinstance(raw_tables, list) or not raw_tables:
            self.wrong("table", "the plan has no tables.", "Add [[table]] sections.")
            raw_tables = []
        tables = tuple(self.table(at, raw, banners, groups) for at, raw in enumerate(raw_tables, 1))
        ids = [table.id for table in tables]
        for name in {name for name in ids if ids.count(name) > 1}:
            self.wrong(f"table {name}", "two tables have this id.", "Give each its own.")
        gap = self.raw.get("gap", 5.0)
        if not isinstance(gap, int | float) or isinstance(gap, bool) or gap < 0:
            self.wrong("key gap", f"{gap!r} are no points of percent.", "Write gap = 5.")
            gap = 5.0
        if self.faults:
            raise FaultyInput(self.faults)
        return Plan(str(self.path), self.derived, groups, banners, tables, float(gap))

    def section(self, name: str) -> dict[str, dict[str, Any]]:
        """Give a set of sections."""
        raw = self.raw.get(name, {})
        if not isinstance(raw, dict) or not all(isinstance(part, dict) for part in raw.values()):
            self.wrong(name, "is not a set of sections.", f"Write [{name}.some_name].")
            return {}
        return raw

    def text(self, raw: Mapping[str, Any], key: str, otherwise: str) -> Text:
        """Give a text by language."""
        value = raw.get(key, otherwise)
        return (
            {k: str(v) for k, v in value.items()} if isinstance(value, dict) else {"en": str(value)}
        )

    def node(self, where: str, raw: Mapping[str, Any], key: str) -> Node | None:
        """Read a condition."""
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
        """Tell whether a variable is there; note it where not."""
        if name in self.codebook or name in self.derived:
            return True
        near = get_close_matches(name, [*self.codebook.variables, *self.derived], n=3)
        mend = f"Did you mean {' or '.join(near)}?" if near else "It is not in the codebook."
        self.wrong(where, f"there is no variable “{name}”.", mend)
        return False

    def read_derived(self, name: str, raw: Mapping[str, Any]) -> Derived:
        """Read classes."""
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

    def table(
        self,
        at: int,
        raw: Mapping[str, Any],
        banners: dict[str, BannerPlan],
        groups: Mapping[str, GroupPlan],
    ) -> TablePlan:
        """Read a table."""
        name = str(raw.get("id", f"number {at}"))
        where = f"table {name}"
        if not SLUG.match(name):
            self.wrong(f"{where}, key id", f"“{name}” cannot be an id.", "Use a–z, 0–9 and _.")
        banner = "" if raw.get("data") else self.banner_of(where, raw, banners)
        of = banners[banner].groups if banner in banners else ()
        whole = banners[banner].whole if banner in banners else ""
        panels = tuple(
            PanelReader(self, where, raw, of, whole).panel() for raw in raw.get("panel", ())
        )
        if not panels and not raw.get("data"):
            self.wrong(where, "has no panels.", "Add [[table.panel]] sections.")
        return TablePlan(
            id=name,
            title=self.text(raw, "title", name),
            banner=banner,
            panels=panels,
            filter=self.node(where, raw, "filter"),
            data=str(raw.get("data", "")),
            notes=self.notes(raw),
            letters=self.flag(where, raw, "letters"),
            test=self.flag(where, raw, "test"),
        )

    def banner_of(self, where: str, raw: Mapping[str, Any], banners: dict[str, BannerPlan]) -> str:
        """Give the name of a table's banner; several stand beside each other as one."""
        given = raw.get("banner", "")
        names = [str(name) for name in given] if isinstance(given, list) else [str(given)]
        unknown = [name for name in names if name not in banners]
        for name in unknown or ([] if names else [""]):
            self.wrong(f"{where}, key banner", f"there is no banner “{name}”.", "Add it.")
        if unknown or not names:
            return ""
        joined = " + ".join(names)
        if joined not in banners:
            banners[joined] = beside(joined, [banners[name] for name in names])
        return joined

    def notes(self, raw: Mapping[str, Any]) -> tuple[Text, ...]:
        """Read notes."""
        return tuple(self.text({"note": note}, "note", "") for note in raw.get("notes", ()))

    def flag(self, where: str, raw: Mapping[str, Any], key: str) -> bool:
        """Read true or false."""
        value = raw.get(key, False)
        if not isinstance(value, bool):
            self.wrong(f"{where}, key {key}", f"{value!r} is neither true nor false.")
        return value is True

    def values(self, variable: str) -> Mapping[str, Text]:
        """Give the answers or classes of a variable."""
        if variable in self.derived:
            return {band.id: band.label for band in self.derived[variable].bands}
        return self.codebook[variable].values if variable in self.codebook else {}

    def is_number(self, variable: str) -> bool:
        """Tell whether a variable is a number."""
        return variable in self.codebook and self.codebook[variable].type == "number"

    def is_missing(self, variable: str, code: str) -> bool:
        """Tell whether a code is no answer."""
        return variable in self.codebook and code in self.codebook[variable].missing

    def label(self, variable: str, otherwise: str) -> Text:
        """Give the words of a variable."""
        if variable in self.derived:
            return self.derived[variable].label
        return self.codebook[variable].label if variable in self.codebook else {"en": otherwise}
