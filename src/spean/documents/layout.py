"""How a table reads on any page: heads, lines and notes as words, ready to be set."""

from collections.abc import Iterator
from dataclasses import dataclass

from spean.claims.resolve import SMALL_MARK, number, percent
from spean.documents.fixed import gettext
from spean.tables.model import Cell, Panel, Table, Tables, say


@dataclass(frozen=True)
class Line:
    """One line of the body. ``kind`` is ``panel`` (a heading), ``base`` or ``row``.

    ``cells`` are pairs (count, percent) for each group, in words.
    """

    kind: str
    stub: str
    cells: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Layout:
    """A table in words: caption, column heads, lines, notes.

    Each head stands over two columns, whose heads are ``units`` (people and percent); in a
    ``plain`` table it stands over one.
    """

    id: str
    number: str
    caption: str
    heads: tuple[str, ...]
    units: tuple[str, str]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    plain: bool


def lay_out(table: Table, tables: Tables, lang: str) -> Layout:
    """Set a table in words of a language."""
    plain = all(panel.kind == "figures" for panel in table.panels)
    notes = [say(note, lang) for note in table.notes]
    lines: list[Line] = []
    for panel in table.panels:
        lines += _panel(table, panel, lang)
        notes += [say(note, lang) for note in panel.notes]
    cells = [cell for panel in table.panels for row in panel.rows for cell in row.cells.values()]
    if not plain:
        notes += _marks(cells, tables, lang)
    return Layout(
        id=table.id,
        number=f"{gettext('Table', lang)} {number(int(table.id[1:]), lang)}"
        if table.id[1:].isdigit()
        else table.id,
        caption=say(table.title, lang),
        heads=tuple(say(group.label, lang) for group in table.groups),
        units=(gettext("people", lang), "%"),
        lines=tuple(lines),
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        plain=plain,
    )


def explain_small(tables: Tables, lang: str) -> str:
    """Say what the mark of small bases in prose means; nothing where nothing is marked."""
    if "base_marked" not in tables.limits:
        return ""
    said = gettext("percent of fewer than {base_marked} people: read with care.", lang)
    return f"{SMALL_MARK} " + said.format(base_marked=number(tables.limits["base_marked"], lang))


def _panel(table: Table, panel: Panel, lang: str) -> Iterator[Line]:
    kind = {"multiple": gettext("several answers possible", lang)}.get(panel.kind, "")
    asked = say(panel.universe, lang)
    said = f"{gettext('Asked of', lang)}: {asked}" if asked and panel.kind != "items" else ""
    yield Line(
        "panel", say(panel.label, lang), note="; ".join(part for part in (said, kind) if part)
    )
    if panel.kind not in ("figures", "items"):
        bases = tuple((f"n = {_count(panel.bases.get(g.id), lang)}", "") for g in table.groups)
        yield Line("base", "", bases)
    for row in panel.rows:
        cells = tuple(cell_words(row.cells[g.id], panel, lang) for g in table.groups)
        yield Line("row", say(row.label, lang), cells)


def cell_words(cell: Cell, panel: Panel, lang: str) -> tuple[str, str]:
    """Give count and percent of a cell in words; what is withheld is a dash."""
    if panel.kind == "figures":
        return _count(cell.count, lang), ""
    if cell.count is None:
        return "–", "–"
    share = "–" if cell.percent is None else percent(cell.percent, lang).rstrip("%")
    if cell.mark == "small":
        share = f"({share})"
    count = _count(cell.count, lang)
    if panel.kind == "items":
        count += f"\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{_count(cell.base, lang)}"
    return count, share


def _count(value: int | None, lang: str) -> str:
    return "–" if value is None else number(value, lang)


def _marks(cells: list[Cell], tables: Tables, lang: str) -> Iterator[str]:
    limits = {key: number(value, lang) for key, value in tables.limits.items()}
    if any(cell.count is None for cell in cells):
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
