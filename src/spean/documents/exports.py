"""Tables as data: ``tables.csv`` for programs, ``tables.xlsx`` for people."""

import csv
from pathlib import Path
from typing import Any

from spean.claims.resolve import number
from spean.documents.fixed import gettext
from spean.documents.layout import Layout, cell_words, lay_out
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables, say

COLUMNS = ("table", "panel", "row", "group", "freq", "percent", "base", "mark", "note")


def write_csv(tables: Tables, path: Path) -> None:
    """Write every count; withheld ones are empty and ``mark`` says so.

    Statistics of numbers are in ``estimates.csv``.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for table in tables.tables:
            for _stem, panel, row, group, cell in table.cells():
                if panel.kind == "numbers" or group.less:
                    continue
                share = "" if cell.percent is None else f"{cell.percent:.1f}"
                figures = ("" if cell.count is None else cell.count, share)
                base = "" if cell.base is None else cell.base
                place = (table.id, panel.id, row.id, group.id)
                artefact = "artefact of made-up data" if _is_artefact(panel, group) else ""
                note = "; ".join(part for part in (cell.note, artefact) if part)
                out.writerow((*place, *figures, base, cell.mark, note))


ESTIMATE_COLUMNS = (
    *("table", "panel", "row", "group", "statistic", "value", "se", "low", "high", "deff"),
    *("weighted", "base", "letters", "mark", "note"),
)


def has_estimates(tables: Tables) -> bool:
    """Tell whether any figure is weighted, has an error, or is a statistic of numbers."""
    return any(
        (cell.weighted, cell.value, cell.se) != (None, None, None)
        for table in tables.tables
        for *_rest, cell in table.cells()
    )


def write_estimates(tables: Tables, path: Path) -> None:
    """Write every estimated figure with its errors at full precision; withheld ones are empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(ESTIMATE_COLUMNS)
        for table in tables.tables:
            for _stem, panel, row, group, cell in table.cells():
                if panel.kind == "figures" or row.kind == "total":
                    continue
                of_numbers = panel.kind == "numbers" or group.less
                value = cell.value if of_numbers else cell.percent
                figures = (value, cell.se, cell.low, cell.high, cell.deff, cell.weighted, cell.base)
                statistic = "difference" if group.less else row.statistic or "percent"
                place = (table.id, panel.id, row.id, group.id, statistic)
                words = ("" if figure is None else figure for figure in figures)
                out.writerow((*place, *words, cell.letters, cell.mark, cell.note))


def _is_artefact(panel: Panel, group: Group) -> bool:
    notes = (str(note.get("en", "")) for note in panel.notes)
    return any(
        note.startswith("Made-up data")
        and say(group.label, "en") in note.split("for ", 1)[-1].split(";")[0].split(", ")
        for note in notes
    )


