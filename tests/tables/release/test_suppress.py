"""Local suppression: every class large and diverse enough, nothing else touched, few cells."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spean.tables.release.matching import BLANK, fitting_rows
from spean.tables.release.suggest import suggest_recodings
from spean.tables.release.suppress import MOST_KEYS, CannotProtect, blank_rows, suppress

tables = st.integers(1, 4).flatmap(
    lambda keys: st.lists(st.tuples(*[st.integers(-1, 3)] * keys), min_size=2, max_size=30)
)


def array(rows):
    return np.array(rows, np.int64).reshape(len(rows), -1)


def naive_cells(rows, told, k, least):
    """Blank the rows of unsafe classes, then whole classes, the smallest first, until safe."""
    held = defaultdict(list)
    for row, answer in zip(rows, told, strict=True):
        held[row].append(answer)
    empty = (BLANK,) * len(rows[0])
    unsafe = [r for r, a in held.items() if len(a) < k or len(set(a)) < least]
    if not unsafe:
        return 0
    blanked = {*unsafe} | ({empty} & held.keys())
    order = sorted(held, key=lambda row: len(held[row]))
    cells = set()
    while True:
        pool = [answer for row in blanked for answer in held[row]]
        cells.add(sum(len(held[r]) * sum(c != BLANK for c in r) for r in blanked))
        if len(pool) >= k and len(set(pool)) >= least:
            return max(cells)
        blanked.add(next(row for row in order if row not in blanked))


@settings(max_examples=150, deadline=None)
@given(tables, st.integers(2, 4), st.integers(1, 3), st.data())
def test_every_class_is_safe_and_nothing_else_changed(rows, k, least, data):
    told = data.draw(st.lists(st.integers(-1, 2), min_size=len(rows), max_size=len(rows)))
    assume(len(rows) >= k and len(set(told)) >= least)
    before = array(rows)
    made = suppress(before, k, least, [np.array(told)])
    held = defaultdict(list)
    for row, answer in zip(map(tuple, made.released.tolist()), told, strict=True):
        held[row].append(answer)
    assert all(len(answers) >= k for answers in held.values())
    assert all(len(set(answers)) >= least for answers in held.values())
    assert (fitting_rows(made.released) >= k).all(), "so it is where a blank fits anything"
    for true in before:
        fit = ((made.released == true) | (made.released == BLANK)).all(axis=1)
        assert fit.sum() >= k, "who knows the true keys is left with k rows"
        assert len(set(np.array(told)[fit])) >= least, "and with as many answers"
    changed = made.released != before
    assert (made.released[changed] == BLANK).all()
    assert made.by_key == tuple(changed.sum(axis=0))
    assert made.cells == changed.sum() <= made.naive
    assert (before == array(rows)).all(), "the input is as it was"


@settings(max_examples=150, deadline=None)
@given(tables, st.integers(2, 4))
def test_never_more_than_blanking_rows(rows, k):
    assume(len(rows) >= k)
    made = suppress(array(rows), k)
    assert made.naive <= naive_cells(rows, [0] * len(rows), k, 1)
    assert made.naive == (blank_rows(array(rows), k) != array(rows)).sum()
    assert made.cells <= made.naive


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=6))
def test_close_to_the_fewest_cells_there_are(rows):
    """Every way to blank a small table was tried: the search needs at most half as many more."""
    before = array(rows)
    best = min(
        mask.bit_count()
        for mask in range(4 ** len(rows))
        if min(Counter(map(tuple, blanked(before, mask).tolist())).values()) >= 2
    )
    assert best <= suppress(before, 2).cells <= max(best + 1, 1.5 * best)


def blanked(before, mask):
    bits = np.array([mask >> at & 1 for at in range(before.size)], bool).reshape(before.shape)
    return np.where(bits, BLANK, before)


def test_a_safe_file_stays_as_it_is():
    before = array([(0, 1)] * 3 + [(1, 1)] * 3)
    assert suppress(before, 3).cells == 0


def test_less_important_keys_go_first():
    rows = [(a, b) for a in (0, 1) for b in (0, 1)]
    made = suppress(array(rows), 2)
    assert made.by_key == (0, 4)
    assert suppress(array([row[::-1] for row in rows]), 2).by_key == (0, 4)


def test_two_blank_rows_do_not_protect_a_file():
    """Where a blank fits anything, two rows blanked wholly make each other row one of three."""
    rows = array([(at, at) for at in range(8)])
    wild = rows.copy()
    wild[:2] = BLANK
    assert fitting_rows(wild).min() == 3
    made = suppress(rows, 3)
    assert Counter(map(tuple, made.released.tolist())).most_common()[-1][1] >= 3


def test_one_row_alone_borrows_from_a_class_that_can_spare():
    rows = [(0, 0)] * 9 + [(0, 1)]
    made = suppress(array(rows), 3)
    assert made.by_key == (0, 3)
    assert Counter(made.released[:, 1].tolist()) == {0: 7, BLANK: 3}


def test_what_cannot_be_protected_is_said():
    with pytest.raises(CannotProtect, match="2 rows cannot make classes of 3"):
        suppress(array([(0,), (0,)]), 3)
    with pytest.raises(CannotProtect, match="fewer than 2 different answers"):
        suppress(array([(0,)] * 4), 3, 2, [np.zeros(4, np.int64)])
    with pytest.raises(CannotProtect, match=f"at most {MOST_KEYS}"):
        suppress(np.zeros((5, MOST_KEYS + 1), np.int64), 3)


def test_recodings_say_what_they_buy():
    rows = array([(0, 0), (1, 0), (2, 0), (2, 0), (0, 1), (1, 1), (2, 1), (2, 1)])
    found = suggest_recodings(rows, ["school", "sex"], [["none", "some", "more"], ["f", "m"]], 2)
    said = {one.how: (one.before, one.after) for one in found}
    assert said == {
        "join “none” and “some” of “school”": (4, 0),
        "leave “school” out": (4, 0),
        "leave “sex” out": (4, 0),
    }


@settings(max_examples=50, deadline=None)
@given(tables, st.integers(2, 4))
def test_recodings_keep_their_word(rows, k):
    codes = array(rows)
    names = [[f"a{code}" for code in range(4)] for _ in rows[0]]
    keys = [f"key{at}" for at in range(len(rows[0]))]
    for one in suggest_recodings(codes, keys, names, k):
        at = keys.index(one.key)
        joined = {int(code[1:]) for code in one.codes}
        coarse = [
            tuple(
                ("*" if not joined or c in joined else c) if place == at else c
                for place, c in enumerate(row)
            )
            for row in rows
        ]
        sizes = Counter(coarse)
        assert one.after == sum(sizes[row] < k for row in coarse) < one.before
