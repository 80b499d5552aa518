"""Sheets of a form as plain rows of text, from a folder of CSV files or an XLSForm file."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from spean.survey.errors import CouldNotRead, Fault, FaultyInput

SHEETS = ("survey", "choices", "settings")


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet shows it, and its filled cells by heading."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """One sheet: where it is, its headings in order, its rows that are not empty."""

    file: str
    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Read ``survey``, ``choices`` and ``settings`` from a folder of CSV files or a form file.

    A file may be .xlsx, .xls, .csv or .md as pyxform reads them. Raises CouldNotRead when it is
    not there or cannot be opened, FaultyInput when it is not text or has doubled headings.
    """
    if not path.exists():
        raise CouldNotRead(f"{path}: there is no such file or folder.")
    tables = _folder(path) if path.is_dir() else _file(path)
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for name, (file, rows) in tables.items():
        sheet, wrong = _sheet(file, rows)
        sheets[name] = sheet
        faults += wrong
    if "survey" not in sheets:
        faults.append(Fault(str(path), "there is no sheet “survey”.", "Add one."))
    if faults:
        raise FaultyInput(faults)
    return sheets


def read_text(path: Path) -> str:
    """Read a UTF-8 text file; raises CouldNotRead or FaultyInput naming the bad row."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CouldNotRead(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        mend = "Save the file as CSV UTF-8 (in Excel: “CSV UTF-8”)."
        raise FaultyInput([Fault(str(path), "the text is not UTF-8.", mend, row)]) from error


def _folder(path: Path) -> dict[str, tuple[str, list[list[str]]]]:
    found = {}
    for name in SHEETS:
        file = path / f"{name}.csv"
        if file.exists():
            found[name] = (str(file), list(csv.reader(io.StringIO(read_text(file)))))
    return found


def _file(path: Path) -> dict[str, tuple[str, list[list[str]]]]:
    if path.suffix.lower() in (".csv", ".md"):
        read_text(path)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook(path)
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import get_xlsform

    try:
        data = get_xlsform(path)
    except (PyXFormError, OSError, ValueError, KeyError) as error:
        raise CouldNotRead(f"{path}: cannot be read as a form ({error}).") from error
    found = {}
    for name in SHEETS:
        rows = getattr(data, name, None) or []
        if rows:
            heads = list(dict.fromkeys(head for row in rows for head in row))
            body = [[str(row.get(head) or "") for head in heads] for row in rows]
            found[name] = (f"{path}, sheet {name}", [[str(head) for head in heads], *body])
    return found


def _workbook(path: Path) -> dict[str, tuple[str, list[list[str]]]]:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, OSError, KeyError, ValueError) as error:
        raise CouldNotRead(f"{path}: cannot be opened as an Excel workbook.") from error
    found = {}
    for title in book.sheetnames:
        if title.strip().lower() in SHEETS:
            rows = [
                [_cell(value) for value in row] for row in book[title].iter_rows(values_only=True)
            ]
            found[title.strip().lower()] = (f"{path}, sheet {title}", rows)
    book.close()
    return found


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return str(value).upper()
    return str(value)


def _sheet(file: str, rows: list[list[str]]) -> tuple[Sheet, list[Fault]]:
    if not rows:
        return Sheet(file, (), ()), [Fault(file, "the sheet is empty.", "Fill it in.")]
    headings = [_heading(cell) for cell in rows[0]]
    faults = [
        Fault(file, "the heading stands twice.", "Keep one of the two columns.", 1, head)
        for at, head in enumerate(headings)
        if head and head in headings[:at]
    ]
    kept = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {
            head: cell.strip()
            for head, cell in zip(headings, row, strict=False)
            if head and cell.strip()
        }
        if cells:
            kept.append(SheetRow(number, cells))
    return Sheet(file, tuple(head for head in headings if head), tuple(kept)), faults


def _heading(text: str) -> str:
    parts = [part.strip() for part in text.strip().split("::" if "::" in text else ":")]
    if parts[0].lower() == "media":
        return "::".join(parts)
    name = parts[0].lower().replace(" ", "_")
    name = {"relevance": "relevant", "caption": "label", "value": "name", "list": "list_name"}.get(
        name, name
    )
    return "::".join([name, *parts[1:]])
