"""How a study's interviews were drawn and are weighted, from study.toml and the data."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from spean.survey.answers import Answers, read_column, read_headings
from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import Study
from spean.tables.design import Design, make_design, make_replicates, read_replicates
from spean.tables.design.replicates import Kind
from spean.tables.design.variance import LONELY, Lonely
from spean.tables.engine.sample import Sample
from spean.tables.estimate import AnyDesign, Basis, read_basis
from spean.tables.inference import Survey
from spean.tables.weighting import StoredWeights, study_weights, weighting_step
from spean.tables.weighting.interviews import read_interviews

_TEXTS = ("weight", "certainty")
_LISTS = ("strata", "clusters", "fpc", "replicate_weights")
_FLAGS = ("nest", "pps")
_MADE = ("JK1", "JKn", "BRR", "Fay", "bootstrap")
_SHARES = {"level": 0.95, "alpha": 0.05}
_WEIGHT = "design weight"


@dataclass(frozen=True)
class SurveySettings:
    """``[design]`` of study.toml: columns of weights, strata, sampling units and their numbers.

    ``replicates`` makes replicate weights of that kind (``JK1``, ``JKn``, ``BRR``, ``Fay``,
    ``bootstrap``) and takes errors from them; where ``replicate_weights`` names columns (a name
    with ``*`` for several), they are those. ``given`` tells whether the study says anything.
    """

    basis: Basis
    given: bool
    weight: str = ""
    strata: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    replicate_weights: tuple[str, ...] = ()
    certainty: str = ""
    replicates: Kind | None = None
    nest: bool = False
    pps: bool = False
    lonely: Lonely = "fail"
    level: float = 0.95
    alpha: float = 0.05

    def sample(self) -> Sample:
        """Give what totals gathered in an engine need: one stage, without FPC."""
        first = (self.strata or ("",))[0], (self.clusters or ("",))[0]
        return Sample(self.weight, *first, nest=self.nest, lonely=self.lonely)


def read_settings(study: Study) -> SurveySettings:
    """Read the settings; raises FaultyInput naming every key of study.toml that is wrong."""
    file, raw = str(study.folder / "study.toml"), study.settings.get("design", {})
    basis = read_basis(study.settings.get("sampling", {}))
    if not isinstance(raw, Mapping):
        raise FaultyInput([Fault(file, "design is not a section.", "Write [design].")])
    faults = [
        Fault(f"{file}, [design]", f"{name} = {value!r} is not understood.", mend)
        for name, value in raw.items()
        if (mend := _fault(name, value))
    ]
    if faults:
        raise FaultyInput(faults)
    read: dict[str, Any] = {
        name: tuple(_list(value)) if name in _LISTS else value for name, value in raw.items()
    }
    return SurveySettings(basis, bool(raw) or "weights" in study.settings, **read)


def _fault(name: str, value: Any) -> str:
    if name in _TEXTS:
        return "" if isinstance(value, str) else "Name a column."
    if name in _LISTS:
        fine = all(isinstance(one, str) for one in _list(value))
        return "" if fine else "Name one column a stage."
    if name in _FLAGS:
        return "" if isinstance(value, bool) else "Write true or false."
    if name == "replicates":
        return "" if value in _MADE else f"Choose one of {', '.join(_MADE)}."
    if name == "lonely":
        return "" if value in LONELY else f"Choose one of {', '.join(LONELY)}."
    if name in _SHARES:
        fine = isinstance(value, float) and 0 < value < 1
        return "" if fine else f"Give a share such as {_SHARES[name]}."
    known = (*_TEXTS, *_LISTS, *_FLAGS, "replicates", "lonely", *_SHARES)
    return f"Known are {', '.join(known)}."


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def make_survey(study: Study, settings: SurveySettings, answers: Answers, data: Path) -> Survey:
    """Make the design of interviews that are in memory, with the study's weights.

    Raises FaultyInput for a column that the data lack and as ``study_weights`` does, DesignError
    for a design that cannot be.
    """
    stored = study_weights(study, data)
    if stored is not None:
        _one_weight(study, settings, stored)
    start = stored.weights if stored and stored.adjustment is None else None
    if stored and stored.adjustment is not None:
        start = stored.start
    frame = _columns(settings, answers.frame, data)
    if start is not None:
        frame = frame.with_columns(pl.Series(_WEIGHT, start))
    if settings.replicate_weights:
        return _given(settings, frame, data)
    design = make_design(
        frame,
        weights=_WEIGHT if start is not None else settings.weight,
        strata=settings.strata,
        clusters=settings.clusters,
        fpc=settings.fpc,
        certainty=settings.certainty,
        nest=settings.nest,
        pps=settings.pps,
        lonely=settings.lonely,
    )
    weighted = stored is not None or bool(settings.weight)
    final = _finished(study, settings, design, stored, data)
    return Survey(final, settings.basis, weighted, settings.level, settings.alpha)


def _given(settings: SurveySettings, frame: pl.DataFrame, data: Path) -> Survey:
    """Take replicate weights as the data hold them."""
    names = matching_columns(data, settings.replicate_weights)
    for name in (name for name in names if name not in frame.columns):
        numbers = read_column(data, name).cast(pl.Float64, strict=False)
        frame = frame.with_columns(numbers.alias(name))
    design = read_replicates(
        frame, weights=settings.weight, replicates=names, kind=settings.replicates or "JK1"
    )
    return Survey(design, settings.basis, True, settings.level, settings.alpha)


def matching_columns(data: Path, wanted: Sequence[str]) -> list[str]:
    """Name the columns of a data file that some names, with ``*`` for any, stand for.

    Raises FaultyInput for a name that stands for none.
    """
    there = read_headings(data)
    found = {name: fnmatch.filter(there, name) for name in wanted}
    faults = [
        Fault(str(data), f"there is no column “{name}”.", "Mend [design] replicate_weights.", 1)
        for name, columns in found.items()
        if not columns
    ]
    if faults:
        raise FaultyInput(faults)
    return list(dict.fromkeys(column for columns in found.values() for column in columns))


def _one_weight(study: Study, settings: SurveySettings, stored: StoredWeights) -> None:
    """Raise FaultyInput where two settings say what people weigh, and not the same."""
    start = stored.recipe.start if stored.recipe else ""
    also = "replicate_weights" if settings.replicate_weights else "weight"
    if settings.replicate_weights or (settings.weight and settings.weight != start):
        what = f"[weights] file and [design] {also} both say what people weigh."
        mend = "Keep one; weights made by spean weight start from a column with --start."
        raise FaultyInput([Fault(str(study.folder / "study.toml"), what, mend)])


def _finished(
    study: Study,
    settings: SurveySettings,
    design: Design,
    stored: StoredWeights | None,
    data: Path,
) -> AnyDesign:
    """Take the margins into the errors: linearised, or anew in every replicate."""
    if not settings.replicates:
        if stored is None or stored.adjustment is None:
            return design
        return design.reweighted(stored.weights, stored.adjustment)
    made = make_replicates(design, settings.replicates)
    if stored is None or stored.recipe is None:
        return made
    recipe = stored.recipe
    interviews = read_interviews(study, data, start=recipe.start, strata=recipe.strata)
    return made.reweighted(weighting_step(recipe, interviews.frame, interviews.ids))


def _columns(settings: SurveySettings, frame: pl.DataFrame, data: Path) -> pl.DataFrame:
    """Give the frame with the design's columns, also those that no question of the form holds."""
    names: Sequence[str] = (
        settings.weight,
        settings.certainty,
        *settings.strata,
        *settings.clusters,
        *settings.fpc,
    )
    numbers = {settings.weight, *settings.fpc}
    for name in dict.fromkeys(name for name in names if name and name not in frame.columns):
        column = read_column(data, name)
        if name in numbers:
            column = column.cast(pl.Float64, strict=False)
        frame = frame.with_columns(column.alias(name))
    return frame
