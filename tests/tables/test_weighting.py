"""Weighting by its properties, and against hand-worked tables and a plain-Python twin."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spean.tables.weighting import (
    Amount,
    Categories,
    CellResiduals,
    NotConverged,
    RegressionResiduals,
    WeightingError,
    adjust_for_nonresponse,
    calibrate,
    diagnose,
    fits,
    post_stratify,
    rake,
    trim,
)


def categories(name, codes, totals):
    labels = tuple(f"c{at}" for at in range(len(totals)))
    return Categories(name, labels, np.array(codes), np.array(totals, float))


@st.composite
def samples(draw, margins=2):
    """Cases with starting weights, margins whose totals some positive weights meet, a number."""
    n = draw(st.integers(12, 40))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    start, truth = rng.uniform(0.5, 3, n), rng.uniform(0.5, 3, n)
    made = []
    for at in range(margins):
        k = draw(st.integers(2, 3))
        codes = rng.permutation(np.arange(n) % k)
        made.append(categories(f"m{at}", codes, np.bincount(codes, truth, k)))
    values = rng.normal(10, 3, n)
    return start, made, Amount("x", values, np.array([truth @ values])), rng


def met(targets, weights, relative=1e-7):
    return all(abs(fit.off) < relative for fit in fits(targets, weights, weights))


def plain_raking(start, margins):
    """Deming and Stephan's rounds, one case and one category at a time."""
    weights = [float(w) for w in start]
    for _ in range(2000):
        for margin in margins:
            for at, total in enumerate(margin.totals):
                members = [i for i, code in enumerate(margin.codes) if code == at]
                have = sum(weights[i] for i in members)
                for i in members:
                    weights[i] *= total / have
    return weights


@given(samples())
@settings(max_examples=10, deadline=None)
def test_raking_is_what_a_plain_loop_gives(sample):
    start, margins, _number, _rng = sample
    assert rake(start, margins).weights == pytest.approx(plain_raking(start, margins), rel=1e-6)


@given(samples(margins=3), st.floats(0.01, 1000))
@settings(deadline=None)
def test_raking_meets_every_margin_whatever_the_scale_of_the_start(sample, scale):
    start, margins, _number, _rng = sample
    weights = rake(start, margins).weights
    assert met(margins, weights)
    assert rake(start * scale, margins).weights == pytest.approx(weights, rel=1e-6)


@given(samples(), st.floats(0.01, 1000))
@settings(deadline=None)
def test_weights_grow_with_the_population(sample, scale):
    start, margins, number, _rng = sample
    larger = [
        *(Categories(m.name, m.labels, m.codes, m.totals * scale) for m in margins),
        Amount("x", number.values, number.totals * scale),
    ]
    linear = calibrate(start, [*margins, number]).weights
    assert calibrate(start * scale, larger).weights == pytest.approx(linear * scale, rel=1e-6)


@given(samples())
@settings(deadline=None)
def test_raking_and_the_raking_distance_are_one(sample):
    start, margins, _number, _rng = sample
    same = calibrate(start, margins, distance="raking").weights
    assert rake(start, margins).weights == pytest.approx(same, rel=1e-6)


@given(samples())
@settings(deadline=None)
def test_linear_calibration_to_cells_is_post_stratification(sample):
    start, margins, _number, rng = sample
    by_cells = post_stratify(start, margins[0])
    by_slopes = calibrate(start, margins[:1])
    assert by_slopes.weights == pytest.approx(by_cells.weights, rel=1e-9)
    scores = rng.normal(size=(len(start), 3))
    assert isinstance(by_cells.adjustment, CellResiduals)
    assert isinstance(by_slopes.adjustment, RegressionResiduals)
    left = by_cells.adjustment.residuals(scores)
    assert by_slopes.adjustment.residuals(scores) == pytest.approx(left, abs=1e-9)


@given(samples(), st.sampled_from(["linear", "raking", "logit"]))
@settings(deadline=None)
def test_known_totals_have_no_variance_left(sample, distance):
    start, margins, number, _rng = sample
    targets = [*margins, number]
    bounds = (0.01, 50.0) if distance == "logit" else None
    try:
        made = calibrate(start, targets, distance=distance, bounds=bounds)
    except NotConverged:
        assume(False)
    assert met(targets, made.weights)
    for target in targets:
        scores = made.weights[:, None] * target.columns().toarray()
        left = made.adjustment.residuals(scores)
        assert np.abs(left).max() < 1e-7 * np.abs(scores).max()


