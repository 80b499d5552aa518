"""Broken forms and data: one clear message with file, row, column and what to do."""

import pytest

from spean.survey.answers import read_answers
from spean.survey.errors import CouldNotRead, FaultyInput
from spean.survey.study import open_study


def break_sheet(study, sheet, old, new):
    path = study / "instrument" / f"{sheet}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("sheet", "old", "new", "said"),
    [
        ("survey", "type,name", "type,nom", "row 1, column “name”: the column is missing"),
        ("survey", "integer,months", "integr,months", "row 5, column “type”: “integr” is no type"),
        ("survey", "integer,months", "integer,worked", "row 5, column “name”: the name “worked”"),
        ("survey", "end_group,,,,,,\nselect_one sex", "select_one sex", "“main” is not closed"),
        (
            "survey",
            "end_group,,,,,,\nselect_one yes_no,consent",
            "end_repeat,,,,,,\nselect_one yes_no,consent",
            "“end_repeat” closes nothing",
        ),
        (
            "survey",
            "${months} > 3",
            "${weeks} > 3",
            "column “relevant”: ${weeks} is not a question",
        ),
        (
            "survey",
            "select_one sex,",
            "select_one gender,",
            "the list “gender” is not on the choices",
        ),
        ("survey", "integer,months", "integer,2months", "“2months” cannot be a name"),
        (
            "choices",
            "paper,permit,Permit,ប័ណ្ណ",
            "paper,permit,Permit,",
            "row 7, column “label::Khmer (km)”: the answer “permit” has no words",
        ),
        ("choices", "sex,male", "sex,female", "the answer “female” stands twice"),
        (
            "survey",
            "type,name,label::English (en)",
            "type,name,name",
            "row 1, column “name”: the heading stands twice",
        ),
    ],
)
def test_a_fault_of_the_form_is_said_with_its_place(small_study, sheet, old, new, said):
    break_sheet(small_study, sheet, old, new)
    with pytest.raises(FaultyInput) as caught:
        open_study(small_study)
    assert said in str(caught.value)
    assert f"{sheet}.csv" in str(caught.value)


def test_all_faults_are_told_together(small_study):
    break_sheet(small_study, "survey", "integer,months", "integr,months")
    break_sheet(small_study, "survey", "select_one sex,", "select_one gender,")
    break_sheet(small_study, "choices", "paper,permit,Permit,ប័ណ្ណ", "paper,permit,Permit,")
    with pytest.raises(FaultyInput) as caught:
        open_study(small_study)
    assert len(caught.value.faults) >= 3


def test_an_empty_study_says_what_a_study_has(tmp_path):
    with pytest.raises(CouldNotRead, match=r"empty; a study has study\.toml"):
        open_study(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"colour,shape\nred,round\n", "no heading is a question of the form"),
        ("consent,sex\nyes,femal\xe9\n".encode("latin-1"), "row 2: the text is not UTF-8"),
        (b"consent,consent\nyes,no\n", "the heading stands twice"),
        (b"consent,sex\nyes,female,extra\n", "row 2: 3 cells under 2 headings"),
    ],
)
def test_data_that_cannot_be_read(small_study, content, said):
    path = small_study / "data" / "respondents.csv"
    path.write_bytes(content)
    with pytest.raises(FaultyInput) as caught:
        read_answers(path, open_study(small_study).codebook)
    assert said in str(caught.value)


def test_values_outside_the_codebook_are_kept_and_listed(small_study):
    path = small_study / "data" / "respondents.csv"
    path.write_text("consent,worked,months,papers,sex\nyes,maybe,twelve,passport visa,female\n")
    answers = read_answers(path, open_study(small_study).codebook)
    assert [(m.row, m.variable, m.value) for m in answers.misfits] == [
        (2, "worked", "maybe"),
        (2, "months", "twelve"),
        (2, "papers", "visa"),
    ]
    assert answers.frame["papers"][0] == "passport visa"
    assert answers.frame["papers/passport"][0] is True


def test_group_paths_in_headings_are_understood(small_study):
    path = small_study / "data" / "respondents.csv"
    path.write_text("consent,main/worked,main-abroad-months\nyes,yes,7\n")
    answers = read_answers(path, open_study(small_study).codebook)
    assert answers.frame["worked"][0] == "yes"
    assert answers.frame["months"][0] == 7
