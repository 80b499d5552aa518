"""Non-response: those who answered stand in for those of their weighting cell who did not."""

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from spean.tables.design.arrays import Flags, Floats
from spean.tables.weighting.errors import WeightingError
from spean.tables.weighting.targets import Categories


@dataclass(frozen=True)
class ResponseCell:
    """A weighting cell as used: the categories in it, how many answered, and its factor."""

    labels: tuple[str, ...]
    answered: int
    drawn: int
    factor: float


@dataclass(frozen=True)
class Responded:
    """Weights (n) after non-response adjustment, 0 for those who did not answer; the cells."""

    weights: Floats
    cells: tuple[ResponseCell, ...]


def adjust_for_nonresponse(
    start: Floats,
    answered: Flags,
    cells: Categories,
    *,
    fewest: int = 20,
    largest: float = 3.0,
    small: Literal["collapse", "refuse"] = "collapse",
) -> Responded:
    """Divide each cell's starting weight among those who answered.

    A cell with fewer than ``fewest`` answers, or a factor over ``largest``, is joined with its
    neighbour in the order of the categories that has fewer answers (``collapse``), or refused.
    The totals of ``cells`` are not used. Source: Little (1986), weighting cells; limits as in
    Kalton and Flores-Cervantes (2003). The variance takes the new weights as given. Raises
    WeightingError when a cell is too small and may not be joined, or all are one and too small.
    """
    if not answered.any():
        raise WeightingError("Nobody answered; there is nothing to weight.")
    tally = _Tally(start, answered, cells)
    groups = [[at] for at in range(len(cells.labels)) if tally.drawn[at]]
    while True:
        weak = [g for g in groups if tally.given(g) < fewest or tally.factor(g) > largest]
        if not weak:
            break
        worst = min(weak, key=tally.given)
        if small == "refuse" or len(groups) == 1:
            raise WeightingError(tally.too_small(worst))
        groups = tally.joined(groups, groups.index(worst))
    factors = np.ones(len(cells.labels))
    for group in groups:
        factors[group] = tally.factor(group)
    weights = np.where(answered, start * factors[cells.codes], 0.0)
    return Responded(weights, tuple(tally.cell(group) for group in groups))


class _Tally:
    """Who was drawn and who answered, by category; groups are lists of categories."""

    def __init__(self, start: Floats, answered: Flags, cells: Categories) -> None:
        k = len(cells.labels)
        self.cells = cells
        self.drawn = np.bincount(cells.codes, minlength=k)
        self.answers = np.bincount(cells.codes[answered], minlength=k)
        self.mass = cells.sums(start)
        self.kept = cells.sums(np.where(answered, start, 0.0))

    def given(self, group: list[int]) -> int:
        return int(self.answers[group].sum())

    def factor(self, group: list[int]) -> float:
        kept = float(self.kept[group].sum())
        return float(self.mass[group].sum()) / kept if kept else inf

    def cell(self, group: list[int]) -> ResponseCell:
        labels = tuple(self.cells.labels[at] for at in group)
        return ResponseCell(
            labels, self.given(group), int(self.drawn[group].sum()), self.factor(group)
        )

    def joined(self, groups: list[list[int]], at: int) -> list[list[int]]:
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(groups)]
        other = min(beside, key=lambda place: self.given(groups[place]))
        low, high = sorted((at, other))
        return [*groups[:low], groups[low] + groups[high], *groups[high + 1 :]]

    def too_small(self, group: list[int]) -> str:
        names = ", ".join(self.cells.labels[at] for at in group)
        return (
            f"Weighting cell {self.cells.name} = {names}: {self.given(group)} answered and their "
            f"weights would grow {self.factor(group):.3g} times. Join it with another cell, or "
            "relax the limits."
        )