@given(samples(), st.sampled_from(["linear", "raking", "logit"]))
@settings(deadline=None)
def test_ratios_stay_inside_the_bounds(sample, distance):
    start, margins, _number, _rng = sample
    low, high = 0.4, 2.5
    try:
        made = calibrate(start, margins, distance=distance, bounds=(low, high))
    except NotConverged as error:
        assert error.gaps
        return
    ratio = made.weights / start
    assert met(margins, made.weights)
    assert ratio.min() >= low - 1e-12
    assert ratio.max() <= high + 1e-12


@given(samples())
@settings(deadline=None)
def test_weights_that_meet_the_margins_stay(sample):
    start, margins, number, _rng = sample
    once = calibrate(start, [*margins, number]).weights
    assume((once > 0).all())
    assert calibrate(once, [*margins, number]).weights == pytest.approx(once, rel=1e-8)


def test_cases_of_weight_0_stay_at_0_and_touch_nothing():
    start = np.array([1.0, 1, 1, 1, 0])
    sex, place = (
        categories("s", [0, 0, 1, 1, 1], [30, 10]),
        categories("p", [0, 1, 0, 1, 0], [25, 15]),
    )
    made = rake(start, [sex, place])
    assert made.weights[4] == 0
    shorter = [categories(m.name, m.codes[:4], m.totals) for m in (sex, place)]
    assert made.weights[:4] == pytest.approx(rake(start[:4], shorter).weights)
    scores = made.weights[:, None] * np.array([[3.0], [1], [4], [1], [5]])
    left = made.adjustment.residuals(scores)
    assert left[4, 0] == 0
    assert np.isfinite(left).all()


def test_raking_says_how_far_off_which_margin_is():
    sex = categories("sex", [0, 0, 1, 1], [50, 50])
    work = categories("work", [0, 0, 1, 1], [80, 20])
    with pytest.raises(NotConverged, match=r"in 30 rounds") as caught:
        rake(np.ones(4), [sex, work], max_rounds=30)
    assert "sex = c0: weighted 80, wanted 50 (+30, +60 %)" in str(caught.value)


def test_bounds_without_a_solution_say_what_the_margins_ask_for():
    sex = categories("sex", [0, 0, 0, 1], [10, 30])
    with pytest.raises(NotConverged, match=r"ratios of 3\.33 to 30 on average. Widen"):
        calibrate(np.ones(4), [sex], distance="logit", bounds=(0.5, 4))


def test_bounds_where_r_s_newton_steps_run_in_circles_are_met():
    """R's calibrate (raking, bounds 0.6 to 1.6 on apiclus1) fails; a solution exists."""
    rng = np.random.default_rng(3)
    x = rng.normal(600, 100, 200)
    groups = categories("g", rng.permutation(np.arange(200) % 3), [60, 70, 70])
    number = Amount("x", x, np.array([200 * x.mean() * 1.03]))
    made = calibrate(np.ones(200), [groups, number], distance="raking", bounds=(0.75, 1.35))
    assert (made.weights == 1.35).any()
    assert (made.weights == 0.75).any()
    assert met([groups, number], made.weights)


@pytest.mark.parametrize(
    ("start", "totals", "said"),
    [
        ([1, 1, 1], [5, 0], "c1: the population has none, but there are cases"),
        ([1, 1, 0], [5, 5], "c1: the population has 5, but no case has a weight"),
        ([1, 1, 1], [5, -1], "the total is -1"),
        ([1, 1, 1], [5, float("nan")], "a total is missing"),
        ([1, -1, 1], [5, 5], "negative or missing: 1"),
        ([1, float("nan"), 1], [5, 5], "negative or missing"),
        ([0, 0, 0], [5, 5], "All starting weights are 0"),
    ],
)
def test_what_cannot_be_weighted_is_said(start, totals, said):
    target = categories("m", [0, 0, 1], totals)
    for method in (post_stratify, lambda d, t: rake(d, [t]), lambda d, t: calibrate(d, [t])):
        with pytest.raises(WeightingError, match=said):
            method(np.array(start, float), target)


def test_margins_of_different_populations_are_refused():
    one, two = categories("a", [0, 1], [50, 50]), categories("b", [0, 1], [60, 50])
    with pytest.raises(
        WeightingError, match=r"b sum to 110, those of the first margin to 100: \+10"
    ):
        rake(np.ones(2), [one, two])


