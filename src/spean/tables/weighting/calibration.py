"""Calibration: the least change of weights that meets totals of categories and of numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from spean.tables.design.arrays import Floats
from spean.tables.weighting.adjustment import RegressionResiduals, Weighted, inverse_gram, stack
from spean.tables.weighting.distances import Bounds, Distance, DistanceName, make_distance
from spean.tables.weighting.errors import NotConverged
from spean.tables.weighting.fit import worst
from spean.tables.weighting.targets import Target, check

_HALVINGS = 40


def calibrate(
    start: Floats,
    targets: Sequence[Target],
    *,
    distance: DistanceName = "linear",
    bounds: Bounds | None = None,
    tolerance: float = 1e-10,
    max_rounds: int = 200,
) -> Weighted:
    """Change the starting weights (n) as little as ``distance`` allows to meet all targets.

    ``linear`` without bounds is the generalised regression estimator (GREG) and may give negative
    weights; ``raking`` keeps them positive; ``logit`` keeps new by old weight inside ``bounds``,
    which the other two cut off at. Totals are met to ``tolerance``, relative. Source: Deville and
    Särndal (1992); R survey ``calibrate``. Raises WeightingError for targets that do not fit the
    cases, NotConverged with the worst gaps when bounds or cases leave no solution.
    """
    check(start, targets)
    columns = stack(targets)
    totals = np.concatenate([target.totals for target in targets])
    solver = _Newton(columns, start, totals, make_distance(distance, bounds))
    rounds = solver.solve(tolerance, max_rounds)
    weights = start * solver.ratio
    if solver.missed > tolerance:
        what = f"Calibration ({distance}) could not meet all margins. The furthest off:"
        raise NotConverged(what, worst(targets, weights), _mend(start, totals, columns, bounds))
    return Weighted(weights, RegressionResiduals(columns, start, weights), rounds)


def _mend(start: Floats, totals: Floats, columns: Any, bounds: Bounds | None) -> str:
    if bounds is None:
        return "The margins contradict each other or the cases; put small categories together."
    have = columns.T @ start
    ratios = totals[have != 0] / have[have != 0]
    return (
        f"The bounds {bounds[0]:g} to {bounds[1]:g} leave no solution; the margins ask for "
        f"ratios of {ratios.min():.3g} to {ratios.max():.3g} on average. Widen the bounds."
    )


class _Newton:
    """Newton's method on the multipliers λ of Σ d F(xλ) x = t, with halved steps."""

    def __init__(self, columns: Any, start: Floats, totals: Floats, distance: Distance) -> None:
        self.columns, self.start, self.totals, self.distance = columns, start, totals, distance
        size = np.maximum(np.abs(totals), abs(columns).T @ start)
        self.size = np.where(size > 0, size, 1.0)
        self.multipliers = np.zeros(len(totals))
        self.pull = np.zeros(len(start))
        self.ratio = distance.ratio(self.pull)
        self.gaps = self.open(self.ratio)

    @property
    def missed(self) -> float:
        """The largest gap, relative to its total."""
        return float(np.abs(self.gaps / self.size).max())

    def open(self, ratio: Floats) -> Floats:
        """What is still missing of each total."""
        missing: Floats = self.totals - self.columns.T @ (self.start * ratio)
        return missing

    def solve(self, tolerance: float, max_rounds: int) -> int:
        """Step until the gaps are closed or no step closes them further; give the rounds."""
        for rounds in range(1, max_rounds + 1):
            if not self.step():
                return rounds
            if self.missed <= tolerance:
                return rounds
        return max_rounds

    def step(self) -> bool:
        """Take the longest of the halved Newton steps that narrows the gaps."""
        mass = self.start * self.distance.slope(self.pull)
        step = inverse_gram(self.columns, mass) @ self.gaps
        before = np.linalg.norm(self.gaps / self.size)
        for _ in range(_HALVINGS):
            multipliers = self.multipliers + step
            pull = self.columns @ multipliers
            ratio = self.distance.ratio(pull)
            gaps = self.open(ratio)
            if np.isfinite(gaps).all() and np.linalg.norm(gaps / self.size) < before:
                self.multipliers, self.pull, self.ratio, self.gaps = multipliers, pull, ratio, gaps
                return True
            step = step / 2
        return False
