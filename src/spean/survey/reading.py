"""Rows of the sheets to an instrument; every fault of the form is found before any is told."""

import re
from collections.abc import Sequence
from pathlib import Path

from spean.survey.errors import Fault, FaultyInput
from spean.survey.instrument import Choice, Instrument, Item, Text, language_code
from spean.survey.kinds import OPENERS, SELECTS, read_type
from spean.survey.sheets import Sheet, SheetRow, read_sheets
from spean.survey.xpath import refs_in_text

_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_.\-]*$")
_EXPRESSIONS = (
    "relevant",
    "constraint",
    "calculation",
    "choice_filter",
    "required",
    "repeat_count",
)


def build(path: Path, complete_in: Sequence[str] | None = None) -> Instrument:
    """Read the sheets at a path and make the instrument; raises FaultyInput with all faults.

    Answers without words in one of the languages ``complete_in`` are faults (an empty sequence:
    all languages of the form), else they are only listed in ``Instrument.gaps``.
    """
    return _Builder(path, read_sheets(path), complete_in).instrument()


class _Builder:
    def __init__(
        self, path: Path, sheets: dict[str, Sheet], complete_in: Sequence[str] | None
    ) -> None:
        self.path, self.complete_in = path, complete_in
        self.survey = sheets["survey"]
        self.choice_sheet = sheets.get("choices")
        self.settings_sheet = sheets.get("settings")
        self.faults: list[Fault] = []
        self.gaps: list[Fault] = []
        self.items: list[Item] = []
        self.open: list[int] = []
        settings = self.settings_sheet.rows if self.settings_sheet else ()
        self.settings = settings[0].cells if settings else {}
        default = self.settings.get("default_language", "")
        self.default = language_code(default) if default else "default"

    def wrong(self, sheet: Sheet, row: int | None, column: str, what: str, mend: str) -> None:
        self.faults.append(Fault(sheet.file, what, mend, row, column))

    def instrument(self) -> Instrument:
        for heading in ("type", "name"):
            if heading not in self.survey.headings:
                mend = f"Add a column headed “{heading}”."
                self.wrong(self.survey, 1, heading, "the column is missing.", mend)
        if self.faults:
            raise FaultyInput(self.faults)
        languages = self.languages()
        choices = self.choices()
        for row in self.survey.rows:
            self.survey_row(row)
        for at in self.open:
            item = self.items[at]
            what = f"the group or repeat “{item.name}” is not closed."
            self.wrong(self.survey, item.row, "type", what, f"Add a row {OPENERS[item.kind]}.")
        self.check_names()
        self.check_lists(choices)
        self.check_references()
        self.check_languages(languages, choices)
        if not self.items:
            self.wrong(self.survey, None, "", "the form has no questions.", "Add some.")
        if self.faults:
            raise FaultyInput(sorted(self.faults, key=lambda f: (f.file, f.row or 0)))
        title = self.settings.get("form_title") or self.path.stem
        return Instrument(
            file=self.survey.file,
            title=title,
            form_id=self.settings.get("form_id") or self.path.stem,
            version=self.settings.get("version", ""),
            languages=languages,
            items=tuple(self.items),
            choices=choices,
            gaps=tuple(self.gaps),
        )

    def languages(self) -> tuple[str, ...]:
        heads = [*self.survey.headings, *(self.choice_sheet.headings if self.choice_sheet else ())]
        found = [language_code(h.split("::", 1)[1]) for h in heads if h.startswith("label::")]
        if "label" in heads:
            found.insert(0, self.default)
        return tuple(dict.fromkeys(found)) or (self.default,)

    def text(self, cells: dict[str, str], column: str) -> Text:
        words = {self.default: cells[column]} if column in cells else {}
        for head, cell in cells.items():
            if head.startswith(f"{column}::"):
                words[language_code(head.split("::", 1)[1])] = cell
        return words

    def choices(self) -> dict[str, tuple[Choice, ...]]:
        lists: dict[str, list[Choice]] = {}
        sheet = self.choice_sheet
        for row in sheet.rows if sheet else ():
            cells = row.cells
            if "list_name" not in cells or "name" not in cells:
                missing = "name" if "list_name" in cells else "list_name"
                if sheet and (missing == "name" or "name" in cells):
                    self.wrong(sheet, row.number, missing, "the cell is empty.", "Fill it in.")
                continue
            members = lists.setdefault(cells["list_name"], [])
            duplicates = self.settings.get("allow_choice_duplicates", "").lower() == "yes"
            if sheet and not duplicates and any(c.name == cells["name"] for c in members):
                what = f"the answer “{cells['name']}” stands twice in the list."
                self.wrong(sheet, row.number, "name", what, "Give each answer its own name.")
            extra = {k: v for k, v in cells.items() if "::" not in k and k != "label"}
            members.append(Choice(cells["name"], self.text(cells, "label"), row.number, extra))
        return {name: tuple(members) for name, members in lists.items()}

    def survey_row(self, row: SheetRow) -> None:
        cells = row.cells
        if "type" not in cells:
            if "name" in cells or any(key.startswith("label") for key in cells):
                self.wrong(self.survey, row.number, "type", "the cell is empty.", "Give a type.")
            return
        if cells["type"].startswith("#"):
            return
        read = read_type(cells["type"])
        if read is None:
            mend = "See the XLSForm list of types; is it a misspelling?"
            self.wrong(self.survey, row.number, "type", f"“{cells['type']}” is no type.", mend)
            return
        if read[0] in OPENERS.values():
            self.close(row, read[0])
            return
        self.items.append(self.item(row, *read))
        if read[0] in OPENERS:
            self.open.append(len(self.items) - 1)

    def close(self, row: SheetRow, kind: str) -> None:
        if not self.open or OPENERS[self.items[self.open[-1]].kind] != kind:
            opened = self.items[self.open[-1]].name if self.open else ""
            what = f"“{kind}” closes nothing" + (f"; “{opened}” is open." if opened else ".")
            mend = "Match each begin with its own end."
            self.wrong(self.survey, row.number, "type", what, mend)
            return
        self.open.pop()

    def item(self, row: SheetRow, kind: str, list_name: str, or_other: bool) -> Item:
        cells = row.cells
        name = cells.get("name", "")
        if not name and kind not in OPENERS and kind != "audit":
            self.wrong(self.survey, row.number, "name", "the cell is empty.", "Give a name.")
        elif name and not _NAME.match(name):
            mend = "Use letters, digits and underscores, starting with a letter."
            self.wrong(self.survey, row.number, "name", f"“{name}” cannot be a name.", mend)
        if kind in SELECTS.values() and not list_name:
            what = "a select needs the name of its list."
            self.wrong(self.survey, row.number, "type", what, f"Write “{kind} list_name”.")
        if kind == "calculate" and not (cells.keys() & {"calculation", "default"}):
            mend = "Write what it computes in the column “calculation”."
            self.wrong(self.survey, row.number, "calculation", "the cell is empty.", mend)
        return Item(
            row=row.number,
            kind=kind,
            name=name,
            list_name=list_name,
            label=self.text(cells, "label"),
            hint=self.text(cells, "hint"),
            universe=self.text(cells, "universe"),
            constraint_message=self.text(cells, "constraint_message"),
            relevant=cells.get("relevant", ""),
            constraint=cells.get("constraint", ""),
            calculation=cells.get("calculation", ""),
            choice_filter=cells.get("choice_filter", ""),
            required=cells.get("required", "").lower() in ("yes", "true", "true()", "1"),
            or_other=or_other,
            parents=tuple(self.open),
        )

    def check_names(self) -> None:
        seen: dict[str, int] = {}
        for item in self.items:
            if not item.name:
                continue
            if item.name in seen and not item.is_group:
                what = f"the name “{item.name}” stands in row {seen[item.name]} already."
                self.wrong(self.survey, item.row, "name", what, "Give each question its own name.")
            seen.setdefault(item.name, item.row)

    def check_lists(self, choices: dict[str, tuple[Choice, ...]]) -> None:
        for item in self.items:
            fixed = item.kind in ("select_one", "select_multiple", "rank") and item.list_name
            if not fixed or item.list_name.startswith("${"):
                continue
            if item.list_name not in choices and "." not in item.list_name:
                what = f"the list “{item.list_name}” is not on the choices sheet."
                self.wrong(self.survey, item.row, "type", what, "Add it or mend the name.")

    def check_references(self) -> None:
        known = {item.name for item in self.items}
        by_row = {item.row for item in self.items}
        for row in self.survey.rows:
            if row.number not in by_row:
                continue
            for column, cell in row.cells.items():
                if column in _EXPRESSIONS or column.startswith(("label", "hint", "constraint_m")):
                    for name in refs_in_text(cell) - known:
                        what = f"${{{name}}} is not a question of this form."
                        mend = "Mend the name or add the question."
                        if not name.startswith("last-saved#"):
                            self.wrong(self.survey, row.number, column, what, mend)

    def check_languages(
        self, languages: tuple[str, ...], choices: dict[str, tuple[Choice, ...]]
    ) -> None:
        used = {item.list_name for item in self.items}
        sheet = self.choice_sheet
        for members in (choices[name] for name in choices if name in used):
            for choice in members:
                for lang in languages:
                    heads = [h for h in (sheet.headings if sheet else ()) if h.startswith("label")]
                    has_column = any(self.heading_language(head) == lang for head in heads)
                    if sheet and has_column and choice.label and lang not in choice.label:
                        what = f"the answer “{choice.name}” has no words in this language."
                        column = next(h for h in heads if self.heading_language(h) == lang)
                        gap = Fault(sheet.file, what, "Translate it.", choice.row, column)
                        (self.faults if self.must_have(lang) else self.gaps).append(gap)

    def must_have(self, lang: str) -> bool:
        wanted = self.complete_in
        return wanted is not None and (not wanted or lang in wanted)

    def heading_language(self, head: str) -> str:
        return language_code(head.split("::", 1)[1]) if "::" in head else self.default
