"""Which figures of a whole plan to withhold: its sums written down, then the rule applied.

Two figures are one where the plan defines them alike and they hold the same respondents: those
who had a problem (a count) are the base of what the problem was. Such a figure is withheld in both
places, also across tables.
"""

from collections.abc import Iterator, Mapping, Sequence

from spean.survey.xpath import unparse
from spean.tables.disclosure import Limits, Sum, protect
from spean.tables.plan import BannerPlan, PanelPlan, RowPlan, TablePlan
from spean.tables.tabulate import CellKey, Count, Counts, Tabulator

Definition = frozenset[str]


class Withholding:
    """The figures withheld among the cells and bases of a plan."""

    def __init__(self, tabulator: Tabulator, counts: Counts, limits: Limits) -> None:
        self.tabulator, self.counts, self.limits = tabulator, counts, limits
        self.ids: dict[tuple[Definition, int], int] = {}
        self.alike: dict[Definition, list[int]] = {}
        self.figures: dict[int, int] = {}
        self.cell_ids: dict[CellKey, int] = {}
        self.base_ids: dict[CellKey, int] = {}
        self.base_by_definition: dict[Definition, int] = {}
        self.nearly: set[CellKey] = set()
        self.unseen = 0
        self.by_groups: list[tuple[int, list[int]]] = []
        self._name_figures()
        sums = list(self._sums())
        also = [self.cell_ids[key] for key in self.nearly]
        self.reasons: Mapping[int, str] = protect(self.figures, sums, limits.count, also)
        self.with_hidden_groups = {
            whole for whole, parts in self.by_groups if not self.reasons.keys().isdisjoint(parts)
        }

    def cell(self, key: CellKey) -> bool:
        """Tell whether a cell is withheld.

        Nobody is told which ones are small themselves: two cells marked as under 5 beside a total
        of 8 would be 4 and 4.
        """
        return self.cell_ids[key] in self.reasons

    def base(self, key: CellKey) -> bool:
        """Tell whether a base is withheld."""
        return self.base_ids[key] in self.reasons

    def parted(self, key: CellKey) -> bool:
        """Tell whether a shown cell has groups that are withheld.

        Its weighted figure beside its count would be a second equation for them: people of a
        group often have one weight, which its other figures tell.
        """
        return self.cell_ids[key] in self.with_hidden_groups

    def _name_figures(self) -> None:
        for table, panel, row, group in self.tabulator.places():
            key = (table.id, panel.id, row.id, group)
            asked = frozenset(self.tabulator.conditions(table, panel, row, group))
            given = self._given(asked, row)
            self.base_ids[key] = self._figure(asked, self.counts.bases[key])
            self.base_by_definition[asked] = self.base_ids[key]
            self.cell_ids[key] = self._figure(given, self.counts.cells[key])
            rest = self.counts.bases[key].n - self.counts.cells[key].n
            if self.tabulator.takes_several(panel) and 0 < rest < self.limits.count:
                self.nearly.add(key)

    def _figure(self, definition: Definition, count: Count) -> int:
        number = self.ids.get((definition, count.set_id))
        if number is None:
            number = self.ids[definition, count.set_id] = len(self.ids) + 1
            self.alike.setdefault(definition, []).append(number)
        self.figures[number] = count.n
        return number

    def _given(self, asked: Definition, row: RowPlan) -> Definition:
        node = self.tabulator.answer_node(row)
        return asked | {unparse(node)} if node is not None else asked

    def _sums(self) -> Iterator[Sum]:
        for table in self.tabulator.plan.tables:
            banner = self.tabulator.plan.banners.get(table.banner)
            for panel in table.panels if banner else ():
                assert banner is not None
                yield from self._row_sums(table, panel, banner)
                yield from self._group_sums(table, panel, banner)
        yield from self._gates()

    def _row_sums(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> Iterator[Sum]:
        if self.tabulator.takes_several(panel):
            yield from self._least(table, panel, banner)
            return
        if panel.of_numbers:
            return
        for group in banner.groups:
            ids = {row.id: self.cell_ids[table.id, panel.id, row.id, group] for row in panel.rows}
            base = self.base_ids[table.id, panel.id, panel.rows[0].id, group]
            yield self._sum(base, [ids[row.id] for row in panel.answers])
            for net in panel.rows:
                own = [ids[row.id] for row in panel.answers if row.value in net.values]
                if len(own) == len(net.values) > 0:
                    yield self._sum(ids[net.id], own)

    def _least(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> Iterator[Sum]:
        """A base is at least an answer, or one that stands alone and another; here it is that."""
        for group in banner.groups:
            stem = (table.id, panel.id)
            ids = {row.value: self.cell_ids[(*stem, row.id, group)] for row in panel.rows}
            for row in panel.rows:
                base = self.base_ids[(*stem, row.id, group)]
                own = self.cell_ids[(*stem, row.id, group)]
                alone = self.tabulator.alone(panel.variable) if panel.variable else frozenset()
                sets = [(own,), *((ids[a], own) for a in alone if a in ids and ids[a] != own)]
                for parts in sets:
                    if sum(self.figures[part] for part in parts) == self.figures[base]:
                        yield Sum(base, parts, at_most=True)

    def _group_sums(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> Iterator[Sum]:
        """Parts of a banner add up to its whole, shown here or in another table."""
        for parts, whole in banner.splits:
            for row in panel.rows:
                yield from self._split_sums(table, panel, row, parts, whole)
        yield from self._differences(table, panel, banner)

    def _split_sums(
        self, table: TablePlan, panel: PanelPlan, row: RowPlan, parts: Sequence[str], whole: str
    ) -> Iterator[Sum]:
        asked = frozenset(self.tabulator.conditions(table, panel, row, whole or "total"))
        keys = [(table.id, panel.id, row.id, part) for part in parts]
        for ids, definition in (
            (self.base_ids, asked),
            (self.cell_ids, self._given(asked, row)),
        ):
            own = [ids[key] for key in keys if key in ids]
            if len(own) < len(keys):
                continue
            here = (table.id, panel.id, row.id, whole)
            total = sum(self.figures[part] for part in own)
            if here in ids:
                wholes = [ids[here]]
            else:
                alike = self.alike.get(definition, [])
                wholes = [number for number in alike if self.figures[number] == total]
            for number in wholes:
                self.by_groups.append((number, own))
                yield self._sum(number, own)

    def _differences(self, table: TablePlan, panel: PanelPlan, banner: BannerPlan) -> Iterator[Sum]:
        """All less a group are the people outside it: a small figure that nobody prints."""
        for row in panel.rows:
            asked = frozenset(self.tabulator.conditions(table, panel, row, "total"))
            for group in self._alone(banner):
                key = (table.id, panel.id, row.id, group)
                for part, definition in (
                    (self.base_ids[key], asked),
                    (self.cell_ids[key], self._given(asked, row)),
                ):
                    for whole in self.alike.get(definition, []):
                        self.by_groups.append((whole, [part]))
                        rest = self.figures[whole] - self.figures[part]
                        if 0 < rest < self.limits.count:
                            yield self._sum(whole, [part])

    def _alone(self, banner: BannerPlan) -> list[str]:
        """Name the groups that no split of the banner holds."""
        held = {group for parts, whole in banner.splits for group in (*parts, whole)}
        return [group for group in banner.groups if group not in held]

    def _gates(self) -> Iterator[Sum]:
        """Who did not give an answer, and is asked further for it, completes the base."""
        for table, panel, row, group in self.tabulator.places():
            key = (table.id, panel.id, row.id, group)
            asked = frozenset(self.tabulator.conditions(table, panel, row, group))
            node = self.tabulator.answer_node(row)
            if node is None:
                continue
            rest = asked | {f"not({unparse(node)})"}
            if rest in self.base_by_definition:
                parts = [self.cell_ids[key], self.base_by_definition[rest]]
                yield self._sum(self.base_ids[key], parts)
        yield from self._followed_up()

    def _followed_up(self) -> Iterator[Sum]:
        """A figure among those who gave an answer, if it holds all of them, gives their count."""
        alike: dict[int, list[tuple[Definition, int]]] = {}
        for (definition, held), number in self.ids.items():
            alike.setdefault(held, []).append((definition, number))
        for table, panel, row, group in self.tabulator.places():
            key = (table.id, panel.id, row.id, group)
            asked = frozenset(self.tabulator.conditions(table, panel, row, group))
            given = self._given(asked, row)
            for definition, number in alike.get(self.counts.cells[key].set_id, ()):
                if definition > given:
                    yield Sum(self.cell_ids[key], (number,))

    def _sum(self, whole: int, parts: list[int]) -> Sum:
        """Make a sum; what the parts leave over is a figure that is shown nowhere."""
        rest = self.figures[whole] - sum(self.figures[part] for part in parts)
        if rest > 0:
            self.unseen -= 1
            self.figures[self.unseen] = rest
            parts = [*parts, self.unseen]
        return Sum(whole, tuple(parts))
