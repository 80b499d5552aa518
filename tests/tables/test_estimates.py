"""Estimates: what holds for every sample, and what is said when there is nothing to say."""

from dataclasses import astuple

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spean.tables.design import make_design
from spean.tables.errors import NothingToEstimate, TablesError
from spean.tables.estimate import (
    group_means,
    mean,
    means,
    proportion,
    quantile,
    quantiles,
    ratio,
    ratios,
    response_shares,
    share_estimates,
    shares,
    total,
)

NAN = float("nan")


def sample(seed, n=60, weighted=True):
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "w": random.random(n) + 0.2 if weighted else np.ones(n),
            "s": np.arange(n) % 3,
            "p": np.arange(n) // 5,
        }
    )
    return make_design(frame, weights="w", strata=["s"], clusters=["p"], nest=True), random


def simple(n):
    return make_design(pl.DataFrame({"y": np.zeros(n)}))


def test_unweighted_figures_are_those_of_plain_statistics():
    values = np.array([2.0, 4, 4, 9, 11])
    found = mean(simple(5), values)
    assert found.value == pytest.approx(6)
    assert found.se == pytest.approx(values.std(ddof=1) / 5**0.5)
    assert found.deff == pytest.approx(1)
    assert (found.df, found.n) == (4, 5)
    assert total(simple(5), values).value == pytest.approx(30)


@given(st.integers(0, 5000), st.floats(0.01, 1000))
def test_the_scale_of_weights_matters_only_to_totals(seed, factor):
    design, random = sample(seed)
    y = random.normal(size=60)
    scaled = make_design(
        pl.DataFrame(
            {"w": design.weights * factor, "s": np.arange(60) % 3, "p": np.arange(60) // 5}
        ),
        weights="w",
        strata=["s"],
        clusters=["p"],
        nest=True,
    )
    assert astuple(mean(scaled, y)) == pytest.approx(astuple(mean(design, y)), rel=1e-6)
    assert total(scaled, y).se == pytest.approx(total(design, y).se * factor)


@given(st.integers(0, 5000))
def test_shares_add_to_one_and_so_vary_against_each_other(seed):
    design, random = sample(seed)
    codes, groups = random.integers(-1, 4, 60), random.integers(0, 2, 60)
    joint = shares(design, codes, 4, groups=groups, count=2)
    for group in range(2):
        places = slice(group * 4, group * 4 + 4)
        assert joint.values[places].sum() == pytest.approx(1)
        assert joint.covariance[places, places].sum() == pytest.approx(0, abs=1e-12)


@given(st.integers(0, 5000))
def test_a_cell_of_a_table_is_a_mean_in_a_domain(seed):
    design, random = sample(seed)
    codes, groups, y = (
        random.integers(-1, 3, 60),
        random.integers(-1, 2, 60),
        random.normal(size=60),
    )
    joint, averages = (
        shares(design, codes, 3, groups=groups, count=2),
        group_means(design, y, groups=groups, count=2),
    )
    domain = (groups == 1) & (codes >= 0)
    alone = mean(design, (codes == 2).astype(float), domain=domain)
    assert astuple(joint.estimates()[5]) == pytest.approx(astuple(alone), abs=1e-9)
    assert astuple(averages.estimates()[0]) == pytest.approx(
        astuple(mean(design, y, domain=groups == 0)), abs=1e-9
    )


@given(st.integers(0, 5000))
def test_a_response_set_is_its_answers_one_by_one(seed):
    design, random = sample(seed)
    flags, asked = random.random((60, 3)) > 0.6, random.random(60) > 0.2
    groups = random.integers(0, 2, 60)
    joint = response_shares(design, flags, asked, groups=groups, count=2)
    for place in range(6):
        group, answer = divmod(place, 3)
        alone = mean(design, flags[:, answer].astype(float), domain=asked & (groups == group))
        assert astuple(joint.estimates()[place]) == pytest.approx(astuple(alone), abs=1e-9)


def test_no_answer_is_not_in_the_base():
    design = simple(6)
    found = means(
        design, np.array([[1.0, NAN], [2, 5], [NAN, 7], [3, 9], [2, 7], [2, 7]])
    ).estimates()
    assert [one.value for one in found] == pytest.approx([2.0, 7.0])
    assert [one.n for one in found] == [5, 5]


def test_a_domain_keeps_the_design():
    """Dropping the others' units would make the error of a domain's total too small."""
    frame = pl.DataFrame({"p": [1, 1, 2, 2, 3, 3], "y": [1.0, 2, 3, 4, 5, 6]})
    design, inside = make_design(frame, clusters=["p"]), np.array([1, 0, 1, 0, 0, 0], dtype=bool)
    found = total(design, frame["y"].to_numpy(), domain=inside)
    by_hand = 3 / 2 * sum((t - 4 / 3) ** 2 for t in (1, 3, 0))
    assert found.se == pytest.approx(by_hand**0.5)
    assert found.df == 1


@pytest.mark.parametrize("estimate", [mean, total, proportion, quantile])
def test_a_domain_with_no_cases_is_said(estimate):
    with pytest.raises(NothingToEstimate, match="No interview is in this group"):
        estimate(simple(4), np.array([0.0, 1, 1, 0]), domain=np.zeros(4, dtype=bool))


def test_a_group_with_no_cases_leaves_the_others_alone():
    design = simple(4)
    joint = shares(design, np.array([0, 1, 1, 0]), 2, groups=np.array([0, 0, 2, 2]), count=3)
    found = joint.estimates()
    assert found[2] is found[3] is None
    assert [one.value for one in (*found[:2], *found[4:])] == [0.5] * 4
    assert share_estimates(joint)[2] is None
    assert np.isfinite(joint.covariance).all()


def test_one_case_has_a_value_and_no_interval():
    found = mean(simple(3), np.array([NAN, 4.0, NAN]))
    assert (found.value, found.low, found.high, found.deff, found.df) == (4.0, None, None, None, 0)


def test_everyone_agreeing_has_no_sampling_error_but_an_interval():
    found = proportion(simple(30), np.ones(30))
    assert (found.value, found.se, found.high) == (1.0, 0.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 30))
    none = proportion(simple(30), np.zeros(30))
    assert (none.low, none.high) == (0.0, pytest.approx(1 - found.low))


