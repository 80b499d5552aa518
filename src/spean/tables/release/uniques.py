"""Special uniques: rows that very few keys already single out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from spean.tables.release.matching import BLANK, Bools, Ints

LARGEST = 3


@dataclass(frozen=True)
class SpecialUniques:
    """Minimal sample uniques of up to three keys.

    ``by_size`` counts rows by the fewest keys that single them out (1, 2, 3). ``by_key`` counts,
    for each key, the minimal sets it is part of: a key that stands high singles people out.
    """

    by_size: tuple[int, int, int]
    by_key: tuple[int, ...]


def special_uniques(codes: Ints) -> SpecialUniques:
    """Find the sets of keys on which a row is alone while it is on no part of the set.

    ``codes`` is rows × keys; a row with a blank in a set is not alone on it. Source: Elliot,
    Manning and Ford, SUDA (2002); R sdcMicro, ``suda2``, here without its scores.
    """
    rows, keys = codes.shape
    fewest = np.full(rows, LARGEST + 1)
    by_key = np.zeros(keys, int)
    found: dict[tuple[int, ...], Bools] = {}
    for size in range(1, min(LARGEST, keys) + 1):
        for names in combinations(range(keys), size):
            alone = _alone(codes[:, names])
            for part in combinations(names, size - 1):
                alone &= ~found.get(part, np.zeros(rows, bool))
            inherited = [found[part] for part in combinations(names, size - 1) if part in found]
            found[names] = np.logical_or.reduce([alone, *inherited])
            fewest[alone] = np.minimum(fewest[alone], size)
            by_key[list(names)] += int(alone.sum())
    one, two, three = (int((fewest == size).sum()) for size in (1, 2, 3))
    return SpecialUniques((one, two, three), tuple(map(int, by_key)))


def _alone(part: Ints) -> Bools:
    whole = (part != BLANK).all(axis=1)
    alone = np.zeros(len(part), bool)
    if whole.any():
        _rows, of, counts = np.unique(part[whole], axis=0, return_inverse=True, return_counts=True)
        alone[whole] = counts[of.ravel()] == 1
    return alone


def most_telling(uniques: SpecialUniques, keys: Sequence[str]) -> list[str]:
    """Give the keys that are part of minimal uniques, those of the most first."""
    order = sorted(range(len(keys)), key=lambda at: (-uniques.by_key[at], at))
    return [keys[at] for at in order if uniques.by_key[at]]
