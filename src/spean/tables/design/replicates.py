"""Replicate weights: the sample re-weighted many times over, and the variance between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import polars as pl

from spean.tables.design.arrays import Flags, Floats, Ints, group_sums
from spean.tables.design.design import Design, cell_blocks, check_weights
from spean.tables.design.stages import number_column
from spean.tables.design.statistic import Statistic, Sums
from spean.tables.errors import DesignError

Kind = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "ACS", "other"]
"""How replicates were made: jackknife, stratified jackknife, balanced halves, Fay's method,
bootstrap, successive differences (American Community Survey), or otherwise (scale given)."""

_ROWS = 1 << 16


@dataclass(frozen=True)
class ReplicateDesign:
    """A sample of n rows with R sets of replicate weights.

    Row i has in replicate r the weight ``base[i] * factors[unit[i], r]``; ``factors`` is
    (units, R). The variance is ``scale`` times the sum over replicates of ``rscales`` (R,) times
    the squared deviation from the mean of the replicates, or from the full-sample value with
    ``mse`` (R's ``svrVar``). ``origin`` is the design that replicates were made from.
    """

    weights: Floats
    base: Floats
    unit: Ints
    factors: Floats
    scale: float
    rscales: Floats
    mse: bool = False
    origin: Design | None = None

    @property
    def n(self) -> int:
        """Give the number of rows."""
        return len(self.weights)

    @property
    def replicates(self) -> int:
        """Give the number of replicates."""
        return int(self.factors.shape[1])

    def degrees(self, domain: Flags | None = None) -> int:
        """Give degrees of freedom: the origin's, else the rank of the weights less 1 (R degf)."""
        if self.origin:
            return self.origin.degrees(domain)
        kept = self.base > 0 if domain is None else domain & (self.base > 0)
        units = np.zeros(len(self.factors), dtype=bool)
        units[self.unit[kept]] = True
        places = np.flatnonzero(units)
        if not len(places):
            return 0
        if len(places) < self.replicates:
            gram = self.factors[places] @ self.factors[places].T
        else:
            blocks = np.array_split(places, len(places) // _ROWS + 1)
            gram = np.sum([self.factors[at].T @ self.factors[at] for at in blocks], axis=0)
        spread = np.sqrt(np.clip(np.linalg.eigvalsh(gram), 0, None))
        return int((spread > 1e-5 * spread[-1]).sum()) - 1

    def reweighted(self, step: Callable[[Floats], Floats]) -> "ReplicateDesign":
        """Apply a weighting step (weights to weights) to the full sample and each replicate."""
        weights = step(self.weights)
        check_weights(weights, self.n, "the adjusted weights")
        factors = np.column_stack(
            [step(self.base * self.factors[self.unit, at]) for at in range(self.replicates)]
        )
        ones, rows = np.ones(self.n), np.arange(self.n)
        return replace(self, weights=weights, base=ones, unit=rows, factors=factors)

    def covariance(self, statistic: Statistic, totals: Floats, parts: Floats) -> Floats:
        """Give the covariance (k, k) of a statistic between replicates, ``parts`` (R, m).

        A replicate in which a value is not determined (no case left) is left out for that value.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            values = statistic.of(parts)
        known = np.isfinite(values)
        if self.mse:
            with np.errstate(divide="ignore", invalid="ignore"):
                centre = np.nan_to_num(statistic.of(totals))
        else:
            used = known & (self.rscales > 0)[:, None]
            centre = np.where(used, values, 0.0).sum(axis=0) / np.maximum(used.sum(axis=0), 1)
        apart = np.where(known, values - centre, 0.0) * np.sqrt(self.rscales)[:, None]
        covariance: Floats = apart.T @ apart * self.scale
        return covariance

    def sums(self, columns: Floats) -> Sums:
        """Give the weighted totals of columns (n, m), and the same in each replicate."""
        units = group_sums(self.unit, columns, len(self.factors), self.base)
        return Sums(self.weights @ columns, self.factors.T @ units, self)

    def cell_sums(self, codes: Ints, size: int, measure: Floats | None = None) -> Sums:
        """Give weighted totals of a measure (1: counts) in each cell; code -1 is in none."""
        inside = codes >= 0
        if len(self.factors) == self.n:
            first, *others = map(self.sums, cell_blocks(codes, size, measure))
            return first.beside(*others)
        amounts = np.ones(self.n) if measure is None else measure
        places = self.unit[inside] * size + codes[inside]
        flat = np.bincount(places, (self.base * amounts)[inside], len(self.factors) * size)
        units = flat.reshape(len(self.factors), size)
        totals = np.bincount(codes[inside], (self.weights * amounts)[inside], size)
        return Sums(totals.astype(float), self.factors.T @ units, self)


def read_replicates(
    frame: pl.DataFrame,
    *,
    weights: str,
    replicates: Sequence[str],
    kind: Kind,
    scale: float | None = None,
    rscales: Sequence[float] | None = None,
    rho: float | None = None,
    combined: bool = True,
    mse: bool = False,
) -> ReplicateDesign:
    """Read a design whose replicate weights are columns of the frame (R's ``svrepdesign``).

    ``combined``: the columns are weights; otherwise they are factors of the weight. ``scale`` and
    ``rscales`` follow from the kind where they can; ``rho`` is Fay's. Raises DesignError for
    wrong numbers of replicates or scales, and for gaps.
    """
    if frame.height == 0:
        raise DesignError("There are no interviews, so there is no design to work out.")
    full = number_column(frame, weights, "weights")
    check_weights(full, frame.height, f"column “{weights}”")
    _check_number(kind, len(replicates))
    factors = np.column_stack([number_column(frame, r, "replicate weight") for r in replicates])
    _check_combined(factors, full, combined)
    overall, each = _scales(kind, factors.shape[1], scale, rscales, rho)
    base = np.ones(frame.height) if combined else full
    return ReplicateDesign(full, base, np.arange(frame.height), factors, overall, each, mse)


def _check_number(kind: str, count: int) -> None:
    if kind not in get_args(Kind):
        raise DesignError(f"kind='{kind}' is not known; choose one of {', '.join(get_args(Kind))}.")
    if count < 2:
        raise DesignError(f"{count} replicates are too few: name two or more columns of them.")
    if kind in ("BRR", "Fay") and count != 2 and count % 4:
        raise DesignError(
            f"{count} replicates cannot be balanced: there must be 2 or a multiple of 4. A column "
            "is missing or too many; a set that is only partly balanced is kind='other'."
        )


def _check_combined(factors: Floats, weights: Floats, combined: bool) -> None:
    middle = factors.mean()
    like_weights = middle > 5 and weights.mean() < 5 * middle
    like_factors = middle < 5 < weights.mean() / max(middle, 1e-300)
    if (combined and like_factors) or (not combined and like_weights):
        looks = "factors of the weight" if combined else "weights themselves"
        raise DesignError(
            f"The replicate columns look like {looks} (on average {middle:.3g}; the weights "
            f"{weights.mean():.3g}): say combined={not combined}."
        )


def _scales(
    kind: Kind,
    count: int,
    scale: float | None,
    rscales: Sequence[float] | None,
    rho: float | None,
) -> tuple[float, Floats]:
    each = np.ones(count) if rscales is None else np.asarray(rscales, dtype=float)
    if each.shape != (count,):
        raise DesignError(f"{each.size} rscales for {count} replicates: give one for each.")
    if not np.isfinite(each).all() or (each < 0).any() or (scale is not None and not scale > 0):
        raise DesignError("Scales of replicates must be numbers, none negative.")
    if kind == "Fay" and (rho is None or not 0 <= rho < 1):
        raise DesignError("Fay's method needs its rho, 0 or more and less than 1.")
    if kind == "JKn" and rscales is None:
        raise DesignError(
            "JKn needs rscales, for each replicate (n-1)/n of its stratum's number of PSUs."
        )
    if kind == "other" and scale is None:
        raise DesignError("kind='other' needs its scale.")
    usual = {
        "BRR": 1 / count,
        "Fay": 1 / (count * (1 - (rho or 0.0)) ** 2),
        "bootstrap": 1 / (count - 1),
        "JK1": (count - 1) / count,
        "ACS": 4 / count,
    }
    return (usual.get(kind, 1.0) if scale is None else scale), each
