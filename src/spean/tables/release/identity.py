"""The check that nothing in a file names a person or says where one is.

Looks at what the form says of a column (its type), at its heading, and at every value. It never
repeats a value: a finding names column and rows only.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from spean.tables.release.columns import Column
from spean.tables.release.patterns import (
    CERTAIN,
    heading_kind,
    is_small_place,
    number_kind,
    value_kind,
)

_BY_TYPE = {
    "text": "free text",
    "geopoint": "position",
    "geotrace": "position",
    "geoshape": "position",
    "start-geopoint": "position",
    "background-geopoint": "position",
    "image": "picture",
    "audio": "recording",
    "background-audio": "recording",
    "video": "recording",
    "file": "file",
    "barcode": "document number",
    "phonenumber": "telephone",
    "subscriberid": "device",
    "simserial": "device",
    "deviceid": "device",
    "username": "interviewer",
    "email": "e-mail",
    "audit": "record of the interview",
    "start": "date or time",
    "end": "date or time",
    "today": "date or time",
    "date": "date or time",
    "time": "date or time",
    "datetime": "date or time",
}
_FIRST = 5
_FEW = 3


@dataclass(frozen=True)
class Finding:
    """A column that must not be released: what it seems to hold, why, and where first.

    ``rows`` are row numbers of the data as a spreadsheet shows them, at most five; ``count`` is
    the number of rows.
    """

    column: str
    kind: str
    why: str
    rows: tuple[int, ...]
    count: int

    def __str__(self) -> str:
        where = f" (rows {', '.join(map(str, self.rows))}{' …' * (self.count > len(self.rows))})"
        return (
            f"“{self.column}” may hold a {self.kind}: {self.why}{where if self.rows else ''}. "
            "Name it in drop under [release]."
        )

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "column": self.column,
            "kind": self.kind,
            "why": self.why,
            "rows": list(self.rows),
            "count": self.count,
        }


def find_identifying(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    keys: Iterable[str] = (),
    numbers: Sequence[int] | None = None,
) -> tuple[Finding, ...]:
    """List the columns of a file that name or locate people, one finding each.

    Columns without any value are passed over. A column with an answer list can hold its codes
    only; its list is looked at instead. ``keys`` may be small places: their risk is measured.
    """
    at_row = numbers or range(2, frame.height + 2)
    measured = set(keys)
    found = []
    for column in columns:
        filled = frame[column.name].is_not_null()
        if filled.any() and (told := _told(frame[column.name], column, column.name in measured)):
            kind, why, at = told
            rows = (filled if at is None else at).arg_true().to_list()
            first = tuple(at_row[row] for row in rows[:_FIRST])
            found.append(Finding(column.name, kind, why, first, len(rows)))
    return tuple(found)


_Told = tuple[str, str, pl.Series | None]


def _told(values: pl.Series, column: Column, is_key: bool) -> _Told | None:
    """Give kind, reason and rows (None: all that are filled) of what a column tells, if any."""
    labels = list(column.label.values())
    if column.values:
        return _listed(values, column, [] if is_key else labels)
    if kind := _BY_TYPE.get(column.source.source.kind):
        return kind, f"the form asks for it as “{column.source.source.kind}”", None
    if kind := heading_kind(column.name, labels):
        return kind, "its heading says so", None
    if column.kind == "single":
        return "free text", "its answer list is in a file that was not read", None
    return _by_value(values)


def _listed(values: pl.Series, column: Column, labels: list[str]) -> _Told | None:
    if labels and is_small_place(column.name, labels):
        return "small place", "its heading names a place of a few households", None
    for code, words in column.values.items():
        for word in words.values():
            if (kind := value_kind(word)) in CERTAIN:
                return kind, "an answer of its list looks like one", _has(values, code)
    return None


def _has(values: pl.Series, code: str) -> pl.Series:
    return pl.Series([value is not None and code in str(value).split() for value in values])


def _by_value(values: pl.Series) -> _Told | None:
    number = values.dtype.is_numeric()
    look: Callable[[Any], str] = number_kind if number else value_kind
    kinds = [look(value) if value is not None else "" for value in values]
    if first := next((kind for kind in kinds if kind), ""):
        return first, "values look like one", pl.Series([kind == first for kind in kinds])
    counts = Counter(values)
    rare = [not number and value is not None and counts[value] < _FEW for value in values]
    if any(rare):
        return "free text", f"texts stand there that fewer than {_FEW} rows have", pl.Series(rare)
    return None
