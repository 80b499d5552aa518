"""`spean weight`: what it writes, what it says, and how it ends."""

import csv
import re
import shutil
import tomllib
from xml.etree import ElementTree

import pytest

from conftest import ROOT
from spean.cli import main
from spean.documents.weighting import weights_notice
from spean.survey.study import open_study
from spean.tables.weighting import study_weights
from spean.tables.weighting.weigh import METHODS
from tables.weighted import weighted_study

KAMRIENG = ROOT / "studies" / "kamrieng"


@pytest.fixture
def study(small_study):
    return weighted_study(small_study)


def weigh(folder, *options):
    return main(["weight", str(folder), "--margins", str(folder / "margins.csv"), *options])


def test_three_files_are_written_side_by_side(study, capsys):
    assert weigh(study) == 0
    folder = study / "weighting"
    assert sorted(p.name for p in folder.iterdir()) == [
        "weights.csv",
        "weights.svg",
        "weights.toml",
    ]
    with (folder / "weights.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["instance_id", "weight"]
    assert sum(float(row["weight"]) for row in rows) == pytest.approx(10_000)
    made = tomllib.loads((folder / "weights.toml").read_text())
    assert (made["method"], made["margins_file"]) == ("rake", "margins.csv")
    assert made["sources"] == ["Census", "Register"]
    assert made["diagnostics"]["interviews"] == len(rows) == 108
    totals = {part["name"]: part for part in made["total"]}
    assert totals["sex = female"]["after"] == pytest.approx(6000)
    said = capsys.readouterr()
    assert said.out == ""
    assert f"108 interviews weighted by raking in {made['rounds']} rounds" in said.err
    assert f"Kish's design effect is {made['diagnostics']['kish_design_effect']:.3f}" in said.err
    assert "sex = female: 6,000, 5,555.56, 6,000" in said.err


def test_the_chart_shows_every_margin_before_weighting(study):
    assert weigh(study) == 0
    tree = ElementTree.parse(study / "weighting" / "weights.svg")
    words = [(node.text or "").strip() for node in tree.iter("{http://www.w3.org/2000/svg}text")]
    for name in ("sex = female", "sex = male", "worked = yes", "worked = no"):
        assert name in words
    assert f"{100 * 5555.56 / 6000:.0f} %" in words


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_asked_for(study, method):
    options = ["--bounds", "0.3", "3"] if method == "logit" else []
    if method == "poststratify":
        path = study / "margins.csv"
        path.write_text("\n".join(path.read_text().splitlines()[:3]) + "\n")
    assert weigh(study, "--method", method, *options) == 0


def test_where_to_write_can_be_said(study, tmp_path):
    out = tmp_path / "elsewhere" / "w.csv"
    assert weigh(study, "--out", str(out)) == 0
    assert sorted(p.name for p in out.parent.iterdir()) == ["w.csv", "w.svg", "w.toml"]


def test_weights_that_stand_out_are_a_finding(study, capsys):
    path = study / "data" / "respondents.csv"
    head, first, *rest = path.read_text().splitlines()
    path.write_text("\n".join([head, re.sub(r"\d+$", "60", first), *rest]) + "\n")
    assert weigh(study, "--start", "pw") == 1
    said = capsys.readouterr().err
    assert "Look at this: Weights over 5 times the median" in said
    assert re.search(r"  i000: [\d.]+ \([\d.]+ × the median\)", said)
    assert weigh(study, "--start", "pw", "--trim", "3") == 0
    assert "were trimmed: " in capsys.readouterr().err


def test_margins_that_cannot_be_met_are_a_finding_and_nothing_is_written(study, capsys):
    assert weigh(study, "--method", "logit", "--bounds", "0.99", "1.01") == 1
    said = capsys.readouterr().err
    assert "could not meet all margins. The furthest off:" in said
    assert "Widen the bounds" in said
    assert not (study / "weighting").exists()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (("sex,male,4000", "sex,male,5000"), (), "those of sex to 11,000: -1,000"),
        (("sex,male,4000", "sex,mal,4000"), (), "row 3, column “category”: “mal” is no answer"),
        (("sex,male,4000", "sex,male,"), (), "row 3, column “total”: the figure is missing"),
        (("", ""), ("--start", "nothing"), "there is no column “nothing”"),
        (("", ""), ("--start", "sex"), "row 2, column “sex”: “female” is no number"),
        (("", ""), ("--method", "logit"), "needs two bounds"),
        (("", ""), ("--method", "poststratify"), "takes one margin of categories"),
        (("", ""), ("--trim", "0.2"), "under the mean weight"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(study, capsys, change, options, said):
    path = study / "margins.csv"
    path.write_text(path.read_text().replace(*change))
    assert weigh(study, *options) == 2
    assert said in capsys.readouterr().err
    assert not (study / "weighting").exists()


def test_interviews_need_ids_of_their_own(study, capsys):
    path = study / "data" / "respondents.csv"
    text = path.read_text()
    path.write_text(text.replace("i001", "i000").replace("i002", ""))
    assert weigh(study) == 2
    said = capsys.readouterr().err
    assert "row 3, column “instance_id”: the id “i000” stands twice" in said
    assert "row 4, column “instance_id”: the id is missing" in said
    path.write_text(text.replace("instance_id", "number"))
    assert weigh(study) == 2
    assert "there is no column “instance_id”" in capsys.readouterr().err


def test_what_cannot_be_read_or_written(study, tmp_path, capsys):
    assert main(["weight", str(study), "--margins", str(tmp_path / "none.csv")]) == 3
    (tmp_path / "file").write_text("")
    assert weigh(study, "--out", str(tmp_path / "file" / "weights.csv")) == 3
    assert "Nothing that was there before was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "out", ["margins.csv", "data/respondents.csv", "study.csv", "tabulation.csv"]
)
def test_files_that_it_did_not_make_are_not_overwritten(study, capsys, out):
    before = {path: path.read_bytes() for path in study.rglob("*") if path.is_file()}
    assert weigh(study, "--out", str(study / out)) == 2
    assert "did not make. Choose another name with --out" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in study.rglob("*") if path.is_file()} == before


