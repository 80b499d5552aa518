"""Published figures beside computed ones: what agrees, under which reading, and why not."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.survey.study import read_toml
from spean.tables.model import Cell, Tables


@dataclass(frozen=True)
class Published:
    """One printed figure, with the cell of the plan that it is read as."""

    table: str
    panel: str
    row: str
    group: str
    freq: int | None
    percent: float | None
    digits: int
    base: int | None
    printed_as: str
    reading: str
    implied: bool


@dataclass(frozen=True)
class Comparison:
    """One line of ``spean compare``. ``status`` judges the count first, then the percent:

    ``equal`` both agree; ``relabelled`` the count agrees under another label; ``other_base`` the
    count agrees but the printed percent does not follow from the computed base (another base, or
    a slip: ``reason`` says which); ``mismatch`` the count differs.
    """

    table: str
    panel: str
    row: str
    group: str
    published_freq: int | None
    computed_freq: int | None
    published_percent: float | None
    computed_percent: float | None
    status: str
    reading: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Give the line as the JSON schema has it."""
        return asdict(self)


@dataclass(frozen=True)
class Reading:
    """How printed figures are read: ``kind`` is ``label``, ``universe`` or ``missing``."""

    id: str
    kind: str
    reason: str


def read_published(folder: Path) -> tuple[list[Published], dict[str, Reading]]:
    """Read ``tables.csv``, ``cells.csv`` (printed label to plan cell) and ``readings.toml``.

    Gives the printed figures that are figures of respondents, and the readings by id. Raises
    FaultyInput when a printed row has no line in ``cells.csv``.
    """
    raw = read_toml(folder / "readings.toml")
    readings = {
        str(item["id"]): Reading(str(item["id"]), str(item["kind"]), str(item["reason"]))
        for item in raw.get("reading", [])
    }
    cells = {}
    for line in csv.DictReader(io.StringIO(read_text(folder / "cells.csv"))):
        key = (line["table"], line["panel"], line["row"])
        cells[key] = (line["cell_panel"], line["cell_row"], line["reading"])
    figures: list[Published] = []
    faults: list[Fault] = []
    path = folder / "tables.csv"
    for number, line in enumerate(csv.DictReader(io.StringIO(read_text(path))), 2):
        if line["table"] == "1" or not (line["freq"] or line["percent"]):
            continue
        key = (line["table"], line["panel"], line["row"])
        if key not in cells:
            faults.append(Fault(str(path), f"{key} is not in cells.csv.", "Add a line.", number))
        elif cells[key][0]:
            figures.append(_figure(line, *cells[key]))
    if faults:
        raise FaultyInput(faults)
    return figures, readings


def _figure(line: Mapping[str, str], panel: str, row: str, reading: str) -> Published:
    percent = line["percent"]
    base = int(line["base"]) if line["base"] else None
    freq = int(line["freq"].replace(" ", "")) if line["freq"] else None
    implied = freq is None
    if implied and base is not None and percent:
        freq = round(float(percent) * base / 100)
    return Published(
        table=f"t{int(line['table']):02d}",
        panel=panel,
        row=row,
        group=line["group"],
        freq=freq,
        percent=float(percent) if percent else None,
        digits=len(percent.partition(".")[2]),
        base=base,
        printed_as=f"{line['panel']}: {line['row']}" if line["panel"] else line["row"],
        reading=reading,
        implied=implied,
    )


def compare(
    figures: list[Published], readings: Mapping[str, Reading], tables: Tables
) -> list[Comparison]:
    """Hold each printed figure against the computed cell of ``tables`` (not suppressed)."""
    computed = {
        (table.id, panel.id, row.id, group): cell
        for table in tables.tables
        for panel in table.panels
        for row in panel.rows
        for group, cell in row.cells.items()
    }
    bases = sorted({cell.base for cell in computed.values() if cell.base}, reverse=True)
    return [
        _line(f, computed.get((f.table, f.panel, f.row, f.group)), readings, bases) for f in figures
    ]


def _line(
    figure: Published, cell: Cell | None, readings: Mapping[str, Reading], bases: list[int]
) -> Comparison:
    read_as = readings.get(figure.reading)
    reading = read_as.reason if read_as else ""
    count = cell.count if cell else None
    percent = cell.percent if cell else None
    if cell is None:
        status, reason = "mismatch", f"The plan has no such cell ({figure.printed_as})."
    elif figure.freq != count:
        status, reason = "mismatch", f"Printed as “{figure.printed_as}”. {reading}".strip()
    elif not _same(figure, percent):
        status, reason = "other_base", _why(figure, cell, bases)
    elif read_as and read_as.kind == "label":
        status, reason = "relabelled", f"Printed as “{figure.printed_as}”."
    else:
        status, reason = "equal", ""
    if status != "mismatch":
        if reading:
            reason = f"{reading} {reason}".strip()
        if figure.implied:
            reason = f"The count is implied by the printed percent and base. {reason}".strip()
    return Comparison(
        figure.table,
        figure.panel,
        figure.row,
        figure.group,
        figure.freq,
        count,
        figure.percent,
        None if percent is None else round(percent, max(figure.digits, 1)),
        status,
        figure.reading,
        reason,
    )


def _same(figure: Published, percent: float | None) -> bool:
    if figure.percent is None:
        return True
    if percent is None:
        return figure.percent == 0
    return bool(abs(figure.percent - percent) <= 0.5000001 * 10**-figure.digits)


def _why(figure: Published, cell: Cell, bases: list[int]) -> str:
    """Say by arithmetic where a printed percent comes from."""
    if figure.freq is None or figure.percent is None:
        return ""
    computed = f"Spean's base is {cell.base}"
    if figure.base and abs(100 * figure.freq / figure.base - figure.percent) <= 0.5000001 * (
        10**-figure.digits
    ):
        return f"{figure.freq}/{figure.base} printed, another base; {computed}."
    for base in bases:
        if abs(100 * figure.freq / base - figure.percent) <= 0.5000001 * 10**-figure.digits:
            return f"The printed percent is {figure.freq}/{base}, another base; {computed}."
    right = f"{100 * figure.freq / cell.base:.{figure.digits}f}" if cell.base else "undefined"
    return f"A slip in print: {figure.freq}/{cell.base} is {right}, printed {figure.percent:g}."
