"""Weighted tables from totals of sampling units are those that the rows give, on every engine."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spean.survey.study import open_study
from spean.tables.design import make_design
from spean.tables.engine import open_engine, scan_answers
from spean.tables.engine.sample import Sample
from spean.tables.errors import DesignError, NothingToEstimate
from spean.tables.estimate import (
    rao_scott,
    rao_scott_set,
    response_shares,
    share_estimates,
    shares,
)
from spean.tables.plan import read_plan
from spean.tables.survey_table import survey_tables

SURVEY = """type,name,label
select_one sex,sex,Sex
select_one answer,q,Question
select_multiple option,m,Questions
"""
CHOICES = """list_name,name,label
sex,1,Woman
sex,2,Man
answer,1,A
answer,2,B
answer,3,C
option,1,X
option,2,Y
option,3,Z
"""
PLAN = """
[group.women]
where = "${sex} = '1'"
[group.men]
where = "${sex} = '2'"
[banner.sex]
groups = ["women", "men", "total"]
parts = ["women", "men"]
whole = "total"
[[table]]
id = "t1"
banner = "sex"
panel = [{ id = "q", variable = "q" }, { id = "m", variable = "m" }]
[[table]]
id = "t2"
banner = "sex"
panel = [{ id = "some", variable = "q", rows = ["2"] }]
"""


@pytest.fixture(scope="module")
def sampled_study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sampled")
    (folder / "instrument").mkdir()
    (folder / "instrument" / "survey.csv").write_text(SURVEY)
    (folder / "instrument" / "choices.csv").write_text(CHOICES)
    (folder / "instrument" / "settings.csv").write_text("form_id,default_language\nsampled,en\n")
    (folder / "study.toml").write_text('title = "Sampled"\n')
    (folder / "tabulation.toml").write_text(PLAN)
    return folder


def people(seed, rows=160):
    """Strata of several PSUs; a stratum's PSUs miss women; blanks; some weights 0."""
    random = np.random.default_rng(seed)
    psu = random.integers(0, 14, rows)
    flags = random.random((rows, 3)) < (0.5, 0.3, 0.1)
    frame = pl.DataFrame(
        {
            "stratum": psu // 4,
            "psu": psu,
            "weight": np.where(random.random(rows) < 0.05, 0.0, random.gamma(2, 1, rows)),
            "sex": np.where(psu == 3, 2, random.integers(1, 3, rows)),
            "q": random.choice([1, 2, 3, 0], rows, p=[0.5, 0.3, 0.1, 0.1]),
            **{f"m/{at + 1}": flags[:, at] for at in range(3)},
        }
    )
    return frame.with_columns(pl.when(pl.col("q") > 0).then("q"))


def tables(frame, study, engine, sample):
    opened = open_study(study)
    plan = read_plan(study / "tabulation.toml", opened.codebook)
    path = study / f"{engine.name}.parquet"
    frame.write_parquet(path)
    return survey_tables(plan, opened.codebook, scan_answers(path, opened.codebook, engine), sample)


def design_of(frame, sample):
    return make_design(
        frame,
        weights="weight",
        strata=["stratum"],
        clusters=[sample.psu] if sample.psu else [],
        nest=sample.nest,
        lonely=sample.lonely,
    )


def by_rows(frame, sample):
    """Shares of q, of ``2`` and of m by women, men and all, and the tests, from the rows."""
    design = design_of(frame, sample)
    sex = frame["sex"].to_numpy() - 1
    q = frame["q"].fill_null(0).to_numpy() - 1
    flags = frame.select("m/1", "m/2", "m/3").to_numpy()
    asked = flags.any(axis=1)
    two = np.where(q < 0, -1, (q == 1).astype(np.int64))
    return {
        "q": [
            *share_estimates(shares(design, q, 3, groups=sex, count=2)),
            *share_estimates(shares(design, q, 3)),
        ],
        "some": [
            *share_estimates(shares(design, two, 2, groups=sex, count=2))[1::2],
            *share_estimates(shares(design, two, 2))[1::2],
        ],
        "m": [
            *share_estimates(response_shares(design, flags, asked, groups=sex, count=2)),
            *share_estimates(response_shares(design, flags, asked)),
        ],
    }, {
        "q": or_none(rao_scott, design, sex, q),
        "some": or_none(rao_scott, design, sex, two),
        "m": or_none(rao_scott_set, design, sex, flags, asked),
    }


