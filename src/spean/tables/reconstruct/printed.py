"""What a published table says word for word, without any reading."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.tables.compare import Published, read_published
from spean.tables.plan import Plan
from spean.tables.reconstruct.goals import Aim, Target, read_facts


@dataclass(frozen=True)
class Said:
    """A printed figure: the sum it is, word for word, and the reading that it otherwise has."""

    target: Target
    printed_as: str
    reading: str

    def words(self) -> str:
        """Say what is printed and what it counts."""
        one = f"{self.target.name} prints {self.target.count}"
        return f"{one} (“{self.printed_as}”)" if self.printed_as else one


def read_literally(plan: Plan, codebook: Codebook, published: Path) -> list[Said]:
    """Read every printed figure under its own label and for whom the table says it asked.

    Column ``literal`` of ``cells.csv`` names the cell of the plan (``table.panel.row``) whose
    question, answer and universe the printed words say, where a reading says otherwise. Facts of
    ``figures.csv`` that follow from a reading are left out. Raises FaultyInput as
    ``read_published`` does, and where a literal cell is not in the plan.
    """
    figures, _readings = read_published(published)
    cells, faults = _literal_cells(published / "cells.csv"), []
    aim = Aim(plan, codebook)
    found = []
    for figure in figures:
        cell, line = cells.get((figure.table, figure.printed_as), ("", 0))
        said = _said(aim, figure, cell)
        if said is not None:
            found.append(said)
        elif cell and figure.freq is not None:
            what = f"“{cell}” is not a cell of the tabulation plan."
            mend = "Write table.panel.row, as in tabulation.toml."
            faults.append(Fault(str(published / "cells.csv"), what, mend, line, "literal"))
    if faults:
        raise FaultyInput(list(dict.fromkeys(faults)))
    for fact in read_facts(plan, published / "figures.csv"):
        target = aim.at(*fact[:5])
        if target is not None and not fact[5]:
            found.append(Said(replace(target, name=f"{target.name} (in the text)"), "", ""))
    return found


def _literal_cells(path: Path) -> Mapping[tuple[str, str], tuple[str, int]]:
    found = {}
    for number, line in enumerate(csv.DictReader(io.StringIO(read_text(path))), 2):
        printed = f"{line['panel']}: {line['row']}" if line["panel"] else line["row"]
        found[f"t{int(line['table']):02d}", printed] = (line.get("literal") or "", number)
    return found


def _said(aim: Aim, figure: Published, cell: str) -> Said | None:
    name = f"{figure.table}.{figure.panel}.{figure.row}@{figure.group}"
    place = cell.split(".") if cell else [figure.table, figure.panel, figure.row]
    if len(place) != 3:
        return None
    target = aim.at(place[0], place[1], place[2], figure.group, figure.freq)
    if target is None:
        return None
    return Said(replace(target, name=name), figure.printed_as, figure.reading)
