"""Whatever small and broken sample comes: a finite number, None, or a clear error. Never NaN."""

import math
from contextlib import suppress
from dataclasses import astuple

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spean.tables.design import make_design, make_replicates
from spean.tables.errors import TablesError
from spean.tables.estimate import (
    associate,
    associate_set,
    compare,
    group_means,
    mean,
    proportion,
    quantile,
    rao_scott,
    rao_scott_set,
    ratio,
    response_shares,
    share_estimates,
    shares,
    total,
    wald,
)

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


@st.composite
def samples(draw):
    n = draw(st.integers(2, 14))
    seed = draw(st.integers(0, 2**20))
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "w": np.where(
                random.random(n) < draw(st.sampled_from([0, 0.3])), 0.0, random.integers(1, 4, n)
            ),
            "s": random.integers(0, 3, n),
            "p": random.integers(0, 5, n),
        }
    )
    if not frame["w"].sum():
        frame = frame.with_columns(w=pl.lit(1.0))
    clusters = draw(st.sampled_from([[], ["p"]]))
    strata = draw(st.sampled_from([[], ["s"]]))
    lonely = draw(st.sampled_from(["adjust", "remove"]))
    design = make_design(
        frame, weights="w", strata=strata, clusters=clusters, nest=True, lonely=lonely
    )
    if draw(st.booleans()):
        with suppress(TablesError):
            kind = draw(st.sampled_from(["JKn", "bootstrap"]))
            design = make_replicates(design, kind, replicates=20)
    return design, random


def finite(value):
    if value is None or isinstance(value, str):
        return True
    return math.isfinite(value)


def check(call):
    try:
        found = call()
    except TablesError as error:
        assert len(str(error)) > 20
        return
    for one in found if isinstance(found, tuple) else (found,):
        assert one is None or all(finite(value) for value in astuple(one)), found


@settings(max_examples=150, deadline=None)
@given(samples())
def test_finite_or_none_or_an_error(sample):
    design, random = sample
    n = design.n
    y = np.where(random.random(n) < 0.2, np.nan, random.integers(0, 3, n).astype(float))
    codes, groups = random.integers(-1, 3, n), random.integers(-1, 2, n)
    flags, asked = random.random((n, 3)) < 0.4, random.random(n) < 0.8
    domain = random.random(n) < 0.6
    for estimate in (mean, total, quantile):
        check(lambda estimate=estimate: estimate(design, y, domain=domain))
    check(lambda: ratio(design, y, y + 1, domain=domain))
    check(lambda: ratio(design, y, y))
    for interval in ("logit", "beta", "linear"):
        check(lambda interval=interval: proportion(design, y > 1, domain=domain, interval=interval))
    joint = shares(design, codes, 3, groups=groups, count=2)
    check(joint.estimates)
    check(lambda: share_estimates(joint))
    check(lambda: joint.difference(0, 3))
    check(lambda: compare(joint, [0, 3]).pairs)
    check(group_means(design, y, groups=groups, count=2).estimates)
    check(response_shares(design, flags, asked, groups=groups, count=2).estimates)
    for test in (rao_scott, wald, associate):
        check(lambda test=test: test(design, codes, groups))
    for test in (rao_scott_set, associate_set):
        check(lambda test=test: test(design, groups, flags, asked))
