"""Tables as data: ``tables.csv`` for programs, ``tables.xlsx`` for people."""

import csv
from pathlib import Path

from spean.documents.layout import Layout, lay_out
from spean.tables.model import Table, Tables, say

COLUMNS = ("table", "panel", "row", "group", "freq", "percent", "base", "mark", "note")


def write_csv(tables: Tables, path: Path) -> None:
    """Write every cell; withheld figures are empty and ``mark`` says so."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for table in tables.tables:
            for _stem, panel, row, group, cell in table.cells():
                share = "" if cell.percent is None else f"{cell.percent:.1f}"
                figures = ("" if cell.count is None else cell.count, share)
                base = "" if cell.base is None else cell.base
                place = (table.id, panel.id, row.id, group.id)
                artefact = (
                    "artefact of made-up data" if _is_artefact(panel.notes, group.label) else ""
                )
                note = "; ".join(part for part in (cell.note, artefact) if part)
                out.writerow((*place, *figures, base, cell.mark, note))


def _is_artefact(notes: tuple, group: object) -> bool:  # type: ignore[type-arg]
    name = dict(group).get("en", "")  # type: ignore[call-overload]
    return any(
        str(note.get("en", "")).startswith("Made-up data")
        and name in str(note["en"]).split("for ", 1)[-1].split(";")[0].split(", ")
        for note in notes
    )


def write_workbook(tables: Tables, path: Path, lang: str) -> None:
    """Write a contents sheet and one sheet a table; figures are numbers, not text."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 13, "font_color": "#0b6e6e"}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "align": "right"}),
        "panel": book.add_format({"bold": True, "top": 4}),
        "base": book.add_format({"italic": True, "font_color": "#666666", "align": "right"}),
        "note": book.add_format({"italic": True, "font_color": "#666666", "text_wrap": True}),
        "count": book.add_format({"num_format": "#,##0"}),
        "percent": book.add_format({"num_format": "0.0"}),
        "text": book.add_format({"align": "right"}),
        "link": book.add_format({"font_color": "#0b6e6e", "underline": 1}),
    }
    contents = book.add_worksheet("Contents")
    contents.set_column(0, 0, 10)
    contents.set_column(1, 1, 80)
    for at, table in enumerate(tables.tables):
        layout = lay_out(table, tables, lang)
        contents.write_url(at, 0, f"internal:'{table.id}'!A1", styles["link"], table.id)
        contents.write_string(at, 1, layout.caption)
        _sheet(book.add_worksheet(table.id), table, layout, styles, lang)
    book.close()


def _sheet(sheet: object, table: Table, layout: Layout, styles: dict, lang: str) -> None:  # type: ignore[type-arg]
    out: object = sheet
    write = out.write_string  # type: ignore[attr-defined]
    wide = 1 if layout.plain else 2
    out.set_column(0, 0, 44)  # type: ignore[attr-defined]
    out.set_column(1, wide * len(layout.heads), 11)  # type: ignore[attr-defined]
    write(0, 0, f"{layout.number}. {layout.caption}", styles["title"])
    for at, head in enumerate(layout.heads):
        write(2, 1 + at * wide, head, styles["head"])
        if not layout.plain:
            write(2, 2 + at * wide, "%", styles["head"])
    out.freeze_panes(3, 1)  # type: ignore[attr-defined]
    line = 3
    for panel in table.panels:
        write(line, 0, say(panel.label, lang), styles["panel"])
        if say(panel.universe, lang):
            write(line, 1, say(panel.universe, lang), styles["note"])
        line += 1
        if panel.kind in ("single", "multiple"):
            for at, group in enumerate(table.groups):
                base = panel.bases.get(group.id)
                write(line, 1 + at * wide, f"n = {'–' if base is None else base}", styles["base"])
            line += 1
        for row in panel.rows:
            write(line, 0, say(row.label, lang))
            for at, group in enumerate(table.groups):
                _cell(out, line, 1 + at * wide, row.cells[group.id], styles, wide)
            line += 1
    for note in layout.notes:
        write(line + 1, 0, note, styles["note"])
        line += 1


def _cell(out: object, line: int, column: int, cell: object, styles: dict, wide: int) -> None:  # type: ignore[type-arg]
    count, share = cell.count, cell.percent  # type: ignore[attr-defined]
    if count is None:
        out.write_string(line, column, "–", styles["text"])  # type: ignore[attr-defined]
    else:
        out.write_number(line, column, count, styles["count"])  # type: ignore[attr-defined]
    if wide == 2:
        if share is None:
            out.write_string(line, column + 1, "–", styles["text"])  # type: ignore[attr-defined]
        else:
            out.write_number(line, column + 1, round(share, 1), styles["percent"])  # type: ignore[attr-defined]
