"""Non-response: those who answered stand in for those of their weighting cell who did not."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spean.tables.weighting.errors import WeightingError
from spean.tables.weighting.targets import Categories, Numbers


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

    weights: Numbers
    cells: tuple[ResponseCell, ...]


def adjust_for_nonresponse(
    start: Numbers,
    answered: NDArray[np.bool_],
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
    groups = [[at] for at in range(len(cells.labels)) if (cells.codes == at).any()]
    drawn = np.bincount(cells.codes, minlength=len(cells.labels))
    given = np.bincount(cells.codes[answered], minlength=len(cells.labels))
    mass = cells.sums(start)
    kept = cells.sums(np.where(answered, start, 0.0))

    def factor(group: list[int]) -> float:
        return float(mass[group].sum() / kept[group].sum()) if kept[group].any() else np.inf

    while True:
        weak = [g for g in groups if given[g].sum() < fewest or factor(g) > largest]
        if not weak:
            break
        worst = min(weak, key=lambda g: int(given[g].sum()))
        if small == "refuse" or len(groups) == 1:
            raise WeightingError(_too_small(cells, worst, int(given[worst].sum()), factor(worst)))
        groups = _joined(groups, groups.index(worst), given)
    factors = np.ones(len(cells.labels))
    for group in groups:
        factors[group] = factor(group)
    used = tuple(
        ResponseCell(
            tuple(cells.labels[at] for at in group),
            int(given[group].sum()),
            int(drawn[group].sum()),
            factor(group),
        )
        for group in groups
    )
    return Responded(np.where(answered, start * factors[cells.codes], 0.0), used)


def _joined(groups: list[list[int]], at: int, given: NDArray[np.int64]) -> list[list[int]]:
    beside = [place for place in (at - 1, at + 1) if 0 <= place < len(groups)]
    other = min(beside, key=lambda place: int(given[groups[place]].sum()))
    low, high = sorted((at, other))
    return [*groups[:low], groups[low] + groups[high], *groups[high + 1 :]]


def _too_small(cells: Categories, group: list[int], answered: int, factor: float) -> str:
    names = ", ".join(cells.labels[at] for at in group)
    return (
        f"Weighting cell {cells.name} = {names}: {answered} answered and the weights would grow "
        f"{factor:.3g} times. Join it with another cell, or relax the limits."
    )
