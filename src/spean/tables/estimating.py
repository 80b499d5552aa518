"""Whether and how a plan's figures are estimated: on rows, or on totals from an engine."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import polars as pl

from spean.survey.answers import Answers
from spean.tables.disclosure import Limits
from spean.tables.engine import LazyAnswers
from spean.tables.errors import TablesError
from spean.tables.inference import Inference, Survey
from spean.tables.model import Text
from spean.tables.plan import Plan
from spean.tables.tabulate import CellKey, Tabulator

if TYPE_CHECKING:
    from spean.tables.estimate import Basis, Estimate
    from spean.tables.survey_settings import SurveySettings


@dataclass(frozen=True)
class Estimates:
    """What was estimated, and what is true of all of it; ``basis`` says so by language."""

    inference: Inference
    weighted: bool = False
    level: float = 0.95
    alpha: float = 0.05
    basis: Text = field(default_factory=dict)


def estimate_plan(
    tabulator: Tabulator,
    answers: Answers | LazyAnswers,
    usable: Callable[[CellKey], bool],
    limits: Limits,
    survey: Survey | None,
    sample: "SurveySettings | None",
) -> Estimates:
    """Estimate what a plan asks for: nothing where it is only counts and nobody gave a design.

    Raises TablesError where letters or tests are asked for that the study has no right to, and as
    ``infer`` and ``survey_tables`` do.
    """
    tables = tabulator.plan.tables
    compares = any(table.letters or table.test for table in tables)
    numbers = any(panel.of_numbers for table in tables for panel in table.panels)
    banners = tabulator.plan.banners
    less = any(t.banner in banners and banners[t.banner].differences for t in tables)
    if limits.rounding > 1:
        weighted = bool((survey and survey.weighted) or (sample and sample.weight))
        _check_rounding(weighted or compares or less)
        survey = None
    if isinstance(answers, LazyAnswers):
        return _on_engine(tabulator, answers, usable, limits, sample, numbers)
    if survey is None and not (numbers or compares or less):
        return Estimates(Inference({}, {}))
    from spean.tables.design import make_design
    from spean.tables.estimate import Basis, check_margins
    from spean.tables.inferring import infer

    shares = survey is not None or less
    given = survey or Survey(make_design(answers.frame), Basis(False))
    if compares:
        check_margins(given.basis)
    frame = nw.from_native(answers.frame.lazy())
    found = infer(tabulator, frame, _rows, given, usable, limits, shares=shares)
    if not given.weighted:
        found = replace(found, weighted={})
    said = _words(given) if survey else {}
    return Estimates(found, given.weighted, given.level, given.alpha, said)


def _check_rounding(undone: bool) -> None:
    if undone:
        raise TablesError(
            "Weights, letters, tests and differences would tell what rounding hides. Leave "
            "[limits] rounding out, so that small figures are withheld, or leave them out."
        )


def _rows(lazy: nw.LazyFrame[Any]) -> pl.DataFrame:
    done: pl.DataFrame = lazy.collect().to_native()
    return done


def _words(survey: Survey) -> Text:
    from spean.tables.estimate import sentence

    return {lang: sentence(survey.basis, lang, survey.level) for lang in ("en", "km")}


def _on_engine(
    tabulator: Tabulator,
    answers: LazyAnswers,
    usable: Callable[[CellKey], bool],
    limits: Limits,
    settings: "SurveySettings | None",
    numbers: bool,
) -> Estimates:
    """Estimate shares from totals that the engine gathers, and numbers from their columns."""
    plan = tabulator.plan
    tests = any(table.test for table in plan.tables)
    check_engine(plan, settings, tests)
    if settings is None or not (settings.given or numbers or tests):
        return Estimates(Inference({}, {}))
    from spean.tables.estimate import check_margins, sentence

    basis = settings.basis
    if tests:
        check_margins(basis)
    found = Inference({}, {})
    if numbers:
        found = _numbers(tabulator, answers, usable, limits, settings)
    if settings.weight:
        found = _shares(tabulator, answers, settings, found)
    said = {lang: sentence(basis, lang, settings.level) for lang in ("en", "km")}
    return Estimates(found, bool(settings.weight), settings.level, settings.alpha, said)


def check_engine(plan: Plan, settings: "SurveySettings | None", tests: bool) -> None:
    """Raise TablesError for what totals from an engine cannot give, so that nothing is left out.

    Letters, differences, nets and percents of rows or totals that are weighted, and designs of
    more than one stage or with an FPC need the rows.
    """
    weighted = settings is not None and bool(settings.weight)
    panels = [panel for table in plan.tables for panel in table.panels]
    banners = [plan.banners[table.banner] for table in plan.tables if table.banner]
    needs = {
        "letters": any(table.letters for table in plan.tables),
        "differences": any(banner.differences for banner in banners),
        "weighted percents of rows or totals": weighted
        and any(panel.percents != "column" for panel in panels),
        "weighted nets": weighted and any(row.values for panel in panels for row in panel.rows),
    }
    if settings is not None:
        stages = len(settings.strata) > 1 or len(settings.clusters) > 1
        needs["a design of several stages"] = stages
        for name in ("fpc", "certainty", "pps", "replicates", "replicate_weights"):
            needs[f"[design] {name}"] = bool(getattr(settings, name))
    if asked := [name for name, wanted in needs.items() if wanted]:
        raise TablesError(
            f"{', '.join(asked)}: this needs the rows in memory. Give the interviews as CSV, or "
            "leave it out."
        )
    if settings is not None and not weighted and (settings.given or tests):
        raise TablesError(
            "In Parquet the design needs a column of weights: name it in [design] weight, a "
            "column of ones where everybody weighs the same."
        )


def _shares(
    tabulator: Tabulator, answers: LazyAnswers, settings: "SurveySettings", found: Inference
) -> Inference:
    from spean.tables.survey_table import survey_tables

    plan, codebook = tabulator.plan, tabulator.codebook
    panels = survey_tables(plan, codebook, answers, settings.sample(), level=settings.level)
    cells: dict[CellKey, Estimate | None] = dict(found.cells)
    asked = {table.id for table in plan.tables if table.test}
    tests = {}
    for panel in panels:
        for key, estimate in panel.estimates.items():
            cells[key] = _percent(estimate, settings.basis)
        if panel.test is not None and panel.table in asked:
            tests[panel.table, panel.panel] = panel.test
    return replace(found, cells=cells, tests=tests)


def _percent(estimate: "Estimate | None", basis: "Basis") -> "Estimate | None":
    if estimate is None:
        return None
    from spean.tables.estimate import honest
    from spean.tables.inferring import scaled

    return scaled(honest(estimate, basis), 100.0)


def _numbers(
    tabulator: Tabulator,
    answers: LazyAnswers,
    usable: Callable[[CellKey], bool],
    limits: Limits,
    settings: "SurveySettings",
) -> Inference:
    """Fetch what statistics of numbers need: masks of their groups, the numbers, the design."""
    from spean.tables.design import make_design
    from spean.tables.inferring import infer

    tables = tuple(
        replace(table, panels=tuple(panel for panel in table.panels if panel.of_numbers))
        for table in tabulator.plan.tables
    )
    plan = replace(tabulator.plan, tables=tuple(table for table in tables if table.panels))
    own = Tabulator(plan, tabulator.codebook, answers.coded)
    columns = [c for c in (settings.weight, *settings.strata, *settings.clusters) if c]

    def survey(rows: pl.DataFrame) -> Survey:
        design = make_design(
            rows,
            weights=settings.weight,
            strata=settings.strata,
            clusters=settings.clusters,
            nest=settings.nest,
            lonely=settings.lonely,
        )
        weighted = bool(settings.weight)
        return Survey(design, settings.basis, weighted, settings.level, settings.alpha)

    rows = answers.engine.rows
    return infer(own, answers.frame, rows, survey, usable, limits, shares=False, beside=columns)
