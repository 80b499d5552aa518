"""Counts and bases: against a slow plain reading of the same rows."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spean.survey.answers import read_answers
from spean.survey.errors import CouldNotRead, FaultyInput
from spean.survey.study import open_study
from spean.tables.build import make_tables
from spean.tables.disclosure import Limits
from spean.tables.plan import read_plan


def tables_of(folder, limits=None):
    study = open_study(folder)
    plan = read_plan(folder / "tabulation.toml", study.codebook)
    answers = read_answers(study.data_file, study.codebook)
    return make_tables(plan, study.codebook, answers, limits=limits)


def cells(tables, table="t01"):
    return {stem: cell for stem, _p, _r, _g, cell in tables[table].cells()}


def test_bases_follow_from_who_was_asked(small_study):
    found = cells(tables_of(small_study))
    assert found["t01.worked.yes@total"].count == 80
    assert found["t01.worked.yes@total"].base == 108, "three refused, six gave no answer"
    assert found["t01.papers.passport@total"].count == 70
    assert found["t01.papers.passport@total"].base == 70, "ten stayed too short to be asked"
    assert found["t01.papers.permit@female"].percent == 100
    assert found["t01.papers.permit@male"].percent == 0


def test_the_base_is_said_in_words(small_study):
    panel = tables_of(small_study)["t01"].panels[1]
    assert panel.universe["en"].endswith("stayed more than three months")
    assert panel.bases == {"female": 40, "male": 30, "total": 70}


_row = st.tuples(
    st.sampled_from(["yes", "no"]),
    st.sampled_from(["yes", "no", "77", ""]),
    st.sampled_from(["", "2", "5", "12"]),
    st.sampled_from(["", "none", "passport", "passport permit"]),
    st.sampled_from(["female", "male", ""]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(_row, min_size=1, max_size=25))
def test_counts_agree_with_a_plain_reading(small_study, rows):
    path = small_study / "data" / "respondents.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("consent", "worked", "months", "papers", "sex"), *rows])
    found = cells(tables_of(small_study))
    for group in ("female", "male", "total"):
        asked = [r for r in rows if r[0] == "yes" and group in ("total", r[4])]
        answered = [r for r in asked if r[1] in ("yes", "no")]
        assert found[f"t01.worked.yes@{group}"].base == len(answered)
        assert found[f"t01.worked.yes@{group}"].count == sum(r[1] == "yes" for r in answered)
        holders = [r for r in asked if r[1] == "yes" and r[2] in ("5", "12") and r[3]]
        assert found[f"t01.papers.passport@{group}"].base == len(holders)
        assert found[f"t01.papers.passport@{group}"].count == sum(
            "passport" in r[3] for r in holders
        )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'variable = "papers"',
            'variable = "paper"',
            "table t01, panel papers, key variable: there is no variable “paper”. Did you mean papers",
        ),
        (
            "${sex} = 'female'",
            "${gender} = 'female'",
            "group.female, key where: there is no variable “gender”",
        ),
        ("${sex} = 'female'", "${sex} = ", "ends too early"),
        (
            'banner = "sex"',
            'banner = "gender"',
            "table t01, key banner: there is no banner “gender”",
        ),
        (
            'variable = "papers"',
            'variable = "papers"\nrows = ["visa"]',
            "key rows: “visa” is no answer of it",
        ),
        ('id = "t01"', 'id = "T 1"', "cannot be an id"),
        ('variable = "papers"', 'variable = "months"', "“months” has no answer list"),
        ('groups = ["female", "male", "total"]', 'groups = ["woman"]', "there is no group “woman”"),
        ("[[table]]", "[[table", "not valid TOML"),
    ],
)
def test_a_fault_of_the_plan_names_file_table_and_key(small_study, old, new, said):
    path = small_study / "tabulation.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(FaultyInput) as caught:
        tables_of(small_study)
    assert said in str(caught.value)
    assert "tabulation.toml" in str(caught.value)


def test_small_bases_are_marked_and_smaller_ones_lose_their_percent(small_study):
    found = cells(tables_of(small_study, Limits(count=0, base_suppressed=35, base_marked=50)))
    assert found["t01.papers.passport@female"].mark == "small"
    assert found["t01.papers.passport@male"].mark == "suppressed"
    assert found["t01.papers.passport@male"].percent is None
    assert found["t01.papers.passport@total"].mark == ""


def test_artefacts_of_made_up_data_are_said(small_study):
    from spean.tables.provenance import Provenance, combination

    study = open_study(small_study)
    plan = read_plan(small_study / "tabulation.toml", study.codebook)
    answers = read_answers(study.data_file, study.codebook)
    printed = frozenset({combination("worked", None, g) for g in ("female", "male", "total")})
    made = make_tables(plan, study.codebook, answers, provenance=Provenance(True, printed))
    worked, papers = made["t01"].panels
    assert worked.notes == ()
    assert "Women, Men, All" in papers.notes[0]["en"]


def test_a_plan_may_extend_another(small_study):
    study = open_study(small_study)
    (small_study / "more.toml").write_text(
        'extends = "tabulation.toml"\n'
        '[[table]]\nid = "x1"\ntitle = "More"\nbanner = "sex"\n'
        '[[table.panel]]\nid = "worked"\nvariable = "worked"\n'
    )
    first = read_plan(small_study / "tabulation.toml", study.codebook)
    more = read_plan(small_study / "more.toml", study.codebook)
    assert more.groups == first.groups
    assert [table.id for table in more.tables] == ["x1"]
    (small_study / "more.toml").write_text('extends = "nowhere.toml"\n')
    with pytest.raises(CouldNotRead, match=r"nowhere\.toml: there is no such file"):
        read_plan(small_study / "more.toml", study.codebook)
