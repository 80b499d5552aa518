"""Counts of a plan's cells and bases, aggregated in the engine: no column comes back, only sums.

Disclosure control must know which figures hold the same respondents. Figures of different size
do not. For figures of one size: if one has all conditions of the other and more, it is a part of
it, hence the same; otherwise the engine counts who is in both, which is everybody exactly when
they are the same. So no key column and no hash is needed, and nothing is left to chance.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import combinations
from typing import Any

import narwhals.stable.v2 as nw

from spean.tables.engine.engines import Engine
from spean.tables.engine.scan import LazyAnswers
from spean.tables.tabulate import Count, Counts, Figure, Tabulator


def count_cells(tabulator: Tabulator, answers: LazyAnswers) -> Counts:
    """Count every cell and base of a plan where the data are.

    Raises NotUnderstood when a condition cannot be evaluated.
    """
    figures = tabulator.figures()
    outside = {name: frozenset((column,)) for name, column in answers.outside.items()}
    tests = {column: nw.col(column) for column in answers.outside.values()}
    frame = tabulator.with_derived(answers.frame)
    counter = Counter(answers.engine, frame, {**figures.conditions, **tests})
    bases = {*figures.bases.values(), *figures.asked}
    sizes = counter.sizes([*bases, *figures.cells.values(), *outside.values()], bases)
    counted = {*figures.cells.values(), *bases}
    ids = same_sets({figure: sizes[figure] for figure in counted}, counter.sizes)
    return Counts(
        {key: Count(sizes[figure], ids[figure]) for key, figure in figures.cells.items()},
        {key: Count(sizes[figure], ids[figure]) for key, figure in figures.bases.items()},
        {name: sizes[figure] for name, figure in outside.items() if sizes[figure]},
    )


class Counter:
    """Counts respondents who meet all conditions of a figure, many figures a query."""

    def __init__(
        self, engine: Engine, frame: nw.LazyFrame[Any], conditions: Mapping[str, nw.Expr]
    ) -> None:
        self.engine, self.frame, self.conditions = engine, frame, conditions
        self.places = {name: f"mask {at}" for at, name in enumerate(conditions)}

    def sizes(self, figures: Iterable[Figure], shared: Iterable[Figure] = ()) -> dict[Figure, int]:
        """Count figures; ``shared`` are parts of several others, worked out once."""
        wanted = list(dict.fromkeys(figures))
        parts = {figure: f"part {at}" for at, figure in enumerate(shared) if len(figure) > 1}
        found: dict[Figure, int] = {}
        for first in range(0, len(wanted), self.engine.at_once):
            some = wanted[first : first + self.engine.at_once]
            row = self.engine.rows(self._query(some, parts)).row(0)
            found |= {figure: int(n or 0) for figure, n in zip(some, row, strict=True)}
        return found

    def _query(self, some: Sequence[Figure], parts: Mapping[Figure, str]) -> nw.LazyFrame[Any]:
        whole = {figure: self._part_of(figure, parts) for figure in some}
        needed = {part for part in whole.values() if part}
        names = sorted({name for figure in some for name in figure}, key=self.places.__getitem__)
        masked = self.frame.with_columns(
            *(self.conditions[name].alias(self.places[name]) for name in names)
        )
        if needed:
            masked = masked.with_columns(*(self._all(part).alias(parts[part]) for part in needed))
        sums = []
        for at, figure in enumerate(some):
            part = whole[figure]
            columns = [parts[part]] if part else []
            columns += sorted(self.places[name] for name in figure - part)
            size = self.engine.count(_and(columns)) if columns else nw.len()
            sums.append(size.alias(f"n {at}"))
        return masked.select(*sums)

    def _all(self, figure: Figure) -> nw.Expr:
        return _and(sorted(self.places[name] for name in figure))

    def _part_of(self, figure: Figure, parts: Mapping[Figure, str]) -> Figure:
        """Find the shared part that is the figure itself or lacks one condition of it."""
        if figure in parts:
            return figure
        return next((less for n in figure if (less := figure - {n}) in parts), frozenset())


def _and(columns: Sequence[str]) -> nw.Expr:
    return reduce(lambda a, b: a & b, map(nw.col, columns))


def same_sets(
    sizes: Mapping[Figure, int], count: Callable[[list[Figure]], Mapping[Figure, int]]
) -> dict[Figure, int]:
    """Number figures so that those with the same respondents have the same number.

    ``count`` counts figures; it is asked who is in both of two figures only where neither
    contains the other by its conditions. Rounds go on until all of one size are told apart.
    """
    leader: dict[Figure, Figure] = {}
    undecided = [_distinct(alike, leader) for alike in _by_size(sizes)]
    while undecided := [alike for alike in undecided if len(alike) > 1]:
        pairs = {(alike[0], other): alike[0] | other for alike in undecided for other in alike[1:]}
        both = count(list(pairs.values()))
        same = {b for (a, b), joined in pairs.items() if both[joined] == sizes[a]}
        for first, *others in undecided:
            leader.update({other: first for other in others if other in same})
        undecided = [[other for other in alike[1:] if other not in same] for alike in undecided]
    numbers: dict[Figure, int] = {}
    for figure in sizes:
        numbers.setdefault(_leader(figure, leader), len(numbers))
    return {figure: numbers[_leader(figure, leader)] for figure in sizes}


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
