"""Tables as data for programs: ``tables.csv`` and ``estimates.csv``."""

import csv
from pathlib import Path

from spean.documents.cells import is_value, releasable
from spean.tables.model import Group, Panel, Tables, say

COLUMNS = ("table", "panel", "row", "group", "freq", "percent", "base", "mark", "note")


def write_csv(tables: Tables, path: Path) -> None:
    """Write every count; withheld ones are empty and ``mark`` says so.

    Statistics of numbers are in ``estimates.csv``.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for table in tables.tables:
            for _stem, panel, row, group, found in table.cells():
                if is_value(panel, group):
                    continue
                cell = releasable(found)
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
            for _stem, panel, row, group, found in table.cells():
                if panel.kind == "figures" or row.kind == "total":
                    continue
                cell = releasable(found)
                value = cell.value if is_value(panel, group) else cell.percent
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