@settings(max_examples=50)
@given(st.integers(0, 5000), st.sampled_from(["logit", "beta"]))
def test_intervals_of_shares_stay_inside(seed, interval):
    design, random = sample(seed)
    found = proportion(design, random.random(60) > 0.95, interval=interval)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_ratio_over_nothing():
    with pytest.raises(TablesError, match="adds up to 0"):
        ratio(simple(3), np.ones(3), np.zeros(3))
    empty = ratios(simple(3), np.full((3, 1), NAN), np.ones((3, 1))).estimates()
    assert empty == (None,)


def test_a_difference_knows_that_its_parts_move_together():
    design, random = sample(3)
    flags = random.random(60) > 0.5
    joint = shares(design, flags.astype(np.int64), 2)
    found = joint.difference(1, 0)
    assert found.value == pytest.approx(2 * joint.values[1] - 1)
    assert found.se == pytest.approx(2 * joint.errors[1])
    assert found.low < found.value < found.high
    with pytest.raises(NothingToEstimate, match="two groups"):
        joint.difference(0, 0)


def slow_quantile(values, weights, p, rule):
    pairs = sorted((v, w) for v, w in zip(values, weights, strict=True) if w > 0)
    whole, so_far = sum(w for _v, w in pairs), 0.0
    for at, (value, weight) in enumerate(pairs):
        so_far += weight
        if abs(so_far - p * whole) < 1e-9 * whole:
            following = pairs[min(at + 1, len(pairs) - 1)][0]
            return value if rule == "math" else (value + following) / 2
        if so_far > p * whole:
            return value
    return pairs[-1][0]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=2, max_size=30),
    st.sampled_from([0.1, 0.25, 0.5, 0.75]),
    st.sampled_from(["math", "school"]),
)
def test_quantiles_are_the_slow_twins(rows, p, rule):
    values, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    if not weights.any():
        weights[0] = 1.0
    design = make_design(pl.DataFrame({"w": weights}), weights="w")
    found = quantile(design, values, p, rule=rule)
    assert found.value == slow_quantile(values, weights, p, rule)
    for end in (found.low, found.high, found.se):
        assert end is None or np.isfinite(end)


def test_an_end_of_a_quantile_beyond_the_sample_is_not_told():
    low, high = quantiles(simple(8), np.arange(8.0), [0.05, 0.95])
    assert (low.low, low.se) == (None, None)
    assert (high.high, high.se) == (None, None)
    logit = quantile(simple(8), np.arange(8.0), 0.95, interval="xlogit")
    assert logit.low <= logit.value <= logit.high


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mean(simple(3), np.ones(2)), r"shape \(2, 1\); the design has 3 rows"),
        (lambda: mean(simple(3), np.array([1, np.inf, 2])), "infinite"),
        (
            lambda: mean(simple(3), np.ones(3), domain=np.ones(2, dtype=bool)),
            "3 times true or false",
        ),
        (lambda: mean(simple(3), np.ones(3), level=95), "confidence level is 95"),
        (lambda: proportion(simple(3), np.array([0.0, 1, 2])), "true or false"),
        (lambda: quantile(simple(3), np.ones(3), 50), "between 0 and 1"),
        (lambda: shares(simple(3), np.array([0, 1, 5]), 2), "outside -1 to 1"),
        (lambda: shares(simple(3), np.array([0, 1]), 2), "3 whole numbers"),
        (lambda: shares(simple(3), np.array([0, 1, 1]), 2, count=2), "which row is in which"),
    ],
)
def test_what_is_wrong_is_said(call, words):
    with pytest.raises(TablesError, match=words):
        call()