def or_none(test, *arguments):
    try:
        return test(*arguments)
    except NothingToEstimate:
        return None


def check(found, wanted):
    estimates, tests = wanted
    for panel in found:
        for mine, theirs in zip(panel.estimates.values(), estimates[panel.panel], strict=True):
            same(mine, theirs, ("value", "se", "low", "high", "deff", "df", "n"))
        same(panel.test, tests[panel.panel], ("statistic", "df", "ddf", "p"))
        assert bool(panel.reason) == (panel.test is None)


def same(mine, theirs, names):
    assert (mine is None) == (theirs is None)
    for name in names if theirs is not None else ():
        a, b = getattr(mine, name), getattr(theirs, name)
        assert (a is None) == (b is None), name
        assert a is None or a == pytest.approx(b, rel=1e-10, abs=1e-10), name


_samples = st.sampled_from(
    [
        Sample("weight", "stratum", "psu"),
        Sample("weight", "stratum"),
        Sample("weight", "stratum", "psu", nest=True),
    ]
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6), sample=_samples)
def test_totals_give_what_rows_give(sampled_study, duck, seed, sample):
    frame = people(seed)
    wanted = by_rows(frame, sample)
    for engine in (open_engine("polars"), duck):
        check(tables(frame, sampled_study, engine, sample), wanted)


@pytest.mark.parametrize("lonely", ["adjust", "average", "remove", "certainty"])
@pytest.mark.parametrize("psu", ["psu", ""])
def test_a_stratum_with_one_unit(sampled_study, lonely, psu):
    frame = people(3)
    alone = frame.head(1).with_columns(stratum=pl.lit(9), psu=pl.lit(99), weight=pl.lit(7.5))
    frame = pl.concat([frame, alone.cast(frame.schema)])
    sample = Sample("weight", "stratum", psu, lonely=lonely)
    check(tables(frame, sampled_study, open_engine("polars"), sample), by_rows(frame, sample))
    with pytest.raises(DesignError, match="stratum = 9"):
        tables(frame, sampled_study, open_engine("polars"), Sample("weight", "stratum", psu))


@pytest.mark.parametrize("psu", ["psu", ""])
def test_nobody_in_a_group_and_answers_that_nobody_gave(sampled_study, psu):
    frame = people(5).with_columns(sex=pl.lit(1), q=pl.when(pl.col("q") != 3).then("q"))
    found = tables(frame, sampled_study, open_engine("polars"), Sample("weight", "stratum", psu))
    assert found[0].estimates["t1", "q", "1", "men"] is None
    assert found[0].estimates["t1", "q", "3", "women"].value == 0
    assert found[0].test is None
    assert "two groups" in found[0].reason


@pytest.mark.parametrize(
    ("change", "sample", "said"),
    [
        ({"weight": pl.lit(-1.0)}, Sample("weight"), "160 rows have a weight that is negative"),
        ({"weight": pl.lit(None, pl.Float64)}, Sample("weight"), "160 rows"),
        ({"weight": pl.lit(float("nan"))}, Sample("weight"), "160 rows"),
        ({}, Sample("wt"), "no column “wt”"),
        ({"psu": pl.lit(None, pl.Int64)}, Sample("weight", "", "psu"), "blank in column “psu”"),
        ({"psu": pl.col("psu") % 4}, Sample("weight", "stratum", "psu"), "stands in two strata"),
    ],
)
def test_a_faulty_design_is_said(sampled_study, duck, change, sample, said):
    for engine in (open_engine("polars"), duck):
        with pytest.raises(DesignError, match=said):
            tables(people(1).with_columns(**change), sampled_study, engine, sample)


@pytest.mark.spark
def test_spark_gives_what_rows_give(sampled_study, spark):
    frame = people(11)
    for sample in (Sample("weight", "stratum", "psu"), Sample("weight", "stratum")):
        check(tables(frame, sampled_study, spark, sample), by_rows(frame, sample))
