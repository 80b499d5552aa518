"""Tables as a workbook for people: ``tables.xlsx``, laid out as on paper, figures as numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spean.claims.resolve import number
from spean.documents.cells import Words, cell_words, is_value, places, releasable
from spean.documents.fixed import gettext
from spean.documents.layout import Layout, lay_out
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables, say


def write_workbook(tables: Tables, path: Path, lang: str) -> None:
    """Write a contents sheet and one sheet a table; what is withheld is in no cell of it."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    _Workbook(book, tables, lang).write()


_GREY, _TEAL = "#555c63", "#0b6e6e"
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13, "font_color": _TEAL},
    "head": {"bold": True, "top": 1, "text_wrap": True, "align": "right", "valign": "bottom"},
    "middle": {"bold": True, "top": 1, "text_wrap": True, "align": "center", "valign": "bottom"},
    "over": {"bold": True, "align": "center", "bottom": 1, "bottom_color": "#cfd4d8"},
    "stub": {},
    "strong": {"bold": True},
    "under": {"indent": 1},
    "unit": {"bottom": 1, "font_color": _GREY, "align": "right"},
    "panel": {"bold": True, "top": 1, "top_color": "#cfd4d8"},
    "base": {"font_color": _GREY, "align": "right"},
    "note": {"font_color": _GREY, "font_size": 9},
    "count": {"num_format": "#,##0"},
    "percent": {"num_format": "0.0", "font_color": _GREY},
    "small": {"num_format": '"("0.0")"', "font_color": _GREY},
    "value0": {"num_format": "#,##0"},
    "value1": {"num_format": "#,##0.0"},
    "value2": {"num_format": "#,##0.00"},
    "small0": {"num_format": '"("#,##0")"'},
    "small1": {"num_format": '"("#,##0.0")"'},
    "small2": {"num_format": '"("#,##0.00")"'},
    "end": {"num_format": "#,##0.0", "font_color": _GREY},
    "error": {"num_format": "#,##0.00", "font_color": _GREY},
    "letters": {"font_color": _GREY, "align": "right"},
    "withheld": {"align": "right", "font_color": _GREY},
    "link": {"font_color": _TEAL, "underline": 1},
}
_BESIDE = {"low": "end", "high": "end", "se": "error", "deff": "error", "letters": "letters"}
"""What may stand beside a figure, with its style."""
_ACROSS = 16
"""Columns of figures that can still be read on one printed page."""


class _Workbook:
    def __init__(self, book: Any, tables: Tables, lang: str) -> None:
        self.book, self.tables, self.lang = book, tables, lang
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
            sheet = self.book.add_worksheet(table.id)
            _Sheet(sheet, self.styles, table, layout, self.lang).write()
        self.book.close()


