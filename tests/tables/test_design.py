"""Designs: how the variance adds up, held against slow twins, and what is refused and why."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spean.tables.design import Design, between_psu, make_design
from spean.tables.design.design import cell_blocks
from spean.tables.errors import DesignError


def slow_between(totals, strata, sampled, fraction):
    """The same sum, stratum by stratum, as a textbook writes it."""
    k = len(totals[0])
    covariance = np.zeros((k, k))
    for stratum, n in enumerate(sampled):
        rows = [np.array(t) for t, s in zip(totals, strata, strict=True) if s == stratum]
        if not rows or n < 2:
            continue
        share = next(f for f, s in zip(fraction, strata, strict=True) if s == stratum)
        rows += [np.zeros(k)] * (n - len(rows))
        middle = sum(rows) / n
        for row in rows:
            covariance += (1 - share) * n / (n - 1) * np.outer(row - middle, row - middle)
    return covariance


@st.composite
def psu_totals(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    strata = [at for at, size in enumerate(sizes) for _ in range(size)]
    value = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))
    totals = [[draw(value), draw(value)] for _ in strata]
    missed = [draw(st.integers(0, 3)) for _ in sizes]
    sampled = [max(2, size + more) for size, more in zip(sizes, missed, strict=True)]
    shares = [draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])) for _ in sizes]
    return totals, strata, sampled, [shares[s] for s in strata]


@given(psu_totals())
def test_between_psu_is_the_textbook_sum(made):
    totals, strata, sampled, fraction = made
    fast = between_psu(
        np.array(totals), np.array(strata), sampled=np.array(sampled), fraction=np.array(fraction)
    )
    assert fast == pytest.approx(
        slow_between(totals, strata, sampled, fraction), rel=1e-9, abs=1e-6
    )


def test_units_of_a_domain_that_are_missing_count_as_zero():
    all_three = between_psu(np.array([[5.0], [7.0], [0.0]]), np.array([0, 0, 0]))
    without = between_psu(np.array([[5.0], [7.0]]), np.array([0, 0]), sampled=np.array([3]))
    assert without == pytest.approx(all_three)


def test_linear_scores_may_be_made_block_by_block(monkeypatch):
    random = np.random.default_rng(4)
    totals, strata = random.normal(size=(50, 3)), random.integers(0, 4, 50)
    map_ = np.array([[1.0, 0.5], [0.0, -2.0], [3.0, 1.0]])
    whole = between_psu(totals @ map_, strata)
    monkeypatch.setattr("spean.tables.design.variance._BLOCK", 7)
    assert between_psu(totals, strata, scores=lambda rows: rows @ map_) == pytest.approx(whole)


def recursive(frame, scores, rows, stage, names):
    """R's multistage, as it is written: a stage, then each of its units by itself."""
    cluster, fpc = names[stage]
    units = sorted({frame[cluster][int(row)] for row in rows})
    inside = {unit: [row for row in rows if frame[cluster][int(row)] == unit] for unit in units}
    n, population = len(units), frame[fpc][int(rows[0])]
    sums = np.array([scores[inside[unit]].sum() for unit in units])
    variance = 0.0
    if n > 1:
        variance = (1 - n / population) * n / (n - 1) * ((sums - sums.mean()) ** 2).sum()
    if stage + 1 < len(names):
        below = [recursive(frame, scores, inside[unit], stage + 1, names) for unit in units]
        variance += n / population * sum(below)
    return variance


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_three_stages_add_up_as_the_recursion_does(seed):
    random = np.random.default_rng(seed)
    rows = []
    for psu in range(random.integers(2, 5)):
        for ssu in range(inner := int(random.integers(2, 4))):
            for person in range(people := int(random.integers(2, 5))):
                rows.append((psu, ssu, person, 9, inner + 2, people + 1, random.normal()))
    frame = pl.DataFrame(rows, schema=["a", "b", "c", "A", "B", "C", "y"], orient="row")
    design = make_design(frame, clusters=["a", "b", "c"], fpc=["A", "B", "C"])
    scores = design.weights * frame["y"].to_numpy()
    names = [("a", "A"), ("b", "B"), ("c", "C")]
    expected = recursive(frame, scores, np.arange(frame.height), 0, names)
    assert design.variance(scores[:, None])[0, 0] == pytest.approx(expected)


