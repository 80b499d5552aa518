"""What can go wrong when a place is looked up."""

from collections.abc import Sequence

from spean.places.place import Place


class PlacesError(Exception):
    """Any failure of the places kit."""


class GazetteerDataError(PlacesError):
    """The installed gazetteer's files are not as this kit knows them."""


class UnclearPlace(PlacesError):
    """No single place could be given; `candidates` are the likeliest, best first."""

    def __init__(self, message: str, candidates: Sequence[Place] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class UnknownPlace(UnclearPlace):
    """Nothing in the gazetteer answers to this code or name well enough."""


class AmbiguousPlace(UnclearPlace):
    """Several places answer to this name or code, and none is clearly ahead."""
