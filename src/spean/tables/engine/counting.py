"""Counts of a plan's cells and bases, aggregated in the engine: no column comes back, only sums.

Disclosure control must know which figures hold the same respondents. Figures of different size
do not. For figures of one size: if one has all conditions of the other and more, it is a part of
it, hence the same. What is left is told apart by how many meet other conditions too; those that
agree in that as well are held against each other: who is in both is everybody exactly when they
are the same. So no key column and no hash is needed, and nothing is left to chance.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import combinations
from typing import Any

import narwhals.stable.v2 as nw

from spean.tables.engine.engines import Engine
from spean.tables.engine.scan import LazyAnswers
from spean.tables.tabulate import Count, Counts, Figure, Tabulator

IN_MEMORY = 10_000
"""Up to so many respondents are brought over and counted in memory, which is quicker."""

_PROBES = 12


def count_cells(
    tabulator: Tabulator, answers: LazyAnswers, *, in_memory: int = IN_MEMORY
) -> Counts:
    """Count every cell and base of a plan where the data are.

    Raises NotUnderstood when a condition cannot be evaluated.
    """
    if len(answers) <= in_memory:
        return _counted_here(tabulator, answers)
    figures = tabulator.figures()
    outside = {name: frozenset((column,)) for name, column in answers.outside.items()}
    tests = {column: nw.col(column) for column in answers.outside.values()}
    frame = tabulator.with_derived(answers.frame)
    counter = Counter(answers.engine, frame, {**figures.conditions, **tests})
    bases = {*figures.bases.values(), *figures.asked}
    sizes = counter.sizes([*bases, *figures.cells.values(), *outside.values()], bases)
    counted = {*figures.cells.values(), *bases}
    ids = same_sets({figure: sizes[figure] for figure in counted}, counter)
    return Counts(
        {key: Count(sizes[figure], ids[figure]) for key, figure in figures.cells.items()},
        {key: Count(sizes[figure], ids[figure]) for key, figure in figures.bases.items()},
        {name: sizes[figure] for name, figure in outside.items() if sizes[figure]},
    )


def _counted_here(tabulator: Tabulator, answers: LazyAnswers) -> Counts:
    columns = [*tabulator.codebook.kinds(), *answers.outside.values()]
    typed = answers.engine.rows(answers.frame.select(*columns))
    counts = tabulator.count_frame(typed)
    sums = {name: int(typed[column].sum()) for name, column in answers.outside.items()}
    return Counts(counts.cells, counts.bases, {name: n for name, n in sums.items() if n})


class Counter:
    """Counts respondents who meet all conditions of a figure, many figures a query."""

    def __init__(
        self, engine: Engine, frame: nw.LazyFrame[Any], conditions: Mapping[str, nw.Expr]
    ) -> None:
        self.engine, self.frame, self.conditions = engine, frame, conditions
        self.places = {name: f"mask {at}" for at, name in enumerate(conditions)}

    def sizes(self, figures: Iterable[Figure], shared: Iterable[Figure] = ()) -> dict[Figure, int]:
        """Count figures; ``shared`` are parts of several others, worked out once."""
        parts = {figure: f"part {at}" for at, figure in enumerate(shared) if len(figure) > 1}
        return self._sums(figures, parts, [])

    def probes(self, figures: Iterable[Figure]) -> dict[Figure, int]:
        """Give each figure a number from how many in it meet some of the conditions.

        It is the same for the same respondents, and hardly ever for others.
        """
        names = list(self.conditions)
        probe = random.Random(1).sample(names, min(_PROBES, len(names)))
        return self._sums(figures, {}, probe)

    def _sums(
        self, figures: Iterable[Figure], parts: Mapping[Figure, str], probe: Sequence[str]
    ) -> dict[Figure, int]:
        wanted = list(dict.fromkeys(figures))
        found: dict[Figure, int] = {}
        for first in range(0, len(wanted), self.engine.at_once):
            some = wanted[first : first + self.engine.at_once]
            row = self.engine.rows(self._query(some, parts, probe)).row(0)
            found |= {figure: int(n or 0) for figure, n in zip(some, row, strict=True)}
        return found

    def _query(
        self, some: Sequence[Figure], parts: Mapping[Figure, str], probe: Sequence[str]
    ) -> nw.LazyFrame[Any]:
        whole = {figure: self._part_of(figure, parts) for figure in some}
        names = {name for figure in some for name in figure}.union(probe)
        ordered = sorted(names, key=self.places.__getitem__)
        masked = self.frame.with_columns(
            *(self.conditions[name].alias(self.places[name]) for name in ordered)
        )
        needed = {part for part in whole.values() if part}
        layer = [self._all(part).alias(parts[part]) for part in needed]
        if probe:
            layer.append(_probe([self.places[name] for name in probe]).alias("probe"))
        masked = masked.with_columns(*layer) if layer else masked
        sums = []
        for at, figure in enumerate(some):
            part = whole[figure]
            columns = [parts[part]] if part else []
            columns += sorted(self.places[name] for name in figure - part)
            sums.append(self._sum(columns, bool(probe)).alias(f"n {at}"))
        return masked.select(*sums)

    def _sum(self, columns: Sequence[str], probed: bool) -> nw.Expr:
        if not columns:
            return nw.col("probe").sum() if probed else nw.len()
        if probed:
            return nw.when(_and(columns)).then(nw.col("probe")).otherwise(nw.lit(0)).sum()
        return self.engine.count(_and(columns))

    def _all(self, figure: Figure) -> nw.Expr:
        return _and(sorted(self.places[name] for name in figure))

    def _part_of(self, figure: Figure, parts: Mapping[Figure, str]) -> Figure:
        """Find the shared part that is the figure itself or lacks one condition of it."""
        if figure in parts:
            return figure
        return next((less for n in figure if (less := figure - {n}) in parts), frozenset())


def _and(columns: Sequence[str]) -> nw.Expr:
    return reduce(lambda a, b: a & b, map(nw.col, columns))


def _probe(columns: Sequence[str]) -> nw.Expr:
    """Add up the numbers of the conditions that a respondent meets; each has one of its own."""
    numbers = random.Random(2)
    terms = [nw.col(name).cast(nw.Int64) * numbers.randrange(1, 2**20) for name in columns]
    return reduce(lambda a, b: a + b, terms)


def same_sets(sizes: Mapping[Figure, int], counter: Counter) -> dict[Figure, int]:
    """Number figures so that those with the same respondents have the same number.

    Rounds go on until all figures of one size are told apart; one is enough nearly always.
    """
    leader: dict[Figure, Figure] = {}
    undecided = _probed([_distinct(alike, leader) for alike in _by_size(sizes)], counter)
    while undecided := [alike for alike in undecided if len(alike) > 1]:
        pairs = {(alike[0], other): alike[0] | other for alike in undecided for other in alike[1:]}
        both = counter.sizes(pairs.values())
        same = {b for (a, b), joined in pairs.items() if both[joined] == sizes[a]}
        for first, *others in undecided:
            leader.update({other: first for other in others if other in same})
        undecided = [[other for other in alike[1:] if other not in same] for alike in undecided]
    numbers: dict[Figure, int] = {}
    for figure in sizes:
        numbers.setdefault(_leader(figure, leader), len(numbers))
    return {figure: numbers[_leader(figure, leader)] for figure in sizes}


def _probed(undecided: list[list[Figure]], counter: Counter) -> list[list[Figure]]:
    """Split figures of one size by their probes; pairs are held against each other at once."""
    several = [alike for alike in undecided if len(alike) > 1]
    if all(len(alike) == 2 for alike in several):
        return several
    probes = counter.probes(figure for alike in several for figure in alike)
    split = [_by_size({figure: probes[figure] for figure in alike}) for alike in several]
    return [part for parts in split for part in parts]


def _by_size(sizes: Mapping[Figure, int]) -> list[list[Figure]]:
    groups: dict[int, list[Figure]] = {}
    for figure, size in sizes.items():
        groups.setdefault(size, []).append(figure)
    return list(groups.values())


def _distinct(alike: list[Figure], leader: dict[Figure, Figure]) -> list[Figure]:
    """Join figures of one size that contain each other; give one of each kind."""
    for less, more in combinations(sorted(alike, key=len), 2):
        if less < more and (a := _leader(less, leader)) != (b := _leader(more, leader)):
            leader[b] = a
    return list(dict.fromkeys(_leader(figure, leader) for figure in alike))


def _leader(figure: Figure, leader: Mapping[Figure, Figure]) -> Figure:
    while figure in leader:
        figure = leader[figure]
    return figure
