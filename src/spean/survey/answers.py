"""Answers: data as a typed frame; what does not fit is kept, flagged and listed."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spean.survey.codebook import Codebook, Variable
from spean.survey.errors import CouldNotRead, Fault, FaultyInput
from spean.survey.sheets import read_text

KEY = "instance_id"


@dataclass(frozen=True)
class Misfit:
    """A value outside the codebook: kept as it came in ``value``, left out of the typed column."""

    row: int
    variable: str
    value: str
    why: str


@dataclass(frozen=True)
class Answers:
    """A typed frame, one row an interview; child tables of repeats; values that did not fit.

    Numbers are Float64, other answers String, a select_multiple ``v`` also has boolean columns
    ``v/option`` (null where it was not answered). ``misfits`` lists what was outside the codebook.
    ``children`` holds a typed frame for each repeat; ``instance_id`` joins its rows to interviews.
    """

    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    misfits: tuple[Misfit, ...]
    unknown_columns: tuple[str, ...]

    def __len__(self) -> int:
        return self.frame.height

    def rows_of(self, repeat: str) -> pl.DataFrame:
        """Give a repeat's rows with the answers of their interview beside them.

        Universes of questions in the repeat evaluate on it. A row whose interview is missing has
        blanks there. Raises KeyError.
        """
        return self.children[repeat].join(self.frame, on=KEY, how="left", maintain_order="left")


def read_answers(path: Path, codebook: Codebook) -> Answers:
    """Read interviews from CSV (one row each; a repeat ``r`` in ``name.r.csv`` beside it).

    Rows of a repeat carry the ``instance_id`` of their interview. Headings are variable names;
    Kobo's and ODK's group paths before a slash or hyphen are taken off. Raises CouldNotRead, or
    FaultyInput when it is not UTF-8, is empty, or shares no heading with the codebook.
    """
    frame = _read_csv(path)
    frame = frame.rename(_plain_headings(frame.columns, codebook))
    known = [name for name in frame.columns if name in codebook]
    if not known:
        expected = ", ".join(list(codebook.variables)[:6])
        what = f"no heading is a question of the form (found: {', '.join(frame.columns[:6])})."
        raise FaultyInput([Fault(str(path), what, f"Expected headings such as {expected}.", 1)])
    misfits: list[Misfit] = []
    typed = _typed_frame(frame, codebook, "", misfits)
    children = {
        repeat: _child(child, codebook, repeat, typed, misfits)
        for repeat in sorted({v.repeat for v in codebook.variables.values() if v.repeat})
        if (child := path.with_suffix(f".{repeat}.csv")).exists()
    }
    unknown = tuple(n for n in frame.columns if n not in codebook and n != KEY and "/" not in n)
    return Answers(typed, children, tuple(misfits), unknown)


def _typed_frame(
    frame: pl.DataFrame, codebook: Codebook, repeat: str, misfits: list[Misfit]
) -> pl.DataFrame:
    columns: list[pl.Series] = []
    for name, variable in codebook.variables.items():
        if variable.repeat != repeat:
            continue
        raw = frame[name] if name in frame.columns else pl.Series(name, [None] * frame.height)
        columns += _typed(raw.cast(pl.String), variable, misfits)
    if KEY in frame.columns:
        columns.insert(0, frame[KEY])
    return pl.DataFrame(columns)


def _child(
    path: Path, codebook: Codebook, repeat: str, parents: pl.DataFrame, misfits: list[Misfit]
) -> pl.DataFrame:
    """Read a repeat's rows, and list those whose interview is not there."""
    frame = _read_csv(path)
    frame = frame.rename(_plain_headings(frame.columns, codebook))
    if KEY not in frame.columns or KEY not in parents.columns:
        where = path if KEY not in frame.columns else path.with_suffix("").with_suffix(".csv")
        mend = "It joins the rows of a repeat to their interviews."
        raise FaultyInput([Fault(str(where), "the column is missing.", mend, 1, KEY)])
    known = set(parents[KEY])
    for at, key in enumerate(frame[KEY]):
        if key not in known:
            why = f"{path.name}: no interview has this key"
            misfits.append(Misfit(at + 2, KEY, str(key), why))
    return _typed_frame(frame, codebook, repeat, misfits)


