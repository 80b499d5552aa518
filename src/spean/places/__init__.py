"""The gazetteer of Cambodia: provinces, districts, communes and villages, looked up safely.

`gazetteer()` gives the one `Gazetteer`; nothing is read before. A name or code that could mean
several places raises and lists them: nothing is guessed. See docs/places.md.
"""

from spean.places.errors import (
    AmbiguousPlace,
    GazetteerDataError,
    PlacesError,
    UnclearPlace,
    UnknownPlace,
)
from spean.places.gazetteer import LEAD, SURE, Gazetteer, gazetteer, notice
from spean.places.place import LEVELS, Defect, Level, Match, Place
from spean.places.spelling import normalise_khmer

__all__ = [
    "LEAD",
    "LEVELS",
    "SURE",
    "AmbiguousPlace",
    "Defect",
    "Gazetteer",
    "GazetteerDataError",
    "Level",
    "Match",
    "Place",
    "PlacesError",
    "UnclearPlace",
    "UnknownPlace",
    "gazetteer",
    "normalise_khmer",
    "notice",
]
