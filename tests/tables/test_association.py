"""Tests of association: they hold their level, know the design, and say when they cannot tell."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spean.tables.design import make_design, make_replicates
from spean.tables.errors import NothingToEstimate, TablesError
from spean.tables.estimate import (
    associate,
    associate_set,
    compare,
    fisher,
    permutation,
    permutation_set,
    rao_scott,
    rao_scott_set,
    shares,
    wald,
)
from spean.tables.estimate.exact import exchanged, is_small
from spean.tables.estimate.pairwise import Comparison, Pair, column_letter


def simple(n):
    return make_design(pl.DataFrame({"y": np.zeros(n)}))


def table_rows(counts):
    rows, columns = np.nonzero(counts)
    many = counts[rows, columns]
    return np.repeat(rows, many), np.repeat(columns, many)


def test_two_by_two_by_hand():
    """With one contrast Rao and Scott's F is Pearson's X² over a single design effect."""
    rows, columns = table_rows(np.array([[30, 20], [10, 40]]))
    found = rao_scott(simple(100), rows, columns)
    pearson = rao_scott(simple(100), rows, columns, form="Chisq")
    assert pearson.statistic == pytest.approx(100 * (30 * 40 - 20 * 10) ** 2 / (50 * 50 * 40 * 60))
    assert (found.df, found.ddf) == pytest.approx((1, 99))


def test_blank_categories_and_blank_answers_change_nothing():
    rows, columns = table_rows(np.array([[12, 9], [8, 14]]))
    rows, columns = np.append(rows, [0, 1]), np.append(columns, [1, 0])
    plain = rao_scott(simple(45), rows, columns, domain=np.arange(45) < 43)
    padded = rao_scott(
        simple(45), np.append(rows[:43] * 3, [-1, 0]), np.append(columns[:43] + 1, [1, -1])
    )
    assert padded.statistic == pytest.approx(plain.statistic)
    assert padded.p == pytest.approx(plain.p)


@given(st.integers(0, 1000))
def test_the_order_of_categories_does_not_matter(seed):
    random = np.random.default_rng(seed)
    rows, columns, turned = (
        random.integers(0, 3, 90),
        random.integers(0, 3, 90),
        np.array([2, 0, 1]),
    )
    design = make_design(pl.DataFrame({"p": np.arange(90) // 3}), clusters=["p"])
    one, other = rao_scott(design, rows, columns), rao_scott(design, columns, turned[rows])
    assert (one.statistic, one.df, one.p) == pytest.approx((other.statistic, other.df, other.p))


def rejections(test, times=300):
    return sum(test(seed).p < 0.05 for seed in range(times)) / times


def clustered_set(seed):
    """Answers that go together within a person and within a village; no effect of the group."""
    random = np.random.default_rng(seed)
    villages, size = 40, 8
    village = np.repeat(np.arange(villages), size)
    likes = random.normal(size=villages)[village] + random.normal(size=villages * size)
    flags = likes[:, None] + random.normal(size=(villages * size, 3)) > 0.3
    groups = (random.random(villages) > 0.5).astype(np.int64)[village]
    return make_design(pl.DataFrame({"p": village}), clusters=["p"]), groups, flags


def test_the_test_of_a_response_set_holds_its_level_in_a_clustered_sample():
    def corrected(seed):
        design, groups, flags = clustered_set(seed)
        return rao_scott_set(design, groups, flags, np.ones(320, dtype=bool))

    def as_if_simple(seed):
        _design, groups, flags = clustered_set(seed)
        return rao_scott_set(simple(320), groups, flags, np.ones(320, dtype=bool))

    assert rejections(corrected) == pytest.approx(0.05, abs=0.035)
    assert rejections(as_if_simple) > 0.15


def test_the_test_of_a_response_set_sees_a_difference():
    random = np.random.default_rng(1)
    groups = np.arange(400) % 2
    flags = random.random((400, 3)) < np.where(groups == 1, 0.5, 0.3)[:, None]
    assert rao_scott_set(simple(400), groups, flags, np.ones(400, dtype=bool)).p < 0.001


def test_a_response_set_that_nobody_varies_in():
    flags = np.column_stack([np.ones(10, dtype=bool), np.zeros(10, dtype=bool)])
    with pytest.raises(NothingToEstimate, match="by all cases or by none"):
        rao_scott_set(simple(10), np.arange(10) % 2, flags, np.ones(10, dtype=bool))


def test_one_column_cannot_be_tested():
    with pytest.raises(NothingToEstimate, match="here there are 2 and 1"):
        rao_scott(simple(4), np.array([0, 1, 0, 1]), np.array([1, 1, 1, 1]))
    with pytest.raises(NothingToEstimate, match="No interview"):
        rao_scott(simple(2), np.array([-1, 0]), np.array([0, -1]))


def test_too_many_empty_cells():
    rows, columns = table_rows(np.array([[9, 0, 0], [0, 5, 0], [0, 0, 7]]))
    with pytest.raises(NothingToEstimate):
        rao_scott(simple(21), rows, columns)
    with pytest.raises(NothingToEstimate, match="Wald"):
        wald(simple(21), rows, columns)


def test_too_few_sampling_units():
    frame = pl.DataFrame({"s": [0] * 8, "p": [0] * 4 + [1] * 4})
    design = make_design(frame, strata=["s"], clusters=["p"])
    rows, columns = np.array([0, 0, 1, 1] * 2), np.array([0, 1, 1, 1, 1, 1, 0, 1])
    with pytest.raises(NothingToEstimate, match="too few sampling units"):
        rao_scott(design, rows, columns, domain=np.arange(8) < 4)


def test_the_rule_for_small_tables():
    assert is_small(np.array([[3, 1], [2, 9]]))
    assert not is_small(np.array([[30, 10], [20, 90]]))
    assert is_small(np.array([[500, 500], [1, 0]]))


def test_each_table_gets_the_test_that_suits_it():
    def method(counts, design=None, **how):
        rows, columns = table_rows(np.array(counts))
        return associate(design or simple(len(rows)), rows, columns, **how).method

    assert method([[30, 10], [20, 90]]).startswith("Rao")
    assert method([[3, 1], [2, 9]]).startswith("Fisher")
    assert method([[3, 1, 2], [2, 9, 1]]).startswith("Permutation")
    weighted = make_design(pl.DataFrame({"w": np.arange(1.0, 16)}), weights="w")
    assert method([[3, 1], [2, 9]], weighted).startswith("Permutation")
    assert method([[3, 1], [2, 9]], make_replicates(simple(15), "JK1")).startswith("Rao")


def test_a_permutation_test_agrees_with_the_exact_one_and_with_its_seed():
    counts = np.array([[8, 3], [4, 10]])
    rows, columns = table_rows(counts)
    exact = fisher(counts).p
    drawn = permutation(simple(25), rows, columns, draws=4000)
    assert drawn.p == pytest.approx(exact, abs=0.02)
    assert permutation(simple(25), rows, columns, draws=4000) == drawn
    assert exchanged(counts, draws=4000).p == pytest.approx(exact, abs=0.02)
    assert exchanged(counts, draws=4000).statistic == pytest.approx(drawn.statistic)


def test_permutation_stays_inside_sampling_units():
    frame = pl.DataFrame({"p": np.repeat(np.arange(10), 4)})
    design, random = make_design(frame, clusters=["p"]), np.random.default_rng(2)
    groups = np.tile([0, 0, 1, 1], 10)
    assert permutation(design, random.integers(0, 2, 40), groups).p > 0.01
    with pytest.raises(NothingToEstimate, match="no two could have swapped"):
        permutation(design, random.integers(0, 2, 40), np.repeat(np.arange(10) % 2, 4))


def test_a_permuted_response_set_keeps_a_cases_answers_together():
    design, groups, flags = clustered_set(3)
    asked = np.ones(320, dtype=bool)
    within = np.tile([0, 1], 160)
    one = permutation_set(design, within, flags[:, :1], asked, draws=300)
    assert one == permutation(design, within, flags[:, 0].astype(np.int64), draws=300)
    assert permutation_set(design, within, flags, asked, draws=300).p > 0.01
    with pytest.raises(NothingToEstimate, match="no two could have swapped"):
        permutation_set(design, groups, flags, asked)


def test_a_small_response_set_is_permuted():
    random = np.random.default_rng(5)
    flags, groups = random.random((24, 3)) > 0.8, np.arange(24) % 2
    few = associate_set(simple(24), groups, flags, np.ones(24, dtype=bool))
    assert few.method.startswith("Permutation")
    many = associate_set(
        simple(240), np.tile(groups, 10), np.tile(flags, (10, 1)), np.ones(240, dtype=bool)
    )
    assert many.method.startswith("Rao")


def test_fisher_with_an_empty_cell_has_no_odds_ratio_to_show():
    assert fisher(np.array([[5, 4], [0, 9]])).statistic is None
    with pytest.raises(TablesError, match="two by two"):
        fisher(np.ones((2, 3), dtype=np.int64))


def comparison_of(differing, values):
    pairs = tuple(
        Pair(a, b, values[a] - values[b], 1.0, 0.01 if (a, b) in differing else 0.5)
        for a in range(len(values))
        for b in range(a + 1, len(values))
    )
    return Comparison(len(values), pairs, 0.05)


def test_letters_by_hand():
    found = comparison_of({(0, 2), (1, 2)}, [10, 12, 30])
    assert found.larger() == ("", "", "A B")
    assert found.display() == ("a", "a", "b")
    assert comparison_of({(0, 2)}, [1, 2, 3]).display() == ("a", "ab", "b")
    assert comparison_of(set(), [1, 2]).display() == ("a", "a")


@given(
    st.integers(2, 6).flatmap(
        lambda k: st.tuples(
            st.just(k),
            st.sets(
                st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)).filter(
                    lambda p: p[0] < p[1]
                )
            ),
        )
    )
)
def test_columns_share_a_letter_exactly_when_they_do_not_differ(made):
    count, differing = made
    letters = comparison_of(differing, list(range(count))).display()
    for a in range(count):
        for b in range(a + 1, count):
            assert bool(set(letters[a]) & set(letters[b])) == ((a, b) not in differing)


def test_letters_of_many_columns():
    assert [column_letter(at) for at in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


def test_columns_of_a_table_are_compared_with_what_they_share():
    codes = np.repeat([0, 1, 0, 1, 0, 1], [80, 20, 30, 70, 33, 67])
    groups = np.repeat([0, 1, 2], 100)
    joint = shares(simple(300), codes, 2, groups=groups, count=3)
    found = compare(joint, [0, 2, 4])
    assert found.larger() == ("B C", "", "")
    assert found.display() == ("a", "b", "b")
    assert len(found.pairs) == 3


def test_columns_that_cannot_be_compared_are_in_no_pair():
    codes, groups = np.array([0, 0, 1, 1, 0, 1]), np.array([0, 0, 1, 1, 3, 3])
    joint = shares(simple(6), codes, 2, groups=groups, count=4)
    found = compare(joint, [0, 2, 4, 6])
    assert {(pair.a, pair.b) for pair in found.pairs} == {(0, 3), (1, 3)}
    with pytest.raises(TablesError, match="significance level"):
        compare(joint, [0, 2], alpha=5)
