"""From margins and interviews to weights, in one call: match, scale, fit, trim, fit again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import polars as pl

from spean.tables.design import Adjustment
from spean.tables.design.arrays import Floats, Ints
from spean.tables.weighting.adjustment import Weighted
from spean.tables.weighting.calibration import calibrate
from spean.tables.weighting.diagnostics import FAR, Diagnostics, diagnose
from spean.tables.weighting.distances import Bounds
from spean.tables.weighting.errors import WeightingError
from spean.tables.weighting.fit import Fit, fits
from spean.tables.weighting.margins import Margins
from spean.tables.weighting.matching import Matched, Missing, match
from spean.tables.weighting.poststratify import post_stratify
from spean.tables.weighting.raking import rake
from spean.tables.weighting.targets import Categories, Target
from spean.tables.weighting.trimming import trim

Method = Literal["rake", "poststratify", "linear", "logit"]
METHODS: tuple[Method, ...] = get_args(Method)

_TRIM_ROUNDS = 50
_TRIM_NEAR = 1.001  # a weight this close to the limit counts as inside it


@dataclass(frozen=True)
class Recipe:
    """How weights are made.

    ``start`` and ``strata`` name columns (empty: weights of 1, one stratum). ``trim`` is a
    multiple of the median weight; what is cut stays in its stratum. ``bounds`` limit new by
    starting weight, after these were scaled to the population.
    """

    margins: Margins
    method: Method = "rake"
    start: str = ""
    missing: Missing = "fail"
    bounds: Bounds | None = None
    trim: float | None = None
    strata: str = ""


@dataclass(frozen=True, eq=False)
class Weighing:
    """Weights (n) of the interviews ``ids`` with all that a report should say about them.

    ``start`` are the starting weights scaled to the population; ``adjustment`` is the last step's
    effect on the variance; ``findings`` are what somebody should look at before using them.
    """

    recipe: Recipe
    ids: tuple[str, ...]
    start: Floats
    weights: Floats
    adjustment: Adjustment
    rounds: int
    limit: float | None
    fits: tuple[Fit, ...]
    diagnostics: Diagnostics
    notes: tuple[str, ...]
    findings: tuple[str, ...]


def weighting_step(
    recipe: Recipe, frame: pl.DataFrame, ids: Sequence[str]
) -> Callable[[Floats], Floats]:
    """Give a recipe as a step from starting weights (n) to weights.

    For ``ReplicateDesign.reweighted``: each replicate is scaled to the population and fitted to
    the same totals. The step raises as ``weigh``, also where a replicate leaves a category empty.
    """
    matched = _matched(recipe, frame, ids)
    size, strata = float(matched.start.sum()), _strata(recipe, frame)

    def step(start: Floats) -> Floats:
        kept = np.where(matched.start > 0, start, 0.0)
        scaled = kept * (size / (kept.sum() or 1.0))
        return _fitted(recipe, scaled, matched.targets, strata)[0].weights

    return step


def weigh(recipe: Recipe, frame: pl.DataFrame, ids: Sequence[str]) -> Weighing:
    """Make weights for the n rows of ``frame``, which holds all columns that the recipe names.

    Raises FaultyInput where margins and interviews do not fit, NotConverged where the margins
    cannot all be met, and WeightingError for what the method cannot do.
    """
    matched = _matched(recipe, frame, ids)
    made, first = _fitted(recipe, matched.start, matched.targets, _strata(recipe, frame))
    limit, notes = None, list(matched.notes)
    if recipe.trim is not None:
        limit = _limit(recipe.trim, first)
        notes.append(
            f"Weights over {limit:.4g} ({recipe.trim:g} × the median) were trimmed: "
            f"{int((first > limit).sum())}. Before, Kish's design effect was "
            f"{diagnose(first, ids).kish:.3f}."
        )
    figures = diagnose(made.weights, ids)
    return Weighing(
        recipe,
        tuple(ids),
        matched.start,
        made.weights,
        made.adjustment,
        made.rounds,
        limit,
        fits(matched.targets, matched.start, made.weights),
        figures,
        tuple(notes),
        tuple(_findings(figures, limit)),
    )


def _matched(recipe: Recipe, frame: pl.DataFrame, ids: Sequence[str]) -> Matched:
    if recipe.trim is not None and recipe.bounds is not None:
        raise WeightingError("Trimming would undo the bounds. Choose one of --trim and --bounds.")
    start = frame[recipe.start].to_numpy() if recipe.start else np.ones(frame.height)
    return match(recipe.margins, frame, ids, start, recipe.missing)


def _fitted(
    recipe: Recipe, start: Floats, targets: Sequence[Target], strata: Ints | None
) -> tuple[Weighted, Floats]:
    """Fit, and trim if asked; the second part is the weights before trimming."""
    made = _fit(recipe, start, targets)
    if recipe.trim is None:
        return made, made.weights
    limit = _limit(recipe.trim, made.weights)
    return _trimmed(recipe, made, targets, limit, strata), made.weights


def _limit(times: float, weights: Floats) -> float:
    return times * float(np.median(weights[weights > 0]))


def _findings(figures: Diagnostics, limit: float | None) -> list[str]:
    found = []
    if limit is not None and figures.largest > limit * _TRIM_NEAR:
        found.append(
            f"The largest weight is {figures.largest:.4g}, over the limit of {limit:.4g}: limit "
            "and margins cannot both be kept."
        )
    if figures.extremes:
        found.append(
            f"Weights over {FAR:g} times the median, or under it by as much: "
            f"{len(figures.extremes)}."
        )
    return found


def _fit(recipe: Recipe, start: Floats, targets: Sequence[Target]) -> Weighted:
    groups = [target for target in targets if isinstance(target, Categories)]
    if recipe.method == "poststratify":
        if len(targets) != 1 or not groups or recipe.bounds:
            raise WeightingError(
                "Post-stratification takes one margin of categories and no bounds. Cross the "
                "variables (sex*age_group), or choose --method rake."
            )
        return post_stratify(start, groups[0])
    if recipe.method == "rake":
        if recipe.bounds is None and len(groups) == len(targets):
            return rake(start, groups)
        return calibrate(start, targets, distance="raking", bounds=recipe.bounds)
    if recipe.method == "logit":
        return calibrate(start, targets, distance="logit", bounds=recipe.bounds)
    made = calibrate(start, targets, distance="linear", bounds=recipe.bounds)
    if (below := int((made.weights < 0).sum())) > 0:
        raise WeightingError(
            f"Linear calibration gave negative weights: {below}. Set --bounds (such as 0.3 3), or "
            "choose --method rake."
        )
    return made


def _trimmed(
    recipe: Recipe, made: Weighted, targets: Sequence[Target], limit: float, strata: Ints | None
) -> Weighted:
    """Trim and fit in turn until both hold, or the rounds are used up."""
    rounds = made.rounds
    for _ in range(_TRIM_ROUNDS):
        if made.weights.max() <= limit * _TRIM_NEAR:
            break
        cut = trim(made.weights, limit=limit, strata=strata)
        made = _fit(recipe, cut.weights, targets)
        rounds += made.rounds
    return replace(made, rounds=rounds)


def _strata(recipe: Recipe, frame: pl.DataFrame) -> Ints | None:
    if not recipe.strata:
        return None
    column = frame[recipe.strata].cast(pl.String).fill_null("")
    return column.rank("dense").cast(pl.Int64).to_numpy() - 1
