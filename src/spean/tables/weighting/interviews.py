"""The interviews that are weighted: answers, classes of the plan, starting weights, ids."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl

from spean.survey.answers import KEY, read_answers, read_column
from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import Study
from spean.tables.plan import Plan, read_plan
from spean.tables.tabulate import Tabulator
from spean.tables.weighting.margins import Known, known_variables


@dataclass(frozen=True, eq=False)
class Interviews:
    """The frame (n rows) with all columns that weighting uses; the interviews' ids (n)."""

    frame: pl.DataFrame
    ids: tuple[str, ...]


def study_variables(study: Study) -> Known:
    """List what margins may name in a study: its questions and the classes of its plan."""
    return known_variables(study.codebook, _plan(study))


def read_interviews(study: Study, data: Path, *, start: str = "", strata: str = "") -> Interviews:
    """Read interviews with the columns that a recipe names; missing codes count as no answer.

    Raises CouldNotRead, or FaultyInput for ids that are missing or double, columns that are not
    there, and starting weights that are no number or negative, by row.
    """
    answers = read_answers(data, study.codebook)
    ids = _ids(answers.frame, data)
    plan = _plan(study)
    frame = _with_classes(plan, study, answers.frame) if plan else answers.frame
    frame = frame.with_columns(
        pl.when(~pl.col(variable.name).is_in(list(variable.missing))).then(pl.col(variable.name))
        for variable in study.codebook.variables.values()
        if variable.type == "single" and variable.missing and variable.name in frame.columns
    )
    if start:
        frame = frame.with_columns(_starting(data, start).alias(start))
    if strata and strata not in frame.columns:
        frame = frame.with_columns(read_column(data, strata).alias(strata))
    return Interviews(frame, ids)


def _with_classes(plan: Plan, study: Study, frame: pl.DataFrame) -> pl.DataFrame:
    lazy = Tabulator(plan, study.codebook).with_derived(nw.from_native(frame.lazy()))
    done: pl.DataFrame = lazy.collect().to_native()
    return done


def _plan(study: Study) -> Plan | None:
    path = study.folder / "tabulation.toml"
    return read_plan(path, study.codebook) if path.exists() else None


def _ids(frame: pl.DataFrame, data: Path) -> tuple[str, ...]:
    if KEY not in frame.columns:
        mend = "Weights are kept by it; export the data with it."
        raise FaultyInput([Fault(str(data), f"there is no column “{KEY}”.", mend, 1)])
    ids = frame[KEY].to_list()
    seen: set[str] = set()
    faults = []
    for row, name in enumerate(ids, 2):
        if not name or name in seen:
            what = f"the id “{name}” stands twice." if name else "the id is missing."
            faults.append(Fault(str(data), what, "Each interview needs its own.", row, KEY))
        seen.add(name)
    if not ids:
        faults.append(Fault(str(data), "there are no interviews.", "Export the data again."))
    if faults:
        raise FaultyInput(faults)
    return tuple(ids)


def _starting(data: Path, column: str) -> pl.Series:
    values, faults = [], []
    for row, text in enumerate(read_column(data, column), 2):
        value, why = to_weight(text)
        values.append(value)
        if why:
            faults.append(Fault(str(data), why, "A weight is a number, 0 or more.", row, column))
    if not faults and not any(values):
        faults.append(Fault(str(data), "all starting weights are 0.", "Fill them in.", 1, column))
    if faults:
        raise FaultyInput(faults)
    return pl.Series(column, values, pl.Float64)


def to_weight(text: str | None) -> tuple[float, str]:
    """Read a weight; the second part says what is wrong, or is empty."""
    try:
        value = float(text or "")
    except ValueError:
        return 0.0, f"“{text}” is no number." if text else "the weight is missing."
    if not isfinite(value) or value < 0:
        return 0.0, f"the weight {text} cannot be."
    return value, ""
