"""Recodings: a column made coarser, by classes of numbers or by answers joined."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any

import polars as pl

from spean.survey.codebook import Codebook
from spean.tables.model import Text
from spean.tables.plan import Band, Derived


@dataclass(frozen=True)
class Recoding:
    """How ``variable`` is made coarser.

    Either it becomes the derived variable ``derived`` of the plan, or it keeps its name and has
    ``bands``: classes of a number (``low``, ``high``), or answers joined (``values``). Answers
    that no band names stay as they are.
    """

    variable: str
    bands: tuple[Band, ...]
    derived: str = ""


def read_recoding(
    name: str, raw: Any, codebook: Codebook, derived: Mapping[str, Derived]
) -> tuple[Recoding | None, str, str]:
    """Read one recoding of study.toml; without one, what is wrong and how to mend it."""
    if isinstance(raw, str):
        return _as_derived(name, raw, derived)
    given = raw.get("bands") or raw.get("join") if isinstance(raw, dict) else None
    if not isinstance(given, list) or not given or not all(isinstance(b, dict) for b in given):
        mend = "Write bands = [{ id = …, min = …, max = … }] or join = [{ id = …, values = […] }]."
        return None, "has no classes.", mend
    number = name in codebook and codebook[name].type == "number"
    wanted = "bands" if number else "join"
    if wanted not in raw:
        kind = "a number" if number else "not a number"
        return None, f"is {kind}.", f"Write {wanted} = […]."
    bands = tuple(_band(part) for part in given)
    known = answers_of(name, codebook, derived)
    for band in bands:
        if not band.id or (number and band.low is None and band.high is None):
            return None, f"the class “{band.id}” is not whole.", "Give id, and min or max."
        for value in () if number else band.values or ("",):
            if value not in known:
                return None, f"“{value}” is no answer.", f"Answers are {', '.join(known)}."
    if number and (why := _clash(bands)):
        return None, why, "Give numbers; each class ends before the next begins."
    ids = [band.id for band in bands]
    joined = [value for band in bands for value in band.values]
    kept = [] if number else [code for code in known if code not in joined]
    if len({*ids, *kept}) < len(ids) + len(kept) or len({*joined}) < len(joined):
        return None, "a class or an answer stands there twice.", "Each belongs to one class."
    return Recoding(name, bands), "", ""


def _clash(bands: tuple[Band, ...]) -> str:
    """Say which classes of a number cannot be, or nothing."""
    ends = [(band.low, band.high) for band in bands]
    if not all(end is None or isinstance(end, int | float) for pair in ends for end in pair):
        return "a class begins or ends with what is no number."
    whole = sorted(
        (-inf if low is None else low, inf if high is None else high) for low, high in ends
    )
    if any(low > high for low, high in whole):
        return "a class ends before it begins."
    if any(before[1] >= after[0] for before, after in pairwise(whole)):
        return "two classes overlap."
    return ""


def _as_derived(
    name: str, target: str, derived: Mapping[str, Derived]
) -> tuple[Recoding | None, str, str]:
    if target not in derived:
        return None, f"the plan derives no “{target}”.", "Add [derived.…] to tabulation.toml."
    if derived[target].source != name:
        made_from = f"“{target}” is made from “{derived[target].source}”."
        return None, made_from, f"Name a variable that is made from “{name}”."
    return Recoding(name, derived[target].bands, target), "", ""


def _band(raw: Mapping[str, Any]) -> Band:
    name = str(raw.get("id", ""))
    label = raw.get("label", name)
    words = label if isinstance(label, dict) else {"en": str(label)}
    return Band(
        name,
        {lang: str(word) for lang, word in words.items()},
        tuple(map(str, raw.get("values", ()))),
        raw.get("min"),
        raw.get("max"),
    )


def answers_of(name: str, codebook: Codebook, derived: Mapping[str, Derived]) -> Mapping[str, Text]:
    """Give the answers of a question, or the classes of a derived variable, with their words."""
    if name in derived:
        return {band.id: band.label for band in derived[name].bands}
    return codebook[name].values


def classify(column: pl.Series, bands: tuple[Band, ...]) -> pl.Series:
    """Put the values of a column into classes (a text column of their ids).

    A number in no class becomes blank; an answer in no class stays as it is.
    """
    number = column.dtype.is_numeric()
    value = pl.col(column.name)
    result = pl.lit(None, pl.String) if number else value
    for band in reversed(bands):
        if band.values:
            test = value.cast(pl.String).is_in(list(band.values))
        else:
            low = pl.lit(True) if band.low is None else value >= band.low
            high = pl.lit(True) if band.high is None else value <= band.high
            test = value.is_not_null() & low & high
        result = pl.when(test).then(pl.lit(band.id)).otherwise(result)
    return column.to_frame().select(result.alias(column.name)).to_series()
