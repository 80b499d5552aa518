"""Cells of a panel: what may be shown of each figure, its errors, and the order of the rows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from spean.tables.disclosure import Limits, rounded
from spean.tables.inference import Inference
from spean.tables.model import Cell, Mark, Row, Text
from spean.tables.plan import BannerPlan, PanelPlan, RowPlan, TablePlan
from spean.tables.tabulate import CellKey, Counts, Tabulator
from spean.tables.withholding import Withholding

if TYPE_CHECKING:
    from spean.tables.estimate import Association, Estimate

_KHMER = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")


class CellMaker:
    """Makes cells of counts: withheld, rounded or as they are."""

    def __init__(self, tabulator: Tabulator, counts: Counts, limits: Limits | None) -> None:
        self.counts, self.limits = counts, limits
        hides = limits is not None and limits.rounding < 2
        self.withheld = Withholding(tabulator, counts, limits) if limits and hides else None

    def usable(self, key: CellKey) -> bool:
        """Tell whether a figure may be compared: shown, of a base that is large enough."""
        enough = (self.limits or Limits()).base_suppressed
        hidden = self.withheld is not None and self.withheld.cell(key)
        return not hidden and self.counts.bases[key].n >= enough

    def parted(self, key: CellKey) -> bool:
        """Tell whether a weighted figure beside the count would give groups of it away."""
        return self.withheld is not None and self.withheld.parted(key)

    def cell(self, key: CellKey, of: CellKey | None = None, *, answers: bool = False) -> Cell:
        """Make a cell without errors.

        Its percent is of the base of the cell ``of`` (itself if None), or of who gave the answer
        there.
        """
        count, place = self.counts.cells[key], of or key
        base = (self.counts.cells if answers else self.counts.bases)[place]
        percent = 100 * count.n / base.n if base.n else None
        if self.limits is None:
            return Cell(count.n, percent, base.n)
        shown = count.n
        shown_base = self.cell(place).count if answers else self.base(place)
        if self.withheld is not None and self.withheld.cell(key):
            why = f"withheld: fewer than {self.limits.count}, or would give such a figure away"
            return Cell(None, None, shown_base, "suppressed", why)
        if self.withheld is None:
            shown = rounded(count.n, count.set_id, self.limits.rounding)
            percent = min(100.0, 100 * shown / shown_base) if shown_base else None
        if base.n < self.limits.base_suppressed or shown_base is None:
            note = f"percent withheld: base under {self.limits.base_suppressed}"
            return Cell(shown, None, shown_base, "suppressed", note)
        return self.marked(Cell(shown, percent, shown_base), base.n)

    def marked(self, cell: Cell, base: int) -> Cell:
        """Mark a figure of a small base."""
        if self.limits is None or base >= self.limits.base_marked:
            return cell
        return replace(cell, mark="small", note=f"base under {self.limits.base_marked}")

    def base(self, key: CellKey) -> int | None:
        """Give a base as it may be shown; None where it is withheld."""
        base = self.counts.bases[key]
        if self.limits is None:
            return base.n
        if self.withheld is None:
            return rounded(base.n, base.set_id, self.limits.rounding)
        return None if self.withheld.base(key) else base.n

    def number(self, key: CellKey, found: "Estimate | None", dominated: bool) -> Cell:
        """Make a cell of a statistic of numbers."""
        base, shown = self.counts.bases[key].n, self.base(key)
        if found is None:
            return Cell(None, None, shown)
        if self.limits is not None:
            if base < self.limits.base_suppressed or shown is None:
                note = f"value withheld: base under {self.limits.base_suppressed}"
                return Cell(None, None, shown, "suppressed", note)
            if dominated:
                note = "value withheld: a few people make up nearly all of it"
                return Cell(None, None, shown, "suppressed", note)
        cell = Cell(None, None, shown, value=found.value)
        return self.marked(_with_errors(cell, found), base)


class PanelMaker:
    """Makes the rows of one panel."""

    def __init__(
        self,
        makers: CellMaker,
        inference: Inference,
        table: TablePlan,
        panel: PanelPlan,
        banner: BannerPlan,
        *,
        weighted: bool,
    ) -> None:
        self.makers, self.inference, self.weighted = makers, inference, weighted
        self.table, self.panel, self.banner = table, panel, banner

    def rows(self) -> tuple[Row, ...]:
        """Give the rows as they stand: in order, cut to the largest, with a total."""
        if self.panel.of_numbers:
            return tuple(self.numbers(row) for row in self.panel.rows)
        rows = [self.row(row) for row in self.ordered()]
        return (*rows, self.total()) if self.panel.total else tuple(rows)

    def notes(self) -> Iterator[Text]:
        """Say that rows are left out."""
        blocks = list(self.blocks())
        if 0 < self.panel.top < len(blocks):
            top, of = str(self.panel.top), str(len(blocks))
            yield {
                "en": f"The {top} most frequent of {of}.",
                "km": f"ចម្លើយញឹកញាប់ជាងគេ {top} ក្នុងចំណោម {of}។".translate(_KHMER),
            }

    def blocks(self) -> Iterator[list[RowPlan]]:
        """Give each net with its answers, and each other answer alone."""
        block: list[RowPlan] = []
        for row in self.panel.rows:
            if block and not row.indent:
                yield block
                block = []
            block.append(row)
        if block:
            yield block

    def ordered(self) -> list[RowPlan]:
        """Give the rows in the order that the plan asks for; what is withheld comes last."""
        blocks = list(self.blocks())
        if self.panel.sort:
            blocks.sort(key=lambda block: self.rank(block[0]))
            blocks = [[block[0], *sorted(block[1:], key=self.rank)] for block in blocks]
        if self.panel.top:
            blocks = blocks[: self.panel.top]
        return [row for block in blocks for row in block]

    def rank(self, row: RowPlan) -> tuple[bool, float]:
        """Give the place of a row by its size in the group that the plan names."""
        cell = self.makers.cell(self.key(row, self.panel.sort_by))
        size = float(cell.count or 0)
        return cell.count is None, size if self.panel.sort == "up" else -size

    def key(self, row: RowPlan, group: str) -> CellKey:
        """Name a cell."""
        return self.table.id, self.panel.id, row.id, group

    def row(self, row: RowPlan) -> Row:
        """Make a row of counts and percents."""
        cells = {g: self.cell(self.key(row, g)) for g in self.banner.groups}
        cells |= self.differences(row, cells)
        kind = "net" if row.values else "row"
        return Row(row.id, row.label, cells, kind, row.indent)  # type: ignore[arg-type]

    def cell(self, key: CellKey) -> Cell:
        """Make a cell with its errors, as far as it is shown."""
        of, answers = denominator(self.panel, self.banner, key)
        cell = self.makers.cell(key, of, answers=answers)
        found = self.inference.cells.get(key)
        if cell.percent is None or found is None:
            return cell
        if self.weighted and self.makers.parted(key):
            why = "weighted percent withheld: beside the counts it would give a group's away"
            return replace(cell, percent=None, mark="suppressed", note=why)
        if answers and of == key:
            return replace(cell, percent=found.value)
        cell = replace(cell, percent=found.value, weighted=self.inference.weighted.get(key))
        letters = self.inference.letters.get(key, "")
        return _with_errors(replace(cell, letters=letters), found)

    def differences(self, row: RowPlan, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        """Make the cells of columns that are differences; hidden where either side is."""
        made = {}
        for one, other in self.banner.differences:
            sides = cells[one], cells[other]
            found = self.inference.differences.get((self.key(row, one), self.key(row, other)))
            name = difference_id(one, other)
            if any(side.mark == "suppressed" for side in sides):
                why = "difference withheld: one of its sides is"
                made[name] = Cell(None, None, None, "suppressed", why)
            elif found is None:
                made[name] = Cell(None, None, None)
            else:
                small = any(side.mark == "small" for side in sides)
                note = next((side.note for side in sides if side.mark == "small"), "")
                cell = Cell(None, None, None, "small" if small else "", note, value=found.value)
                made[name] = _with_errors(cell, found)
        return made

    def total(self) -> Row:
        """Make the row of everybody in the base."""
        first = self.panel.answers[0]
        cells = {}
        for group in self.banner.groups:
            base = self.makers.base(self.key(first, group))
            shown = base is not None
            why = "" if shown else "withheld: the base would give a small figure away"
            mark: Mark = "" if shown else "suppressed"
            cells[group] = Cell(base, 100.0 if base else None, base, mark, why)
        for one, other in self.banner.differences:
            cells[difference_id(one, other)] = Cell(None, None, None)
        return Row("total", {"en": "All", "km": "សរុប"}, cells, "total")

    def numbers(self, row: RowPlan) -> Row:
        """Make a row of a statistic; one withheld part takes a second one with it."""
        cells = {}
        for group in self.banner.groups:
            key = self.key(row, group)
            dominated = key in self.inference.dominated
            cells[group] = self.makers.number(key, self.inference.cells.get(key), dominated)
        for parts, whole in self.banner.splits:
            there = [group for group in parts if group in cells]
            hidden = [group for group in there if cells[group].mark == "suppressed"]
            shown = [group for group in there if cells[group].value is not None]
            if len(hidden) == 1 and shown and cells.get(whole, cells[shown[0]]).value is not None:
                least = min(shown, key=lambda g: self.makers.counts.bases[self.key(row, g)].n)
                why = "value withheld: it would give another one away"
                base = cells[least].base
                cells[least] = Cell(None, None, base, "suppressed", why)
        cells |= self.differences(row, cells)
        return Row(row.id, row.label, cells, statistic=row.statistic)


def difference_id(one: str, other: str) -> str:
    """Name the column of a difference."""
    return f"{one}_less_{other}"


def denominator(panel: PanelPlan, banner: BannerPlan, key: CellKey) -> tuple[CellKey, bool]:
    """Name the cell whose base, or (true) whose answers, a percent is of."""
    if panel.percents == "column":
        return key, False
    return (*key[:3], banner.whole), panel.percents == "row"


def _with_errors(cell: Cell, found: "Estimate") -> Cell:
    return replace(cell, se=found.se, low=found.low, high=found.high, deff=found.deff)


def test_in_words(test: "Association | None") -> Mapping[str, str]:
    """Say what a test found: its statistic, degrees of freedom and p."""
    if test is None:
        return {}
    said = f"p < {0.001:g}" if test.p < 0.001 else f"p = {test.p:.3f}"
    if test.statistic is not None and test.df is not None:
        degrees = f"{test.df:.2f}" + (f"; {test.ddf:.0f}" if test.ddf is not None else "")
        name = "F" if test.ddf is not None else "χ²"
        said = f"{name}({degrees}) = {test.statistic:.2f}, {said}"
    return {
        "en": f"Do the columns differ? {test.method}: {said}.",
        "km": f"តើជួរឈរខុសគ្នាឬទេ? {test.method}៖ {said}។".translate(_KHMER),
    }
