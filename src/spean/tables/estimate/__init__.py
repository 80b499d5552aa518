"""Estimates from a sample with their errors, and tests; all of them know the design."""

from spean.tables.estimate.association import Association, rao_scott, rao_scott_set, wald
from spean.tables.estimate.cells import group_means, response_shares, shares
from spean.tables.estimate.exact import (
    associate,
    associate_set,
    fisher,
    permutation,
    permutation_set,
)
from spean.tables.estimate.linear import mean, means, ratio, ratios, total, totals
from spean.tables.estimate.pairwise import Comparison, Pair, compare, holm
from spean.tables.estimate.proportion import proportion, share_estimates
from spean.tables.estimate.quantile import quantile, quantiles
from spean.tables.estimate.ratio import AnyDesign
from spean.tables.estimate.result import Estimate, Joint
from spean.tables.estimate.wording import (
    Basis,
    check_margins,
    honest,
    interval,
    read_basis,
    sentence,
    stars,
)

__all__ = [
    "AnyDesign",
    "Association",
    "Basis",
    "Comparison",
    "Estimate",
    "Joint",
    "Pair",
    "associate",
    "associate_set",
    "check_margins",
    "compare",
    "fisher",
    "group_means",
    "holm",
    "honest",
    "interval",
    "mean",
    "means",
    "permutation",
    "permutation_set",
    "proportion",
    "quantile",
    "quantiles",
    "rao_scott",
    "rao_scott_set",
    "ratio",
    "ratios",
    "read_basis",
    "response_shares",
    "sentence",
    "share_estimates",
    "shares",
    "stars",
    "total",
    "totals",
    "wald",
]
