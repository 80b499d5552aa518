"""The variance of a total from the totals of its primary sampling units (PSUs)."""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from spean.tables.design.arrays import Flags, Floats, Ints, group_sums
from spean.tables.errors import DesignError

Lonely = Literal["fail", "remove", "adjust", "average", "certainty"]
"""What a stratum with one sampled PSU adds, as R's ``survey.lonely.psu``.

``fail``: an error names it. ``remove`` and ``certainty``: nothing. ``adjust``: its total is held
against zero, the mean of the scores, in place of its own mean (conservative). ``average``: what
the other strata add on average.
"""

LONELY: tuple[str, ...] = get_args(Lonely)

Scores = Callable[[Floats], Floats]
"""A linear map of rows of totals (u, m) to rows of scores (u, k)."""

_BLOCK = 1 << 16

_TAKEN_WHOLE = 1e-7
"""A share not sampled below this counts as none (R's tolerance)."""


def as_they_are(totals: Floats) -> Floats:
    """Take totals as scores."""
    return totals


def between_psu(
    totals: Floats,
    strata: Ints,
    *,
    sampled: Ints | None = None,
    fraction: Floats | None = None,
    lonely: Lonely = "fail",
    names: Sequence[str] = (),
    scores: Scores = as_they_are,
) -> Floats:
    """Give the covariance (k, k) of k estimated totals from their PSU totals.

    ``totals`` (PSUs, k) are weighted sums of scores; ``strata`` (PSUs,) codes from 0. ``sampled``
    (strata,) is the number of PSUs sampled; those not in ``totals`` (a domain misses some) count
    as zero. ``fraction`` (PSUs,) is the share of the population's PSUs sampled (0 or None: with
    replacement). ``names`` are the strata's for messages. ``scores``, linear, makes totals (u, k)
    of what is in ``totals``, in blocks. Särndal, Swensson and Wretman 1992, 4.6; R's ``onestage``.
    Raises DesignError for a stratum with one PSU when ``lonely`` is ``fail``.
    """
    present = np.bincount(strata, minlength=0 if sampled is None else len(sampled))
    count, size = present if sampled is None else sampled, len(present)
    left = np.ones(len(strata)) if fraction is None else 1.0 - fraction
    if (alone := lonely_strata(strata, count, left)).any() and lonely == "fail":
        raise DesignError(_lonely_words(alone, names))
    many = np.where(count > 1, count / np.maximum(count - 1, 1), 1.0)
    scale = np.clip(left, 0, None) * many[strata]
    means = scores(group_sums(strata, totals, size) / np.maximum(count, 1)[:, None])
    if lonely == "adjust":
        means = np.where(alone[:, None], 0.0, means)
    covariance = np.zeros((means.shape[1], means.shape[1]))
    for block in (slice(at, at + _BLOCK) for at in range(0, len(strata), _BLOCK)):
        centred = (scores(totals[block]) - means[strata[block]]) * np.sqrt(scale[block])[:, None]
        covariance += centred.T @ centred
    if (absent := (count - present) * (present > 0)).any():
        first = np.zeros(size)
        first[strata[::-1]] = scale[::-1]
        padded = means * np.sqrt(absent * first)[:, None]
        covariance += padded.T @ padded
    return covariance * _averaging(alone, present) if lonely == "average" else covariance


def lonely_strata(strata: Ints, count: Ints, left: Floats) -> Flags:
    """Tell which strata have one sampled PSU and are not taken whole."""
    partly = np.zeros(len(count), dtype=bool)
    partly[strata[left > _TAKEN_WHOLE]] = True
    flags: Flags = (count == 1) & partly
    return flags


def _averaging(alone: Flags, present: Ints) -> float:
    strata, fit = int((present > 0).sum()), int(((present > 0) & ~alone).sum())
    if fit == 0:
        raise DesignError(
            "Every stratum has only one PSU, so there is nothing to average. "
            "Join strata that are alike, or choose lonely='adjust'."
        )
    return strata / fit


def _lonely_words(alone: Flags, names: Sequence[str]) -> str:
    places = np.flatnonzero(alone)
    shown = [names[at] if names else f"number {at}" for at in places[:5]]
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return (
        f"Only one PSU was sampled in stratum {', '.join(shown)}{more}, so its variance cannot be "
        "told. Join it to a stratum that is like it, or choose what it counts for: lonely="
        "'adjust', 'average', 'remove' or 'certainty'."
    )
