"""Panels of a plan: rows of one question with nets, order and totals; items; statistics."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from spean.tables.model import Text
from spean.tables.plan import PanelPlan, RowPlan

if TYPE_CHECKING:
    from spean.tables.plan_reader import PlanReader

SLUG = re.compile(r"^[a-z0-9_]+$")
STATISTICS: Mapping[str, Text] = {
    "mean": {"en": "Mean", "km": "មធ្យម"},
    "median": {"en": "Median", "km": "មេដ្យាន"},
    "total": {"en": "Total", "km": "សរុប"},
    "ratio": {"en": "Ratio of totals", "km": "ផលធៀបនៃចំនួនសរុប"},
}
PERCENTS = ("column", "row", "total")
_PERCENTILE = re.compile(r"^p([1-9]|[1-9][0-9])$")


class PanelReader:
    """Makes a panel of a table; faults go to the reader of the plan."""

    def __init__(
        self,
        reader: "PlanReader",
        table: str,
        raw: Mapping[str, Any],
        groups: Sequence[str],
        whole: str = "",
    ) -> None:
        self.reader, self.raw, self.groups, self.whole = reader, raw, groups, whole
        self.name = str(raw.get("id", ""))
        self.where = f"{table}, panel {self.name}"
        self.variable = str(raw.get("variable", ""))

    def wrong(self, key: str, what: str, mend: str = "") -> None:
        """Note a fault at a key of the panel."""
        self.reader.wrong(f"{self.where}, key {key}" if key else self.where, what, mend)

    def panel(self) -> PanelPlan:
        """Read the panel."""
        if not SLUG.match(self.name):
            self.wrong("id", f"“{self.name}” cannot be an id.", "Use a–z, 0–9 and _.")
        reader, raw = self.reader, self.raw
        known = bool(self.variable) and reader.known(f"{self.where}, key variable", self.variable)
        values = reader.values(self.variable) if known else {}
        if "statistics" in raw:
            rows = self.statistics() if known else ()
        elif self.variable:
            if known and not values:
                mend = "Derive classes from it first, or ask for statistics."
                self.wrong("", f"“{self.variable}” has no answer list.", mend)
            rows = self.netted(self.answers(values), values)
        else:
            rows = self.items()
        valid = {v for v in values if not reader.is_missing(self.variable, v)}
        sort, by, top = self.order()
        return PanelPlan(
            id=self.name,
            label=self.label(),
            variable=self.variable,
            rows=rows,
            filter=reader.node(self.where, raw, "filter"),
            complete=bool(valid) and {row.value for row in rows} >= valid,
            notes=reader.notes(raw),
            sort=sort,
            sort_by=by,
            top=top,
            total=reader.flag(self.where, raw, "total"),
            percents=self.percents(),
        )

    def percents(self) -> str:
        """Read what percents are of; rows and totals need the group of everybody in the table."""
        kind = str(self.raw.get("percents", "column"))
        if kind not in PERCENTS:
            self.wrong("percents", f"“{kind}” is unknown.", "Write column, row or total.")
        elif kind != "column" and (not self.whole or self.whole not in self.groups):
            mend = "Give the banner parts and a whole, and the whole a column."
            self.wrong("percents", f"percents of the {kind} need a whole.", mend)
        return kind

    def label(self) -> Text:
        """Give the heading: the plan's own, or the question."""
        if "label" in self.raw:
            return self.reader.text(self.raw, "label", self.name)
        return self.reader.label(self.variable, self.name)

    def answers(self, values: Mapping[str, Text]) -> tuple[RowPlan, ...]:
        """Give a row for each answer, or for those that are named."""
        usual = [v for v in values if not self.reader.is_missing(self.variable, v)]
        wanted = [str(v) for v in self.raw.get("rows") or usual]
        self.check_answers("rows", wanted, values)
        return tuple(RowPlan(slug(v), values.get(v, {"en": v}), self.variable, v) for v in wanted)

    def check_answers(self, key: str, wanted: Sequence[str], values: Mapping[str, Text]) -> None:
        """Note every value that is no answer."""
        for value in wanted:
            if values and value not in values:
                near = get_close_matches(value, list(values), n=3)
                mend = f"Did you mean {' or '.join(near)}?" if near else ""
                self.wrong(key, f"“{value}” is no answer of it.", mend)

    def netted(self, rows: tuple[RowPlan, ...], values: Mapping[str, Text]) -> tuple[RowPlan, ...]:
        """Put each net before its first answer, and its answers under it."""
        made: list[RowPlan] = []
        left = {row.value: row for row in rows}
        taken: set[str] = set()
        for net in self.raw.get("nets", ()):
            name, own = str(net.get("id", "")), [str(v) for v in net.get("values", ())]
            self.check_answers("nets", own, values)
            if not SLUG.match(name) or name in {row.id for row in rows} or len(own) < 2:
                mend = "Give an id of its own and two values or more."
                self.wrong("nets", f"“{name}” is no net.", mend)
                continue
            if taken & set(own):
                self.wrong("nets", f"“{name}” takes answers of another net.", "Nets are apart.")
            taken |= set(own)
            label = self.reader.text(net, "label", name)
            made.append(RowPlan(name, label, self.variable, "|".join(own), None, tuple(own)))
            made += [replace(left.pop(v), indent=1) for v in own if v in left]
        return (*made, *left.values())

    def items(self) -> tuple[RowPlan, ...]:
        """Give a row for each question and answer that is named."""
        items = self.raw.get("items", ())
        if not items:
            self.wrong("", "has neither variable nor items.", "Give one of the two.")
        return tuple(self.item(item) for item in items)

    def item(self, raw: Mapping[str, Any]) -> RowPlan:
        """Read one of them."""
        reader = self.reader
        name, variable, value = (str(raw.get(key, "")) for key in ("id", "variable", "value"))
        where = f"{self.where}, item {name}"
        known = reader.known(f"{where}, key variable", variable)
        if known and value not in reader.values(variable):
            reader.wrong(f"{where}, key value", f"“{value}” is no answer of “{variable}”.")
        label = reader.label(variable, name)
        label = reader.text(raw, "label", name) if "label" in raw else label
        return RowPlan(name, label, variable, value, reader.node(where, raw, "filter"))

    def statistics(self) -> tuple[RowPlan, ...]:
        """Give a row for each statistic of a number."""
        if not self.reader.is_number(self.variable):
            mend = "Means, medians and totals are of numbers; choose rows of answers."
            self.wrong("statistics", f"“{self.variable}” is no number.", mend)
            return ()
        rows = []
        for name in self.raw["statistics"]:
            percentile = _PERCENTILE.match(str(name))
            if str(name) not in STATISTICS and not percentile:
                mend = "Choose mean, median, total, ratio, or p1 to p99."
                self.wrong("statistics", f"“{name}” is no statistic.", mend)
                continue
            label = STATISTICS.get(str(name)) or _percentile(percentile.group(1))  # type: ignore[union-attr]
            per = self.per() if name == "ratio" else ""
            rows.append(RowPlan(str(name), label, self.variable, "", statistic=str(name), per=per))
        return tuple(rows)

    def per(self) -> str:
        """Read the number that a ratio is taken to."""
        per = str(self.raw.get("per", ""))
        if not self.reader.is_number(per):
            mend = 'Name it: per = "hh_size".'
            self.wrong("per", f"a ratio needs a second number; “{per}” is none.", mend)
        return per

    def order(self) -> tuple[str, str, int]:
        """Read how the rows are ordered, by which group, and how many are kept."""
        sort, top = self.raw.get("sort", ""), self.raw.get("top", 0)
        usual = "total" if "total" in self.groups or not self.groups else self.groups[0]
        by = str(self.raw.get("sort_by", usual))
        if sort not in ("", "down", "up"):
            self.wrong("sort", f"“{sort}” is no order.", "Write down or up.")
        if not isinstance(top, int) or isinstance(top, bool) or top < 0:
            self.wrong("top", f"{top!r} is no number of rows.", "Write a whole number.")
            top = 0
        if (sort or top) and self.groups and by not in self.groups:
            self.wrong("sort_by", f"“{by}” is not a group of the table.", "Name one of its groups.")
        return str(sort) or ("down" if top else ""), by, top


def _percentile(number: str) -> Text:
    digits = number.translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"))
    return {"en": f"Percentile {number}", "km": f"ភាគរយទី {digits}"}


def slug(text: str) -> str:
    """Make an id of an answer's code."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
