"""Targets: population totals together with what each case counts for in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spean.tables.design.arrays import Floats, Ints
from spean.tables.weighting.errors import WeightingError

_SUMS_AGREE = 1e-6


@dataclass(frozen=True, eq=False)
class Categories:
    """A margin of categories: ``codes`` (n) gives each case's place in ``labels`` (k).

    ``totals`` (k) are numbers of people, households or whatever the cases stand for.
    """

    name: str
    labels: tuple[str, ...]
    codes: Ints
    totals: Floats

    def sums(self, weights: Floats) -> Floats:
        """Weighted totals by category (k)."""
        return np.bincount(self.codes, weights, len(self.labels)).astype(np.float64)

    def columns(self) -> Any:
        """Indicators of the categories, a sparse array of n rows and k columns."""
        from scipy.sparse import csr_array

        n = len(self.codes)
        shape = (n, len(self.labels))
        return csr_array((np.ones(n), self.codes, np.arange(n + 1)), shape=shape)


@dataclass(frozen=True, eq=False)
class Amount:
    """A margin of a number: ``values`` (n) and their total over the population (one figure)."""

    name: str
    values: Floats
    totals: Floats
    labels: tuple[str, ...] = ("",)

    def sums(self, weights: Floats) -> Floats:
        """Weighted total, as an array of one."""
        return np.array([self.values @ weights])

    def columns(self) -> Any:
        """The values as a sparse array of one column."""
        from scipy.sparse import csr_array

        return csr_array(self.values[:, None])


Target = Categories | Amount


def label(target: Target, at: int) -> str:
    """Name one total of a target: ``sex = female``, or ``hh_size``."""
    return f"{target.name} = {target.labels[at]}" if target.labels[at] else target.name


def population(targets: Sequence[Target]) -> float | None:
    """Size of the population by its first margin of categories; None where there is none."""
    for target in targets:
        if isinstance(target, Categories):
            return float(target.totals.sum())
    return None


def check(start: Floats, targets: Sequence[Target]) -> None:
    """Raise WeightingError where no weights on these cases could meet the targets."""
    if not np.isfinite(start).all() or (start < 0).any():
        bad = int((~np.isfinite(start) | (start < 0)).sum())
        raise WeightingError(
            f"Starting weights that are negative or missing: {bad}. Give each case 0 or more."
        )
    if not start.any():
        raise WeightingError("All starting weights are 0. Give at least one case a weight.")
    whole = population(targets)
    for target in targets:
        if not np.isfinite(target.totals).all():
            raise WeightingError(f"{target.name}: a total is missing. Fill it in.")
        if isinstance(target, Categories):
            _check_categories(start, target)
            total = float(target.totals.sum())
            if whole is not None and abs(total - whole) > _SUMS_AGREE * whole:
                raise WeightingError(
                    f"The totals of {target.name} sum to {total:,.10g}, those of the first margin "
                    f"to {whole:,.10g}: {total - whole:+,.6g}. Make them equal."
                )


def _check_categories(start: Floats, target: Categories) -> None:
    have = target.sums(start)
    for at, total in enumerate(target.totals):
        name = label(target, at)
        if total < 0:
            raise WeightingError(f"{name}: the total is {total:g}. Totals are 0 or more.")
        if total > 0 and have[at] <= 0:
            raise WeightingError(
                f"{name}: the population has {total:,.10g}, but no case has a weight. "
                "Put the category together with another one."
            )
        if total == 0 and have[at] > 0:
            raise WeightingError(
                f"{name}: the population has none, but there are cases. Leave them out, or give "
                "the category its total."
            )
