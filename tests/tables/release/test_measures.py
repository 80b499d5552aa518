"""Risk figures: hand-worked, the example of the literature, and against slow plain Python."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spean.tables.release.matching import BLANK, class_of, fitting_rows
from spean.tables.release.measures import measure
from spean.tables.release.risk import individual_risk
from spean.tables.release.uniques import most_telling, special_uniques

# Capobianchi, Polettini and Lucarelli (2001), as R sdcMicro ships it (francdat, keys 2, 4, 5, 6;
# weights 8). Expected values: ff <- freqCalc(francdat, keyVars = c(2, 4, 5, 6), w = 8); ff$fk;
# ff$Fk; indivRisk(ff)$rk
FRANCDAT = np.array(
    [
        [1, 2, 5, 1],
        [1, 2, 1, 1],
        [1, 2, 1, 1],
        [3, 3, 1, 5],
        [4, 3, 1, 4],
        [4, 3, 1, 1],
        [6, 2, 1, 5],
        [1, 2, 5, 1],
    ]
)
WEIGHTS = np.array([18, 45.5, 39, 17, 541, 8, 5, 92])
RISKS = [
    *(0.01714426, 0.02204233, 0.02204233, 0.17707583),
    *(0.01165448, 0.29706308, 0.40235948, 0.01714426),
]

tables = st.integers(1, 4).flatmap(
    lambda keys: st.lists(st.tuples(*[st.integers(-1, 2)] * keys), min_size=1, max_size=25)
)


def codes(rows):
    return np.array(rows, np.int64).reshape(len(rows), -1)


def test_the_example_of_the_literature():
    made = measure(FRANCDAT, {}, 3, 1, WEIGHTS)
    assert (made.classes, made.smallest, made.alone, made.under) == (6, 1, 4, 8)
    assert made.risk.expected == 6
    assert made.risk.highest == 1
    assert made.weighted.expected == pytest.approx(sum(RISKS), abs=1e-7)
    assert made.weighted.highest == pytest.approx(0.40235948, abs=5e-9)
    sizes = np.array([2, 2, 2, 1, 1, 1, 1, 2.0])
    people = np.array([110, 84.5, 84.5, 17, 541, 8, 5, 110])
    assert individual_risk(sizes, people) == pytest.approx(RISKS, abs=5e-9)


@pytest.mark.parametrize(("rows", "people"), [(1, 20), (2, 7.5), (3, 40), (7, 21), (40, 100)])
def test_individual_risk_is_the_mean_of_the_negative_binomial(rows, people):
    share, total = rows / people, 0.0
    for size in range(rows, 20_000):
        chance = math.exp(
            math.lgamma(size)
            - math.lgamma(rows)
            - math.lgamma(size - rows + 1)
            + rows * math.log(share)
            + (size - rows) * math.log1p(-share)
        )
        total += chance / size
    found = individual_risk(np.array([float(rows)]), np.array([float(people)]))[0]
    assert found == pytest.approx(total, rel=1e-9)


def test_individual_risk_at_its_ends():
    big = individual_risk(np.array([1.0, 4000.0]), np.array([1.0, 4000.0]))
    assert big == pytest.approx([1, 1 / 4000])
    assert individual_risk(np.array([3.0]), np.array([0.0]))[0] == pytest.approx(1 / 3)
    assert individual_risk(np.array([1.0]), np.array([1e9]))[0] == pytest.approx(0, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(2, 4), st.integers(1, 3), st.data())
def test_measures_agree_with_plain_python(rows, k, least, data):
    told = data.draw(st.lists(st.integers(-1, 2), min_size=len(rows), max_size=len(rows)))
    weights = data.draw(st.lists(st.floats(1, 50), min_size=len(rows), max_size=len(rows)))
    made = measure(codes(rows), {"s": np.array(told)}, k, least, np.array(weights))
    sizes = Counter(rows)
    held = {row: [t for r, t in zip(rows, told, strict=True) if r == row] for row in rows}
    assert made.rows == len(rows)
    assert made.classes == len(sizes)
    assert made.smallest == min(sizes.values())
    assert made.alone == sum(size == 1 for size in sizes.values())
    assert made.under == sum(sizes[row] < k for row in rows)
    assert made.risk.expected == pytest.approx(sum(1 / sizes[row] for row in rows))
    assert made.risk.share == pytest.approx(len(sizes) / len(rows))
    assert made.risk.highest == pytest.approx(1 / min(sizes.values()))
    (diversity,) = made.diversity
    assert diversity.distinct == min(len(set(answers)) for answers in held.values())
    assert diversity.under == sum(len(set(held[row])) < least for row in rows)
    assert diversity.entropy == pytest.approx(min(map(worth, held.values())))
    assert made.weighted.expected <= made.risk.expected + 1e-9
    assert made.meets(k, least) == (
        made.smallest >= k and all(len(set(a)) >= least for a in held.values())
    )


def worth(answers):
    shares = [n / len(answers) for n in Counter(answers).values()]
    return math.exp(-sum(share * math.log(share) for share in shares))


@given(tables)
def test_rows_that_fit_are_those_of_sdcmicro(rows):
    """R: freqCalc counts, for each row, the rows equal in each key where neither is NA."""
    slow = [
        sum(
            all(a == b or BLANK in (a, b) for a, b in zip(one, other, strict=True))
            for other in rows
        )
        for one in rows
    ]
    assert fitting_rows(codes(rows)).tolist() == slow
    sizes = Counter(rows)
    assert all(fit >= sizes[row] for fit, row in zip(slow, rows, strict=True))


@given(tables)
def test_classes_are_equal_rows(rows):
    of = class_of(codes(rows)).tolist()
    for (a, one), (b, other) in itertools.combinations(zip(of, rows, strict=True), 2):
        assert (a == b) == (one == other)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_special_uniques_agree_with_plain_python(rows):
    keys = len(rows[0])

    def alone(at, names):
        mine = [rows[at][name] for name in names]
        return BLANK not in mine and [[r[n] for n in names] for r in rows].count(mine) == 1

    by_size, by_key = Counter(), Counter()
    for at in range(len(rows)):
        minimal = []
        for size in (1, 2, 3):
            for names in itertools.combinations(range(keys), size):
                if alone(at, names) and not any(set(m) < set(names) for m in minimal):
                    minimal.append(names)
        by_size[min(map(len, minimal), default=0)] += 1
        by_key.update(itertools.chain(*minimal))
    made = special_uniques(codes(rows))
    assert made.by_size == (by_size[1], by_size[2], by_size[3])
    assert made.by_key == tuple(by_key[at] for at in range(keys))


def test_the_keys_that_single_out_most_are_named_first():
    made = special_uniques(codes([(0, 0), (1, 0), (2, 0), (3, 1), (3, 1)]))
    assert made.by_size == (3, 0, 0)
    assert most_telling(made, ["who", "where"]) == ["who"]
