"""Looking places up: by code, by parent, by name in either script."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import resources

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from spean.places.cleaning import Cleaned, clean
from spean.places.errors import AmbiguousPlace, UnknownPlace
from spean.places.matching import NameIndex
from spean.places.place import LEVELS, Defect, Level, Match, Place
from spean.places.source import read_rows
from spean.places.spelling import western_digits

SURE = 92.0
"""`Gazetteer.resolve` takes no match that scores less: none that is merely alike (90 at most)."""

LEAD = 5.0
"""`Gazetteer.resolve` takes the best match only if the next scores at least this much less."""

_SHOWN = 8
_NEAR = 5


class Gazetteer:
    """Every place of Cambodia in the list of the Ministry of Economy and Finance, cleaned.

    Iterating gives the places in the order province, its districts, their communes, their
    villages. Other lists number some communes differently: say which list a code is from.
    """

    def __init__(self, cleaned: Cleaned) -> None:
        self._places = cleaned.places
        self._doubtful: Mapping[str, Sequence[str]] = cleaned.doubtful
        self._by_code = {place.code: place for place in cleaned.places}
        self.defects: tuple[Defect, ...] = cleaned.defects

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def get(self, code: str) -> Place:
        """The place with this code (Khmer digits will do).

        Raises AmbiguousPlace, with the places it may mean, if the source prints the code where
        it cannot be right or for several villages; UnknownPlace, with near codes, otherwise.
        """
        code = western_digits(code.strip())
        if place := self._by_code.get(code):
            return place
        if keys := self._doubtful.get(code):
            candidates = [self._by_code[key] for key in keys]
            fault = next(d for d in self.defects if _is_about(d, code, keys))
            raise AmbiguousPlace(
                f"code {code!r} is faulty in the gazetteer ({fault.kind} {fault.code}: "
                f"{fault.wrong}). Use the code of the place you mean:\n{self._listed(candidates)}",
                candidates,
            )
        near = self._near_codes(code)
        raise UnknownPlace(
            f"no place has the code {code!r}. The nearest codes:\n{self._listed(near)}", near
        )

    def children(self, code: str | None) -> tuple[Place, ...]:
        """The places directly below `code`, by code; the provinces for None. Raises as `get`."""
        parent = self.get(code).code if code is not None else None
        return self._children.get(parent, ())

    def path(self, code: str) -> tuple[Place, ...]:
        """Province, district, … down to the place itself. Raises as `get`."""
        place = self.get(code)
        above = self.path(place.parent) if place.parent else ()
        return (*above, place)

    def describe(self, place: Place) -> str:
        """Its English name and those of what it lies in, as `Doung, Boeng Reang, …`."""
        return ", ".join(step.name_en for step in reversed(self.path(place.code)))

    def find(
        self,
        name: str,
        *,
        level: Level | None = None,
        within: str | None = None,
        limit: int = 5,
    ) -> list[Match]:
        """The places whose English or Khmer name fits `name` best, at most `limit`, best first.

        `level` keeps one level; `within` is the code of a place to look below. Empty if nothing
        is alike. Raises as `get` if `within` is no place.
        """
        return self._ranked(name, level, within)[:limit]

    def resolve(self, name: str, *, level: Level | None = None, within: str | None = None) -> Place:
        """The one place that `name` means, arguments as for `find`.

        Only given if its score is `SURE` or more and `LEAD` or more above the next. Otherwise
        raises UnknownPlace or AmbiguousPlace, which list the likeliest with codes and scores.
        """
        matches = self._ranked(name, level, within)
        where = f" within {self.describe(self.get(within))}" if within else ""
        what = level or "place"
        if not matches:
            raise UnknownPlace(f"no {what}{where} has a name like {name!r}")
        best = matches[0].score
        if best < SURE:
            raise UnknownPlace(
                f"{name!r} fits no {what}{where} well enough (it takes {SURE:.0f}). The likeliest; "
                f"use a code if one is meant:\n{self._listed_matches(matches[:_SHOWN])}",
                [match.place for match in matches[:_SHOWN]],
            )
        close = [match for match in matches if match.score > best - LEAD]
        if len(close) > 1:
            raise AmbiguousPlace(
                f"{name!r} fits {len(close)} places{where} about equally. Give a code, a level or "
                f"what it is within:\n{self._listed_matches(close[:_SHOWN])}",
                [match.place for match in close[:_SHOWN]],
            )
        return matches[0].place

    def _ranked(self, name: str, level: Level | None, within: str | None) -> list[Match]:
        candidates = range(len(self._places))
        if within is not None:
            place = self.get(within)
            start = self._positions[place.code] + 1
            candidates = range(start, self._end(start, place.level))
        return self._names.rank(name, candidates, level)

    def _end(self, start: int, level: Level) -> int:
        """Position after the last place below the one of `level` that stands before `start`."""
        depth = LEVELS.index(level)
        for position in range(start, len(self._places)):
            if LEVELS.index(self._places[position].level) <= depth:
                return position
        return len(self._places)

    def _near_codes(self, code: str) -> list[Place]:
        """A code whose leading zero was lost; else codes that begin alike, likest first."""
        if restored := self._by_code.get(f"0{code}"):
            return [restored]
        for length in range(len(code), -1, -1):
            alike = [other for other in self._by_code if other.startswith(code[:length])]
            if len(alike) >= _NEAR:
                break
        near = process.extract(code, alike, scorer=JaroWinkler.normalized_similarity, limit=_NEAR)
        return [self._by_code[key] for key, _, _ in near]

    def _listed(self, places: Sequence[Place]) -> str:
        return "\n".join(
            f"  {place.code}  {place.name_km}  {self.describe(place)} ({place.level})"
            for place in places
        )

    def _listed_matches(self, matches: Sequence[Match]) -> str:
        lines = self._listed([match.place for match in matches]).splitlines()
        return "\n".join(
            f"{match.score:5.1f}{line}" for match, line in zip(matches, lines, strict=True)
        )

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {place.code: position for position, place in enumerate(self._places)}

    @cached_property
    def _children(self) -> dict[str | None, tuple[Place, ...]]:
        below: dict[str | None, list[Place]] = {}
        for place in self._places:
            below.setdefault(place.parent, []).append(place)
        return {parent: tuple(children) for parent, children in below.items()}

    @cached_property
    def _names(self) -> NameIndex:
        return NameIndex(self._places)


def _is_about(defect: Defect, code: str, keys: Sequence[str]) -> bool:
    return defect.code == code or (defect.kind == "missing_commune" and defect.code in keys)


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, read and cleaned on first use (about a tenth of a second) and then kept."""
    return Gazetteer(clean({level: read_rows(level) for level in LEVELS}))


def notice() -> str:
    """The notice that goes with the gazetteer's data: its source, its terms, what was changed."""
    return resources.files("spean.places").joinpath("NOTICE.txt").read_text(encoding="utf-8")
