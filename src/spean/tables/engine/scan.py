"""Answers that stay where they are: a lazy frame typed by the codebook as read_answers types CSV.

Numbers are Float64; an answer outside the codebook is blank in the typed column and counted; a
select_multiple ``v`` has one boolean column ``v/option`` each; the first is null where the
question was not answered (Tabulator.answered looks there), in the others a blank is not ticked.
"""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw

from spean.survey.answers import Answers, Misfit, read_answers
from spean.survey.codebook import Codebook, Variable
from spean.survey.errors import CouldNotRead, Fault, FaultyInput
from spean.tables.engine.engines import Engine, open_engine

_WHOLE = re.compile(r"^-?(0|[1-9][0-9]*)$")


@dataclass(frozen=True)
class LazyAnswers:
    """A typed lazy frame and the engine it lives on.

    ``coded`` are variables whose answer codes are whole numbers in the data. ``outside`` maps a
    variable to the column that tells whether an answer is outside the codebook. Columns that are
    not in the codebook (weights, strata, PSUs) are left as they are. ``misfits`` are values of
    CSV that did not fit. ``keeps`` holds what the data need to stay readable.
    """

    frame: nw.LazyFrame[Any]
    engine: Engine
    respondents: int
    coded: frozenset[str]
    outside: Mapping[str, str]
    unknown_columns: tuple[str, ...]
    misfits: tuple[Misfit, ...] = ()
    keeps: object = None

    def __len__(self) -> int:
        return self.respondents


def read_data(
    path: Path | str, codebook: Codebook, engine: str = "polars"
) -> Answers | LazyAnswers:
    """Read CSV into memory, or open Parquet (a file, folder, pattern or address) lazily.

    CSV on another engine than Polars is typed first and handed over as Parquet, so that its
    figures are the same. Raises as ``read_answers``, ``scan_answers`` and ``open_engine`` do, and
    FaultyInput where there are no interviews.
    """
    chosen = open_engine(engine)
    answers: Answers | LazyAnswers
    if _is_parquet(path):
        answers = scan_answers(path, codebook, chosen)
    else:
        typed = read_answers(Path(path), codebook)
        answers = typed if engine == "polars" else _handed_over(typed, codebook, chosen)
    if not len(answers):
        raise FaultyInput([Fault(str(path), "there are no interviews.", "Export the data again.")])
    return answers


def _handed_over(answers: Answers, codebook: Codebook, engine: Engine) -> LazyAnswers:
    folder = tempfile.TemporaryDirectory(prefix="spean-")
    copy = Path(folder.name) / "answers.parquet"
    answers.frame.write_parquet(copy)
    lazy = scan_answers(copy, codebook, engine)
    return replace(lazy, misfits=answers.misfits, outside={}, keeps=folder)


def _is_parquet(path: Path | str) -> bool:
    place = Path(path)
    return "://" in str(path) or place.is_dir() or place.suffix in (".parquet", ".pq")


def scan_answers(path: Path | str, codebook: Codebook, engine: Engine) -> LazyAnswers:
    """Open Parquet as typed answers; no row is read but to count them.

    Raises CouldNotRead when there is no Parquet that the engine can read, FaultyInput when no
    column is a question of the form or a column's type does not fit its question.
    """
    if "*" not in str(path) and "://" not in str(path) and not Path(path).exists():
        raise CouldNotRead(f"{path}: there is no such file.")
    try:
        raw = engine.scan(path)
        schema = raw.collect_schema()
        respondents = int(engine.rows(raw.select(nw.len().alias("n")))["n"][0])
    except engine.failures as error:
        raise CouldNotRead(
            f"{path}: {engine.name} cannot read this as Parquet. Check that the address is right, "
            "that every part is whole, and that all parts have the same columns."
        ) from error
    typing = _Typing(str(path), codebook, schema)
    columns = typing.columns()
    unknown = tuple(n for n in typing.schema if n not in codebook and "/" not in n)
    tests = {name: f"outside {name}" for name in typing.outside}
    columns += [typing.outside[name].alias(column) for name, column in tests.items()]
    coded = frozenset(typing.coded)
    frame = raw.with_columns(*columns)
    return LazyAnswers(frame, engine, respondents, coded, tests, unknown)


