"""What can be wrong with a form or with data, said with file, row, column and mend."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong at one place. ``row`` counts from 1 as a spreadsheet shows it."""

    file: str
    what: str
    mend: str
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column:
            where += f", column “{self.column}”"
        return f"{where}: {self.what} {self.mend}".rstrip()


class SurveyError(Exception):
    """Something the user can mend. The message is complete; no traceback is needed."""


class FaultyInput(SurveyError):
    """A form, study or data file with faults; all of them are listed together."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        head = "1 fault found" if count == 1 else f"{count} faults found"
        super().__init__("\n".join([head + ":", *(f"  {fault}" for fault in self.faults)]))


class CouldNotRead(SurveyError):
    """A file or folder that is not there or cannot be opened."""
