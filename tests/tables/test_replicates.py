"""Replicate weights: made ones agree with linearised errors, given ones are checked."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spean.tables.design import make_design, make_replicates, read_replicates
from spean.tables.errors import DesignError
from spean.tables.estimate import group_means, mean, proportion, shares, total


def paired(seed, strata=5, size=3):
    random = np.random.default_rng(seed)
    n = strata * 2 * size
    return pl.DataFrame(
        {
            "s": np.repeat(np.arange(strata), 2 * size),
            "p": np.repeat(np.arange(strata * 2), size),
            "w": random.random(n) + 0.5,
            "y": random.normal(size=n),
        }
    )


def design_of(frame, **how):
    return make_design(frame, weights="w", strata=["s"], clusters=["p"], **how)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["JKn", "BRR", "Fay"]))
def test_errors_of_totals_are_those_of_linearisation(seed, kind):
    frame = paired(seed)
    design, y = design_of(frame), frame["y"].to_numpy()
    made = total(make_replicates(design, kind), y)
    assert made.se == pytest.approx(total(design, y).se)
    assert made.df == 5


def test_jackknife_carries_the_fpc():
    frame = paired(1).with_columns(N=pl.lit(4))
    design, y = design_of(frame, fpc=["N"]), frame["y"].to_numpy()
    assert total(make_replicates(design, "JKn"), y).se == pytest.approx(total(design, y).se)


def test_bootstrap_comes_near_and_keeps_to_its_seed():
    frame = paired(2, strata=8)
    design, y = design_of(frame), frame["y"].to_numpy()
    made = [
        total(make_replicates(design, "bootstrap", replicates=2000, seed=s), y).se
        for s in (1, 1, 2)
    ]
    assert made[0] == made[1] != made[2]
    assert made == pytest.approx([total(design, y).se] * 3, rel=0.08)


def test_bootstrap_with_fpc_shrinks_as_it_should():
    frame = paired(2, strata=8).with_columns(N=pl.lit(4))
    design, y = design_of(frame, fpc=["N"]), frame["y"].to_numpy()
    made = total(make_replicates(design, "bootstrap", replicates=2000, seed=1), y).se
    assert made == pytest.approx(total(design, y).se, rel=0.08)


def test_given_as_columns_they_give_what_the_made_ones_give():
    frame = paired(3)
    made = make_replicates(design_of(frame), "JKn", mse=True)
    columns = {f"r{at}": made.base * made.factors[made.unit, at] for at in range(made.replicates)}
    given_ones = read_replicates(
        frame.with_columns(**{name: pl.Series(values) for name, values in columns.items()}),
        weights="w",
        replicates=list(columns),
        kind="JKn",
        rscales=made.rscales.tolist(),
        mse=True,
    )
    y, codes = frame["y"].to_numpy(), (np.arange(30) % 3).astype(np.int64)
    assert mean(given_ones, y).se == pytest.approx(mean(made, y).se)
    assert mean(given_ones, y).df == mean(made, y).df == 5
    cells = [shares(design, codes, 3).errors for design in (made, given_ones)]
    assert cells[0] == pytest.approx(cells[1])
    means = [group_means(design, y, groups=codes, count=3).errors for design in (made, given_ones)]
    assert means[0] == pytest.approx(means[1])


def test_a_weighting_step_is_done_again_in_every_replicate():
    frame = paired(4)
    classes = np.arange(30) % 2

    def step(weights):
        return weights * (np.array([60.0, 40.0]) / np.bincount(classes, weights))[classes]

    made = make_replicates(design_of(frame), "JKn").reweighted(step)
    known = total(made, (classes == 0).astype(float))
    assert known.value == pytest.approx(60)
    assert known.se == pytest.approx(0, abs=1e-9)


def test_a_group_that_one_replicate_leaves_empty_has_an_error_all_the_same():
    frame = paired(5)
    inside = (frame["p"] == 3).to_numpy()
    found = mean(make_replicates(design_of(frame), "JKn"), frame["y"].to_numpy(), domain=inside)
    assert np.isfinite(found.se)
    assert found.low is None


def test_lonely_choices_of_the_jackknife():
    frame = pl.concat([paired(6), pl.DataFrame({"s": [9], "p": [99], "w": [1.0], "y": [2.0]})])
    y = frame["y"].to_numpy()
    errors = {
        lonely: total(make_replicates(design_of(frame, lonely=lonely), "JKn"), y).se
        for lonely in ("remove", "certainty", "average", "adjust")
    }
    assert errors["remove"] == errors["certainty"]
    assert errors["average"] ** 2 == pytest.approx(errors["remove"] ** 2 * 11 / 10)
    assert errors["adjust"] > errors["remove"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("JK1", "choose JKn"),
        ("ACS", "makes replicates of the kinds"),
        ("BRR", "need two PSUs in each stratum"),
    ],
)
def test_kinds_that_the_design_does_not_allow(kind, words):
    frame = paired(7)
    with pytest.raises(DesignError, match=words):
        make_replicates(make_design(frame, weights="w", strata=["s"]), kind)


def test_adjusted_weights_are_not_replicated():
    class Step:
        def residuals(self, scores):
            return scores

    design = design_of(paired(8))
    with pytest.raises(DesignError, match="Make the replicates from the design before"):
        make_replicates(design.reweighted(design.weights, Step()), "JKn")


@pytest.mark.parametrize(
    ("count", "how", "words"),
    [
        (1, {"kind": "bootstrap"}, "too few"),
        (3, {"kind": "BRR"}, "2 or a multiple of 4"),
        (4, {"kind": "JKn"}, "needs rscales"),
        (4, {"kind": "JKn", "rscales": [0.5, 0.5]}, "2 rscales for 4 replicates"),
        (4, {"kind": "JKn", "rscales": [0.5, -1, 1, 1]}, "none negative"),
        (4, {"kind": "Fay"}, "needs its rho"),
        (4, {"kind": "Fay", "rho": 1.0}, "less than 1"),
        (4, {"kind": "other"}, "needs its scale"),
        (4, {"kind": "half"}, "is not known"),
        (4, {"kind": "bootstrap", "combined": False}, "combined=True"),
    ],
)
def test_given_replicates_are_checked(count, how, words):
    columns = {f"r{at}": [90.0, 110.0, 100.0] for at in range(count)}
    frame = pl.DataFrame({"w": [100.0, 100.0, 100.0], **columns})
    with pytest.raises(DesignError, match=words):
        read_replicates(frame, weights="w", replicates=list(columns), **how)


def test_factors_taken_for_weights():
    frame = pl.DataFrame({"w": [100.0, 100.0], "a": [2.0, 0.0], "b": [0.0, 2.0]})
    with pytest.raises(DesignError, match="combined=False"):
        read_replicates(frame, weights="w", replicates=["a", "b"], kind="BRR")


def test_a_gap_in_a_replicate_weight():
    frame = pl.DataFrame({"w": [1.0, 1.0], "a": [1.0, None], "b": [0.0, 2.0]})
    with pytest.raises(DesignError, match=r"“a” .* no number in row 2"):
        read_replicates(frame, weights="w", replicates=["a", "b"], kind="BRR")


def test_shares_from_replicates_stay_inside_0_and_1():
    frame = paired(9)
    found = proportion(make_replicates(design_of(frame), "JKn"), frame["y"].to_numpy() > 1.5)
    assert 0 < found.low < found.value < found.high < 1
