"""Nested and neighbouring banners, nets, order, statistics, letters, tests, weights, rounding."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from spean.survey.answers import read_answers
from spean.survey.errors import FaultyInput
from spean.survey.study import open_study
from spean.tables.build import make_tables
from spean.tables.design import make_design
from spean.tables.disclosure import Limits, dominated, rounded
from spean.tables.errors import TablesError
from spean.tables.estimate import Basis, means, proportion, quantile
from spean.tables.estimate import mean as mean_of
from spean.tables.inference import Survey
from spean.tables.plan import read_plan

GROUPS = """
[group.female]
label = "Women"
where = "${sex} = 'female'"
[group.male]
label = "Men"
where = "${sex} = 'male'"
[group.short]
label = "Short"
where = "${months} <= 6"
[group.long]
label = "Long"
where = "${months} > 6"
[banner.sex]
label = "Sex"
groups = ["female", "male", "total"]
parts = ["female", "male"]
whole = "total"
[banner.time]
label = "Time"
groups = ["short", "long"]
parts = ["short", "long"]
whole = "total"
[banner.nested]
nest = ["sex", "time"]
"""


def table(extra="", panel='id = "papers"\nvariable = "papers"', banner='"sex"'):
    return (
        f'{GROUPS}\n[[table]]\nid = "t01"\ntitle = "T"\nbanner = {banner}\n{extra}\n'
        f"[[table.panel]]\n{panel}\n"
    )


@pytest.fixture
def study(small_study):
    draw = np.random.default_rng(5)
    rows = ["instance_id,consent,worked,months,papers,sex,w,psu"]
    kinds = ["none", "passport", "passport permit", "permit"]
    for at in range(240):
        sex = draw.choice(["female", "male"])
        chance = [0.5, 0.3, 0.1, 0.1] if sex == "female" else [0.2, 0.5, 0.2, 0.1]
        papers = draw.choice(kinds, p=chance)
        months, weight = int(draw.integers(4, 14)), round(float(draw.uniform(1, 3)), 3)
        rows.append(f"a{at},yes,yes,{months},{papers},{sex},{weight},{at // 8}")
    (small_study / "data" / "respondents.csv").write_text("\n".join(rows) + "\n")
    return small_study


def made(folder, plan, *, limits=None, survey=None):
    path = folder / "tabulation.toml"
    path.write_text(plan, encoding="utf-8")
    opened = open_study(folder)
    answers = read_answers(opened.data_file, opened.codebook)
    read = read_plan(path, opened.codebook)
    return make_tables(read, opened.codebook, answers, limits=limits, survey=survey)


def raw(folder):
    return pl.read_csv(folder / "data" / "respondents.csv").with_columns(
        pl.col("papers").str.split(" ")
    )


def survey_of(folder, *, probability=True, weights="w", clusters=("psu",)):
    design = make_design(raw(folder), weights=weights, clusters=clusters)
    return Survey(design, Basis(probability), bool(weights))


def cells(tables, row):
    return {group.id: cell for _s, _p, r, group, cell in tables["t01"].cells() if r.id == row}


def test_a_nested_banner_crosses_two(study):
    tables = made(study, table(banner='"nested"'))
    groups = tables["t01"].groups
    assert [g.id for g in groups] == ["female_short", "female_long", "male_short", "male_long"]
    assert [g.over["en"] for g in groups] == ["Women", "Women", "Men", "Men"]
    frame = raw(study).filter((pl.col("sex") == "female") & (pl.col("months") <= 6))
    held = frame.filter(pl.col("papers").list.contains("passport")).height
    cell = cells(tables, "passport")["female_short"]
    assert (cell.count, cell.base) == (held, frame.height)


def test_banners_stand_beside_each_other(study):
    tables = made(study, table(banner='["sex", "time"]'))
    groups = tables["t01"].groups
    assert [g.id for g in groups] == ["female", "male", "total", "short", "long"]
    assert [g.over["en"] for g in groups] == ["Sex", "Sex", "Sex", "Time", "Time"]
    found = cells(tables, "permit")
    assert found["female"].count + found["male"].count == found["total"].count
    assert found["short"].count + found["long"].count == found["total"].count


def test_a_net_counts_who_gave_any_of_its_answers(study):
    net = 'nets = [{ id = "any", label = "Any", values = ["passport", "permit"] }]'
    tables = made(study, table(panel=f'id = "papers"\nvariable = "papers"\n{net}'))
    rows = tables["t01"].panels[0].rows
    assert [(r.id, r.kind, r.indent) for r in rows] == [
        ("any", "net", 0),
        ("passport", "row", 1),
        ("permit", "row", 1),
        ("none", "row", 0),
    ]
    frame = raw(study)
    any_of = frame.filter(
        pl.col("papers").list.set_intersection(["passport", "permit"]).list.len() > 0
    )
    assert cells(tables, "any")["total"].count == any_of.height
    assert cells(tables, "any")["total"].count < (
        cells(tables, "passport")["total"].count + cells(tables, "permit")["total"].count
    )


def test_rows_in_order_of_size_cut_to_the_largest_with_a_total(study):
    panel = 'id = "papers"\nvariable = "papers"\ntop = 2\nsort_by = "female"\ntotal = true'
    tables = made(study, table(panel=panel))
    panel = tables["t01"].panels[0]
    *rows, total = panel.rows
    sizes = [row.cells["female"].count for row in rows]
    assert len(rows) == 2
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == max(
        raw(study).filter(pl.col("sex") == "female", pl.col("papers").list.contains(p)).height
        for p in ("none", "passport", "permit")
    )
    assert (total.kind, total.cells["total"].count, total.cells["total"].percent) == (
        "total",
        240,
        100,
    )
    assert panel.notes[0]["en"] == "The 2 most frequent of 3."


def test_statistics_of_a_number_stand_beside_percents(study):
    numbers = 'id = "m"\nvariable = "months"\nstatistics = ["mean", "median", "p90", "total"]'
    plan = table() + f"[[table.panel]]\n{numbers}\n"
    tables = made(study, plan)
    panel = tables["t01"].panels[1]
    women = raw(study).filter(pl.col("sex") == "female")["months"].to_numpy()
    found = {row.statistic: row.cells["female"].value for row in panel.rows}
    assert panel.kind == "numbers"
    assert found["mean"] == pytest.approx(women.mean())
    assert found["total"] == pytest.approx(women.sum())
    assert found["median"] == np.sort(women)[math.ceil(len(women) / 2) - 1]
    assert found["p90"] == np.sort(women)[math.ceil(0.9 * len(women)) - 1]
    assert all(row.cells["female"].se is None for row in panel.rows)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["row", "total"])
def test_percents_of_rows_and_of_all(study, kind, weighted):
    survey = survey_of(study) if weighted else None
    plan = table(panel=f'id = "papers"\nvariable = "papers"\npercents = "{kind}"')
    tables = made(study, plan, survey=survey)
    frame = raw(study).with_columns(w=pl.col("w") if weighted else pl.lit(1.0))
    gave = frame.filter(pl.col("papers").list.contains("permit"))
    women = gave.filter(pl.col("sex") == "female")
    below = gave if kind == "row" else frame
    cell = cells(tables, "permit")["female"]
    assert cell.percent == pytest.approx(100 * women["w"].sum() / below["w"].sum())
    assert (cell.count, cell.base) == (women.height, below.height)
    if kind == "row":
        whole = cells(tables, "permit")["total"]
        assert (whole.percent, whole.se, whole.low) == (pytest.approx(100), None, None)
    if weighted:
        inside = (frame["papers"].list.contains("permit")).to_numpy()
        flags = inside & (frame["sex"] == "female").to_numpy()
        domain = inside if kind == "row" else np.full(len(inside), True)
        assert cell.se == pytest.approx(100 * proportion(survey.design, flags, domain=domain).se)


def test_a_percent_of_a_row_goes_with_the_row_it_is_of(study):
    plan = table(panel='id = "papers"\nvariable = "papers"\npercents = "row"')
    path = study / "data" / "respondents.csv"
    rows = path.read_text().splitlines()
    kept = [row for row in rows if ",permit," not in row and " permit," not in row]
    path.write_text("\n".join([*kept, *[r for r in rows if ",permit," in r][:3]]) + "\n")
    for group, cell in cells(made(study, plan, limits=Limits()), "permit").items():
        assert (cell.count, cell.percent) == (None, None), group


def test_a_ratio_of_totals(study):
    path = study / "instrument" / "survey.csv"
    path.write_text(
        path.read_text().replace(
            "select_multiple paper",
            "integer,trips,How many trips?,ប៉ុន្មានដង?,,,\nselect_multiple paper",
        )
    )
    data = study / "data" / "respondents.csv"
    head, *rows = data.read_text().splitlines()
    data.write_text("\n".join([f"{head},trips", *(f"{r},{1 + len(r) % 4}" for r in rows)]) + "\n")
    survey = survey_of(study)
    panel = 'id = "m"\nvariable = "months"\nstatistics = ["ratio"]\nper = "trips"'
    tables = made(study, table(panel=panel), survey=survey)
    frame = raw(study).filter(pl.col("sex") == "male")
    above, below = (frame["w"] * frame[name] for name in ("months", "trips"))
    cell = cells(tables, "ratio")["male"]
    assert cell.value == pytest.approx(above.sum() / below.sum())
    assert cell.low < cell.value < cell.high


def test_a_difference_is_a_column_with_an_interval_of_its_own(study):
    survey = survey_of(study)
    plan = table() + '[[table.panel]]\nid = "m"\nvariable = "months"\nstatistics = ["mean"]\n'
    plan = plan.replace('whole = "total"', 'whole = "total"\ndifferences = [["female", "male"]]', 1)
    tables = made(study, plan, survey=survey)
    group = tables["t01"].groups[-1]
    assert (group.id, group.less, group.label["en"]) == (
        "female_less_male",
        ("female", "male"),
        "Women − Men",
    )
    frame = raw(study)
    flags = frame["papers"].list.contains("none").to_numpy()
    women = (frame["sex"] == "female").to_numpy()
    joint = means(
        survey.design,
        np.column_stack([np.where(women, flags, np.nan), np.where(~women, flags, np.nan)]),
    )
    expected = joint.difference(0, 1)
    found = cells(tables, "none")
    cell = found["female_less_male"]
    assert cell.value == pytest.approx(found["female"].percent - found["male"].percent)
    assert (cell.se, cell.low) == pytest.approx((100 * expected.se, 100 * expected.low))
    mean = cells(tables, "mean")
    assert mean["female_less_male"].value == pytest.approx(
        mean["female"].value - mean["male"].value
    )
    plain = made(study, plan)
    assert cells(plain, "none")["female_less_male"].se is None
    few = made(study, plan.replace("'male'", "'nobody'"), limits=Limits(), survey=survey)
    assert cells(few, "none")["female_less_male"].value is None


def test_weighted_figures_have_the_errors_of_the_design(study):
    survey = survey_of(study)
    plan = (
        table()
        + '[[table.panel]]\nid = "m"\nvariable = "months"\nstatistics = ["mean", "median"]\n'
    )
    tables = made(study, plan, survey=survey)
    frame = raw(study)
    women = (frame["sex"] == "female").to_numpy()
    flags = frame["papers"].list.contains("passport").to_numpy()
    expected = proportion(survey.design, flags, domain=women)
    cell = cells(tables, "passport")["female"]
    assert cell.percent == pytest.approx(100 * expected.value)
    assert cell.se == pytest.approx(100 * expected.se)
    assert (cell.low, cell.high) == pytest.approx((100 * expected.low, 100 * expected.high))
    assert cell.deff == pytest.approx(expected.deff)
    assert cell.count == int((women & flags).sum())
    assert cell.weighted == pytest.approx(frame["w"].to_numpy()[women & flags].sum())
    months = frame["months"].to_numpy().astype(float)
    mean = mean_of(survey.design, months, domain=women)
    found = cells(tables, "mean")["female"]
    assert (found.value, found.se) == pytest.approx((mean.value, mean.se))
    median = quantile(survey.design, months, 0.5, domain=women)
    assert cells(tables, "median")["female"].value == median.value
    assert tables.weighted
    assert tables.level == 0.95
    assert "probability sample" in tables.basis["en"]


def test_letters_and_tests_say_which_columns_differ(study):
    tables = made(study, table("letters = true\ntest = true"), survey=survey_of(study))
    assert [g.letter for g in tables["t01"].groups] == ["A", "B", ""]
    none = cells(tables, "none")
    assert none["female"].percent > none["male"].percent + 15
    assert none["female"].letters == "B"
    assert none["male"].letters == ""
    assert none["total"].letters == ""
    said = tables["t01"].panels[0].test["en"]
    assert said.startswith("Do the columns differ? Rao–Scott")
    assert "p < 0.001" in said


@pytest.mark.parametrize("asked", ["letters", "test"])
def test_a_convenience_sample_gets_neither_letters_nor_tests(study, asked):
    for survey in (None, survey_of(study, probability=False)):
        with pytest.raises(TablesError, match=r"no probability sample.*State it in study\.toml"):
            made(study, table(f"{asked} = true"), survey=survey)


def test_a_convenience_sample_gets_weights_but_no_margins(study):
    tables = made(study, table(), survey=survey_of(study, probability=False))
    shown = [cell for *_rest, cell in tables["t01"].cells()]
    assert all(cell.percent is not None for cell in shown)
    assert all((cell.se, cell.low, cell.deff) == (None, None, None) for cell in shown)
    assert tables.level is None
    assert "no margin of error" in tables.basis["en"]


def test_with_a_stated_assumption_margins_come_with_the_assumption(study):
    survey = replace(survey_of(study), basis=Basis(False, {"en": "They are like their neighbours"}))
    tables = made(study, table(), survey=survey)
    assert cells(tables, "none")["total"].low is not None
    assert "They are like their neighbours" in tables.basis["en"]


def test_what_is_withheld_has_no_error_letter_or_value_either(study):
    frame = pl.read_csv(study / "data" / "respondents.csv", infer_schema=False)
    few = frame.filter(pl.col("sex") == "male").head(12)
    kept = pl.concat([frame.filter(pl.col("sex") == "female"), few])
    kept.write_csv(study / "data" / "respondents.csv")
    plan = table("letters = true") + (
        '[[table.panel]]\nid = "m"\nvariable = "months"\nstatistics = ["mean"]\n'
    )
    tables = made(study, plan, limits=Limits(), survey=survey_of(study))
    hidden = [cell for *_rest, cell in tables["t01"].cells() if cell.mark == "suppressed"]
    assert len(hidden) > 3
    for cell in hidden:
        assert (cell.percent, cell.value, cell.se, cell.low, cell.high) == (None,) * 5
        assert (cell.weighted, cell.deff, cell.letters) == (None, None, "")
    mean = cells(tables, "mean")
    assert mean["male"].value is None
    assert mean["female"].value is None, "all and women would give the men's mean away"


def test_a_total_that_two_people_make_up_is_withheld(study):
    assert dominated(np.array([50.0, 40.0, 5.0, 5.0]), Limits())
    assert not dominated(np.full(30, 4.0), Limits())
    path = study / "data" / "respondents.csv"
    text = path.read_text()
    path.write_text(text.replace(",yes,yes,", ",yes,yes,9999", 1))
    plan = table(
        panel='id = "m"\nvariable = "months"\nstatistics = ["mean", "total"]', banner='"sex"'
    )
    tables = made(study, plan, limits=Limits())
    total = cells(tables, "total")
    assert total["total"].value is None
    assert "a few people" in total["total"].note


def test_rounding_in_place_of_withholding(study):
    tables = made(study, table(), limits=Limits(rounding=5))
    truth = made(study, table())
    for (*_s, one), (*_t, true) in zip(tables["t01"].cells(), truth["t01"].cells(), strict=True):
        assert one.count % 5 == one.base % 5 == 0
        assert abs(one.count - true.count) < 5
        assert abs(one.base - true.base) < 5
        if one.percent is not None:
            assert one.percent == pytest.approx(min(100, 100 * one.count / one.base))
    up = [rounded(2, at, 5) for at in range(4000)]
    assert set(up) == {0, 5}
    assert np.mean(up) == pytest.approx(2, abs=0.15)
    assert rounded(15, 3, 5) == 15


@pytest.mark.parametrize("asked", ["differences", "weights", "letters"])
def test_rounding_goes_with_nothing_that_would_undo_it(study, asked):
    plan = table("letters = true" if asked == "letters" else "")
    if asked == "differences":
        plan = plan.replace(
            'whole = "total"', 'whole = "total"\ndifferences = [["female", "male"]]', 1
        )
    survey = survey_of(study, weights="w" if asked == "weights" else "")
    with pytest.raises(TablesError, match="would tell what rounding hides"):
        made(study, plan, limits=Limits(rounding=5), survey=survey)


def test_rounded_percents_carry_no_errors(study):
    tables = made(study, table(), limits=Limits(rounding=5), survey=survey_of(study, weights=""))
    for *_rest, cell in tables["t01"].cells():
        assert (cell.se, cell.low, cell.weighted) == (None, None, None)
        if cell.percent is not None:
            assert cell.percent == pytest.approx(min(100, 100 * cell.count / cell.base))


def test_a_weighted_figure_is_no_second_equation_for_withheld_groups(study):
    """Women weigh 1 and men 2: the total's count and weighted count would give both away."""
    path = study / "data" / "respondents.csv"
    head, *rows = path.read_text().splitlines()
    lines = [row.split(",") for row in rows]
    for line in lines:
        line[6] = "1" if line[5] == "female" else "2"
        line[4] = "passport" if line[4] == "permit" else line[4].replace(" permit", "")
    for sex in ("female", "male"):
        few = [line for line in lines if line[5] == sex][:4]
        for line in few:
            line[4] = "permit"
    path.write_text("\n".join([head, *map(",".join, lines)]) + "\n")
    tables = made(study, table(), limits=Limits(), survey=survey_of(study, clusters=()))
    permit = cells(tables, "permit")
    assert (permit["female"].count, permit["male"].count, permit["total"].count) == (None, None, 8)
    assert (permit["total"].percent, permit["total"].weighted) == (None, None)
    assert "give a group's away" in permit["total"].note
    assert cells(tables, "passport")["total"].percent is not None


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (table(banner='["sex", "age"]'), "table t01, key banner: there is no banner “age”"),
        (
            table(panel='id = "p"\nvariable = "papers"\nstatistics = ["mean"]'),
            "panel p, key statistics: “papers” is no number",
        ),
        (
            table(panel='id = "p"\nvariable = "months"\nstatistics = ["average"]'),
            "key statistics: “average” is no statistic. Choose mean, median",
        ),
        (
            table(panel='id = "p"\nvariable = "papers"\nsort = "size"'),
            "key sort: “size” is no order. Write down or up",
        ),
        (
            table(panel='id = "p"\nvariable = "papers"\ntop = 2\nsort_by = "old"'),
            "key sort_by: “old” is not a group",
        ),
        (
            table(
                panel='id = "p"\nvariable = "papers"\nnets = [{ id = "n", values = ["visa", "permit"] }]'
            ),
            "key nets: “visa” is no answer of it",
        ),
        (
            table(panel='id = "p"\nvariable = "papers"\npercents = "rows"'),
            "key percents: “rows” is unknown. Write column, row or total",
        ),
        (
            table(panel='id = "p"\nvariable = "papers"\npercents = "row"', banner='"nested"'),
            "key percents: percents of the row need a whole",
        ),
        (
            table(panel='id = "p"\nvariable = "months"\nstatistics = ["ratio"]\nper = "sex"'),
            "key per: a ratio needs a second number; “sex” is none",
        ),
        (table('letters = "yes"'), "key letters: 'yes' is neither true nor false"),
    ],
)
def test_a_fault_names_table_and_key(study, plan, said):
    with pytest.raises(FaultyInput) as caught:
        made(study, plan)
    assert said in str(caught.value)
