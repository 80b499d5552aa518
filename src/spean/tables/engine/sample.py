"""Weighted totals of figures by sampling unit, gathered in the engine in one ``group_by``.

Groups of a banner are keys of the ``group_by``, so that each figure is summed once however many
columns a table has. Where every row is a sampling unit of its own, sums of squares by stratum take
the place of totals by unit: the memory does not grow with the number of interviews.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from spean.survey.conditions import condition
from spean.tables.design.arrays import Flags, Floats, Ints
from spean.tables.design.variance import Lonely
from spean.tables.engine.scan import LazyAnswers
from spean.tables.errors import DesignError
from spean.tables.plan import BannerPlan, PanelPlan, RowPlan, TablePlan
from spean.tables.tabulate import Figure, Tabulator


@dataclass(frozen=True)
class Sample:
    """The columns that say how the data were drawn: weights, strata, primary sampling units.

    Without ``stratum`` all is one stratum; without ``psu`` every row is a unit of its own.
    ``nest``: units are numbered anew in each stratum. Sampled with replacement (no FPC).
    """

    weight: str
    stratum: str = ""
    psu: str = ""
    nest: bool = False
    lonely: Lonely = "fail"


@dataclass(frozen=True)
class Stub:
    """Rows that share a base, whoever is in the columns.

    ``exclusive``: nobody is in two of the ``cells``; ``complete``: everybody of the base is in one.
    """

    table: str
    panel: str
    rows: tuple[str, ...]
    base: Figure
    cells: tuple[Figure, ...]
    exclusive: bool
    complete: bool


@dataclass(frozen=True)
class Totals:
    """One line for each stratum, unit and combination of groups; one column for each figure.

    ``weights`` is (lines, figures), ``squares`` (lines, pairs) or empty, ``cases`` (lines, bases),
    ``rows`` (lines,). ``unit`` is each line's sampling unit and ``strata`` each unit's stratum;
    where rows are the units, ``unit`` is the line's stratum. ``members`` tells which lines are in
    a group.
    """

    sample: Sample
    figures: Mapping[Figure, int]
    pairs: Mapping[frozenset[Figure], int]
    bases: Mapping[Figure, int]
    weights: Floats
    squares: Floats
    cases: Ints
    rows: Ints
    unit: Ints
    strata: Ints
    names: tuple[str, ...]
    members: Mapping[str, Flags]


def gather(
    answers: LazyAnswers,
    tabulator: Tabulator,
    sample: Sample,
    banner: BannerPlan,
    stubs: Sequence[Stub],
) -> Totals:
    """Work out the totals that the stubs need by the groups of a banner.

    Raises DesignError for a column that is not there, a weight that is negative or no number, a
    row without stratum or unit, or a unit that stands in two strata.
    """
    return _Gathering(answers, tabulator, sample, banner, stubs).totals()


class _Gathering:
    def __init__(
        self,
        answers: LazyAnswers,
        tabulator: Tabulator,
        sample: Sample,
        banner: BannerPlan,
        stubs: Sequence[Stub],
    ) -> None:
        self.answers, self.tabulator, self.sample = answers, tabulator, sample
        self.groups = list(dict.fromkeys((*banner.groups, *banner.parts)))
        self.conditions = tabulator.figures().conditions
        self.bases = {base: at for at, base in enumerate(dict.fromkeys(s.base for s in stubs))}
        every = [figure for stub in stubs for figure in (stub.base, *stub.cells)]
        self.figures = {figure: at for at, figure in enumerate(dict.fromkeys(every))}
        self.pairs: dict[frozenset[Figure], int] = {}
        for stub in () if sample.psu else stubs:
            for figure in (stub.base, *stub.cells):
                self.pairs.setdefault(frozenset((figure,)), len(self.pairs))
            for pair in () if stub.exclusive else combinations(stub.cells, 2):
                self.pairs.setdefault(frozenset(pair), len(self.pairs))

    def totals(self) -> Totals:
        self._check_columns()
        lines = self._lines()
        if lines["bad"].sum():
            raise DesignError(
                f"In column “{self.sample.weight}”, {lines['bad'].sum()} rows have a weight that "
                "is negative, blank or no number. A weight says how many people an interview "
                "stands for: mend it."
            )
        unit, strata, names = self._units(lines)
        return Totals(
            self.sample,
            self.figures,
            self.pairs,
            self.bases,
            _matrix(lines, "w", len(self.figures)),
            _matrix(lines, "q", len(self.pairs)),
            _matrix(lines, "n", len(self.bases)).astype(np.int64),
            lines["rows"].cast(pl.Int64).to_numpy(),
            unit,
            strata,
            names,
            {group: lines[f"group {group}"].to_numpy() for group in self.groups},
        )

    def _check_columns(self) -> None:
        there = self.answers.frame.collect_schema().names()
        for name in (self.sample.weight, self.sample.stratum, self.sample.psu):
            if name and name not in there:
                raise DesignError(f"The data have no column “{name}” for the sampling design.")

    def _lines(self) -> pl.DataFrame:
        """Run the query, in several parts where the engine takes only so many sums at once."""
        frame = self._masked()
        keys = ["stratum", "unit", *(f"group {group}" for group in self.groups)]
        sums = self._sums()
        step = self.answers.engine.at_once
        parts = []
        for first in range(0, len(sums), step):
            lazy = frame.group_by(*keys).agg(*sums[first : first + step])
            parts.append(self.answers.engine.rows(lazy).sort(keys))
        return pl.concat([parts[0], *(part.drop(keys) for part in parts[1:])], how="horizontal")

    def _masked(self) -> nw.LazyFrame[Any]:
        frame = self.tabulator.with_derived(self.answers.frame)
        names = {name: f"mask {at}" for at, name in enumerate(self.conditions)}
        masks = [test.alias(names[name]) for name, test in self.conditions.items()]
        given = nw.col(self.sample.weight).cast(nw.Float64)
        good = ((given >= 0) & given.is_finite()).fill_null(False)
        whole = nw.lit(0)
        masks += [
            good.alias("good"),
            nw.when(good).then(given).otherwise(nw.lit(0.0)).alias("given"),
            (nw.col(self.sample.stratum) if self.sample.stratum else whole).alias("stratum"),
            (nw.col(self.sample.psu) if self.sample.psu else whole).alias("unit"),
        ]
        masks += [self._group(group).alias(f"group {group}") for group in self.groups]
        return frame.with_columns(*masks)

    def _group(self, group: str) -> nw.Expr:
        tests = [condition(n, self.tabulator.kinds) for n in self.tabulator.group(group).values()]
        return reduce(lambda a, b: a & b, tests) if tests else nw.lit(True)

    def _sums(self) -> list[nw.Expr]:
        weight, none = nw.col("given"), nw.lit(0.0)
        count = self.answers.engine.count
        sums = [count(~nw.col("good")).alias("bad"), nw.len().alias("rows")]
        for figure, at in self.figures.items():
            sums.append(
                nw.when(self._all(figure)).then(weight).otherwise(none).sum().alias(f"w{at}")
            )
        for pair, at in self.pairs.items():
            both = self._all(frozenset[str]().union(*pair))
            square = nw.when(both).then(weight * weight).otherwise(none).sum()
            sums.append(square.alias(f"q{at}"))
        for base, at in self.bases.items():
            sums.append(count(self._all(base) & (weight > 0)).alias(f"n{at}"))
        return sums

    def _all(self, figure: Figure) -> nw.Expr:
        at = {name: place for place, name in enumerate(self.conditions)}
        columns = [nw.col(f"mask {at[name]}") for name in sorted(figure, key=at.__getitem__)]
        return reduce(lambda a, b: a & b, columns)

    def _units(self, lines: pl.DataFrame) -> tuple[Ints, Ints, tuple[str, ...]]:
        for key, column in (("stratum", self.sample.stratum), ("unit", self.sample.psu)):
            if lines[key].null_count():
                raise DesignError(f"Some rows are blank in column “{column}”: every row needs one.")
        units = lines.select("stratum", "unit").unique(maintain_order=True).with_row_index("at")
        if self.sample.psu and not self.sample.nest and units["unit"].n_unique() < len(units):
            raise DesignError(
                f"A unit of column “{self.sample.psu}” stands in two strata of "
                f"“{self.sample.stratum}”. Give units numbers of their own, or say nest=True."
            )
        strata = units["stratum"].unique(maintain_order=True)
        codes = pl.DataFrame({"stratum": strata}).with_row_index("code")
        of = units.join(codes, on="stratum", how="left", maintain_order="left")["code"]
        keys = ["stratum", "unit"]
        unit = lines.select(keys).join(units, on=keys, how="left", maintain_order="left")["at"]
        names = tuple(f"{self.sample.stratum} = {name}" for name in strata)
        return _ints(unit), _ints(of), names


def _ints(codes: pl.Series) -> Ints:
    return codes.cast(pl.Int64).to_numpy()


def _matrix(lines: pl.DataFrame, letter: str, size: int) -> Floats:
    columns = [pl.col(f"{letter}{at}").cast(pl.Float64).fill_null(0.0) for at in range(size)]
    return lines.select(columns).to_numpy() if columns else np.zeros((len(lines), 0))


def make_stubs(tabulator: Tabulator, table: TablePlan) -> list[Stub]:
    """Give a table's stubs: a panel, or each row of a panel whose rows have their own questions.

    Only rows that are one answer each: neither nets nor statistics of a number.
    """
    stubs = []
    for panel in table.panels:
        same = panel.variable and len({repr(row.filter) for row in panel.answers}) == 1
        for rows in [panel.answers] if same else [(row,) for row in panel.answers]:
            stubs.append(_stub(tabulator, table, panel, rows))
    return stubs


def _stub(
    tabulator: Tabulator, table: TablePlan, panel: PanelPlan, rows: tuple[RowPlan, ...]
) -> Stub:
    first = rows[0]
    asked = tabulator.asked(table, panel, first)
    base = frozenset((*asked, f"answered {first.variable}"))
    exclusive = len(rows) == 1 or not tabulator.takes_several(panel)
    return Stub(
        table.id,
        panel.id,
        tuple(row.id for row in rows),
        base,
        tuple(base | {f"{row.variable} = {row.value}"} for row in rows),
        exclusive,
        exclusive and panel.complete and len(rows) == len(panel.answers),
    )
