"""weights.csv and weights.toml: the weights, and how they were made, so that a run can use them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spean.survey.answers import KEY
from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import read_text
from spean.survey.study import read_toml
from spean.tables.design.arrays import Floats
from spean.tables.weighting.diagnostics import Diagnostics
from spean.tables.weighting.interviews import to_weight
from spean.tables.weighting.margins import UNITS, Margin, Margins
from spean.tables.weighting.matching import CHOICES
from spean.tables.weighting.weigh import METHODS, Recipe, Weighing

WEIGHTS_HEAD = f"{KEY},weight\n"
RECIPE_HEAD = "# How the weights beside this file were made, by `spean weight`."
_HEAD = f"""\
{RECIPE_HEAD} `spean run` makes them again from
# this to know what the margins do to the standard errors; without this file they count as given.
"""


def weights_csv(made: Weighing) -> str:
    """Write ``instance_id,weight`` rows."""
    out = io.StringIO()
    out.write(WEIGHTS_HEAD)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows((name, f"{w:.12g}") for name, w in zip(made.ids, made.weights, strict=True))
    return out.getvalue()


def weights_toml(made: Weighing) -> str:
    """Write the recipe with all figures that a report should give."""
    parts = [_HEAD + _lines(_how(made)), "[diagnostics]\n" + _lines(_figures(made.diagnostics))]
    for margin in made.recipe.margins.margins:
        rows = [[list(key), figure] for key, figure in margin.figures.items()]
        body = {"variables": list(margin.variables), "figures": rows}
        parts.append("[[margin]]\n" + _lines(body))
    for fit in made.fits:
        body = {"name": fit.name, "total": fit.total, "before": fit.before, "after": fit.after}
        parts.append("[[total]]\n" + _lines(body))
    for extreme in made.diagnostics.extremes:
        body = {"id": extreme.id, "weight": extreme.weight, "times_median": extreme.times_median}
        parts.append("[[extreme]]\n" + _lines(body))
    return "\n".join(parts)


def _how(made: Weighing) -> dict[str, Any]:
    recipe = made.recipe
    how: dict[str, Any] = {
        "method": recipe.method,
        "start": recipe.start,
        "missing": recipe.missing,
        "strata": recipe.strata,
        "unit": recipe.margins.unit,
        "margins_file": Path(recipe.margins.file).name,
        "sources": list(recipe.margins.sources),
        "rounds": made.rounds,
        "notes": list(made.notes),
        "findings": list(made.findings),
    }
    if recipe.bounds:
        how["bounds"] = list(recipe.bounds)
    if recipe.trim is not None:
        how |= {"trim": recipe.trim, "limit": made.limit}
    return how


def _figures(figures: Diagnostics) -> dict[str, Any]:
    return {
        "interviews": figures.n,
        "weight_0": figures.zero,
        "sum": figures.sum,
        "smallest": figures.smallest,
        "median": figures.median,
        "largest": figures.largest,
        "cv": figures.cv,
        "kish_design_effect": figures.kish,
        "effective_interviews": figures.effective,
    }


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def read_weights(path: Path, ids: Sequence[str]) -> Floats:
    """Read the weights (n) of the interviews ``ids`` from a CSV of ``instance_id,weight``.

    Ids that are only in the file are passed over (interviews taken out since). Raises
    CouldNotRead, or FaultyInput with every fault: a column, id or weight that is missing, an id
    twice, a weight that is negative or no number, all weights 0.
    """
    rows = list(csv.reader(io.StringIO(read_text(path), newline=None)))
    heads = [cell.strip() for cell in rows[0]] if rows else []
    if not {KEY, "weight"} <= set(heads):
        mend = "Make the weights again: spean weight."
        what = f"the columns {KEY} and weight are needed."
        raise FaultyInput([Fault(str(path), what, mend, 1)])
    weights: dict[str, float] = {}
    faults = []
    for number, row in enumerate(rows[1:], 2):
        cells = {head: cell.strip() for head, cell in zip(heads, row, strict=False)}
        if not any(cells.values()):
            continue
        name = cells.get(KEY, "")
        value, why = to_weight(cells.get("weight"))
        if not name or name in weights:
            what = f"the id “{name}” stands twice." if name else "the id is missing."
            faults.append(Fault(str(path), what, "Give each interview one row.", number, KEY))
        if why:
            mend = "A weight is a number, 0 or more."
            faults.append(Fault(str(path), why, mend, number, "weight"))
        weights[name] = value
    faults += _without(path, [name for name in ids if name not in weights])
    if not faults and not any(weights[name] for name in ids):
        faults.append(Fault(str(path), "all weights are 0.", "Make the weights again."))
    if faults:
        raise FaultyInput(faults)
    return np.array([weights[name] for name in ids], dtype=np.float64)


def _without(path: Path, missing: Sequence[str]) -> list[Fault]:
    if not missing:
        return []
    shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    what = f"interviews without a weight: {len(missing)} ({shown})."
    return [Fault(str(path), what, "Make the weights again: spean weight.")]


def read_recipe(path: Path) -> Recipe:
    """Read the recipe of a weights.toml; raises CouldNotRead, or FaultyInput naming the key."""
    raw = read_toml(path)
    try:
        for key, choices in (("method", METHODS), ("missing", CHOICES), ("unit", UNITS)):
            if raw[key] not in choices:
                raise ValueError(f"{key} = {raw[key]}")
        margins = tuple(
            Margin(
                tuple(map(str, part["variables"])),
                {tuple(map(str, key)): float(figure) for key, figure in part["figures"]},
            )
            for part in raw["margin"]
        )
        low_high = raw.get("bounds")
        return Recipe(
            margins=Margins(
                str(path), raw["unit"], margins, tuple(map(str, raw.get("sources", ())))
            ),
            method=raw["method"],
            start=str(raw["start"]),
            missing=raw["missing"],
            bounds=(float(low_high[0]), float(low_high[1])) if low_high else None,
            trim=float(raw["trim"]) if "trim" in raw else None,
            strata=str(raw["strata"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        what = f"it is not as spean weight writes it ({error})."
        raise FaultyInput([Fault(str(path), what, "Make the weights again.")]) from error
