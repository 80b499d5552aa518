"""What weighting does to the variance: scores become residuals on the margins that were met.

Deville and Särndal (1992), result 5: an estimator on calibrated weights has, to first order, the
variance of the residuals of a regression on the auxiliaries, weighted by the starting weights.
R's survey does the same in ``svyrecvar`` (``postStrata``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from spean.tables.design import Adjustment
from spean.tables.design.arrays import Floats, Ints
from spean.tables.weighting.targets import Target


@dataclass(frozen=True)
class Weighted:
    """New weights (n), the step's effect on the variance, and how many rounds it took."""

    weights: Floats
    adjustment: Adjustment
    rounds: int


@dataclass(frozen=True, eq=False)
class CellResiduals:
    """Scores less the mean of their post-stratum; ``codes`` (n) names the stratum of each case."""

    codes: Ints
    start: Floats
    weights: Floats

    def residuals(self, scores: Floats) -> Floats:
        """Give n × k residual scores; a case of weight 0 keeps its score."""
        active = self.weights != 0
        start = np.where(active, self.start, 0.0)
        plain = _unweighted(scores, self.weights)
        mass = np.bincount(self.codes, start)
        mass[mass == 0] = 1.0
        left = np.array(scores, dtype=np.float64)
        for at in range(scores.shape[1]):
            means = np.bincount(self.codes, start * plain[:, at]) / mass
            left[:, at] -= self.weights * means[self.codes]
        return left


@dataclass(frozen=True, eq=False)
class RegressionResiduals:
    """Scores less their regression on the auxiliaries ``columns`` (n × p, sparse)."""

    columns: Any
    start: Floats
    weights: Floats

    def residuals(self, scores: Floats) -> Floats:
        """Give n × k residual scores; a case of weight 0 keeps its score."""
        plain = _unweighted(scores, self.weights)
        slopes = self._inverse @ (self.columns.T @ (self._start[:, None] * plain))
        fitted: Floats = self.columns @ slopes
        return scores - self.weights[:, None] * fitted

    @cached_property
    def _start(self) -> Floats:
        return np.where(self.weights != 0, self.start, 0.0)

    @cached_property
    def _inverse(self) -> Floats:
        return inverse_gram(self.columns, self._start)


def regression_residuals(
    targets: Sequence[Target], start: Floats, weights: Floats
) -> RegressionResiduals:
    """Make the adjustment of a calibration on all ``targets`` together."""
    return RegressionResiduals(stack(targets), start, weights)


def stack(targets: Sequence[Target]) -> Any:
    """Set the columns of all targets side by side, a sparse array of n rows."""
    from scipy.sparse import hstack

    return hstack([target.columns() for target in targets], format="csr")


def inverse_gram(columns: Any, mass: Floats) -> Floats:
    """Give the pseudo-inverse of X′ diag(mass) X (p × p); margins that repeat each other share."""
    gram = np.asarray((columns.T @ columns.multiply(mass[:, None])).todense(), dtype=np.float64)
    scale = np.sqrt(np.diag(gram))
    scale[scale == 0] = 1.0
    inverse: Floats = np.linalg.pinv(gram / np.outer(scale, scale), rcond=1e-12, hermitian=True)
    unscaled: Floats = inverse / np.outer(scale, scale)
    return unscaled


def _unweighted(scores: Floats, weights: Floats) -> Floats:
    divisor = np.where(weights != 0, weights, 1.0)
    return np.where(weights[:, None] != 0, scores / divisor[:, None], 0.0)
