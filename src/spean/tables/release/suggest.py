"""Recodings to think about: which answers to join, or which key to leave out, and what it buys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from spean.tables.release.matching import Ints, class_of, class_sizes


@dataclass(frozen=True)
class Suggestion:
    """One recoding of one key, and the persons with fewer than k rows before and after it.

    ``codes`` are the answers to join; empty where the key is to be left out.
    """

    key: str
    codes: tuple[str, ...]
    before: int
    after: int

    @property
    def how(self) -> str:
        """The recoding in words."""
        if not self.codes:
            return f"leave “{self.key}” out"
        return f"join {' and '.join(f'“{code}”' for code in self.codes)} of “{self.key}”"

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return {
            "key": self.key,
            "kind": "join" if self.codes else "leave_out",
            "codes": list(self.codes),
            "how": self.how,
            "under_k_before": self.before,
            "under_k_after": self.after,
        }


def suggest_recodings(
    codes: Ints, keys: Sequence[str], answers: Sequence[Sequence[str]], k: int
) -> tuple[Suggestion, ...]:
    """Try every join of neighbouring answers and of the rarest, and leaving each key out.

    ``codes`` is rows × keys; ``answers`` names the codes of each key in the order of its list.
    Gives the best join of each key, then the leaving out of each, those that buy most first; what
    buys nothing is left away.
    """
    before = _under(codes, k)
    found = []
    for at, key in enumerate(keys):
        best: Suggestion | None = None
        for joined in _joins(codes[:, at], len(answers[at])):
            tried = codes.copy()
            tried[np.isin(tried[:, at], joined), at] = joined[0]
            names = tuple(answers[at][code] for code in joined)
            made = Suggestion(key, names, before, _under(tried, k))
            if best is None or made.after < best.after:
                best = made
        left_out = Suggestion(key, (), before, _under(np.delete(codes, at, axis=1), k))
        found += [one for one in (best, left_out) if one and one.after < before]
    return tuple(sorted(found, key=lambda one: (not one.codes, one.after)))


def _under(codes: Ints, k: int) -> int:
    return int((class_sizes(class_of(codes)) < k).sum())


def _joins(column: Ints, answers: int) -> Iterator[list[int]]:
    """Give neighbours in the list of answers, then the two, three, … rarest together."""
    counts = np.bincount(column[column >= 0], minlength=answers)
    present = [code for code in range(answers) if counts[code]]
    if len(present) < 3:
        return
    yield from ([a, b] for a, b in pairwise(present))
    rarest = sorted(present, key=lambda code: (counts[code], code))
    yield from (sorted(rarest[:size]) for size in range(2, len(present) - 1))
