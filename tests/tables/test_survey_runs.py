"""A study that says how it was drawn: the same weighted figures from CSV and from Parquet."""

import csv

import numpy as np
import polars as pl
import pytest

from spean.cli import main
from spean.survey.answers import read_answers
from spean.survey.errors import FaultyInput
from spean.survey.study import open_study
from spean.tables.build import make_tables
from spean.tables.design import make_design
from spean.tables.engine import read_data
from spean.tables.errors import TablesError
from spean.tables.estimate import mean as mean_of
from spean.tables.estimate import proportion
from spean.tables.plan import read_plan
from spean.tables.survey_settings import make_survey, read_settings

DESIGN = """
[sampling]
probability = true
[design]
weight = "w"
strata = ["region"]
clusters = ["psu"]
"""


@pytest.fixture
def study(small_study):
    draw = np.random.default_rng(11)
    rows = ["instance_id,consent,worked,months,papers,sex,w,psu,region"]
    for at in range(600):
        sex = draw.choice(["female", "male"])
        papers = draw.choice(["none", "passport", "passport permit", "permit"])
        months, weight = int(draw.integers(4, 40)), round(float(draw.uniform(1, 3)), 3)
        rows.append(f"a{at},yes,yes,{months},{papers},{sex},{weight},{at // 15},{at // 150}")
    (small_study / "data" / "respondents.csv").write_text("\n".join(rows) + "\n")
    toml = small_study / "study.toml"
    toml.write_text(toml.read_text() + DESIGN)
    plan = small_study / "tabulation.toml"
    plan.write_text(
        plan.read_text().replace('banner = "sex"', 'banner = "sex"\ntest = true', 1)
        + '[[table.panel]]\nid = "m"\nvariable = "months"\nstatistics = ["mean", "median"]\n'
    )
    return small_study


def settings(folder, **changes):
    toml = folder / "study.toml"
    text = toml.read_text()
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    toml.write_text(text)


def from_csv(folder):
    opened = open_study(folder)
    plan = read_plan(folder / "tabulation.toml", opened.codebook)
    answers = read_answers(opened.data_file, opened.codebook)
    survey = make_survey(opened, read_settings(opened), answers, opened.data_file)
    return make_tables(plan, opened.codebook, answers, survey=survey)


def parquet(folder):
    raw = pl.read_csv(folder / "data" / "respondents.csv")
    path = folder / "data" / "big.parquet"
    raw.write_parquet(path)
    return path


def from_parquet(folder, engine="polars"):
    opened = open_study(folder)
    plan = read_plan(folder / "tabulation.toml", opened.codebook)
    answers = read_data(parquet(folder), opened.codebook, engine)
    return make_tables(plan, opened.codebook, answers, sample=read_settings(opened))


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_rows_and_totals_give_the_same_figures(study, engine):
    rows, totals = from_csv(study), from_parquet(study, engine)
    pairs = list(zip(rows["t01"].cells(), totals["t01"].cells(), strict=True))
    assert len(pairs) > 15
    for (name, *_r, one), (other, *_s, two) in pairs:
        assert name == other
        assert (one.count, one.base) == (two.count, two.base)
        assert (one.percent, one.value) == pytest.approx((two.percent, two.value))
        assert (one.se, one.low, one.high) == pytest.approx((two.se, two.low, two.high))
    assert rows["t01"].panels[0].test == totals["t01"].panels[0].test


def test_a_design_without_weights_is_not_passed_over_in_parquet(study):
    settings(study, one=('weight = "w"\n', ""))
    with pytest.raises(TablesError, match="needs a column of weights"):
        from_parquet(study)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("study.toml", 'clusters = ["psu"]', 'clusters = ["psu", "sex"]', "several stages"),
        ("study.toml", 'weight = "w"', 'weight = "w"\nfpc = ["w"]', "[design] fpc"),
        ("study.toml", 'weight = "w"', 'weight = "w"\nreplicates = "JKn"', "[design] replicates"),
        ("tabulation.toml", "test = true", "letters = true", "letters"),
        (
            "tabulation.toml",
            'variable = "papers"',
            'variable = "papers"\nnets = [{ id = "any", values = ["passport", "permit"] }]',
            "weighted nets",
        ),
        (
            "tabulation.toml",
            'variable = "papers"',
            'variable = "papers"\npercents = "row"',
            "weighted percents of rows",
        ),
    ],
)
def test_what_totals_cannot_give_is_refused_not_left_out(study, file, old, new, said):
    path = study / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(TablesError) as caught:
        from_parquet(study)
    assert said in str(caught.value)
    assert "Give the interviews as CSV" in str(caught.value)


