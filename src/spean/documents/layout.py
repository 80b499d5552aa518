"""How a table reads on any page: heads, lines and notes as words, ready to be set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from spean.claims.resolve import SMALL_MARK, number, percent
from spean.documents.fixed import gettext
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables, say


@dataclass(frozen=True)
class Words:
    """One cell in words: count and percent, or a value that stands over both columns.

    ``letters`` are those of the columns that it exceeds, ``interval`` its lower and upper end.
    """

    count: str
    share: str = ""
    value: str = ""
    letters: str = ""
    interval: str = ""


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

    Each head stands over two columns, whose heads are ``units`` (people and percent); in a
    ``plain`` table it stands over one. ``over`` are heads over neighbouring ones, each with the
    number of groups under it; empty where there are none.
    """

    id: str
    number: str
    caption: str
    heads: tuple[str, ...]
    units: tuple[str, str]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    plain: bool
    over: tuple[tuple[str, int], ...] = ()


def lay_out(table: Table, tables: Tables, lang: str) -> Layout:
    """Set a table in words of a language."""
    plain = all(panel.kind == "figures" for panel in table.panels)
    notes = [say(note, lang) for note in table.notes]
    lines: list[Line] = []
    for panel in table.panels:
        lines += _panel(table, panel, lang)
        notes += [say(note, lang) for note in panel.notes]
        if panel.test:
            notes.append(f"{say(panel.label, lang)} {say(panel.test, lang)}")
    cells = [cell for panel in table.panels for row in panel.rows for cell in row.cells.values()]
    if not plain:
        notes += _marks(cells, tables, lang)
    return Layout(
        id=table.id,
        number=f"{gettext('Table', lang)} {number(int(table.id[1:]), lang)}"
        if table.id[1:].isdigit()
        else table.id,
        caption=say(table.title, lang),
        heads=tuple(_head(group, lang) for group in table.groups),
        units=(gettext("people", lang), "%"),
        lines=tuple(lines),
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        plain=plain,
        over=_over(table, lang),
    )


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
            Words("" if g.less else f"n = {_count(panel.bases.get(g.id), lang)}")
            for g in table.groups
        )
        yield Line("base", "", bases)
    for row in panel.rows:
        cells = tuple(cell_words(row.cells[g.id], panel, lang, row) for g in table.groups)
        kind = "value" if panel.kind == "numbers" else row.kind
        yield Line(kind, say(row.label, lang), cells, indent=row.indent)


def cell_words(cell: Cell, panel: Panel, lang: str, row: Row) -> Words:
    """Give a cell in words; what is withheld is a dash."""
    if panel.kind == "figures":
        return Words(_count(cell.count, lang))
    if panel.kind == "numbers" or cell.value is not None:
        return _value_words(cell, lang, whole=row.statistic == "total")
    if cell.count is None:
        return Words("–", "–") if cell.mark else Words("", "")
    share = "–" if cell.percent is None else one_decimal(cell.percent, lang)
    if cell.mark == "small":
        share = f"({share})"
    count = _count(cell.count, lang)
    if panel.kind == "items":
        count += f"\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{_count(cell.base, lang)}"
    return Words(count, share, "", cell.letters, _interval(cell, lang, one_decimal))


def _value_words(cell: Cell, lang: str, *, whole: bool) -> Words:
    written = number if whole else one_decimal
    value = "–" if cell.value is None else written(cell.value, lang)
    if cell.mark == "small":
        value = f"({value})"
    return Words("", "", value, cell.letters, _interval(cell, lang, written))


def _interval(cell: Cell, lang: str, written: Callable[[float, str], str]) -> str:
    if cell.low is None or cell.high is None:
        return ""
    low, high = written(cell.low, lang), written(cell.high, lang)
    return f"{low}–{high}" if low != high else ""


def one_decimal(value: float, lang: str) -> str:
    """Write a number with one decimal, as the language does."""
    return percent(value, lang).rstrip("%")


def _count(value: int | None, lang: str) -> str:
    return "–" if value is None else number(value, lang)


def _marks(cells: list[Cell], tables: Tables, lang: str) -> Iterator[str]:
    limits = {key: number(value, lang) for key, value in tables.limits.items()}
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
    if any(cell.low is not None for cell in cells) and tables.level:
        said = gettext("Small figures: interval of {level} % confidence.", lang)
        yield said.format(level=number(100 * tables.level, lang))
    if any(cell.letters for cell in cells) and tables.alpha:
        said = gettext(
            "A letter: larger than the column of that letter (t test at {alpha} %, Holm).", lang
        )
        yield said.format(alpha=number(100 * tables.alpha, lang))
    if tables.weighted:
        yield gettext("Percents and values are weighted; numbers of people are not.", lang)
    if "rounding" in tables.limits:
        said = gettext("Numbers of people are rounded at random to multiples of {rounding}.", lang)
        yield said.format(**limits)
