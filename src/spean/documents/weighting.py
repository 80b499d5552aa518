"""`spean weight`: weights of a study made, checked, drawn, and written beside one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spean.claims.resolve import number
from spean.documents.fixed import gettext
from spean.documents.together import write_together
from spean.documents.weight_chart import draw_weights
from spean.survey.sheets import read_text
from spean.survey.study import Study, open_study
from spean.tables.provenance import read_provenance
from spean.tables.weighting.distances import Bounds
from spean.tables.weighting.errors import WeightingError
from spean.tables.weighting.interviews import read_interviews, study_variables
from spean.tables.weighting.margins import read_margins
from spean.tables.weighting.matching import Missing
from spean.tables.weighting.record import RECIPE_HEAD, WEIGHTS_HEAD, weights_csv, weights_toml
from spean.tables.weighting.stored import StoredWeights
from spean.tables.weighting.weigh import Method, Recipe, Weighing, weigh


@dataclass(frozen=True)
class WeightOutcome:
    """What was made, said in words, and whether something in it needs a look."""

    weighing: Weighing
    files: tuple[Path, ...]
    summary: str


def weight_study(
    folder: Path,
    *,
    margins: Path,
    data: Path | None = None,
    method: Method = "rake",
    start: str = "",
    missing: Missing = "fail",
    bounds: Bounds | None = None,
    trim: float | None = None,
    strata: str = "",
    out: Path | None = None,
) -> WeightOutcome:
    """Make weights for a study and write ``weights.csv``, ``.toml`` and ``.svg``.

    ``out`` is the CSV (usually ``weighting/weights.csv`` in the study); the others lie beside it.
    Raises as ``weigh`` and its readers do, before anything is written; OSError where that fails.
    """
    target = out or folder / "weighting" / "weights.csv"
    _refuse_others(target)
    study = open_study(folder)
    file = data or study.data_file
    read = read_margins(margins, study_variables(study))
    interviews = read_interviews(study, file, start=start, strata=strata)
    recipe = Recipe(read, method, start, missing, bounds, trim, strata)
    made = weigh(recipe, interviews.frame, interviews.ids)
    texts = {
        target: weights_csv(made),
        target.with_suffix(".toml"): weights_toml(made),
        target.with_suffix(".svg"): draw_weights(made),
    }
    write_together(texts)
    return WeightOutcome(made, tuple(texts), _summary(study, file, made, texts))


def weights_notice(stored: StoredWeights, lang: str) -> str:
    """Say in one sentence, for a report, that figures are weighted, how, and at what price."""
    figures, recipe = stored.diagnostics, stored.recipe
    said = {"n": number(figures.n, lang), "effective": number(round(figures.effective), lang)}
    if recipe is None:
        return gettext(
            "Figures are weighted, with weights that were given: {n} interviews then tell as much "
            "as {effective} of equal weight.",
            lang,
        ).format(**said)
    margins = ", ".join(margin.name for margin in recipe.margins.margins)
    return gettext(
        "Figures are weighted by {method} to known totals of {margins}: {n} interviews then tell "
        "as much as {effective} of equal weight.",
        lang,
    ).format(method=_by(recipe.method, lang), margins=margins, **said)


def _by(method: Method, lang: str) -> str:
    names = {
        "rake": gettext("raking", lang),
        "poststratify": gettext("post-stratification", lang),
        "linear": gettext("linear calibration", lang),
        "logit": gettext("logit calibration", lang),
    }
    return names[method]


def _refuse_others(target: Path) -> None:
    """Raise WeightingError where a file would be overwritten that `spean weight` did not make."""
    if target.suffix != ".csv":
        raise WeightingError(f"{target}: name a file that ends in .csv.")
    for path, first in ((target, WEIGHTS_HEAD), (target.with_suffix(".toml"), RECIPE_HEAD)):
        if path.exists() and not read_text(path).startswith(first):
            raise WeightingError(
                f"{path}: there is a file of this name that spean weight did not make. Choose "
                "another name with --out."
            )


def _summary(study: Study, data: Path, made: Weighing, files: Mapping[Path, str]) -> str:
    figures = made.diagnostics
    by = _by(made.recipe.method, "en")
    rounds = f" in {made.rounds} rounds" if made.rounds > 1 else ""
    lines = [
        f"{figures.n} interviews weighted by {by}{rounds}; the weights sum to "
        f"{figures.sum:,.6g} and run from {figures.smallest:.4g} to {figures.largest:.4g} "
        f"(median {figures.median:.4g}, coefficient of variation {figures.cv:.3f}).",
        f"Kish's design effect is {figures.kish:.3f}: weighted, {figures.n} interviews are worth "
        f"{figures.effective:,.0f}.",
        "Margins: known total, weighted before, weighted after",
    ]
    lines += [f"  {f.name}: {f.total:,.6g}, {f.before:,.6g}, {f.after:,.6g}" for f in made.fits]
    lines += made.notes
    for finding in made.findings:
        lines.append(f"Look at this: {finding}")
    for extreme in figures.extremes[:10]:
        lines.append(
            f"  {extreme.id}: {extreme.weight:.4g} ({extreme.times_median:.3g} × the median)"
        )
    if len(figures.extremes) > 10:
        lines.append(f"  … and {len(figures.extremes) - 10} more in the .toml")
    lines += _honesty(study, data)
    return "\n".join([*lines, *(f"  {path}" for path in files)])


def _honesty(study: Study, data: Path) -> list[str]:
    said = []
    if read_provenance(data).made_up:
        said.append("These are made-up respondents: the weights are an exercise.")
    sampling: Mapping[str, Any] = study.settings.get("sampling", {})
    if not sampling.get("probability", False):
        said.append(
            "The sample is not a probability sample: weights make it look like the population in "
            "the margins named, and in nothing else. No margin of error follows from them."
        )
    return said