def test_figures_are_those_of_the_estimators(study):
    frame = pl.read_csv(study / "data" / "respondents.csv")
    design = make_design(frame, weights="w", strata=["region"], clusters=["psu"])
    found = {name: cell for name, *_rest, cell in from_csv(study)["t01"].cells()}
    women = (frame["sex"] == "female").to_numpy()
    asked = women & (frame["months"] > 3).to_numpy()
    flags = frame["papers"].str.contains("passport").to_numpy()
    share = proportion(design, flags, domain=asked)
    cell = found["t01.papers.passport@female"]
    assert (cell.percent, cell.se) == pytest.approx((100 * share.value, 100 * share.se))
    mean = mean_of(design, frame["months"].to_numpy().astype(float), domain=women)
    assert found["t01.m.mean@female"].se == pytest.approx(mean.se)


def test_errors_from_replicates_are_near_the_linearised_ones(study):
    linear = {n: c for n, *_r, c in from_csv(study)["t01"].cells()}
    settings(study, kind=('weight = "w"', 'weight = "w"\nreplicates = "JKn"'))
    made = {n: c for n, *_r, c in from_csv(study)["t01"].cells()}
    assert made.keys() == linear.keys()
    for name, cell in made.items():
        if cell.se and name.startswith("t01.papers"):
            assert cell.percent == pytest.approx(linear[name].percent)
            assert cell.se == pytest.approx(linear[name].se, rel=0.02)


def test_replicate_weights_that_the_data_hold(study):
    linear = {n: c for n, *_r, c in from_csv(study)["t01"].cells()}
    path = study / "data" / "respondents.csv"
    frame = pl.read_csv(path)
    units, jackknife = 40, []
    for unit in range(units):
        out = frame["psu"] == unit
        jackknife.append((frame["w"] * (units / (units - 1)) * ~out).alias(f"rep_{unit}"))
    frame.with_columns(jackknife).write_csv(path)
    settings(
        study,
        one=('strata = ["region"]\nclusters = ["psu"]', 'replicate_weights = ["rep_*"]'),
    )
    made = {n: c for n, *_r, c in from_csv(study)["t01"].cells()}
    cell, other = made["t01.papers.passport@female"], linear["t01.papers.passport@female"]
    assert cell.percent == pytest.approx(other.percent)
    assert cell.se == pytest.approx(other.se, rel=0.15)
    settings(study, one=("rep_*", "rap_*"))
    with pytest.raises(FaultyInput, match=r"there is no column “rap_\*”"):
        from_csv(study)


def test_a_run_writes_errors_beside_the_tables(study, tmp_path):
    out = tmp_path / "out"
    assert main(["run", str(study), "--only", "tables", "--out", str(out)]) == 0
    with (out / "tables.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == "table,panel,row,group,freq,percent,base,mark,note".split(
            ","
        )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('weight = "w"', 'weight = "v"', "there is no column “v”"),
        ('weight = "w"', "weight = 3", "study.toml, [design]: weight = 3 is not understood"),
        ('weight = "w"', 'wait = "w"', "wait = 'w' is not understood. Known are weight,"),
        ('strata = ["region"]', 'strata = ["psu"]', "Only one PSU was sampled in stratum"),
        ('weight = "w"', 'weight = "w"\nlonely = "drop"', "Choose one of fail, remove"),
        ('weight = "w"', 'weight = "w"\nlevel = 95', "level = 95 is not understood. Give a share"),
        ("probability = true", 'probability = "yes"', "sampling.probability is 'yes'"),
        ("probability = true", "probability = false", "This is no probability sample"),
    ],
)
def test_a_wrong_design_is_one_clear_message(study, tmp_path, capsys, old, new, said):
    settings(study, one=(old, new))
    out = tmp_path / "out"
    assert main(["run", str(study), "--only", "tables", "--out", str(out)]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("weight", ["-1", "", "many"])
def test_a_bad_weight_stops_the_run(study, tmp_path, capsys, weight):
    path = study / "data" / "respondents.csv"
    rows = path.read_text().splitlines()
    cells = rows[7].split(",")
    rows[7] = ",".join([*cells[:6], weight, *cells[7:]])
    path.write_text("\n".join(rows) + "\n")
    assert main(["run", str(study), "--only", "tables", "--out", str(tmp_path / "o")]) == 2
    said = capsys.readouterr().err
    assert "weight" in said
    assert "Traceback" not in said


def test_weights_of_margins_and_a_run_go_together(study, tmp_path, capsys):
    margins = tmp_path / "margins.csv"
    margins.write_text("variable,category,total\nsex,female,700\nsex,male,300\n")
    settings(
        study,
        one=('weight = "w"\n', ""),
        two=("[sampling]", '[weights]\nfile = "weighting/weights.csv"\n[sampling]'),
    )
    assert main(["weight", str(study), "--margins", str(margins), "--start", "w"]) == 0
    tables = from_csv(study)
    base = {n: c for n, *_r, c in tables["t01"].cells()}
    women, men = base["t01.worked.yes@female"], base["t01.worked.yes@male"]
    assert women.weighted == pytest.approx(700)
    assert men.weighted == pytest.approx(300)
    assert tables.weighted
    settings(study, one=("[design]", '[design]\nreplicate_weights = ["w"]'))
    with pytest.raises(FaultyInput, match="both say what people weigh"):
        from_csv(study)
