"""Mending the spelling of names in the source, and saying what was mended."""

import re
from collections.abc import Callable

from spean.places.place import Defect, Level
from spean.places.source import Row
from spean.places.spelling import normalise_khmer

_BASE = "[\u1780-\u17b3]"
_SOUND_KHMER = re.compile(
    f"(?:{_BASE}\u17cc?(?!\u17d2\u179a\u17d2)(?:\u17d2{_BASE}){{0,3}}[\u17c9\u17ca]?"
    "[\u17b6-\u17c5]?[\u17c6\u17cb\u17cd-\u17d1\u17dd]?[\u17c7\u17c8]?"
    "|[\u17d4-\u17d7\u17e0-\u17e9]| (?! ))+"
)
_SOUND_LATIN = re.compile(r"[A-Z][a-z]+(?:'[a-z]+)?(?: [A-Z][a-z]*(?:'[a-z]+)?)*")
_ZERO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff]")
_SPACES = re.compile(r"\s{2,}|^\s+|\s+$|(?<=\()\s|\s(?=\))")
_QUOTED = re.compile(r'"\s*([^"]*?)\s*(?:"|$)')
_STRAY = re.compile(f"`|(?<={_BASE})\\.(?={_BASE})")
_WESTERN = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
_CAPITAL_TITLE = "រាជធានី"
_ODD_CAPITALS = re.compile(r"[a-z][A-Z]|[A-Z]{2}|(?:^| )[a-z]")


def _single(name: str) -> str:
    return _SPACES.sub(lambda gap: " " if gap.end() - gap.start() > 1 else "", name).strip()


_Mend = tuple[str, str, Callable[[str], str], str]
_BOTH: tuple[_Mend, ...] = (
    ("zero_width", "has a zero-width character", lambda s: _ZERO_WIDTH.sub("", s), "taken out"),
    ("spaces", "has spaces doubled or inside brackets", _single, "made single"),
)
_KHMER: tuple[_Mend, ...] = (
    ("stray_sign", "has a sign that is no part of it", lambda s: _STRAY.sub("", s), "taken out"),
    ("western_digit", "has a Western digit", lambda s: s.translate(_WESTERN), "made Khmer"),
    ("khmer_order", "has marks repeated or out of order", normalise_khmer, "put in order"),
)
_LATIN: tuple[_Mend, ...] = (
    ("quotes", "has quotes open or padded", lambda s: _QUOTED.sub(r'"\1"', s), "closed up"),
)


def mend_names(row: Row, level: Level) -> tuple[str, str, list[Defect]]:
    """The English and the Khmer name of `row` as they should read, and the faults found."""
    if _SOUND_LATIN.fullmatch(row.name_en) and _SOUND_KHMER.fullmatch(row.name_km):
        if level == "province":
            return _without_title(row)
        return row.name_en, row.name_km, []
    name_en, faults_en = _mend(row, level, row.name_en, (*_BOTH, *_LATIN))
    name_km, faults_km = _mend(row, level, row.name_km, (*_BOTH, *_KHMER))
    faults = faults_en + faults_km
    if _ODD_CAPITALS.search(name_en):
        wrong = f"{row.name_en!r} has unusual capitals or words run together"
        faults.append(Defect("capitals", level, row.code, wrong, "left; look-up ignores both"))
    return name_en, name_km, faults


def _without_title(row: Row) -> tuple[str, str, list[Defect]]:
    name_km = row.name_km.removeprefix(_CAPITAL_TITLE)
    if name_km == row.name_km:
        return row.name_en, name_km, []
    wrong = f"{row.name_km!r} begins with the title of a capital; no other province has a title"
    return row.name_en, name_km, [Defect("title", "province", row.code, wrong, "title taken off")]


def _mend(row: Row, level: Level, name: str, mends: tuple[_Mend, ...]) -> tuple[str, list[Defect]]:
    faults = []
    for kind, wrong, mend, done in mends:
        better = mend(name)
        if better != name:
            told = f"{ascii_marks(name)} {wrong}"
            faults.append(Defect(kind, level, row.code, told, f"{done}: {better}"))
            name = better
    return name, faults


def ascii_marks(name: str) -> str:
    """`name` in quotes with its zero-width characters spelt out."""
    return "'" + _ZERO_WIDTH.sub(lambda c: f"<U+{ord(c[0]):04X}>", name) + "'"
