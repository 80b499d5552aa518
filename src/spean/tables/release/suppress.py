"""Local suppression: blank few cells so that every row has rows that look exactly alike.

A suppressed cell is a value like any other here: k rows must share the same answers *and* the same
blanks. R sdcMicro (``localSuppression``, ``kAnon``) lets a blank fit any answer; a search that may
use this blanks two rows wholly and calls every file 3-anonymous, since these two fit everybody.
Source: Sweeney, Achieving k-anonymity privacy protection using generalization and suppression
(2002); Hundepool et al., Statistical Disclosure Control (2012), ch. 3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from spean.tables.errors import TablesError
from spean.tables.release.matching import BLANK, Bools, Ints, class_of, class_sizes, is_safe

MOST_KEYS = 12


class CannotProtect(TablesError):
    """A file that no suppression makes safe: too few rows, or too few different answers."""


@dataclass(frozen=True, eq=False)
class Suppression:
    """Keys as they go into the file (n × keys, BLANK where suppressed), cells counted by key.

    ``naive`` is the number of cells that blanking whole rows would have cost.
    """

    released: Ints
    by_key: tuple[int, ...]
    naive: int

    @property
    def cells(self) -> int:
        """The number of suppressed cells."""
        return sum(self.by_key)


def suppress(codes: Ints, k: int, least: int = 1, sensitive: Sequence[Ints] = ()) -> Suppression:
    """Blank keys until every class has k rows and ``least`` different sensitive answers.

    ``codes`` is n × keys, the most important key first, BLANK where there is no answer;
    ``sensitive`` are codes (n) whose blank counts as an answer. Goes from what costs fewest cells
    for a row to what costs most, blanking less important keys first; never blanks more than
    ``blank_rows`` does. Raises CannotProtect.
    """
    _check_possible(codes, k, least, sensitive)
    search = _Search(codes, k, least, sensitive)
    for price, keys in _levels(codes.shape[1], k):
        if search.done:
            break
        search.try_keys(keys, price)
    released = _put_back(codes, search.finished(), k, least, sensitive)
    naive = blank_rows(codes, k, least, sensitive)
    if _cells(codes, naive).sum() < _cells(codes, released).sum():
        released = naive
    by_key = _cells(codes, released).sum(axis=0)
    return Suppression(released, tuple(map(int, by_key)), int(_cells(codes, naive).sum()))


def _cells(codes: Ints, released: Ints) -> Bools:
    return np.asarray(codes != released)


def _check_possible(codes: Ints, k: int, least: int, sensitive: Sequence[Ints]) -> None:
    if len(codes) < k:
        what = f"{len(codes)} rows cannot make classes of {k}."
        raise CannotProtect(f"{what} Collect more, or do not release the file.")
    if codes.shape[1] > MOST_KEYS:
        what = f"{codes.shape[1]} keys are too many to suppress cell by cell."
        raise CannotProtect(f"{what} Leave some out: at most {MOST_KEYS}.")
    if any(len(np.unique(answers)) < least for answers in sensitive):
        raise CannotProtect(
            f"a sensitive variable has fewer than {least} different answers in the whole file. "
            "Drop it, or ask for a smaller l."
        )


def _levels(keys: int, k: int) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Give prices (cells for a row made safe) and the keys to blank at that price, cheap first.

    Rows that lack others to be k borrow them from safe classes: u rows then cost k / u times more.
    Where prices tie, the less important keys come first.
    """
    found = []
    for size in range(1, keys + 1):
        for some in combinations(range(keys), size):
            loss = sum(keys - at for at in some)
            found += [(size * k / alone, size, loss, some) for alone in range(1, k + 1)]
    for price, _size, _loss, some in sorted(found):
        yield price, some


