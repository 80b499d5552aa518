"""Pairwise comparisons of a table's columns, and the letters that say which differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_uppercase

import numpy as np

from spean.tables.errors import TablesError
from spean.tables.estimate.result import Joint, t_probability


@dataclass(frozen=True)
class Pair:
    """Two columns (places ``a`` < ``b``): their difference a - b, its error and adjusted p."""

    a: int
    b: int
    difference: float
    se: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Every two of ``count`` columns compared; p is Holm's over them all.

    Columns without a case, and pairs without sampling variance (both 0 or both 100 %), are not
    compared: they are in no pair.
    """

    count: int
    pairs: tuple[Pair, ...]
    alpha: float

    def differing(self) -> tuple[Pair, ...]:
        """Give the pairs that differ at ``alpha``."""
        return tuple(pair for pair in self.pairs if pair.p < self.alpha)

    def larger(self) -> tuple[str, ...]:
        """Give, by column, the letters of the columns that it exceeds (A is the first column)."""
        found = [""] * self.count
        for pair in self.differing():
            above, under = (pair.a, pair.b) if pair.difference > 0 else (pair.b, pair.a)
            found[above] += column_letter(under)
        return tuple(" ".join(sorted(letters)) if letters else "" for letters in found)

    def display(self) -> tuple[str, ...]:
        """Give letters so that columns differ exactly when they share none (Piepho 2004)."""
        groups = [frozenset(range(self.count))]
        for pair in self.differing():
            groups = _split(groups, pair.a, pair.b)
        ordered = sorted(groups, key=sorted)
        letters = [""] * self.count
        for at, group in enumerate(ordered):
            for column in sorted(group):
                letters[column] += column_letter(at).lower()
        return tuple(letters)


def compare(joint: Joint, places: Sequence[int], alpha: float = 0.05) -> Comparison:
    """Compare every two of the values at ``places`` (the columns of one row of a table).

    t tests of the difference with its covariance; p by Holm's (1979) step-down over all pairs of
    the row. Degrees of freedom are the fewer of the two.
    """
    if not 0 < alpha < 1:
        raise TablesError(f"The significance level is {alpha:g}; give a share such as 0.05.")
    pairs = []
    for a, b in combinations(range(len(places)), 2):
        one, other = places[a], places[b]
        df = min(int(joint.df[one]), int(joint.df[other]))
        if not (joint.n[one] and joint.n[other]) or df < 1:
            continue
        difference = float(joint.values[one] - joint.values[other])
        block = joint.covariance[np.ix_([one, other], [one, other])]
        variance = float(block[0, 0] + block[1, 1] - 2 * block[0, 1])
        if variance > 1e-24 * max(1.0, difference**2):
            se = float(np.sqrt(variance))
            pairs.append(Pair(a, b, difference, se, t_probability(difference, se, df)))
    adjusted = holm([pair.p for pair in pairs])
    done = (Pair(q.a, q.b, q.difference, q.se, p) for q, p in zip(pairs, adjusted, strict=True))
    return Comparison(len(places), tuple(done), alpha)


def holm(probabilities: Sequence[float]) -> list[float]:
    """Adjust p values for their number (Holm 1979; R's ``p.adjust``)."""
    count = len(probabilities)
    adjusted, highest = [0.0] * count, 0.0
    for rank, at in enumerate(sorted(range(count), key=lambda at: probabilities[at])):
        highest = max(highest, min(1.0, (count - rank) * probabilities[at]))
        adjusted[at] = highest
    return adjusted


def column_letter(place: int) -> str:
    """Give the letter of a column: A … Z, then AA, AB …"""
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = ascii_uppercase[rest] + letters, place - 1
    return letters


def _split(groups: list[frozenset[int]], a: int, b: int) -> list[frozenset[int]]:
    parts: set[frozenset[int]] = set()
    for group in groups:
        parts |= {group - {a}, group - {b}} if {a, b} <= group else {group}
    return [part for part in parts if part and not any(part < other for other in parts)]