class _Sheet:
    """One table on a sheet of its own.

    A group covers ``wide`` columns: count and figure (one of them in a plain table), and of what
    stands beside figures those (``beside``) that any cell of the table has.
    """

    def __init__(
        self, sheet: Any, styles: dict[str, Any], table: Table, layout: Layout, lang: str
    ) -> None:
        self.sheet, self.styles, self.table = sheet, styles, table
        self.layout, self.lang = layout, lang
        cells = [releasable(cell) for *_rest, cell in table.cells()]
        self.beside = [n for n in _BESIDE if any(getattr(c, n) not in (None, "") for c in cells)]
        self.wide = layout.wide + len(self.beside)

    def write(self) -> None:
        title = f"{self.layout.number}. {self.layout.caption}"
        self.sheet.set_column(0, 0, 44)
        self.sheet.set_column(1, self.wide * len(self.layout.heads), 11)
        self.sheet.write_string(0, 0, title, self.styles["title"])
        self.over()
        self.heads()
        self.paper()
        at = 4
        for panel in self.table.panels:
            at = self.panel(at, panel)
        for note in self.layout.notes:
            self.sheet.write_string(at + 1, 0, note, self.styles["note"])
            at += 1

    def paper(self) -> None:
        khmer = self.lang == "km"
        self.sheet.set_default_row(21 if khmer else 15)
        self.sheet.set_row(2, 42 if khmer else 32)
        self.sheet.freeze_panes(4, 1)
        self.sheet.repeat_rows(1 if self.layout.over else 2, 3)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        if self.wide * len(self.layout.heads) <= _ACROSS:
            self.sheet.fit_to_pages(1, 0)
        else:
            self.sheet.repeat_columns(0)

    def over(self) -> None:
        """Write the heads that neighbouring columns stand under, above the heads."""
        first = 1
        for words, groups in self.layout.over:
            if words:
                self.across(1, first, groups * self.wide, words, "over")
            first += groups * self.wide

    def heads(self) -> None:
        self.sheet.write_blank(2, 0, None, self.styles["head"])
        self.sheet.write_blank(3, 0, None, self.styles["unit"])
        for at, head in enumerate(self.layout.heads):
            first = 1 + at * self.wide
            self.across(2, first, self.wide, head, "middle" if self.beside else "head")
            for extra, unit in enumerate(self.units(at)):
                self.sheet.write_string(3, first + extra, unit, self.styles["unit"])

    def across(self, at: int, first: int, columns: int, words: str, style: str) -> None:
        if columns > 1:
            self.sheet.merge_range(at, first, at, first + columns - 1, words, self.styles[style])
        else:
            self.sheet.write_string(at, first, words, self.styles[style])

    def units(self, at: int) -> Iterator[str]:
        """Name the columns of a group."""
        lang = self.lang
        names = {
            "low": gettext("from", lang),
            "high": gettext("to", lang),
            "se": gettext("std. error", lang),
            "deff": gettext("design effect", lang),
            "letters": gettext("exceeds", lang),
        }
        yield from ("",) if self.layout.plain else self.layout.units[at]
        yield from (names[name] for name in self.beside)

    def panel(self, at: int, panel: Panel) -> int:
        """Write a panel from a line on; gives the next free line."""
        for column in range(1, 1 + self.wide * len(self.table.groups)):
            self.sheet.write_blank(at, column, None, self.styles["panel"])
        self.sheet.write_string(at, 0, say(panel.label, self.lang), self.styles["panel"])
        asked = say(panel.universe, self.lang)
        if asked and panel.kind in ("single", "multiple", "numbers") and any(panel.bases.values()):
            at += 1
            said = f"{gettext('Asked of', self.lang)}: {asked}"
            self.sheet.write_string(at, 0, said, self.styles["note"])
            for place, group in enumerate(self.table.groups):
                self.base(at, 1 + place * self.wide, panel, group)
        for row in panel.rows:
            at += 1
            stub = self.styles["strong" if row.kind != "row" else "under" if row.indent else "stub"]
            self.sheet.write_string(at, 0, say(row.label, self.lang), stub)
            for place, group in enumerate(self.table.groups):
                self.cell(at, 1 + place * self.wide, panel, row, group)
        return at + 1

    def base(self, at: int, column: int, panel: Panel, group: Group) -> None:
        """Write a base, and over values in a table of percents that they are values."""
        base = panel.bases.get(group.id)
        words = f"n = {'–' if base is None else number(base, self.lang)}"
        words = "" if group.less else words
        self.sheet.write_string(at, column, words, self.styles["base"])
        if panel.kind == "numbers" and not self.layout.plain:
            said = gettext("value", self.lang)
            self.sheet.write_string(at, column + 1, said, self.styles["base"])

    def cell(self, at: int, column: int, panel: Panel, row: Row, group: Group) -> None:
        cell = releasable(row.cells[group.id])
        words = cell_words(cell, panel, row, group, self.lang)
        last = column + self.layout.wide - 1
        small = cell.mark == "small"
        if is_value(panel, group):
            style = f"{'small' if small else 'value'}{places(row)}"
            self.figure(at, last, cell.value, style, words.value)
        else:
            self.pair(at, column, panel, cell, words)
        for extra, name in enumerate(self.beside, 1):
            self.figure(at, last + extra, getattr(cell, name), _BESIDE[name], "")

    def pair(self, at: int, column: int, panel: Panel, cell: Cell, words: Words) -> None:
        """Write a count and its percent."""
        self.figure(at, column, cell.count, "count", words.count)
        if panel.kind != "figures":
            style = "small" if cell.mark == "small" else "percent"
            share = None if cell.percent is None else round(cell.percent, 1)
            self.figure(at, column + 1, share, style, words.share)

    def figure(
        self, at: int, column: int, figure: float | str | None, style: str, words: str
    ) -> None:
        """Write a number as a number, letters as they are; in words what is withheld."""
        if isinstance(figure, int | float):
            self.sheet.write_number(at, column, figure, self.styles[style])
        elif figure:
            self.sheet.write_string(at, column, figure, self.styles[style])
        elif words:
            self.sheet.write_string(at, column, words, self.styles["withheld"])
