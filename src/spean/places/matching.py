"""Ranking places by how well their names fit a name as somebody wrote it."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from rapidfuzz import fuzz, process

from spean.places.place import LEVELS, How, Level, Match, Place
from spean.places.spelling import khmer_key, latin_key, sound_key

EXACT = 100.0
"""Score of the same letters; case, spaces, punctuation and invisible characters aside."""

WITHOUT_TITLE = 98.0
"""Score of the same letters once a title such as `commune` or ឃុំ is taken off the name sought."""

SAME_SOUND = 94.0
"""Score of names that the usual respellings make one: Ou and O, Phnum and Phnom."""

ALIKE = 0.9
"""What likeness (0 to 100, share of letters in common and in order) is multiplied by."""

FLOOR = 50.0
"""Matches under this score are not given."""

_KHMER = re.compile("[\u1780-\u17ff]")
_KHMER_TITLE = re.compile("^(?:រាជធានី|ខេត្ត|ក្រុង|ស្រុក|ខណ្ឌ|ឃុំ|សង្កាត់|ភូមិ)")
_TITLES = (
    "province|khet|city|municipality|krong|district|srok|khan|commune|khum|sangkat|village|phum"
)
_LATIN_TITLE = re.compile(rf"^(?:{_TITLES})\b(?: of\b)?|\b(?:{_TITLES})$", re.IGNORECASE)


class NameIndex:
    """The names of `places`, each script made ready when first asked for."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places

    @cached_property
    def _latin(self) -> list[str]:
        return [latin_key(place.name_en) for place in self._places]

    @cached_property
    def _sound(self) -> list[str]:
        return [sound_key(place.name_en) for place in self._places]

    @cached_property
    def _khmer(self) -> list[str]:
        return [khmer_key(place.name_km) for place in self._places]

    def rank(self, name: str, candidates: Iterable[int], level: Level | None) -> list[Match]:
        """Every candidate scoring `FLOOR` or more, best first; ties from wide level to narrow.

        `candidates` are positions in `places`; only those of `level`, if given, are compared.
        """
        places = self._places
        among = [i for i in candidates if level is None or places[i].level == level]
        best: dict[int, tuple[float, How]] = {}
        title = _KHMER_TITLE if _KHMER.search(name) else _LATIN_TITLE
        for wording, top in ((name, EXACT), (title.sub("", name.strip()), WITHOUT_TITLE)):
            for i, found in self._score(wording, among, top):
                if i not in best or found > best[i]:
                    best[i] = found
        matches = [Match(places[i], score, how) for i, (score, how) in best.items()]
        return sorted(matches, key=_best_first)

    def _score(
        self, name: str, among: Sequence[int], top: float
    ) -> Iterable[tuple[int, tuple[float, How]]]:
        if _KHMER.search(name):
            yield from _likeness(khmer_key(name), self._khmer, among, top, "exact")
        else:
            yield from _likeness(latin_key(name), self._latin, among, top, "exact")
            yield from _likeness(sound_key(name), self._sound, among, SAME_SOUND, "sound")


def _likeness(
    sought: str, keys: Sequence[str], among: Sequence[int], top: float, how_equal: How
) -> Iterable[tuple[int, tuple[float, How]]]:
    if not sought:
        return
    found = process.extract(
        sought,
        [keys[i] for i in among],
        scorer=fuzz.ratio,
        processor=None,
        score_cutoff=FLOOR / ALIKE,
        limit=None,
    )
    for key, likeness, position in found:
        if key == sought:
            yield among[position], (top, how_equal)
        else:
            yield among[position], (round(likeness * ALIKE, 1), "similar")


def _best_first(match: Match) -> tuple[float, int, str]:
    return -match.score, LEVELS.index(match.place.level), match.place.code
