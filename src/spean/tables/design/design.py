"""A sampling design: weights, stages, and the Taylor-linearised variance that follows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from spean.tables.design.adjustment import Adjustment
from spean.tables.design.arrays import Flags, Floats, Ints, group_sums
from spean.tables.design.stages import Columns, Stage, number_column, read_stages
from spean.tables.design.statistic import Statistic, Sums
from spean.tables.design.variance import LONELY, Lonely, Scores, as_they_are, between_psu
from spean.tables.errors import DesignError

_CELLS = 32


@dataclass(frozen=True)
class Design:
    """How the n rows of a frame were sampled.

    ``weights`` is (n,). ``stages`` are the stages that add to the variance, first stage first.
    ``adjustments`` are the weighting steps in the order in which they were made.
    """

    weights: Floats
    stages: tuple[Stage, ...]
    lonely: Lonely = "fail"
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def n(self) -> int:
        """Give the number of rows."""
        return len(self.weights)

    @property
    def clustered(self) -> bool:
        """Tell whether any sampling unit holds more than one row."""
        return len(self.stages[0].stratum) < self.n

    def degrees(self, domain: Flags | None = None) -> int:
        """Give degrees of freedom: PSUs less strata, of the domain's rows with weight (R degf)."""
        first = self.stages[0]
        kept = self.weights > 0 if domain is None else domain & (self.weights > 0)
        units = np.zeros(len(first.stratum), dtype=bool)
        units[first.unit[kept]] = True
        strata = np.zeros(len(first.sampled), dtype=bool)
        strata[first.stratum[units]] = True
        return int(units.sum()) - int(strata.sum())

    def reweighted(self, weights: Floats, adjustment: Adjustment | None = None) -> "Design":
        """Give the design after one more weighting step; without adjustment it knows no margin."""
        check_weights(weights, self.n, "the adjusted weights")
        steps = self.adjustments if adjustment is None else (*self.adjustments, adjustment)
        return replace(self, weights=weights, adjustments=steps)

    def variance(self, scores: Floats) -> Floats:
        """Give the covariance (k, k) of the sums of weighted scores (n, k).

        A score is weight times influence, as for R's ``svyrecvar``: the adjustments take out what
        they know, the last one first, then the stages add up.
        """
        return self.spread(self.collapse(scores))

    def collapse(self, scores: Floats) -> Floats:
        """Take the adjustments out of weighted scores (n, k) and sum by last-stage unit."""
        for adjustment in reversed(self.adjustments):
            scores = adjustment.residuals(scores)
        last = self.stages[-1]
        return group_sums(last.unit, scores, len(last.stratum))

    def spread(self, units: Floats, scores: Scores = as_they_are) -> Floats:
        """Give the covariance (k, k) of totals from last-stage units' totals (units, m).

        ``scores``, linear, makes the k scores of a unit from its m totals. Each stage adds the
        variance between its units within strata, times the sampling fractions of the units
        above (R's ``survey:::multistage``).
        """
        rates = self._rates()
        stages: list[Floats] = []
        for at in range(len(self.stages) - 1, -1, -1):
            stage = self.stages[at]
            between = between_psu(
                units * np.sqrt(rates[at])[:, None] if at else units,
                stage.stratum,
                sampled=stage.sampled,
                fraction=stage.fraction,
                lonely=self.lonely,
                scores=scores,
            )
            stages.append(between)
            if at:
                units = group_sums(stage.parent, units, len(self.stages[at - 1].stratum))
        covariance: Floats = np.sum(stages, axis=0)
        return covariance

    def _rates(self) -> list[Floats]:
        rates = [np.ones(len(self.stages[0].stratum))]
        for above, stage in zip(self.stages, self.stages[1:], strict=False):
            rates.append((rates[-1] * above.fraction)[stage.parent])
        return rates

    def covariance(self, statistic: Statistic, totals: Floats, parts: Floats) -> Floats:
        """Give the linearised covariance (k, k) of a statistic, ``parts`` from ``collapse``."""
        return self.spread(parts, lambda changes: statistic.derivative(totals, changes))

    def sums(self, columns: Floats) -> Sums:
        """Give the weighted totals of columns (n, m); rows outside a domain hold 0."""
        if self.adjustments:
            units = self.collapse(columns * self.weights[:, None])
        else:
            last = self.stages[-1]
            units = group_sums(last.unit, columns, len(last.stratum), self.weights)
        return Sums(self.weights @ columns, units, self)

    def cell_sums(self, codes: Ints, size: int, measure: Floats | None = None) -> Sums:
        """Give weighted totals of a measure (1: counts) in each of ``size`` cells.

        ``codes`` (n,) is each row's cell, -1 where it is in none; one pass, however many cells.
        """
        if self.adjustments:
            first, *others = map(self.sums, cell_blocks(codes, size, measure))
            return first.beside(*others)
        last = self.stages[-1]
        inside = codes >= 0
        weights = self.weights if measure is None else self.weights * measure
        places = last.unit[inside] * size + codes[inside]
        flat: Floats = np.bincount(places, weights[inside], len(last.stratum) * size).astype(float)
        units = flat.reshape(len(last.stratum), size)
        return Sums(units.sum(axis=0), units, self)