class _Typing:
    """Makes one typed expression a column of the codebook; collects faults."""

    def __init__(self, path: str, codebook: Codebook, schema: Mapping[str, Any]) -> None:
        self.path, self.codebook, self.schema = path, codebook, dict(schema)
        self.coded: list[str] = []
        self.outside: dict[str, nw.Expr] = {}
        self.faults: list[Fault] = []

    def columns(self) -> list[nw.Expr]:
        own = [v for v in self.codebook.variables.values() if not v.repeat]
        known = [v for v in own if v.name in self.schema or self.flags(v)]
        if not known:
            expected = ", ".join(variable.name for variable in own[:6])
            what = (
                f"no column is a question of the form (found: {', '.join(list(self.schema)[:6])})."
            )
            raise FaultyInput([Fault(self.path, what, f"Expected columns such as {expected}.")])
        typed = [column for variable in own for column in self.typed(variable)]
        if self.faults:
            raise FaultyInput(self.faults)
        return typed

    def typed(self, variable: Variable) -> list[nw.Expr]:
        name = variable.name
        if variable.type == "multiple" and variable.values:
            return self.several(variable)
        if name not in self.schema or self.schema[name] == nw.Unknown:
            kind = nw.Float64() if variable.type == "number" else nw.String()
            return [nw.lit(None, kind).alias(name)]
        if variable.type == "number":
            return [self.number(name)]
        if variable.type == "single" and variable.values:
            return [self.single(variable)]
        return [self.text(name)]

    def number(self, name: str) -> nw.Expr:
        if not self.schema[name].is_numeric():
            self.wrong(name, "numbers are needed", "Store it as a number.")
            return nw.col(name)
        number = nw.col(name).cast(nw.Float64)
        return nw.when(number.is_finite()).then(number).alias(name)

    def single(self, variable: Variable) -> nw.Expr:
        name, kind = variable.name, self.schema[variable.name]
        if kind.is_integer():
            self.coded.append(name)
            codes = sorted(int(code) for code in variable.values if _WHOLE.match(code))
            column, given = nw.col(name), ~nw.col(name).is_null()
            known = _one_of(column, codes)
        elif isinstance(kind, (nw.String, nw.Categorical, nw.Enum)):
            column = nw.col(name).cast(nw.String)
            given = (column != "").fill_null(False)
            known = column.is_in(list(variable.values))
        else:
            mend = "Store the codes as text or as whole numbers (pandas: astype('Int64'))."
            self.wrong(name, "answer codes are needed", mend)
            return nw.col(name)
        self.outside[name] = given & ~known.fill_null(False)
        return nw.when(known).then(column).alias(name)

    def text(self, name: str) -> nw.Expr:
        text = nw.col(name).cast(nw.String)
        return nw.when(text != "").then(text).alias(name)

    def flags(self, variable: Variable) -> list[str]:
        """Options of a question with several answers that have a column of their own."""
        if variable.type != "multiple":
            return []
        return [code for code in variable.values if f"{variable.name}/{code}" in self.schema]

    def several(self, variable: Variable) -> list[nw.Expr]:
        """Flags from columns ``v/option``, or else from the text of picked codes."""
        name = variable.name
        ticked = {code: self.flag(f"{name}/{code}") for code in self.flags(variable)}
        if ticked:
            answered = reduce(lambda a, b: a | b, ticked.values())
            words = [nw.when(flag).then(nw.lit(code)) for code, flag in ticked.items()]
            text = nw.concat_str(words, separator=" ", ignore_nulls=True)
        elif name in self.schema and self.schema[name] != nw.Unknown:
            text = nw.col(name).cast(nw.String)
            answered = text.str.contains(r"[^ \t\r\n]").fill_null(False)
            ticked = {code: text.str.contains(_word(code)) for code in variable.values}
            only = "|".join(re.escape(code) for code in variable.values)
            known = text.str.contains(rf"^[ \t\r\n]*(?:(?:{only})(?:[ \t\r\n]+|$))*$")
            self.outside[name] = answered & ~known.fill_null(False)
        else:
            answered, text = nw.lit(False), nw.lit(None, nw.String())
        columns: list[nw.Expr] = [nw.when(answered).then(text).alias(name)]
        for at, code in enumerate(variable.values):
            flag = ticked.get(code, nw.lit(False))
            first = nw.when(answered).then(flag.fill_null(False))
            columns.append((flag if at else first).alias(f"{name}/{code}"))
        return columns

    def flag(self, name: str) -> nw.Expr:
        kind = self.schema[name]
        if isinstance(kind, nw.Boolean):
            return nw.col(name).fill_null(False)
        if kind.is_integer():
            return (nw.col(name) == 1).fill_null(False)
        if kind != nw.Unknown:
            self.wrong(name, "ticked or not is needed", "Store it as true and false, or 1 and 0.")
        return nw.lit(False)

    def wrong(self, name: str, what: str, mend: str) -> None:
        said = f"the column is {self.schema[name]}; {what}."
        self.faults.append(Fault(self.path, said, mend, column=name))


def _one_of(column: nw.Expr, codes: list[int]) -> nw.Expr:
    """Test for whole numbers by runs: ``1 to 5`` is two comparisons, a hash table is slow."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    tests = [
        column == low if low == high else (column >= low) & (column <= high) for low, high in runs
    ]
    return reduce(lambda a, b: a | b, tests) if tests else nw.lit(False)


def _word(code: str) -> str:
    """A pattern for one code among codes set apart by blanks; the same in all engines."""
    return rf"(?:^|[ \t\r\n]){re.escape(code)}(?:[ \t\r\n]|$)"