def test_later_stages_add_nothing_without_fpc():
    frame = pl.DataFrame({"a": [1, 1, 2, 2, 3], "b": [1, 2, 1, 2, 1], "y": [1.0, 2, 3, 4, 5]})
    y = frame["y"].to_numpy()[:, None]
    two, one = make_design(frame, clusters=["a", "b"]), make_design(frame, clusters=["a"])
    assert two.variance(y) == pytest.approx(one.variance(y))


@given(st.integers(0, 10_000))
def test_sums_by_cell_are_sums_of_columns_of_cells(seed):
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {"s": [0] * 15 + [1] * 15, "p": list(range(10)) * 3, "w": random.random(30)}
    )
    design = make_design(frame, weights="w", strata=["s"], clusters=["p"], nest=True)
    codes, measure = random.integers(-1, 4, 30), random.normal(size=30)
    columns = np.hstack(list(cell_blocks(codes, 4, measure)))
    at_once, spread = design.cell_sums(codes, 4, measure), design.sums(columns)
    assert at_once.totals == pytest.approx(spread.totals)
    assert at_once.parts == pytest.approx(spread.parts)


class Times:
    def __init__(self, log, name):
        self.log, self.name = log, name

    def residuals(self, scores):
        self.log.append(self.name)
        return scores


def test_adjusted_cells_come_in_blocks(monkeypatch):
    monkeypatch.setattr("spean.tables.design.design._CELLS", 3)
    design = make_design(pl.DataFrame({"y": [0.0] * 8}))
    codes = np.array([0, 1, 2, 3, 4, 5, 6, -1])
    found = design.reweighted(design.weights, Times([], "")).cell_sums(codes, 7)
    assert found.totals.tolist() == [1.0] * 7
    assert found.parts == pytest.approx(design.cell_sums(codes, 7).parts)


def test_the_last_weighting_step_is_taken_out_first():
    log = []
    design = make_design(pl.DataFrame({"y": [1.0, 2, 3]}))
    adjusted = design.reweighted(design.weights, Times(log, "first"))
    adjusted = adjusted.reweighted(design.weights * 2, Times(log, "second"))
    adjusted.variance(np.ones((3, 1)))
    assert log == ["second", "first"]
    assert adjusted.weights.tolist() == [2.0, 2.0, 2.0]


def test_numbers_that_start_anew_in_each_stratum_need_nest():
    frame = pl.DataFrame({"s": ["a", "a", "b", "b"], "p": [1, 2, 1, 2]})
    assert make_design(frame, strata=["s"], clusters=["p"], nest=True).degrees() == 2
    with pytest.raises(DesignError, match=r"p = 1 stands in two strata \(s = a and b\).*nest=True"):
        make_design(frame, strata=["s"], clusters=["p"])


def test_weights_follow_from_the_fpc():
    frame = pl.DataFrame({"a": [1, 1, 2, 2], "b": [1, 2, 1, 2], "A": [10] * 4, "B": [4] * 4})
    assert make_design(frame, clusters=["a", "b"], fpc=["A", "B"]).weights.tolist() == [10.0] * 4


def test_shares_sampled_are_as_good_as_population_sizes():
    frame = pl.DataFrame({"y": [1.0, 5, 3], "size": [12] * 3, "share": [0.25] * 3})
    y = frame["y"].to_numpy()[:, None]
    by_size, by_share = (make_design(frame, fpc=[name]) for name in ("size", "share"))
    assert by_size.weights == pytest.approx(by_share.weights)
    assert by_size.variance(y) == pytest.approx(by_share.variance(y))


def test_a_stratum_taken_whole_may_have_one_unit():
    frame = pl.DataFrame({"s": ["a", "b", "b"], "N": [1, 5, 5], "y": [9.0, 1, 2]})
    design = make_design(frame, strata=["s"], fpc=["N"])
    assert design.variance(frame["y"].to_numpy()[:, None])[0, 0] == pytest.approx(0.6)


def test_rows_taken_with_certainty_add_nothing():
    frame = pl.DataFrame({"sure": [True, False, False], "y": [100.0, 1, 3]})
    design = make_design(frame, certainty="sure")
    assert design.variance(frame["y"].to_numpy()[:, None])[0, 0] == pytest.approx(4)
    assert design.degrees() == 1


