"""Weights: post-stratification, raking, calibration, non-response, trimming, diagnostics."""

from spean.tables.weighting.adjustment import (
    CellResiduals,
    RegressionResiduals,
    Weighted,
)
from spean.tables.weighting.calibration import calibrate
from spean.tables.weighting.diagnostics import Diagnostics, diagnose
from spean.tables.weighting.errors import NotConverged, WeightingError
from spean.tables.weighting.fit import Fit, fits
from spean.tables.weighting.poststratify import post_stratify
from spean.tables.weighting.raking import rake
from spean.tables.weighting.record import read_weights
from spean.tables.weighting.response import adjust_for_nonresponse
from spean.tables.weighting.stored import StoredWeights, study_weights
from spean.tables.weighting.targets import Amount, Categories
from spean.tables.weighting.trimming import trim
from spean.tables.weighting.weigh import Recipe, Weighing, weigh, weighting_step

__all__ = [
    "Amount",
    "Categories",
    "CellResiduals",
    "Diagnostics",
    "Fit",
    "NotConverged",
    "Recipe",
    "RegressionResiduals",
    "StoredWeights",
    "Weighing",
    "Weighted",
    "WeightingError",
    "adjust_for_nonresponse",
    "calibrate",
    "diagnose",
    "fits",
    "post_stratify",
    "rake",
    "read_weights",
    "study_weights",
    "trim",
    "weigh",
    "weighting_step",
]
