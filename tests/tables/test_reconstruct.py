"""The made-up respondents of Kamrieng: kept in the study folder, and solved again here."""

import csv
import json
import shutil

import polars as pl
import pytest

from conftest import ROOT
from spean.cli import main
from spean.survey.answers import read_answers
from spean.survey.study import open_study
from spean.survey.xpath import parse
from spean.tables.build import make_tables
from spean.tables.compare import compare, read_published
from spean.tables.comparing import compare_study
from spean.tables.plan import read_plan
from spean.tables.provenance import read_provenance
from spean.tables.reconstruct import reconstruct, write_reconstruction
from spean.tables.reconstruct.goals import Target
from spean.tables.reconstruct.literal import check
from spean.tables.reconstruct.pinned import pinned
from spean.tables.reconstruct.printed import Said

KAMRIENG = ROOT / "studies" / "kamrieng"


def test_every_published_count_is_reproduced():
    lines = compare_study(KAMRIENG)
    assert len(lines) > 1000
    assert [line for line in lines if line.published_freq != line.computed_freq] == []
    assert {line.status for line in lines} == {"equal", "relabelled", "other_base"}
    assert all(line.reason for line in lines if line.status != "equal")


def test_the_comparison_is_of_the_data_not_of_the_page(tmp_path):
    """Change one answer: the comparison must see it."""
    copy = tmp_path / "kamrieng"
    shutil.copytree(KAMRIENG, copy)
    file = copy / "data" / "respondents.csv"
    frame = pl.read_csv(file, infer_schema=False)
    changed = frame.with_columns(
        pl.when(pl.int_range(frame.height) == 0)
        .then(pl.when(pl.col("gender") == "male").then(pl.lit("female")).otherwise(pl.lit("male")))
        .otherwise(pl.col("gender"))
        .alias("gender")
    )
    changed.write_csv(file)
    assert any(line.status == "mismatch" for line in compare_study(copy))
    assert main(["compare", str(copy)]) == 1


def test_the_kept_respondents_obey_every_skip():
    study = open_study(KAMRIENG)
    answers = read_answers(study.data_file, study.codebook)
    assert len(answers) == 319
    assert answers.misfits == ()
    assert read_provenance(study.data_file).made_up
    assert_skips(study.codebook, answers.frame)


def assert_skips(codebook, frame):
    import narwhals.stable.v2 as nw

    from spean.survey.conditions import condition

    for variable in codebook.variables.values():
        node = variable.universe.condition
        if node is None or variable.name not in frame.columns or variable.type == "date":
            continue
        asked = nw.from_native(frame).select(condition(node, codebook.kinds()).alias("x"))["x"]
        given = frame[variable.name].is_not_null()
        assert not (given & ~pl.Series(asked.to_list())).any(), variable.name


def test_pinned_respondents_are_listed():
    pinned = pl.read_csv(KAMRIENG / "data" / "pinned.csv")
    assert "t02.education.university@total" in pinned["figure"].to_list()
    figures = pl.read_csv(KAMRIENG / "data" / "pinned.csv").group_by("person").len()
    assert figures["len"].max() > 2


def test_counts_of_one_that_are_of_one_person_are_joined():
    def goal(value, group, count):
        asked = parse(f"${{sex}} = '{group}'") if group else None
        return Target(asked, "work", value, count, f"t.p.{value}@{group or 'total'}", "")

    goals = [goal("fish", "", 1), goal("fish", "f", 1), goal("farm", "f", 1), goal("fish", "m", 0)]
    first, second = pinned(goals)
    assert first.figures == ("t.p.fish@total", "t.p.fish@f")
    assert "not((${sex} = 'm'))" in first.known
    assert second.figures == ("t.p.farm@f",)


def literal(capsys, *options):
    code = main(["survey", "reconstruct", str(KAMRIENG), "--literal", *options])
    return code, capsys.readouterr()


@pytest.mark.slow
def test_taken_word_for_word_the_tables_clash(capsys):
    """The least deviation is proved, and each clash names figures that cannot all stand."""
    code, said = literal(capsys, "--json")
    found = json.loads(said.out)
    assert code == 1
    assert found["low"] == found["high"] > 0
    assert sum(c["off"] for c in found["components"]) == found["high"]
    off = [figure for c in found["components"] for figure in c["figures"]]
    assert sum(abs(f["nearest"] - f["printed"]) for f in off) == found["high"]
    assert all(clash["figures"] for c in found["components"] for clash in c["clashes"])
    readings = {r for c in found["components"] for clash in c["clashes"] for r in clash["readings"]}
    assert {"current_age", "marital_shift", "no_answer", "everybody", "health_chain"} <= readings
    assert f"Least total deviation: {found['high']}" in said.err


def test_figures_that_agree_do_not_clash(small_study):
    """Two small tables of the same people; one figure more than there are people clashes."""
    study = open_study(small_study)
    plan = read_plan(study.folder / "tabulation.toml", study.codebook)
    sex = parse("${consent} = 'yes'")

    def said(female, male):
        counts = {"female": female, "male": male}
        return [
            Said(Target(sex, "sex", v, n, f"t.sex.{v}@total", "sex @ total"), v, "")
            for v, n in counts.items()
        ]

    assert check(plan, study, said(60, 40), 100).high == 0
    wrong = check(plan, study, said(60, 50), 100)
    assert (wrong.low, wrong.high) == (10, 10)
    assert len(wrong.components[0].clashes[0].figures) == 2


@pytest.mark.slow
def test_solving_again_reproduces_every_published_count(tmp_path):
    study = open_study(KAMRIENG)
    plan = read_plan(KAMRIENG / "tabulation.toml", study.codebook)
    write_reconstruction(reconstruct(study, plan, seed=2), tmp_path)
    answers = read_answers(tmp_path / "respondents.csv", study.codebook)
    figures, readings = read_published(KAMRIENG / "published")
    lines = compare(figures, readings, make_tables(plan, study.codebook, answers, folder=KAMRIENG))
    assert [line for line in lines if line.status == "mismatch"] == []
    assert_skips(study.codebook, answers.frame)


def without_reading(folder, *readings):
    """A copy of the study that reads these figures as they are printed."""
    copy = folder / "kamrieng"
    shutil.copytree(KAMRIENG, copy)
    path = copy / "published" / "cells.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["reading"] in readings:
            row["reading"] = ""
            if row["literal"]:
                row["cell_panel"], row["cell_row"] = row["literal"].split(".")[1:]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return copy


@pytest.mark.slow
def test_figures_that_do_not_fit_are_named(tmp_path, capsys):
    study = without_reading(tmp_path, "marital_shift", "no_answer")
    before = (study / "data" / "respondents.csv").read_bytes()
    assert main(["survey", "reconstruct", str(study)]) == 1
    said = capsys.readouterr()
    assert "t02.marital.separated@total prints 3" in said.out
    assert "t19.marital.separated@total prints 81" in said.out
    assert "t19.go_back.no@male" in said.out
    assert "Least total deviation: 212" in said.err
    assert (study / "data" / "respondents.csv").read_bytes() == before
