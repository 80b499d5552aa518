"""Sheets of a form as plain rows of text, from a folder of CSV files or an XLSForm file."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from spean.survey.errors import CouldNotRead, Fault, FaultyInput
from spean.survey.headings import plain_heading

SHEETS = ("survey", "choices", "settings")
_READ = (*SHEETS, "external_choices")

Grid = list[tuple[int, list[str]]]
"""Rows of cells, each with its number in the file or sheet; the first row holds the headings."""


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
    """Read the sheets of a form from a folder of CSV files or a form file.

    These are ``survey``, ``choices``, ``settings`` and ``external_choices``. A file may be .xlsx,
    .xls, .csv or .md as pyxform reads them. Raises CouldNotRead when it is not there or cannot be
    opened, FaultyInput when it is not text or has doubled headings.
    """
    if not path.exists():
        raise CouldNotRead(f"{path}: there is no such file or folder.")
    tables = _folder(path) if path.is_dir() else _file(path)
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for name, (file, rows) in tables.items():
        sheet, wrong = _sheet(name, file, rows)
        sheets[name] = sheet
        faults += wrong
    if "survey" not in sheets:
        mend = "Name the sheet with the questions “survey”."
        faults.append(Fault(str(path), "there is no sheet “survey”.", mend))
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


def _folder(path: Path) -> dict[str, tuple[str, Grid]]:
    found = {}
    for name in _READ:
        file = path / f"{name}.csv"
        if file.exists():
            rows = csv.reader(io.StringIO(read_text(file)))
            found[name] = (str(file), list(enumerate(rows, start=1)))
    return found


def _file(path: Path) -> dict[str, tuple[str, Grid]]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _parted(path, list(csv.reader(io.StringIO(read_text(path)))))
    if suffix == ".md":
        lines = read_text(path).splitlines()
        return _parted(path, [_pipes(line) for line in lines])
    if suffix in (".xlsx", ".xlsm"):
        return _workbook(path)
    if suffix == ".xls":
        return _old_workbook(path)
    kinds = ".xlsx, .xls, .csv, .md or a folder of CSV sheets"
    raise CouldNotRead(f"{path}: a form is {kinds}; “{suffix}” is none of them.")


def _pipes(line: str) -> list[str]:
    """Cells of a Markdown table's line; nothing for a line of dashes or of other text."""
    line = line.strip()
    if not line.startswith("|") or (re.fullmatch(r"[|:\-\s]+", line) and "-" in line):
        return []
    cells = re.split(r"(?<!\\)\|", line[1:].removesuffix("|"))
    return [cell.strip().replace("\\|", "|") for cell in cells]


def _parted(path: Path, rows: list[list[str]]) -> dict[str, tuple[str, Grid]]:
    """Sheets under one another: the first cell names a sheet, its rows leave that cell empty."""
    heads = [cell.strip().lower() for cell in next((r for r in rows if any(r)), [])]
    if "type" in heads and "name" in heads and heads[0] not in _READ:
        return {"survey": (str(path), list(enumerate(rows, start=1)))}
    found: dict[str, tuple[str, Grid]] = {}
    name = ""
    for number, row in enumerate(rows, start=1):
        if row and row[0].strip():
            name = row[0].strip().lower()
            if name in _READ:
                found[name] = (f"{path}, sheet {name}", [])
        if name in found and any(cell.strip() for cell in row[1:]):
            found[name][1].append((number, row[1:]))
    return found


def _old_workbook(path: Path) -> dict[str, tuple[str, Grid]]:
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import get_xlsform

    try:
        data = get_xlsform(path)
    except PyXFormError as error:
        if "Duplicate column" in str(error):
            mend = "Keep one of the two columns."
            raise FaultyInput([Fault(str(path), f"{error}.", mend, 1)]) from error
        raise CouldNotRead(f"{path}: cannot be read as a form ({error}).") from error
    except (OSError, ValueError, KeyError) as error:
        raise CouldNotRead(f"{path}: cannot be read as a form ({error}).") from error
    found = {}
    for name in _READ:
        header = getattr(data, f"{name}_header", None) or [{}]
        heads = [str(head) for head in header[0]]
        rows = getattr(data, name, None) or []
        if heads:
            body = [[str(row.get(head) or "") for head in heads] for row in rows]
            found[name] = (f"{path}, sheet {name}", list(enumerate([heads, *body], start=1)))
    return found


def _workbook(path: Path) -> dict[str, tuple[str, Grid]]:
    found = {}
    sheets = read_workbook(path)
    for title, rows in sheets.items():
        name = title.strip().lower()
        if name in _READ:
            found[name] = (f"{path}, sheet {title}", list(enumerate(rows, start=1)))
    if not found and len(sheets) == 1:
        title, rows = next(iter(sheets.items()))
        found["survey"] = (f"{path}, sheet {title}", list(enumerate(rows, start=1)))
    return found


def read_workbook(path: Path) -> dict[str, list[list[str]]]:
    """Read every sheet of an .xlsx as rows of text; raises CouldNotRead."""
    import warnings
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            found = {}
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows = sheet.iter_rows(values_only=True)
                found[sheet.title] = [[_cell(value) for value in row] for row in rows]
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, OSError, KeyError, ValueError) as error:
        raise CouldNotRead(f"{path}: cannot be opened as an Excel workbook.") from error
    return found


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return str(value).upper()
    return str(value).replace("\xa0", " ")


def _sheet(name: str, file: str, rows: Grid) -> tuple[Sheet, list[Fault]]:
    if not rows:
        return Sheet(file, (), ()), [Fault(file, "the sheet is empty.", "Fill it in.")]
    top, first = rows[0]
    headings = [plain_heading(cell, name) for cell in first]
    faults = [
        Fault(file, "the heading stands twice.", "Keep one of the two columns.", top, head)
        for at, head in enumerate(headings)
        if head and head in headings[:at]
    ]
    kept = []
    for number, row in rows[1:]:
        cells = {
            head: cell.strip()
            for head, cell in zip(headings, row, strict=False)
            if head and cell.strip()
        }
        if cells:
            kept.append(SheetRow(number, cells))
    return Sheet(file, tuple(head for head in headings if head), tuple(kept)), faults
