"""Local suppression: blank few cells so that every row has rows that look exactly alike.

A suppressed cell is a value like any other here: k rows must share the same answers *and* the same
blanks. R sdcMicro (``localSuppression``, ``kAnon``) lets a blank fit any answer; a search that may
use this blanks two rows wholly and calls every file 3-anonymous, since these two fit everybody.
Source: Sweeney, Achieving k-anonymity privacy protection using generalization and suppression
(2002); Hundepool et al., Statistical Disclosure Control (2012), ch. 3.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from spean.tables.errors import TablesError
from spean.tables.release.matching import BLANK, Bools, Ints, class_of, class_sizes, is_safe

MOST_KEYS = 10
_ROUNDING = 1e-9


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
    naive = blank_rows(codes, k, least, sensitive)
    found = [
        _put_back(codes, _search(codes, k, least, sensitive, whole), k, least, sensitive)
        for whole in (False, True)
    ]
    released = min([*found, naive], key=lambda keys: int(_cells(codes, keys).sum()))
    by_key = _cells(codes, released).sum(axis=0)
    return Suppression(released, tuple(map(int, by_key)), int(_cells(codes, naive).sum()))


def _search(
    codes: Ints, k: int, least: int, sensitive: Sequence[Ints], whole_classes: bool
) -> Ints:
    search = _Search(codes, k, least, sensitive, whole_classes)
    for price, keys in _levels(codes.shape[1], k):
        if search.done:
            break
        search.try_keys(keys, price)
    return search.finished()


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

    Rows that lack others to be k borrow them from safe classes: u rows then cost k / u times more,
    and one row that takes a whole class of k with it k + 1 times.
    Where prices tie, the less important keys come first.
    """
    found = []
    for size in range(1, keys + 1):
        for some in combinations(range(keys), size):
            loss = sum(keys - at for at in some)
            prices = [*(size * k / alone for alone in range(1, k + 1)), size * (k + 1.0)]
            found += [(price, size, loss, some) for price in prices]
    for price, _size, _loss, some in sorted(found):
        yield price, some


class _Search:
    """Rows not yet safe, and what has been blanked so far; a blanked row is always safe."""

    def __init__(
        self, codes: Ints, k: int, least: int, sensitive: Sequence[Ints], whole_classes: bool
    ) -> None:
        self.whole_classes = whole_classes
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
        for rows in _groups(self.own, ~self.unsafe):
            left = len(rows)
            held = [Counter(answers[rows].tolist()) for answers in self.sensitive]
            for row in rows[::-1]:
                given = [int(answers[row]) for answers in self.sensitive]
                rarer = [count[it] == 1 for count, it in zip(held, given, strict=True)]
                fine = [
                    len(count) - last >= self.least for count, last in zip(held, rarer, strict=True)
                ]
                if left > self.k and all(fine):
                    spare[row] = True
                    left -= 1
                    for count, it in zip(held, given, strict=True):
                        count[it] -= 1
                        if not count[it]:
                            del count[it]
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
        among = ~self.gone.any(axis=1) | there
        for rows in _groups(of, among & self._worth_a_look(of, among, there, price / len(keys))):
            lacking = rows[self.unsafe[rows]]
            joins = bool(there[rows].any())
            more = lacking[:0] if joins else self._borrow(lacking, rows[~self.unsafe[rows]])
            allowed = price * len(lacking) + _ROUNDING
            if more is None or len(keys) * (len(lacking) + len(more)) > allowed:
                continue
            chosen = np.concatenate([lacking, more])
            self.gone[np.ix_(chosen, np.array(keys))] = True
            self.unsafe[chosen] = self.spare[chosen] = False

    def _worth_a_look(self, of: Ints, among: Bools, there: Bools, price: float) -> Bools:
        """Tell which rows are in a class that may become safe at a price for each key."""
        lacking = np.bincount(of, self.unsafe)
        enough = np.bincount(of, among) >= self.k
        cheap = np.maximum(lacking, self.k) <= price * lacking + _ROUNDING
        joins = (np.bincount(of, there) > 0) & (lacking > 0)
        return np.asarray((enough & cheap | joins)[of])

    def _borrow(self, lacking: Ints, safe: Ints) -> Ints | None:
        """Give the safe rows that are needed beside those that lack others; None if too few.

        Rows that their class can spare come first, then (if allowed) whole classes, the smallest
        first.
        """
        chosen, spare = lacking[:0], safe[self.spare[safe]]
        while not self._enough(np.concatenate([lacking, chosen])):
            if not len(spare):
                return self._borrow_classes(np.concatenate([lacking, chosen]), lacking, safe)
            with_them = np.concatenate([lacking, chosen])
            new = np.zeros(len(spare), np.int64)
            for answers in self.sensitive:
                new += ~np.isin(answers[spare], answers[with_them])
            best = int(new.argmax())
            chosen, spare = np.append(chosen, spare[best]), np.delete(spare, best)
        return chosen

    def _borrow_classes(self, rows: Ints, lacking: Ints, safe: Ints) -> Ints | None:
        if not self.whole_classes:
            return None
        there = np.zeros(len(self.codes), bool)
        there[safe] = True
        for group in sorted(_groups(self.own, there), key=len):
            rows = np.union1d(rows, group)
            if self._enough(rows):
                return np.asarray(np.setdiff1d(rows, lacking))
        return None

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
