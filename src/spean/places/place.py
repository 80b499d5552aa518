"""What the gazetteer holds and answers with."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["province", "district", "commune", "village"]
LEVELS: tuple[Level, ...] = ("province", "district", "commune", "village")
"""Levels from the widest to the narrowest; a level's parent is the one before it."""

How = Literal["exact", "sound", "similar"]
"""Same letters; same sound once the usual respellings are folded; merely alike."""


@dataclass(frozen=True, slots=True)
class Place:
    """One province, district, commune or village.

    `code` is the digits the source prints (2, 4, 6 or 8 of them). A village whose printed code
    is faulty has a key of Spean's own instead, its commune's code and its name, as in
    `021405:kaoh-thum`: no official code is made up. Either way a child's code begins with its
    parent's, and no two places share one.
    """

    code: str
    level: Level
    name_en: str
    name_km: str
    parent: str | None

    @property
    def has_official_code(self) -> bool:
        """Whether `code` is the source's own and not a key made by Spean."""
        return self.code.isdecimal()


@dataclass(frozen=True, slots=True)
class Match:
    """A place that a name may mean: `score` from 0 to 100, and `how` it was found."""

    place: Place
    score: float
    how: How


@dataclass(frozen=True, slots=True)
class Defect:
    """One fault of the source: the code as printed, what is `wrong` there, what was `done`."""

    kind: str
    level: Level
    code: str
    wrong: str
    done: str
