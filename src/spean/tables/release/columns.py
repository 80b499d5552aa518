"""The columns of a public file: which variables it has, made coarser as the study says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import polars as pl

from spean.survey.answers import Answers
from spean.survey.codebook import Codebook, Variable
from spean.survey.errors import Fault, FaultyInput
from spean.survey.xpath import refs
from spean.tables.model import Text
from spean.tables.plan import Plan
from spean.tables.release.recoding import Recoding, classify
from spean.tables.release.settings import ReleaseSettings
from spean.tables.tabulate import Tabulator

_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


@dataclass(frozen=True)
class Column:
    """One column: its name, words, the codes it may hold, the variable it comes from.

    ``recoded`` tells whether it is coarser than the answers. ``kind`` is a type of the codebook;
    a recoded column is ``single``.
    """

    name: str
    label: Text
    values: Mapping[str, Text]
    kind: str
    source: Variable
    recoded: bool = False


def release_columns(
    settings: ReleaseSettings, plan: Plan, codebook: Codebook
) -> tuple[Column, ...]:
    """Give the columns of the file in the order of the form; repeats are never in it.

    A variable of which a class is a key, or sensitive, or named by a recoding, is there as that
    class only: beside it the exact answer would tell it.
    """
    named = [*settings.keys, *settings.sensitive]
    classes: dict[str, list[str]] = {}
    for name in dict.fromkeys(
        [*(r.derived for r in settings.recodings.values() if r.derived), *named]
    ):
        if name in plan.derived:
            classes.setdefault(plan.derived[name].source, []).append(name)
    columns = []
    for variable in codebook.variables.values():
        if variable.repeat or variable.name in settings.drop:
            continue
        names = [name for name in classes.get(variable.name, ()) if name not in settings.drop]
        for name in names or [variable.name]:
            columns.append(_column(name, variable, plan, settings.recodings.get(name)))
    return tuple(columns)


def _column(name: str, variable: Variable, plan: Plan, recoding: Recoding | None) -> Column:
    derived = plan.derived.get(name)
    label = derived.label if derived else variable.label
    values = {b.id: b.label for b in derived.bands} if derived else dict(variable.values)
    if recoding and not recoding.derived:
        joined = {value for band in recoding.bands for value in band.values}
        kept = {code: words for code, words in values.items() if code not in joined}
        values = {band.id: band.label for band in recoding.bands} | kept
    coarser = derived is not None or recoding is not None
    return Column(name, label, values, "single" if coarser else variable.type, variable, coarser)


def release_frame(
    answers: Answers,
    columns: Iterable[Column],
    settings: ReleaseSettings,
    plan: Plan,
    codebook: Codebook,
) -> pl.DataFrame:
    """Give the file's columns for every interview, in the order of the data.

    Answers outside the codebook are not in it. Raises FaultyInput for numbers that are in no
    class of their recoding: nothing is left out in silence.
    """
    lazy = Tabulator(plan, codebook).with_derived(nw.from_native(answers.frame.lazy()))
    typed: pl.DataFrame = lazy.collect().to_native()
    series, faults = [], []
    for column in columns:
        made = _plain(typed, column) if column.name in codebook else typed[column.name]
        recoding = settings.recodings.get(column.name)
        if recoding and not recoding.derived:
            made = classify(made, recoding.bands)
        if column.recoded:
            faults += _left_out(typed[column.source.name], made, column)
        series.append(made.alias(column.name))
    if faults:
        raise FaultyInput(faults)
    return pl.DataFrame(series)


def _plain(typed: pl.DataFrame, column: Column) -> pl.Series:
    """Give a column as it is; several answers from their flags, so that no stray text stays."""
    if column.kind != "multiple" or not column.values:
        return typed[column.name]
    flags = [f"{column.name}/{code}" for code in column.source.values]
    picked = [
        pl.when(pl.col(flag)).then(pl.lit(flag.removeprefix(f"{column.name}/"))) for flag in flags
    ]
    text = pl.concat_str(picked, separator=" ", ignore_nulls=True)
    return typed.select(pl.when(text != "").then(text).alias(column.name)).to_series()


def _left_out(before: pl.Series, after: pl.Series, column: Column) -> list[Fault]:
    lost = (before.is_not_null() & after.is_null()).arg_true().to_list()
    if not lost:
        return []
    rows = ", ".join(str(at + 2) for at in lost[:5])
    what = f"{len(lost)} answers of “{column.source.name}” are in no class (rows {rows})."
    return [Fault(f"classes of “{column.name}”", what, "Give them one, or drop the variable.")]


def followers(columns: Iterable[Column], codebook: Codebook) -> dict[str, tuple[str, ...]]:
    """Give, by column, the other columns that tell something of its answer in the same row.

    These are the questions that are asked only on some answer to it (the skip logic, through
    several steps), whose answers are filtered by it (a commune tells its district), what is
    calculated from it or it from them, what is checked against it or it against them, and other
    classes of it. Where its answer is suppressed, theirs must be too.
    """
    told_by = {name: _told_by(variable) for name, variable in codebook.variables.items()}
    found = {}
    everything = list(columns)
    for column in everything:
        reached = {column.source.name}
        while more := {name for name, by in told_by.items() if by & reached} - reached:
            reached |= more
        reached |= _bound_to(column.source)
        found[column.name] = tuple(
            other.name
            for other in everything
            if other.source.name in reached and other.name != column.name
        )
    return found


def _told_by(variable: Variable) -> set[str]:
    """Name the variables of which an answer to this one tells something."""
    asked = variable.universe.condition
    filtered = set(_REFERENCE.findall(variable.source.choice_filter))
    return (refs(asked) if asked else set()) | filtered | _bound_to(variable)


def _bound_to(variable: Variable) -> set[str]:
    """Name the variables that this one is calculated from or checked against."""
    checked = refs(variable.constraint) if variable.constraint else set()
    return checked | set(_REFERENCE.findall(variable.calculation))