@pytest.mark.parametrize("bounds", [(1.2, 3.0), (0.2, 0.9), (2.0, 0.5)])
def test_bounds_must_lie_around_1(bounds):
    with pytest.raises(WeightingError, match="two sides of 1"):
        calibrate(np.ones(2), [categories("a", [0, 1], [1, 1])], bounds=bounds)


def test_logit_needs_bounds():
    with pytest.raises(WeightingError, match="needs two bounds"):
        calibrate(np.ones(2), [categories("a", [0, 1], [1, 1])], distance="logit")


def test_non_response_by_hand():
    cells = categories("cell", [0] * 4 + [1] * 4, [0, 0])
    answered = np.array([1, 1, 0, 0, 1, 1, 1, 0], bool)
    made = adjust_for_nonresponse(np.full(8, 2.0), answered, cells, fewest=2)
    assert made.weights == pytest.approx([4, 4, 0, 0, 8 / 3, 8 / 3, 8 / 3, 0])
    assert [cell.factor for cell in made.cells] == pytest.approx([2, 4 / 3])


def test_small_cells_join_the_neighbour_with_fewer_answers_or_are_refused():
    codes = np.repeat([0, 1, 2], [4, 3, 4])
    answered = np.array([1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0], bool)
    cells = categories("age", codes, [0, 0, 0])
    made = adjust_for_nonresponse(np.ones(11), answered, cells, fewest=3)
    assert [cell.labels for cell in made.cells] == [("c0",), ("c1", "c2")]
    assert [cell.answered for cell in made.cells] == [4, 4]
    assert made.weights.sum() == pytest.approx(11)
    with pytest.raises(
        WeightingError, match=r"age = c1: 1 answered and their weights would grow 3 times"
    ):
        adjust_for_nonresponse(np.ones(11), answered, cells, fewest=3, small="refuse")
    with pytest.raises(WeightingError, match="c0, c1, c2: 8 answered"):
        adjust_for_nonresponse(np.ones(11), answered, cells, fewest=9)
    with pytest.raises(WeightingError, match="Nobody answered"):
        adjust_for_nonresponse(np.ones(11), np.zeros(11, bool), cells)


@given(st.lists(st.floats(0.1, 50), min_size=4, max_size=40), st.integers(1, 3), st.floats(1.05, 5))
@settings(deadline=None)
def test_trimming_keeps_each_stratum_s_sum_and_the_limit(weights, strata, room):
    weights = np.array(weights)
    groups = np.arange(len(weights)) % strata
    means = np.bincount(groups, weights) / np.bincount(groups)
    limit = room * means.max()
    made = trim(weights, limit=limit, strata=groups)
    assert made.weights.max() <= limit * (1 + 1e-8)
    assert np.bincount(groups, made.weights) == pytest.approx(np.bincount(groups, weights))
    kept = ~made.cut
    assert (made.weights[kept] >= weights[kept] * (1 - 1e-9)).all()


def test_a_limit_under_the_mean_is_refused():
    with pytest.raises(WeightingError, match="under the mean weight of a stratum, 2"):
        trim(np.array([1.0, 3.0]), limit=1.5)
    with pytest.raises(WeightingError, match="Give either"):
        trim(np.array([1.0, 3.0]))


def test_trimming_at_a_multiple_of_the_median():
    made = trim(np.array([1.0, 1, 1, 1, 6, 0]), times_median=4)
    assert made.limit == 4
    assert made.weights == pytest.approx([1.5, 1.5, 1.5, 1.5, 4, 0])


def test_diagnostics_by_hand():
    found = diagnose(np.array([1.0, 1, 1, 1, 6, 0]), list("abcdef"))
    assert (found.n, found.zero, found.sum, found.median) == (5, 1, 10, 1)
    assert found.kish == pytest.approx(40 / 5 / 4)
    assert found.cv == pytest.approx(1.0)
    assert found.effective == pytest.approx(2.5)
    assert [(e.id, e.weight, e.times_median) for e in found.extremes] == [("e", 6, 6)]


def test_equal_weights_cost_nothing():
    found = diagnose(np.full(7, 3.3), list("abcdefg"))
    assert (found.kish, found.effective) == (pytest.approx(1), pytest.approx(7))
    assert found.extremes == ()
    with pytest.raises(WeightingError, match="All weights are 0"):
        diagnose(np.zeros(2), ["a", "b"])
