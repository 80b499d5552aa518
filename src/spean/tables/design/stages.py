"""Stages of sampling: which unit each row belongs to, and how the units were taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from spean.tables.design.arrays import Flags, Floats, Ints, combine, compact
from spean.tables.design.variance import lonely_strata
from spean.tables.errors import DesignError


@dataclass(frozen=True)
class Stage:
    """One stage: units within strata, within the units of the stage before.

    ``unit`` (n,) is each row's unit, coded from 0. By unit: ``stratum``, ``fraction`` (the share
    of the stratum's units that was sampled; 0 is with replacement) and ``parent`` (its unit one
    stage up). ``sampled`` is the number of units sampled by stratum.
    """

    unit: Ints
    stratum: Ints
    fraction: Floats
    parent: Ints
    sampled: Ints

    @property
    def lonely(self) -> Flags:
        """Tell which strata have only one sampled unit and are not taken whole."""
        return lonely_strata(self.stratum, self.sampled, 1.0 - self.fraction)


@dataclass(frozen=True)
class Columns:
    """The columns of a frame that describe how it was sampled, stage by stage."""

    strata: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    certainty: str = ""
    nest: bool = False
    pps: bool = False


@dataclass(frozen=True)
class _Level:
    unit: Ints
    stratum: Ints
    fraction: Floats | None


def read_stages(frame: pl.DataFrame, columns: Columns) -> tuple[Stage, ...]:
    """Work the stages out of a frame; those after the first without FPC add nothing and go.

    Raises DesignError for missing codes, a unit in two strata, and an FPC that cannot be.
    """
    levels = _levels(frame, columns)
    if columns.fpc:
        levels = _with_fractions(frame, columns, levels)
    if columns.certainty:
        levels = _certain(frame, columns, levels)
    used = next((at for at, level in enumerate(levels) if level.fraction is None), len(levels))
    stages: list[Stage] = []
    for level in levels[: used + 1]:
        stages.append(_stage(level, stages[-1].unit if stages else None))
    return tuple(stages)


def codes_of(frame: pl.DataFrame, name: str) -> Ints:
    """Number the values of a column from 0. Raises DesignError naming a row without value."""
    column = _column(frame, name)
    if column.dtype.is_float():
        column = column.fill_nan(None)
    if column.null_count():
        row = int(column.is_null().arg_max() or 0) + 1
        raise DesignError(
            f"Column “{name}” has no value in row {row}. Every interview must say its strata and "
            "sampling units; fill it in or leave the interview out."
        )
    if column.dtype == pl.Boolean or column.dtype.is_integer():
        codes = column.cast(pl.Int64).to_numpy()
        return compact(codes - codes.min(initial=0))
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return compact(column.cast(pl.Categorical).to_physical().cast(pl.Int64).to_numpy())
    return compact(column.rank("dense").cast(pl.Int64).to_numpy() - 1)


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        known = ", ".join(frame.columns[:8])
        raise DesignError(f"There is no column “{name}” in the data (there are: {known}).")
    return frame[name]


def number_column(frame: pl.DataFrame, name: str, what: str) -> Floats:
    """Read a column of numbers without gaps. Raises DesignError naming the row."""
    column = _column(frame, name)
    if not column.dtype.is_numeric():
        raise DesignError(f"Column “{name}” ({what}) holds {column.dtype}, not numbers.")
    numbers: Floats = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    bad = ~np.isfinite(numbers)
    if bad.any():
        row = int(bad.argmax()) + 1
        raise DesignError(f"Column “{name}” ({what}) has no number in row {row}. Fill it in.")
    return numbers


def _levels(frame: pl.DataFrame, columns: Columns) -> list[_Level]:
    levels: list[_Level] = []
    for at in range(max(1, len(columns.clusters))):
        outer = levels[-1].unit if levels else np.zeros(frame.height, dtype=np.int64)
        strata = columns.strata[at] if at < len(columns.strata) else ""
        stratum = combine(outer, codes_of(frame, strata)) if strata else compact(outer)
        if columns.clusters:
            unit = codes_of(frame, columns.clusters[at])
            unit = combine(stratum if columns.nest else outer, unit) if at or columns.nest else unit
        else:
            unit = np.arange(frame.height)
        _check_nested(frame, columns, at, unit, stratum)
        levels.append(_Level(unit, stratum, None))
    return levels


def _check_nested(
    frame: pl.DataFrame, columns: Columns, at: int, unit: Ints, stratum: Ints
) -> None:
    last = np.zeros(int(unit.max(initial=0)) + 1, dtype=np.int64)
    last[unit] = stratum
    astray = last[unit] != stratum
    if astray.any():
        one = int(astray.argmax())
        other = int(np.flatnonzero((unit == unit[one]) & (stratum != stratum[one]))[0])
        cluster, strata = columns.clusters[at], columns.strata[at]
        raise DesignError(
            f"Sampling unit {cluster} = {frame[cluster][one]} stands in two strata ({strata} = "
            f"{frame[strata][one]} and {frame[strata][other]}). If its numbers start anew in each "
            "stratum, say nest=True; otherwise mend the codes."
        )


def _sampled(level: _Level) -> Ints:
    stratum = np.zeros(int(level.unit.max(initial=0)) + 1, dtype=np.int64)
    stratum[level.unit] = level.stratum
    return np.bincount(stratum)


def _with_fractions(
    frame: pl.DataFrame, columns: Columns, levels: Sequence[_Level]
) -> list[_Level]:
    if len(columns.fpc) > len(levels):
        raise DesignError(
            f"{len(columns.fpc)} FPC columns for {len(levels)} stages of sampling. "
            "Give at most one for each stage, first stage first."
        )
    given = [number_column(frame, name, "finite population correction") for name in columns.fpc]
    sizes = any((numbers > 1).any() for numbers in given)
    mixed = sizes and any((numbers < 1).any() for numbers in given)
    if mixed or any((numbers <= 0).any() for numbers in given):
        raise DesignError(
            f"FPC columns {', '.join(columns.fpc)} must hold either numbers of units in the "
            "population (1 or more) or shares sampled (above 0, up to 1), not both."
        )
    if sizes and columns.pps:
        raise DesignError("With pps=True the FPC columns hold inclusion probabilities (0 to 1).")
    done = list(levels)
    for at, (name, numbers) in enumerate(zip(columns.fpc, given, strict=True)):
        level = levels[at]
        if not columns.pps:
            _check_constant(frame, name, numbers, level)
        sampled = _sampled(level)[level.stratum]
        if sizes and (numbers < sampled).any():
            row = int((numbers < sampled).argmax())
            raise DesignError(
                f"Column “{name}” says that there are {numbers[row]:g} units in row {row + 1}'s "
                f"stratum, but {sampled[row]} were sampled. Mend the FPC or the codes of the units."
            )
        done[at] = replace(level, fraction=sampled / numbers if sizes else numbers)
    return done


def _check_constant(frame: pl.DataFrame, name: str, numbers: Floats, level: _Level) -> None:
    last = np.zeros(int(level.stratum.max(initial=0)) + 1)
    last[level.stratum] = numbers
    differs = last[level.stratum] != numbers
    if differs.any():
        row = int(differs.argmax())
        raise DesignError(
            f"Column “{name}” varies within a stratum: {frame[name][row]} in row {row + 1}, "
            f"{last[level.stratum[row]]:g} elsewhere in it. One stratum has one population size; "
            "with unequal probabilities say pps=True."
        )


def _certain(frame: pl.DataFrame, columns: Columns, levels: Sequence[_Level]) -> list[_Level]:
    """Make each unit taken with certainty a stratum, sampled by what is inside it."""
    marked = codes_of(frame, columns.certainty)
    flags: Flags = frame[columns.certainty].cast(pl.Boolean).to_numpy()
    pairs = combine(levels[0].unit, marked)
    if int(pairs.max(initial=0)) != int(levels[0].unit.max(initial=0)):
        raise DesignError(
            f"Column “{columns.certainty}” must be the same for all rows of one sampling unit."
        )
    rows = np.arange(frame.height)
    inner = [*levels[1:], _Level(rows, levels[-1].unit, None)]
    shifted = []
    for at, (level, below) in enumerate(zip(levels, inner, strict=True)):
        unit = combine(flags.astype(np.int64), np.where(flags, below.unit, level.unit))
        stratum = combine(flags.astype(np.int64), np.where(flags, below.stratum, level.stratum))
        whole = at > 0 or not columns.clusters
        inside = below.fraction if below.fraction is not None else np.full(len(rows), 1.0 * whole)
        fraction = level.fraction
        if fraction is not None or not columns.clusters:
            fraction = np.where(flags, inside, 0.0 if fraction is None else fraction)
        shifted.append(_Level(unit, stratum, fraction))
    return shifted


def _stage(level: _Level, parents: Ints | None) -> Stage:
    size = int(level.unit.max(initial=-1)) + 1
    stratum, parent = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    fraction = np.zeros(size)
    stratum[level.unit] = level.stratum
    if level.fraction is not None:
        fraction[level.unit] = level.fraction
    if parents is not None:
        parent[level.unit] = parents
    return Stage(level.unit, stratum, fraction, parent, np.bincount(stratum))