def read_column(path: Path, name: str) -> pl.Series:
    """Read one column of a data file as text, whether or not the form knows it.

    Rows are those of ``read_answers``. Raises CouldNotRead, or FaultyInput without the column.
    """
    frame = _read_csv(path)
    if name not in frame.columns:
        mend = f"The columns are {', '.join(frame.columns[:8])}."
        raise FaultyInput([Fault(str(path), f"there is no column “{name}”.", mend, 1)])
    return frame[name]


def read_headings(path: Path) -> list[str]:
    """Name the columns of a data file. Raises as ``read_answers`` does."""
    return _read_csv(path).columns


def _read_csv(path: Path) -> pl.DataFrame:
    if not path.exists():
        raise CouldNotRead(f"{path}: there is no such file.")
    text = read_text(path)
    rows = list(csv.reader(io.StringIO(text)))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise FaultyInput([Fault(str(path), "the file is empty.", "Export the data again.")])
    headings = [cell.strip() for cell in rows[0]]
    faults = [
        Fault(str(path), "the heading stands twice.", "Keep one of the two columns.", 1, head)
        for at, head in enumerate(headings)
        if head in headings[:at]
    ]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) > len(headings):
            what = f"{len(row)} cells under {len(headings)} headings."
            faults.append(Fault(str(path), what, "Quote cells that hold a comma.", number))
    if faults:
        raise FaultyInput(faults)
    cells = [
        [(row[at].strip() or None) if at < len(row) else None for row in rows[1:]]
        for at in range(len(headings))
    ]
    return pl.DataFrame([pl.Series(h, c, pl.String) for h, c in zip(headings, cells, strict=True)])


def _plain_headings(columns: list[str], codebook: Codebook) -> dict[str, str]:
    renamed: dict[str, str] = {}
    taken = set(columns)
    for column in columns:
        for mark in ("/", "-"):
            last = column.rsplit(mark, 1)[-1]
            if column not in codebook and last in codebook and last not in taken:
                renamed[column] = last
                taken.add(last)
    return renamed


def _typed(raw: pl.Series, variable: Variable, misfits: list[Misfit]) -> list[pl.Series]:
    if variable.type == "number":
        number = _finite(raw.cast(pl.Float64, strict=False))
        bad = number.is_null() & raw.is_not_null()
        _list(raw, bad, variable, "is no number", misfits)
        for code in variable.missing:
            number = (
                number.to_frame().select(
                    pl.when(pl.col(raw.name) == float(code))
                    .then(None)
                    .otherwise(pl.col(raw.name))
                    .alias(raw.name)
                )[raw.name]
                if code.isdigit() and variable.values
                else number
            )
        return [number]
    if variable.type == "single" and variable.values:
        bad = raw.is_not_null() & ~raw.is_in(list(variable.values))
        _list(raw, bad, variable, "is not one of the answers", misfits)
        kept = [None if wrong else value for value, wrong in zip(raw, bad, strict=True)]
        return [pl.Series(raw.name, kept, pl.String)]
    if variable.type == "multiple" and variable.values:
        return _multiple(raw, variable, misfits)
    return [raw]


def _finite(number: pl.Series) -> pl.Series:
    """Blank what reads as a number but is none ("nan", "inf")."""
    frame = number.to_frame()
    return frame.select(pl.when(pl.first().is_finite()).then(pl.first())).to_series()


def _multiple(raw: pl.Series, variable: Variable, misfits: list[Misfit]) -> list[pl.Series]:
    picked = [value.split() if value else None for value in raw]
    for at, codes in enumerate(picked):
        for code in codes or ():
            if code not in variable.values:
                why = "is not one of the answers"
                misfits.append(Misfit(at + 2, variable.name, code, why))
    flags = [
        pl.Series(
            f"{variable.name}/{code}",
            [None if codes is None else code in codes for codes in picked],
            pl.Boolean,
        )
        for code in variable.values
    ]
    return [raw, *flags]


def _list(
    raw: pl.Series, bad: pl.Series, variable: Variable, why: str, misfits: list[Misfit]
) -> None:
    for at in bad.arg_true().to_list():
        misfits.append(Misfit(at + 2, variable.name, str(raw[at]), why))
