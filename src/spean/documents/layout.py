"""How a table reads on any page: heads, lines and notes as words, ready to be set."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from spean.claims.resolve import SMALL_MARK, number
from spean.documents.cells import Words, cell_words, count_words, is_value, level_words, releasable
from spean.documents.fixed import gettext
from spean.tables.model import Cell, Group, Panel, Table, Tables, say

_UPRIGHT = 11
"""Columns that upright paper has room for: the stub and five groups, count and percent."""


@dataclass(frozen=True)
class Line:
    """One line of the body, with a cell for each group.

    ``kind`` is ``panel`` (a heading), ``base``, ``row``, ``net``, ``total`` or ``value`` (cells
    stand over both columns of a group). ``indent`` is 1 for an answer under its net.
    """

    kind: str
    stub: str
    cells: tuple[Words, ...] = ()
    note: str = ""
    indent: int = 0


@dataclass(frozen=True)
class Layout:
    """A table in words: caption, column heads, lines, notes.

    Each head stands over two columns, whose heads are its ``units`` (people and percent; points
    for a difference); in a ``plain`` table it stands over one. ``over`` are heads over
    neighbouring ones, each with the number of groups under it; empty where there are none.
    """

    id: str
    number: str
    caption: str
    heads: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    plain: bool
    over: tuple[tuple[str, int], ...] = ()

    @property
    def wide(self) -> int:
        """How many columns a head stands over."""
        return 1 if self.plain else 2

    @property
    def columns(self) -> int:
        """How many columns there are, the stub among them."""
        return 1 + self.wide * len(self.heads)

    @property
    def landscape(self) -> bool:
        """Whether the table needs the long side of the paper."""
        return self.columns > _UPRIGHT


def lay_out(table: Table, tables: Tables, lang: str) -> Layout:
    """Set a table in words of a language."""
    plain = all(panel.kind in ("figures", "numbers") for panel in table.panels)
    notes = [say(note, lang) for note in table.notes]
    lines: list[Line] = []
    for panel in table.panels:
        lines += _panel(table, panel, lang)
        notes += [say(note, lang) for note in panel.notes]
        if panel.test:
            notes.append(f"{say(panel.label, lang)} {say(panel.test, lang)}")
    notes += _marks(table, tables, lang)
    return Layout(
        id=table.id,
        number=f"{gettext('Table', lang)} {number(int(table.id[1:]), lang)}"
        if table.id[1:].isdigit()
        else table.id,
        caption=say(table.title, lang),
        heads=tuple(_head(group, lang) for group in table.groups),
        units=tuple(_units(group, tables, lang) for group in table.groups),
        lines=tuple(lines),
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        plain=plain,
        over=_over(table, lang),
    )


def _units(group: Group, tables: Tables, lang: str) -> tuple[str, str]:
    if group.less:
        return "", gettext("points", lang)
    share = gettext("% (weighted)", lang) if tables.weighted else "%"
    return gettext("people", lang), share


def _head(group: Group, lang: str) -> str:
    label = say(group.label, lang)
    return f"{label} ({group.letter})" if group.letter else label


def _over(table: Table, lang: str) -> tuple[tuple[str, int], ...]:
    """Join neighbours that stand under the same head."""
    if not any(group.over for group in table.groups):
        return ()
    heads = groupby(say(group.over, lang) for group in table.groups)
    return tuple((head, len(list(members))) for head, members in heads)


def explain_small(tables: Tables, lang: str) -> str:
    """Say what the mark of small bases in prose means; nothing where nothing is marked."""
    if "base_marked" not in tables.limits:
        return ""
    said = gettext("percent of fewer than {base_marked} people: read with care.", lang)
    return f"{SMALL_MARK} " + said.format(base_marked=number(tables.limits["base_marked"], lang))


def _panel(table: Table, panel: Panel, lang: str) -> Iterator[Line]:
    kind = gettext("several answers possible", lang) if panel.kind == "multiple" else ""
    of = ""
    if panel.percents == "row":
        of = gettext("percents of the row", lang)
    elif panel.percents == "total":
        of = gettext("percents of all", lang)
    asked = say(panel.universe, lang)
    said = f"{gettext('Asked of', lang)}: {asked}" if asked and panel.kind != "items" else ""
    yield Line(
        "panel", say(panel.label, lang), note="; ".join(part for part in (said, kind, of) if part)
    )
    if panel.kind not in ("figures", "items") and panel.percents == "column":
        bases = tuple(
            Words("" if g.less else f"n = {count_words(panel.bases.get(g.id), lang)}")
            for g in table.groups
        )
        yield Line("base", "", bases)
    for row in panel.rows:
        cells = tuple(cell_words(row.cells[g.id], panel, row, g, lang) for g in table.groups)
        kind = "value" if panel.kind == "numbers" else row.kind
        yield Line(kind, say(row.label, lang), cells, indent=row.indent)


def _marks(table: Table, tables: Tables, lang: str) -> Iterator[str]:
    """Explain what the table shows and withholds; nothing about marks that are not there."""
    found = [
        (is_value(panel, group), releasable(cell))
        for _stem, panel, _row, group, cell in table.cells()
        if panel.kind != "figures"
    ]
    if not found:
        return
    limits = {key: number(value, lang) for key, value in tables.limits.items()}
    yield from _withheld([cell for value, cell in found if not value], limits, lang)
    yield from _values_withheld([cell for value, cell in found if value], limits, lang)
    yield from _errors([cell for _value, cell in found], tables, lang)
    if tables.weighted:
        yield gettext("Percents and values are weighted; numbers of people are not.", lang)
    if "rounding" in tables.limits:
        said = gettext("Numbers of people are rounded at random to multiples of {rounding}.", lang)
        yield said.format(**limits)


def _withheld(cells: list[Cell], limits: dict[str, str], lang: str) -> Iterator[str]:
    if any(cell.mark == "suppressed" and cell.count is None for cell in cells):
        yield gettext(
            "– withheld: fewer than {count} people, or it would give such a figure away.",
            lang,
        ).format(**limits)
    if any(cell.mark == "small" for cell in cells):
        said = gettext("percent of fewer than {base_marked} people: read with care.", lang)
        yield "( ) " + said.format(**limits)
    if any(cell.note.startswith("percent withheld") for cell in cells):
        yield gettext("No percent is shown for fewer than {base_suppressed} people.", lang).format(
            **limits
        )


def _values_withheld(cells: list[Cell], limits: dict[str, str], lang: str) -> Iterator[str]:
    if any(cell.mark == "suppressed" for cell in cells):
        yield gettext(
            "– value withheld: fewer than {base_suppressed} people, or a few people make up nearly "
            "all of it, or it would give a withheld figure away.",
            lang,
        ).format(**limits)
    if any(cell.mark == "small" for cell in cells):
        said = gettext("value of fewer than {base_marked} people: read with care.", lang)
        yield "( ) " + said.format(**limits)


def _errors(cells: list[Cell], tables: Tables, lang: str) -> Iterator[str]:
    if any(cell.low is not None for cell in cells) and tables.level:
        said = gettext("(a–b) in small figures: interval of {level} % confidence.", lang)
        yield said.format(level=level_words(tables.level, lang))
    if any(cell.letters for cell in cells) and tables.alpha:
        said = gettext(
            "A letter: larger than the column of that letter (t test at {alpha} %, Holm).", lang
        )
        yield said.format(alpha=level_words(tables.alpha, lang))
