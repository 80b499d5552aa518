"""Rows that look alike: answers as codes, equivalence classes, what they hold."""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BLANK = -1
"""The code of a blank: suppressed, or not answered."""

_AT_ONCE = 256


def encode(column: pl.Series, order: Sequence[str]) -> Ints:
    """Give a column as codes (n): the place of each answer in ``order``; a blank is BLANK."""
    places = {answer: at for at, answer in enumerate(order)}
    text = column.cast(pl.String)
    return np.array([places.get(answer, BLANK) for answer in text], np.int64)


def answer_order(column: pl.Series, listed: Iterable[str] = ()) -> list[str]:
    """Give a column's answers in the order of their list, then what only the data hold."""
    known = list(listed)
    return [*known, *sorted(set(column.cast(pl.String).drop_nulls()) - set(known))]


def class_of(codes: Ints) -> Ints:
    """Number the equivalence classes of rows (n × keys): equal numbers (n) for equal rows.

    A blank is a value like any other: only a row with the same blanks looks alike.
    """
    number = np.zeros(len(codes), np.int64)
    for column in codes.T:
        pair = number * (int(column.max(initial=BLANK)) + 2) + column + 1
        number = np.unique(pair, return_inverse=True)[1].ravel().astype(np.int64)
    return number


def class_sizes(of: Ints) -> Ints:
    """Give every row the number of rows of its class (n)."""
    return np.asarray(np.bincount(of)[of]) if len(of) else of


def fitting_rows(codes: Ints) -> Ints:
    """Count, by row, the rows that fit it when a blank fits anything (R sdcMicro, ``freqCalc``)."""
    shown, of, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    fitting = [
        _fit(shown[start : start + _AT_ONCE], shown) @ counts
        for start in range(0, len(shown), _AT_ONCE)
    ]
    return np.asarray(np.concatenate(fitting)[of.ravel()])


def _fit(some: Ints, others: Ints) -> Bools:
    same = np.ones((len(some), len(others)), bool)
    for ours, theirs in zip(some.T, others.T, strict=True):
        equal = ours[:, None] == theirs[None, :]
        same &= equal | (ours == BLANK)[:, None] | (theirs == BLANK)[None, :]
    return same


def different_answers(of: Ints, codes: Ints) -> Ints:
    """Give every row the number of different answers in its class, a blank being one (n)."""
    answers = int(codes.max(initial=BLANK)) + 2
    pairs = np.unique(of * answers + codes + 1)
    return np.asarray(np.bincount(pairs // answers)[of])


def is_safe(of: Ints, k: int, least: int, sensitive: Sequence[Ints]) -> Bools:
    """Tell which rows (n) are in a class of k rows with ``least`` answers to each sensitive one."""
    safe = class_sizes(of) >= k
    for codes in sensitive:
        safe &= different_answers(of, codes) >= least
    return np.asarray(safe)