def test_its_own_files_are_written_anew(study):
    assert weigh(study) == 0
    assert weigh(study, "--method", "linear") == 0
    assert 'method = "linear"' in (study / "weighting" / "weights.toml").read_text()


def test_weights_are_a_csv_file(study, capsys):
    assert weigh(study, "--out", str(study / "weights.toml")) == 2
    assert "name a file that ends in .csv" in capsys.readouterr().err


def test_a_failure_leaves_earlier_weights_whole(study):
    assert weigh(study) == 0
    before = {p.name: p.read_bytes() for p in (study / "weighting").iterdir()}
    assert weigh(study, "--method", "logit", "--bounds", "0.99", "1.01") == 1
    assert {p.name: p.read_bytes() for p in (study / "weighting").iterdir()} == before


def test_the_worked_example_is_the_printed_population_and_says_what_it_is(tmp_path, capsys):
    with (KAMRIENG / "sites.csv").open(encoding="utf-8") as file:
        sites = list(csv.DictReader(file))
    with (KAMRIENG / "weighting" / "margins.csv").open(encoding="utf-8") as file:
        figures = {
            (row["variable"], row["category"]): float(row["total"]) for row in csv.DictReader(file)
        }
    for sex in ("female", "male"):
        assert figures["gender", sex] == sum(int(site[f"pop_{sex}"]) for site in sites)
    for commune in {site["commune"] for site in sites}:
        people = [
            int(s["pop_male"]) + int(s["pop_female"]) for s in sites if s["commune"] == commune
        ]
        assert figures["commune", commune.lower().replace(" ", "_")] == sum(people)
    copy = tmp_path / "kamrieng"
    shutil.copytree(KAMRIENG, copy)
    margins = KAMRIENG / "weighting" / "margins.csv"
    assert main(["weight", str(copy), "--margins", str(margins)]) == 0
    said = capsys.readouterr().err
    assert "These are made-up respondents" in said
    assert "not a probability sample" in said


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "weighted by raking to known totals of sex, worked"), ("km", "108")]
)
def test_a_report_can_say_how_figures_are_weighted(study, lang, said):
    assert weigh(study) == 0
    opened = open_study(study)
    stored = study_weights(opened, opened.data_file)
    assert said in weights_notice(stored, lang).translate(str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789"))
    (study / "weighting" / "weights.toml").unlink()
    given = study_weights(opened, opened.data_file)
    assert weights_notice(given, lang) != weights_notice(stored, lang)