class _Search:
    """Rows not yet safe, and what has been blanked so far; a blanked row is always safe."""

    def __init__(self, codes: Ints, k: int, least: int, sensitive: Sequence[Ints]) -> None:
        self.codes, self.k, self.least, self.sensitive = codes, k, least, sensitive
        self.gone = np.zeros(codes.shape, bool)
        self.own = class_of(codes)
        self.unsafe = ~is_safe(self.own, k, least, sensitive)
        self.spare = self._spare()

    @property
    def done(self) -> bool:
        return not self.unsafe.any()

    def _spare(self) -> Bools:
        """Tell which rows their class can give away, all together, and stay safe."""
        spare = np.zeros(len(self.codes), bool)
        for rows in _groups(self.own, ~self.unsafe & ~self.gone.any(axis=1)):
            kept = list(rows)
            for row in rows[::-1]:
                without = [one for one in kept if one != row]
                if self._enough(np.array(without, int)):
                    kept, spare[row] = without, True
        return spare

    def _enough(self, rows: Ints) -> bool:
        return len(rows) >= self.k and all(
            len(np.unique(answers[rows])) >= self.least for answers in self.sensitive
        )

    def try_keys(self, keys: tuple[int, ...], price: float) -> None:
        """Blank these keys in groups of rows alike in all others, where it costs no more."""
        rest = [at for at in range(self.codes.shape[1]) if at not in keys]
        blanked = np.isin(np.arange(self.codes.shape[1]), keys)
        there = (self.gone == blanked).all(axis=1)
        of = class_of(self.codes[:, rest])
        open_classes = np.unique(of[self.unsafe])
        for rows in _groups(of, np.isin(of, open_classes) & (self.unsafe | self.spare | there)):
            lacking = rows[self.unsafe[rows]]
            more = self._borrow(lacking, rows[self.spare[rows]], bool(there[rows].any()))
            if more is None or len(keys) * (len(lacking) + len(more)) > price * len(lacking):
                continue
            chosen = np.concatenate([lacking, more])
            self.gone[np.ix_(chosen, np.array(keys))] = True
            self.unsafe[chosen] = self.spare[chosen] = False

    def _borrow(self, lacking: Ints, spare: Ints, joins: bool) -> Ints | None:
        """Give the spare rows that are needed beside those that lack others; None if too few."""
        chosen: list[int] = []
        while not joins and not self._enough(np.array([*lacking, *chosen], int)):
            left = [row for row in spare if row not in chosen]
            if not left:
                return None
            with_them = np.array([*lacking, *chosen], int)
            chosen.append(max(left, key=lambda row: self._adds(row, with_them)))
        return np.array(chosen, np.int64)

    def _adds(self, row: int, to: Ints) -> int:
        return sum(int(answers[row] not in answers[to]) for answers in self.sensitive)

    def finished(self) -> Ints:
        """Give the keys with their blanks; rows that are still not safe are blanked wholly."""
        released = np.where(self.gone, BLANK, self.codes)
        return blank_rows(released, self.k, self.least, self.sensitive)


def _groups(of: Ints, among: Bools) -> list[Ints]:
    """Give the rows of each class, of those among which to look."""
    rows = np.flatnonzero(among)
    rows = rows[np.argsort(of[rows], kind="stable")]
    starts = np.flatnonzero(np.diff(of[rows])) + 1
    return [group.astype(np.int64) for group in np.split(rows, starts) if len(group)]


def _put_back(codes: Ints, released: Ints, k: int, least: int, sensitive: Sequence[Ints]) -> Ints:
    """Restore what a class does not need blank: answers that enough of its rows share."""
    released = released.copy()
    for key in range(codes.shape[1]):
        tried = released.copy()
        tried[:, key] = codes[:, key]
        stays = np.zeros(len(codes), bool)
        for rows in _groups(class_of(released), np.ones(len(codes), bool)):
            among = [answers[rows] for answers in sensitive]
            fine = is_safe(class_of(tried[rows]), k, least, among)
            fine &= tried[rows, key] != BLANK
            rest = [answers[rows[~fine]] for answers in sensitive]
            left = int((~fine).sum())
            if left == 0 or (left >= k and all(len(np.unique(r)) >= least for r in rest)):
                stays[rows[fine]] = True
        released[stays, key] = codes[stays, key]
    return released


def blank_rows(codes: Ints, k: int, least: int = 1, sensitive: Sequence[Ints] = ()) -> Ints:
    """Blank all keys of every row that is not safe, and of further classes until all are safe.

    The smallest classes are taken first. This is the naive way that ``suppress`` is held against.
    """
    of = class_of(codes)
    blank = ~is_safe(of, k, least, sensitive)
    if blank.any():
        blank |= (codes == BLANK).all(axis=1)
        sizes = class_sizes(of)
        for number in dict.fromkeys(of[np.lexsort((of, sizes))]):
            if blank.sum() >= k and all(len(np.unique(a[blank])) >= least for a in sensitive):
                break
            blank |= of == number
    released = codes.copy()
    released[blank] = BLANK
    return released
