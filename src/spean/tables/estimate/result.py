"""What an estimation gives: values with standard error, interval and design effect."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from spean.tables.design.arrays import Floats, Ints
from spean.tables.errors import NothingToEstimate, TablesError


@dataclass(frozen=True)
class Estimate:
    """One estimated value.

    ``se`` is its standard error, ``low`` and ``high`` its interval, ``deff`` the variance as a
    multiple of that of a simple random sample with replacement of the same ``n`` cases (R's
    ``deff="replace"``). What cannot be told is None. ``df`` are the degrees of freedom.
    """

    value: float
    se: float | None
    low: float | None
    high: float | None
    deff: float | None
    df: int
    n: int


@dataclass(frozen=True)
class Joint:
    """k values estimated together, so that what is said of several of them is right too.

    ``values`` is (k,), ``covariance`` (k, k). ``srs`` is the variance under simple random
    sampling with replacement (0: not known), ``df`` the degrees of freedom and ``n`` the number
    of cases of each; a value with no case holds 0 and is reported as None.
    """

    values: Floats
    covariance: Floats
    srs: Floats
    df: Ints
    n: Ints

    @property
    def errors(self) -> Floats:
        """Give the standard errors (k,)."""
        found: Floats = np.sqrt(np.clip(np.diag(self.covariance), 0.0, None))
        return found

    def estimates(self, level: float = 0.95) -> tuple[Estimate | None, ...]:
        """Give each value with its t interval; None where there is no case."""
        check_level(level)
        return tuple(self._estimate(at, level) for at in range(len(self.values)))

    def one(self, level: float = 0.95) -> Estimate:
        """Give the only value. Raises NothingToEstimate when there is no case."""
        return there(self.estimates(level)[0])

    def _estimate(self, at: int, level: float) -> Estimate | None:
        if not self.n[at]:
            return None
        value, se, df = float(self.values[at]), float(self.errors[at]), int(self.df[at])
        reach = t_quantile(level, df) * se if df > 0 else None
        low, high = (None, None) if reach is None else (value - reach, value + reach)
        return Estimate(value, se, low, high, self.deff(at), df, int(self.n[at]))

    def deff(self, at: int) -> float | None:
        """Give the design effect of a value, None where its simple variance is 0."""
        simple = float(self.srs[at])
        return float(self.covariance[at, at]) / simple if simple > 0 else None

    def contrasts(self, matrix: Floats) -> "Joint":
        """Give linear combinations: ``matrix`` is (c, k), as R's ``svycontrast``.

        Each takes the fewest degrees of freedom and cases of the values that it uses.
        """
        used = matrix != 0
        df = np.where(used, self.df, np.iinfo(np.int64).max).min(axis=1)
        n = np.where(used, self.n, np.iinfo(np.int64).max).min(axis=1)
        covariance = matrix @ self.covariance @ matrix.T
        return Joint(matrix @ self.values, covariance, np.zeros(len(matrix)), df, n)

    def difference(self, a: int, b: int, level: float = 0.95) -> Estimate:
        """Give value a less value b with its interval."""
        matrix = np.zeros((1, len(self.values)))
        matrix[0, a] += 1.0
        matrix[0, b] -= 1.0
        if a == b or not (self.n[a] and self.n[b]):
            raise NothingToEstimate("A difference needs two groups with at least one case each.")
        return self.contrasts(matrix).one(level)


def there(estimate: Estimate | None) -> Estimate:
    """Give an estimate that must be there. Raises NothingToEstimate without a case."""
    if estimate is None:
        raise NothingToEstimate(
            "No interview is in this group with an answer and a weight, so there is nothing to "
            "estimate. Widen the group or leave it out of the table."
        )
    return estimate


def check_level(level: float) -> None:
    """Raise TablesError unless a confidence level is between 0 and 1."""
    if not 0 < level < 1:
        raise TablesError(f"The confidence level is {level:g}; give a share such as 0.95.")


def t_quantile(level: float, df: float) -> float:
    """Give the two-sided quantile of Student's t for a confidence level."""
    return float(special.stdtrit(df, 0.5 + level / 2))


def t_probability(value: float, se: float, df: float) -> float:
    """Give the two-sided p of a value with a standard error above 0."""
    return float(2 * special.stdtr(df, -abs(value) / se))
