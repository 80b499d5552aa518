"""Margins from a file: every fault is told with its row; interviews and margins must fit."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spean.survey.errors import CouldNotRead, FaultyInput
from spean.tables.weighting import Recipe, WeightingError, weigh, weighting_step
from spean.tables.weighting.margins import read_margins

KNOWN = {"sex": ("female", "male"), "age": ("young", "old"), "size": None, "village": ()}


@pytest.fixture
def margins(tmp_path):
    """Write rows of a margins file and read it."""

    def read(*rows, head="variable,category,total"):
        path = tmp_path / "margins.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return read_margins(path, KNOWN)

    return read


def test_categories_crossed_variables_and_numbers_are_read(margins):
    found = margins(
        "sex,female,60",
        "sex,male,40",
        "sex*age,female*young,25",
        "sex*age,female*old,35",
        "sex*age,male*young,20",
        "sex*age,male*old,20",
        "size,,410",
    )
    assert [margin.name for margin in found.margins] == ["sex", "sex*age", "size"]
    assert found.margins[1].figures[("male", "old")] == 20
    assert [margin.numeric for margin in found.margins] == [False, False, True]


def test_shares_and_percents_are_the_same_and_rounding_is_forgiven(margins):
    shares = margins("sex,female,0.601", "sex,male,0.402", head="variable,category,share")
    percents = margins("sex,female,60.1", "sex,male,40.2", head="variable,category,percent")
    assert shares.unit == percents.unit == "share"
    for found in (shares, percents):
        figures = found.margins[0].figures
        assert figures[("female",)] == pytest.approx(0.601 / 1.003)
        assert sum(figures.values()) == pytest.approx(1)


def test_sources_are_kept_once(margins):
    head = "variable,category,total,source,note"
    found = margins("sex,female,6,Census 2019,x", "sex,male,4,Census 2019,", head=head)
    assert found.sources == ("Census 2019",)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["gender,female,6"], "row 2, column “variable”: there is no variable “gender”"),
        (["sexx,female,6"], "Did you mean sex?"),
        (
            ["sex,femal,6"],
            "row 2, column “category”: “femal” is no answer of “sex”. Its answers are female",
        ),
        (["sex,female,many"], "row 2, column “total”: “many” is no number"),
        (["sex,female,"], "the figure is missing"),
        (["sex,female,-3"], "“-3” cannot be. Figures are 0 to 1e+15"),
        (["sex,female,nan"], "“nan” cannot be"),
        (["sex,female,6", "sex,female,7"], "row 3: the category stands twice"),
        (["sex,female,0", "sex,male,0"], "the figures of sex sum to 0"),
        (["size,big,6"], "“size” is a number and has no categories"),
        (["sex*size,female*3,6"], "“size” is a number. Make classes of it first"),
        (["size*sex,3*female,6"], "a number cannot be crossed"),
        (["sex*age,female,6"], "“female” does not fit sex*age. Give 2 categories"),
        ([], "there are no margins"),
    ],
)
def test_faults_are_told_by_row(margins, rows, said):
    with pytest.raises(FaultyInput) as caught:
        margins(*rows)
    assert said in str(caught.value)


def test_margins_of_different_sums_say_by_how_much(margins):
    with pytest.raises(FaultyInput) as caught:
        margins("sex,female,60", "sex,male,40", "age,young,50", "age,old,52")
    said = "row 4: the totals of age sum to 102, those of sex to 100: +2 (+2 %)."
    assert said in str(caught.value)


def test_shares_that_do_not_sum_to_one_say_by_how_much(margins):
    with pytest.raises(FaultyInput, match=r"the percents of sex sum to 98, not to 100 \(-2\)"):
        margins("sex,female,58", "sex,male,40", head="variable,category,percent")


def test_a_number_has_totals_only(margins):
    with pytest.raises(FaultyInput, match="a number has no share"):
        margins("size,,0.4", head="variable,category,share")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("variable,total", "there is no column “category”"),
        ("variable,category", "no column holds the figures"),
        ("variable,category,total,share", "figures stand in two columns"),
        ("variable,category,total,wieght", "column “wieght”: the heading is not known"),
    ],
)
def test_headings(margins, head, said):
    with pytest.raises(FaultyInput) as caught:
        margins("sex,female,6", head=head)
    assert said in str(caught.value)


def test_all_faults_are_told_at_once(margins):
    with pytest.raises(FaultyInput, match="3 faults found"):
        margins("sex,femal,6", "size,,x", "colour,red,5")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CouldNotRead):
        read_margins(tmp_path / "none.csv", KNOWN)


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.sampled_from(
                    ["variable", "category", "total", "share", "sex", "female", "male", "size", "*"]
                ),
                st.floats().map(str),
                st.text(max_size=6),
            ),
            max_size=4,
        ).map(",".join),
        max_size=6,
    ),
    st.sampled_from(["variable,category,total", "variable,category,share", ""]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_margins_or_faults_come_of_it(tmp_path, rows, head, end):
    path = tmp_path / "any.csv"
    path.write_bytes(end.join([head, *rows]).encode("utf-8", "replace"))
    try:
        found = read_margins(path, KNOWN)
    except FaultyInput as error:
        assert all(fault.mend for fault in error.faults)
    else:
        figures = [f for margin in found.margins for f in margin.figures.values()]
        assert figures
        assert all(np.isfinite(figures))


FRAME = pl.DataFrame(
    {
        "sex": ["female", "female", "female", "male"],
        "age": ["young", "old", None, "old"],
        "size": [1.0, 2.0, 3.0, 4.0],
        "village": ["a", "b", "a", "b"],
        "pw": [2.0, 1.0, 1.0, 4.0],
    }
)
IDS = ["i1", "i2", "i3", "i4"]


def test_shares_keep_the_sum_of_the_starting_weights(margins):
    found = margins("sex,female,50", "sex,male,50", head="variable,category,percent")
    made = weigh(Recipe(found, start="pw"), FRAME, IDS)
    assert made.weights == pytest.approx([2, 1, 1, 4])
    assert weigh(Recipe(found), FRAME, IDS).weights == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def test_totals_set_the_sum_and_bounds_count_from_the_scaled_start(margins):
    found = margins("sex,female,5000", "sex,male,3000")
    made = weigh(Recipe(found, method="logit", bounds=(0.5, 2.0)), FRAME, IDS)
    assert made.start == pytest.approx(2000)
    assert made.weights == pytest.approx([5000 / 3] * 3 + [3000])
    assert [fit.name for fit in made.fits] == ["sex = female", "sex = male"]


def test_a_category_that_only_one_side_has(margins):
    with pytest.raises(FaultyInput, match="sex = male has no row; interviews with it: 1"):
        weigh(Recipe(margins("sex,female,5")), FRAME, IDS)
    with pytest.raises(FaultyInput, match="village = b has no row; interviews with it: 2"):
        weigh(Recipe(margins("village,a,5")), FRAME, IDS)
    with pytest.raises(FaultyInput, match="village = c has the figure 5, but no interview"):
        weigh(Recipe(margins("village,a,5", "village,b,5", "village,c,5")), FRAME, IDS)
    with pytest.raises(FaultyInput, match="sex = male has the figure 0; interviews with it: 1"):
        weigh(Recipe(margins("sex,female,5", "sex,male,0")), FRAME, IDS)


def test_interviews_without_an_answer(margins):
    found = margins("age,young,60", "age,old,40")
    with pytest.raises(FaultyInput, match=r"interviews without an answer to age: 1 \(i3\)"):
        weigh(Recipe(found), FRAME, IDS)
    zero = weigh(Recipe(found, missing="zero"), FRAME, IDS)
    assert zero.weights == pytest.approx([60, 20, 0, 20])
    assert zero.diagnostics.zero == 1
    share = weigh(Recipe(found, missing="share"), FRAME, IDS)
    assert share.weights == pytest.approx([45, 15, 25, 15])
    assert share.notes == ("age: 25 % have no answer and keep that share.",)


def test_methods_that_do_not_suit_the_margins(margins):
    two = margins("sex,female,60", "sex,male,40", "village,a,50", "village,b,50")
    with pytest.raises(WeightingError, match="Post-stratification takes one margin"):
        weigh(Recipe(two, method="poststratify"), FRAME, IDS)
    with pytest.raises(WeightingError, match="Choose one of --trim and --bounds"):
        weigh(Recipe(two, trim=3.0, bounds=(0.5, 2.0)), FRAME, IDS)
    steep = margins("sex,female,2", "sex,male,2", "size,,4")
    with pytest.raises(WeightingError, match="gave negative weights: 1"):
        weigh(Recipe(steep, method="linear"), FRAME, IDS)


def test_raking_takes_numbers_too(margins):
    found = margins("village,a,50", "village,b,50", "size,,240")
    made = weigh(Recipe(found), FRAME, IDS)
    assert made.weights @ FRAME["size"].to_numpy() == pytest.approx(240)
    assert (made.weights > 0).all()


def test_a_step_for_replicates_is_the_recipe_on_other_weights(margins):
    found = margins("sex,female,5000", "sex,male,3000", "village,a,4000", "village,b,4000")
    step = weighting_step(Recipe(found), FRAME, IDS)
    assert step(np.ones(4)) == pytest.approx(weigh(Recipe(found), FRAME, IDS).weights)
    start = FRAME["pw"].to_numpy()
    made = weigh(Recipe(found, start="pw"), FRAME, IDS)
    assert step(start) == pytest.approx(made.weights)
    assert step(start * np.array([2.0, 1, 0, 1]))[2] == 0
    with pytest.raises(WeightingError, match="no case has a weight"):
        step(np.array([1.0, 1, 1, 0]))


def test_trimming_and_margins_both_hold_or_somebody_is_told(margins):
    rng = np.random.default_rng(5)
    n = 300
    frame = pl.DataFrame(
        {
            "sex": rng.choice(["female", "male"], n),
            "age": rng.choice(["young", "old"], n),
            "size": np.ones(n),
            "village": rng.choice(list("abc"), n),
            "pw": rng.lognormal(0, 0.6, n),
        }
    )
    ids = [f"i{at}" for at in range(n)]
    found = margins("sex,female,5000", "sex,male,5000", "age,young,6000", "age,old,4000")
    made = weigh(Recipe(found, start="pw", trim=3.0, strata="village"), frame, ids)
    assert made.weights.max() <= made.limit * 1.001
    assert all(abs(fit.off) < 1e-7 for fit in made.fits)
    assert "were trimmed" in made.notes[0]
    tight = margins("sex,female,9000", "sex,male,1000", "age,young,6000", "age,old,4000")
    forced = weigh(Recipe(tight, trim=1.05), frame, ids)
    assert any("cannot both be kept" in finding for finding in forced.findings)