def cell_blocks(codes: Ints, size: int, measure: Floats | None) -> Iterator[Floats]:
    """Spread a measure (1: counts) over one column for each cell, a few cells at a time."""
    for start in range(0, size, _CELLS):
        stop = min(start + _CELLS, size)
        columns = np.zeros((len(codes), stop - start))
        inside = np.flatnonzero((codes >= start) & (codes < stop))
        columns[inside, codes[inside] - start] = 1.0 if measure is None else measure[inside]
        yield columns


def make_design(
    frame: pl.DataFrame,
    *,
    weights: str = "",
    strata: Sequence[str] = (),
    clusters: Sequence[str] = (),
    fpc: Sequence[str] = (),
    certainty: str = "",
    nest: bool = False,
    pps: bool = False,
    lonely: Lonely = "fail",
) -> Design:
    """Read a design from the columns of a frame, as R's ``svydesign`` does.

    ``strata``, ``clusters`` and ``fpc`` name one column for each stage, first stage first; without
    clusters each row is a sampling unit. ``fpc`` holds the population's numbers of units, or the
    shares sampled; with ``pps`` each unit's inclusion probability (Brewer's approximation). Without
    ``weights`` they follow from the FPC, or are 1. ``certainty`` names a column that is true for
    units taken with certainty: each becomes a stratum, sampled by what is inside it. ``nest``:
    units are numbered anew in each stratum. Raises DesignError, saying what is wrong where.
    """
    if frame.height == 0:
        raise DesignError("There are no interviews, so there is no design to work out.")
    if lonely not in LONELY:
        raise DesignError(f"lonely='{lonely}' is not known; choose one of {', '.join(LONELY)}.")
    columns = Columns(tuple(strata), tuple(clusters), tuple(fpc), certainty, nest, pps)
    stages = read_stages(frame, columns)
    if weights:
        numbers = number_column(frame, weights, "weights")
        check_weights(numbers, frame.height, f"column “{weights}”")
    else:
        numbers = _implied_weights(stages, len(fpc), frame.height)
    if lonely == "fail":
        _check_lonely(frame, columns, stages)
    return Design(numbers, stages, lonely)


def check_weights(weights: Floats, n: int, what: str) -> None:
    """Raise DesignError unless weights are n finite numbers, none negative, not all zero."""
    if weights.shape != (n,):
        raise DesignError(f"There are {n} interviews, but {what} holds {weights.size} weights.")
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        row = int(bad.argmax())
        raise DesignError(
            f"In {what}, row {row + 1} has the weight {weights[row]:g}; {int(bad.sum())} rows are "
            "negative or no number. A weight says how many people an interview stands for: mend it."
        )
    if not weights.any():
        raise DesignError(f"In {what} every weight is 0. Give weights above 0.")


def _implied_weights(stages: Sequence[Stage], given: int, n: int) -> Floats:
    weights = np.ones(n)
    for stage in stages[:given]:
        fraction = stage.fraction[stage.unit]
        weights /= np.where(fraction > 0, fraction, 1.0)
    return weights


def _check_lonely(frame: pl.DataFrame, columns: Columns, stages: Sequence[Stage]) -> None:
    for at, stage in enumerate(stages):
        if not stage.lonely.any():
            continue
        rows = np.zeros(len(stage.sampled), dtype=np.int64)
        rows[stage.stratum[stage.unit[::-1]]] = np.arange(frame.height)[::-1]
        by = [*columns.clusters[:at], *columns.strata[at : at + 1]]
        names = {
            int(place): ", ".join(f"{name} = {frame[name][int(rows[place])]}" for name in by)
            for place in np.flatnonzero(stage.lonely)
        }
        shown = [names.get(place) or "(the whole sample)" for place in range(len(stage.sampled))]
        between_psu(
            np.zeros((len(stage.stratum), 0)),
            stage.stratum,
            sampled=stage.sampled,
            fraction=stage.fraction,
            names=shown,
        )