def write_workbook(tables: Tables, path: Path, lang: str) -> None:
    """Write a contents sheet and one sheet a table; figures are numbers, not text."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    _Workbook(book, tables, lang).write()


_GREY, _TEAL = "#555c63", "#0b6e6e"
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13, "font_color": _TEAL},
    "head": {"bold": True, "top": 1, "text_wrap": True, "align": "right", "valign": "bottom"},
    "over": {"bold": True, "align": "center", "bottom": 1, "bottom_color": "#cfd4d8"},
    "stub": {},
    "strong": {"bold": True},
    "under": {"indent": 1},
    "value": {"num_format": "#,##0.0"},
    "error": {"num_format": "0.00", "font_color": _GREY},
    "unit": {"bottom": 1, "font_color": _GREY, "align": "right"},
    "panel": {"bold": True, "top": 1, "top_color": "#cfd4d8"},
    "base": {"font_color": _GREY, "align": "right"},
    "note": {"font_color": _GREY, "font_size": 9},
    "count": {"num_format": "#,##0"},
    "percent": {"num_format": "0.0", "font_color": _GREY},
    "small": {"num_format": '"("0.0")"', "font_color": _GREY},
    "withheld": {"align": "right", "font_color": _GREY},
    "link": {"font_color": _TEAL, "underline": 1},
}


class _Workbook:
    def __init__(self, book: Any, tables: Tables, lang: str) -> None:
        self.book, self.tables, self.lang = book, tables, lang
        self.errors = has_estimates(tables)
        font = {"font_name": "Noto Sans Khmer" if lang == "km" else "Noto Sans"}
        self.styles = {name: book.add_format(font | style) for name, style in _STYLES.items()}

    def write(self) -> None:
        contents = self.book.add_worksheet(gettext("Contents", self.lang))
        contents.set_column(0, 0, 12)
        contents.set_column(1, 1, 90)
        contents.set_paper(9)
        contents.fit_to_pages(1, 0)
        for at, table in enumerate(self.tables.tables):
            layout = lay_out(table, self.tables, self.lang)
            link = f"internal:'{table.id}'!A1"
            contents.write_url(at, 0, link, self.styles["link"], layout.number)
            contents.write_string(at, 1, layout.caption)
            self.sheet(self.book.add_worksheet(table.id), table, layout)
        self.book.close()

    def sheet(self, sheet: Any, table: Table, layout: Layout) -> None:
        wide = 1 if layout.plain else 2 + len(self.error_heads()) * self.errors
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, wide * len(layout.heads), 11)
        sheet.write_string(0, 0, f"{layout.number}. {layout.caption}", self.styles["title"])
        self.heads(sheet, layout, wide)
        self.paper(sheet)
        at = 4
        if layout.over:
            self.over(sheet, layout, wide)
        for panel in table.panels:
            at = self.panel(sheet, at, table, panel, wide)
        for note in layout.notes:
            sheet.write_string(at + 1, 0, note, self.styles["note"])
            at += 1

    def paper(self, sheet: Any) -> None:
        khmer = self.lang == "km"
        sheet.set_default_row(21 if khmer else 15)
        sheet.set_row(2, 42 if khmer else 32)
        sheet.freeze_panes(4, 1)
        sheet.repeat_rows(2, 3)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def heads(self, sheet: Any, layout: Layout, wide: int) -> None:
        sheet.write_blank(2, 0, None, self.styles["head"])
        sheet.write_blank(3, 0, None, self.styles["unit"])
        for at, head in enumerate(layout.heads):
            first = 1 + at * wide
            if wide > 1:
                sheet.merge_range(2, first, 2, first + wide - 1, head, self.styles["head"])
            else:
                sheet.write_string(2, first, head, self.styles["head"])
            for extra in range(wide):
                unit = "" if layout.plain else (*layout.units, *self.error_heads())[extra]
                sheet.write_string(3, first + extra, unit, self.styles["unit"])

    def error_heads(self) -> tuple[str, ...]:
        """Name the columns that stand beside a figure where there are errors."""
        lang = self.lang
        ends = gettext("from", lang), gettext("to", lang)
        spread = gettext("std. error", lang), gettext("design effect", lang)
        return (*ends, *spread, gettext("exceeds", lang))

    def over(self, sheet: Any, layout: Layout, wide: int) -> None:
        """Write the heads that neighbouring columns stand under, above the heads."""
        first = 1
        for words, groups in layout.over:
            last = first + groups * wide - 1
            if last > first:
                sheet.merge_range(1, first, 1, last, words, self.styles["over"])
            else:
                sheet.write_string(1, first, words, self.styles["over"])
            first = last + 1

    def panel(self, sheet: Any, at: int, table: Table, panel: Panel, wide: int) -> int:
        """Write a panel from a line on; gives the next free line."""
        for column in range(1, 1 + wide * len(table.groups)):
            sheet.write_blank(at, column, None, self.styles["panel"])
        sheet.write_string(at, 0, say(panel.label, self.lang), self.styles["panel"])
        asked = say(panel.universe, self.lang)
        if asked and panel.kind in ("single", "multiple", "numbers") and any(panel.bases.values()):
            at += 1
            said = f"{gettext('Asked of', self.lang)}: {asked}"
            sheet.write_string(at, 0, said, self.styles["note"])
            for place, group in enumerate(table.groups):
                base = panel.bases.get(group.id)
                words = f"n = {'–' if base is None else number(base, self.lang)}"
                words = "" if group.less else words
                sheet.write_string(at, 1 + place * wide, words, self.styles["base"])
        for row in panel.rows:
            at += 1
            stub = self.styles["strong" if row.kind != "row" else "under" if row.indent else "stub"]
            sheet.write_string(at, 0, say(row.label, self.lang), stub)
            for place, group in enumerate(table.groups):
                self.cell(sheet, at, 1 + place * wide, row.cells[group.id], panel, row)
                if wide > 2:
                    self.beside(sheet, at, 3 + place * wide, row.cells[group.id])
        return at + 1

    def beside(self, sheet: Any, at: int, column: int, cell: Cell) -> None:
        """Write interval, standard error, design effect and letters where they are there."""
        for place, figure in enumerate((cell.low, cell.high, cell.se, cell.deff)):
            if figure is not None:
                style = self.styles["error" if place > 1 else "percent"]
                sheet.write_number(at, column + place, figure, style)
        if cell.letters:
            sheet.write_string(at, column + 4, cell.letters, self.styles["base"])

    def cell(self, sheet: Any, at: int, column: int, cell: Cell, panel: Panel, row: Row) -> None:
        words = cell_words(cell, panel, self.lang, row)
        if panel.kind == "numbers" or cell.value is not None:
            kind = "small" if cell.mark == "small" else "value"
            self.figure(sheet, at, column + 1, cell.value, self.styles[kind], words.value)
            return
        self.figure(sheet, at, column, cell.count, self.styles["count"], words.count)
        if panel.kind != "figures":
            style = self.styles["small" if cell.mark == "small" else "percent"]
            share = None if cell.percent is None else round(cell.percent, 1)
            self.figure(sheet, at, column + 1, share, style, words.share)

    def figure(
        self,
        sheet: Any,
        at: int,
        column: int,
        figure: float | None,
        style: Any,
        words: str,
    ) -> None:
        """Write a number as a number; what is withheld in words."""
        if figure is None:
            sheet.write_string(at, column, words, self.styles["withheld"])
        else:
            sheet.write_number(at, column, figure, style)
