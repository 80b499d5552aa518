"""Margins meet the interviews: which category each interview is in, and what does not fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import polars as pl

from spean.survey.errors import Fault, FaultyInput
from spean.tables.design.arrays import Flags, Floats, Ints
from spean.tables.weighting.margins import CROSS, Margin, Margins
from spean.tables.weighting.targets import Amount, Categories, Target

Missing = Literal["fail", "share", "zero"]
"""What becomes of an interview without the answer that a margin needs.

``fail``: an error lists them. ``share``: those without an answer keep the weighted share that
they have, and the others share the rest as the margin says. ``zero``: they get weight 0.
"""
CHOICES: tuple[Missing, ...] = get_args(Missing)
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Matched:
    """Targets for n interviews and the starting weights scaled to the population.

    ``start`` is 0 for interviews that are left out; ``notes`` say what was decided on the way.
    """

    targets: tuple[Target, ...]
    start: Floats
    notes: tuple[str, ...]


def match(
    margins: Margins, frame: pl.DataFrame, ids: Sequence[str], start: Floats, missing: Missing
) -> Matched:
    """Code the interviews (n rows of ``frame``) by the margins.

    Starting weights are scaled to the population of the margins; under shares, the population is
    the sum of the starting weights. Raises FaultyInput for categories that only one side has and,
    unless ``missing`` says otherwise, for interviews without an answer.
    """
    read = [_read(margin, frame) for margin in margins.margins]
    notes: list[str] = []
    if missing == "zero":
        out = np.any([drawn.missing for drawn in read], axis=0) & (start > 0)
        start = np.where(out, 0.0, start)
        if out.any():
            notes.append(f"Interviews without an answer to a margin weigh 0: {int(out.sum())}.")
    faults = [
        fault
        for margin, drawn in zip(margins.margins, read, strict=True)
        for fault in (
            *_unanswered(margins.file, margin, drawn, ids, start, missing),
            *_one_sided(margins.file, margin, drawn, start),
        )
    ]
    if faults:
        raise FaultyInput(faults)
    size = _size(margins, start)
    scaled = start * (size / start.sum())
    targets = []
    for margin, drawn in zip(margins.margins, read, strict=True):
        target, note = _target(margin, drawn, scaled, size, missing)
        targets.append(target)
        notes += note
    return Matched(tuple(targets), scaled, tuple(notes))


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A margin's variables in the data: who has no answer; codes in ``labels``, or values."""

    missing: Flags
    labels: tuple[str, ...]
    codes: Ints
    values: Floats


def _read(margin: Margin, frame: pl.DataFrame) -> _Drawn:
    if margin.numeric:
        values = frame[margin.variables[0]].cast(pl.Float64).fill_null(np.nan).to_numpy()
        nobody = np.zeros(len(values), np.int64)
        return _Drawn(np.isnan(values), (), nobody, np.nan_to_num(values))
    joint = frame.select(
        pl.concat_str([pl.col(name) for name in margin.variables], separator=CROSS).alias("joint")
    )["joint"]
    wanted = [CROSS.join(key) for key in margin.figures]
    others = sorted(set(joint.drop_nulls().unique().to_list()) - set(wanted))
    labels = (*wanted, *others)
    places = {name: at for at, name in enumerate(labels)}
    codes = joint.replace_strict(places, default=0, return_dtype=pl.Int64).to_numpy()
    return _Drawn(joint.is_null().to_numpy(), labels, codes, np.zeros(0))


def _unanswered(
    file: str,
    margin: Margin,
    drawn: _Drawn,
    ids: Sequence[str],
    start: Floats,
    missing: Missing,
) -> list[Fault]:
    without = np.flatnonzero((start > 0) & drawn.missing)
    if not len(without) or (missing == "share" and not margin.numeric):
        return []
    shown = ", ".join(ids[at] for at in without[:_SHOWN])
    more = f" and {len(without) - _SHOWN} more" if len(without) > _SHOWN else ""
    choices = "zero (weight 0)" if margin.numeric else "share (keep their share) or zero (weight 0)"
    what = f"interviews without an answer to {margin.name}: {len(without)} ({shown}{more})."
    return [Fault(file, what, f"Fill them in, or choose --missing {choices}.")]


def _one_sided(file: str, margin: Margin, drawn: _Drawn, start: Floats) -> list[Fault]:
    """List the categories that only the interviews or only the population have."""
    if margin.numeric:
        return []
    counted = (start > 0) & ~drawn.missing
    counts = np.bincount(drawn.codes[counted], minlength=len(drawn.labels))
    figures = [*margin.figures.values(), *[None] * (len(drawn.labels) - len(margin.figures))]
    faults = []
    for name, count, figure in zip(drawn.labels, counts, figures, strict=True):
        if count and not figure:
            has = "no row" if figure is None else "the figure 0"
            what = f"{margin.name} = {name} has {has}; interviews with it: {count}."
            mend = "Add its figure, or put it together with another category."
            faults.append(Fault(file, what, mend, column="category"))
        elif figure and not count:
            what = f"{margin.name} = {name} has the figure {figure:g}, but no interview."
            mend = "Put it together with another category."
            faults.append(Fault(file, what, mend, column="category"))
    return faults


def _size(margins: Margins, start: Floats) -> float:
    if margins.unit == "total":
        for margin in margins.margins:
            if not margin.numeric:
                return sum(margin.figures.values())
    return float(start.sum())


def _target(
    margin: Margin, drawn: _Drawn, start: Floats, size: float, missing: Missing
) -> tuple[Target, list[str]]:
    totals = np.array(list(margin.figures.values()))
    if margin.numeric:
        return Amount(margin.name, drawn.values, totals), []
    totals = totals * (size / totals.sum())
    codes = np.where(start > 0, drawn.codes, 0)
    target = Categories(margin.name, drawn.labels[: len(totals)], codes, totals)
    absent = float(start[drawn.missing].sum())
    if missing != "share" or not absent:
        return target, []
    codes = np.where(drawn.missing & (start > 0), len(totals), codes)
    kept = np.append(totals * (1 - absent / size), absent)
    note = f"{margin.name}: {100 * absent / size:.3g} % have no answer and keep that share."
    labels = (*target.labels, "(no answer)")
    return replace(target, labels=labels, codes=codes, totals=kept), [note]
