"""Raking: the margins are met one after the other, round after round, until all hold."""

from collections.abc import Sequence
from functools import partial
from math import inf

import numpy as np

from spean.tables.design.arrays import Floats, Ints, combine, compact
from spean.tables.weighting.adjustment import Weighted, regression_residuals
from spean.tables.weighting.errors import NotConverged
from spean.tables.weighting.fit import worst
from spean.tables.weighting.targets import Categories, check

_MEND = (
    "Nobody may be left in a combination that the margins need, or the margins contradict each "
    "other. Put small categories together, or allow more rounds."
)


def rake(
    start: Floats,
    margins: Sequence[Categories],
    *,
    tolerance: float = 1e-9,
    max_rounds: int = 1000,
) -> Weighted:
    """Fit the starting weights (n) to all margins by iterative proportional fitting.

    Done when no total is missed by more than ``tolerance`` of itself. Source: Deming and Stephan
    (1940); R survey ``rake`` (which by default stops sooner: when no cell changes by 1). The
    variance is that of a calibration with the raking distance (Deville, Särndal and Sautory
    1993): a regression weighted by the starting weights, where R's ``rake`` takes unweighted
    means; the two agree where the starting weights are equal. Raises WeightingError for margins
    that do not fit the cases, NotConverged with the worst gaps after ``max_rounds``.
    """
    check(start, margins)
    cells, codes = _combinations(margins)
    before = np.bincount(cells, start, len(codes[0])).astype(np.float64)
    mass, missed, rounds = before, inf, 0
    while missed > tolerance and rounds < max_rounds:
        for margin, code in zip(margins, codes, strict=True):
            mass = mass * _ratio(margin, code, mass)[code]
        missed = max(map(partial(_missed, mass), margins, codes))
        rounds += 1
    weights = start * np.divide(mass, before, out=np.zeros_like(mass), where=before > 0)[cells]
    if missed > tolerance:
        what = f"Raking did not meet all margins in {max_rounds} rounds. The furthest off:"
        raise NotConverged(what, worst(margins, weights), _MEND)
    return Weighted(weights, regression_residuals(margins, start, weights), rounds)


def _combinations(margins: Sequence[Categories]) -> tuple[Ints, list[Ints]]:
    """Number the combinations that occur (n), and give the categories of each, by margin."""
    cells = margins[0].codes
    for margin in margins[1:]:
        cells = combine(cells, margin.codes)
    cells = compact(cells)
    member = np.zeros(int(cells.max()) + 1, np.int64)
    member[cells] = np.arange(len(cells))
    return cells, [margin.codes[member] for margin in margins]


def _ratio(margin: Categories, code: Ints, mass: Floats) -> Floats:
    have = np.bincount(code, mass, len(margin.labels))
    return np.divide(margin.totals, have, out=np.zeros(len(have)), where=have > 0)


def _missed(mass: Floats, margin: Categories, code: Ints) -> float:
    """Give the largest gap of a margin, as a part of the total."""
    have = np.bincount(code, mass, len(margin.labels))
    return float(np.max(np.abs(have - margin.totals) / np.where(margin.totals, margin.totals, 1)))
