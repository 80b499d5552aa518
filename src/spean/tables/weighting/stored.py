"""The weights that a study keeps, as a run uses them: with what they do to standard errors."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import Study
from spean.tables.design import Adjustment
from spean.tables.design.arrays import Floats
from spean.tables.weighting.diagnostics import Diagnostics, diagnose
from spean.tables.weighting.interviews import read_interviews
from spean.tables.weighting.record import read_recipe, read_weights
from spean.tables.weighting.weigh import Recipe, weigh

_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class StoredWeights:
    """Weights (n, in the order of the interviews) of a study.

    ``start`` and ``adjustment`` are None where no weights.toml says how they were made; then the
    weights count as given, and standard errors do not know of the margins.
    """

    file: Path
    weights: Floats
    start: Floats | None
    adjustment: Adjustment | None
    recipe: Recipe | None
    diagnostics: Diagnostics


def study_weights(study: Study, data: Path) -> StoredWeights | None:
    """Read the weights that ``[weights] file`` of study.toml names; None where it names none.

    The weights are made anew from weights.toml beside the file. Raises CouldNotRead, and
    FaultyInput where interviews have no weight, or where data, margins or weights were changed so
    that the file is not what its recipe makes.
    """
    settings = study.settings.get("weights", {})
    name = settings.get("file") if isinstance(settings, dict) else None
    if not isinstance(name, str) or not name:
        if "weights" not in study.settings:
            return None
        place, mend = str(study.folder / "study.toml"), 'Write file = "weighting/weights.csv".'
        raise FaultyInput([Fault(place, "[weights] names no file.", mend)])
    return read_stored(study, data, study.folder / name)


def read_stored(study: Study, data: Path, file: Path) -> StoredWeights:
    """Read a weights file with its recipe, if that lies beside it, for the interviews in data."""
    note = file.with_suffix(".toml")
    recipe = read_recipe(note) if note.exists() else None
    interviews = (
        read_interviews(study, data, start=recipe.start, strata=recipe.strata)
        if recipe
        else read_interviews(study, data)
    )
    weights = read_weights(file, interviews.ids)
    figures = diagnose(weights, interviews.ids)
    if recipe is None:
        return StoredWeights(file, weights, None, None, None, figures)
    made = weigh(recipe, interviews.frame, interviews.ids)
    off = np.abs(made.weights - weights) > _SAME * np.maximum(made.weights, weights)
    if off.any():
        at = int(off.argmax())
        what = (
            f"weights that are not what {note.name} makes of {data.name}: {int(off.sum())} "
            f"({interviews.ids[at]}: {weights[at]:.6g}, not {made.weights[at]:.6g})."
        )
        mend = f"Run spean weight again; or remove {note.name} to use the weights as given."
        raise FaultyInput([Fault(str(file), what, mend)])
    return StoredWeights(file, made.weights, made.start, made.adjustment, recipe, figures)