def test_a_unit_taken_with_certainty_is_a_stratum_sampled_by_what_is_inside():
    frame = pl.DataFrame(
        {
            "p": [1, 1, 1, 2, 2, 3],
            "h": [1, 1, 2, 1, 2, 1],
            "sure": [True] * 3 + [False] * 3,
            "y": [1.0, 2, 4, 8, 9, 5],
        }
    )
    y = frame["y"].to_numpy()[:, None]
    design = make_design(frame, clusters=["p", "h"], certainty="sure")
    by_hand = between_psu(np.array([[3.0], [4.0], [17.0], [5.0]]), np.array([0, 0, 1, 1]))
    assert design.variance(y) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (-1.0, r"row 2 has the weight -1"),
        (None, r"no number in row 2"),
        (float("nan"), "no number in row 2"),
    ],
)
def test_weights_that_cannot_be(weight, words):
    with pytest.raises(DesignError, match=words):
        make_design(pl.DataFrame({"w": [1.0, weight, 1.0]}), weights="w")


def test_all_weights_zero():
    with pytest.raises(DesignError, match="every weight is 0"):
        make_design(pl.DataFrame({"w": [0.0, 0.0]}), weights="w")


def test_weights_of_the_wrong_number():
    design = make_design(pl.DataFrame({"y": [1, 2, 3]}))
    with pytest.raises(DesignError, match=r"3 interviews, but the adjusted weights holds 2"):
        design.reweighted(np.ones(2), Times([], ""))


LONELY = pl.DataFrame(
    {"region": ["north", "north", "south"], "village": ["v1", "v2", "v3"], "y": [1.0, 2, 3]}
)


def test_a_stratum_with_one_unit_is_named():
    with pytest.raises(DesignError, match=r"stratum region = south,.*lonely='adjust'"):
        make_design(LONELY, strata=["region"], clusters=["village"])


def test_a_sample_of_one_unit_is_refused():
    with pytest.raises(DesignError, match=r"\(the whole sample\)"):
        make_design(pl.DataFrame({"p": [1, 1, 1]}), clusters=["p"])


def test_nothing_to_average():
    frame = pl.DataFrame({"s": ["a", "b"], "y": [1.0, 2.0]})
    with pytest.raises(DesignError, match="nothing to average"):
        make_design(frame, strata=["s"], lonely="average").variance(np.ones((2, 1)))


@pytest.mark.parametrize(
    ("columns", "how", "words"),
    [
        ({"N": [2, 2, 2]}, {"fpc": ["N"]}, r"says that there are 2 units.*but 3 were sampled"),
        (
            {"N": [9, 9, 8]},
            {"fpc": ["N"]},
            "varies within a stratum: 9 in row 1, 8 elsewhere",
        ),
        ({"N": [9.0, 0.5, 9.0]}, {"fpc": ["N"]}, "not both"),
        ({"N": [9, 9, 9]}, {"fpc": ["N"], "pps": True}, "inclusion probabilities"),
        ({"N": [0.0, 0.0, 0.0]}, {"fpc": ["N"]}, "above 0"),
        ({"N": [9, 9, 9]}, {"fpc": ["N", "N"]}, "2 FPC columns for 1 stages"),
        ({"N": ["a", "b", "c"]}, {"fpc": ["N"]}, "not numbers"),
        ({"s": ["a", None, "a"]}, {"strata": ["s"]}, "“s” has no value in row 2"),
        ({"s": ["a"] * 3}, {"strata": ["stratum"]}, "no column “stratum”"),
        (
            {"p": [1, 1, 2], "sure": [True, False, False]},
            {"clusters": ["p"], "certainty": "sure"},
            "same for all rows",
        ),
        ({"y": [1, 2, 3]}, {"lonely": "none"}, "choose one of"),
    ],
)
def test_what_is_wrong_is_said(columns, how, words):
    with pytest.raises(DesignError, match=words):
        make_design(pl.DataFrame(columns), **how)


def test_no_interviews():
    with pytest.raises(DesignError, match="no interviews"):
        make_design(pl.DataFrame({"w": []}), weights="w")


@given(st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter(order):
    random = np.random.default_rng(8)
    frame = pl.DataFrame({"s": ["x", "y"] * 6, "p": [0, 1, 2, 3] * 3, "y": random.normal(size=12)})
    one, other = frame, frame[list(order)]

    def variance(of: pl.DataFrame) -> float:
        made: Design = make_design(of, strata=["s"], clusters=["p"])
        return made.variance(of["y"].to_numpy()[:, None])[0, 0]

    assert variance(other) == pytest.approx(variance(one))


def test_codes_may_be_of_any_type():
    frame = pl.DataFrame({"s": ["x", "x", "y", "y"], "p": [1.5, 2.5, 3.5, 4.5]})
    kinds = frame.with_columns(s=pl.col("s").cast(pl.Categorical))
    assert make_design(kinds, strata=["s"], clusters=["p"]).degrees() == 2
