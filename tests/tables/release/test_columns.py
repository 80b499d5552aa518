"""Which columns are in a file, made coarser, and what follows a suppressed answer."""

from collections import Counter

import pytest

from spean.survey.answers import read_answers
from spean.survey.errors import FaultyInput
from spean.survey.study import open_study
from spean.tables.release.assessment import assess_study
from spean.tables.release.columns import followers, release_columns, release_frame
from spean.tables.release.settings import read_release, release_plan
from tables.release.form import RELEASE, make_study, row


def columns_of(folder, release=None, rows=None):
    study = open_study(make_study(folder, release, rows))
    plan = release_plan(study)
    settings = read_release(study, plan)
    columns = release_columns(settings, plan, study.codebook)
    answers = read_answers(study.data_file, study.codebook)
    return columns, release_frame(answers, columns, settings, plan, study.codebook), study


def test_an_exact_number_gives_way_to_its_class(tmp_path):
    columns, frame, _study = columns_of(tmp_path)
    names = [column.name for column in columns]
    assert names == [
        *("consent", "sex", "age_group", "age_first", "disabled", "kinds", "helped", "income"),
    ]
    assert frame.columns == names
    assert "instance_id" not in names
    assert frame["age_group"].to_list() == ["young"] * 4 + ["old"] * 4 + ["young"] * 3 + ["old"]
    assert columns[2].recoded
    assert columns[2].label["km"] == "ក្រុមអាយុ"


def test_classes_of_a_study(tmp_path):
    recode = {
        "income": {"bands": [{"id": "low", "max": 5_000_000}, {"id": "high", "min": 5_000_001}]},
        "sex": {"join": [{"id": "any", "values": ["female", "male"]}]},
        "age_group": {"join": [{"id": "grown", "values": ["old"], "label": {"en": "Grown"}}]},
        "age_first": {"bands": [{"id": "child", "max": 17}, {"id": "adult", "min": 18}]},
    }
    columns, frame, _study = columns_of(tmp_path, RELEASE | {"recode": recode})
    assert set(frame["income"]) == {"low"}
    assert set(frame["sex"]) == {"any"}
    assert set(frame["age_group"]) == {"young", "grown"}
    assert set(frame["age_first"]) == {"child"}
    by_name = {column.name: column for column in columns}
    assert set(by_name["age_group"].values) == {"young", "grown"}
    assert by_name["age_group"].values["grown"] == {"en": "Grown"}


def test_a_number_in_no_class_is_told_and_not_lost(tmp_path):
    recode = {"income": {"bands": [{"id": "low", "max": 100}]}}
    with pytest.raises(FaultyInput, match=r"12 answers of “income” are in no class \(rows 2, 3,"):
        columns_of(tmp_path, RELEASE | {"recode": recode})


def test_answers_outside_the_codebook_are_not_in_the_file(tmp_path):
    rows = [row(at, kinds="sight Sok012345678 moving", sex="Sok") for at in range(4)]
    _columns, frame, _study = columns_of(tmp_path, rows=rows)
    assert set(frame["kinds"]) == {"sight moving"}
    assert set(frame["sex"]) == {None}
    study = open_study(tmp_path)
    assert assess_study(study, study.data_file).outside == 8


def test_what_follows_an_answer_goes_with_it(tmp_path):
    columns, _frame, study = columns_of(tmp_path)
    follows = followers(columns, study.codebook)
    assert follows["disabled"] == ("kinds", "helped"), "through two steps of the skip logic"
    assert follows["age_group"] == ("age_first",), "checked against age"
    assert follows["sex"] == ()


def test_what_an_answer_is_made_of_goes_with_it(tmp_path):
    release = {"keys": ["sex"], "drop": [name for name in RELEASE["drop"] if name != "twice"]}
    columns, _frame, study = columns_of(tmp_path, release)
    follows = followers(columns, study.codebook)
    assert follows["twice"] == ("age",)
    assert follows["age"] == ("age_first", "twice")
    assert follows["age_first"] == ("age",)


def test_a_place_tells_the_place_around_it(tmp_path):
    drop = [name for name in RELEASE["drop"] if name not in ("region", "village")]
    columns, _frame, study = columns_of(tmp_path, RELEASE | {"drop": drop})
    follows = followers(columns, study.codebook)
    assert follows["region"] == ("village",), "its answers are filtered by region"
    assert follows["village"] == ()


def test_a_suppressed_key_is_not_told_by_its_follow_up(tmp_path):
    study = open_study(make_study(tmp_path))
    made = assess_study(study, study.data_file)
    assert made.before.alone == 1
    assert made.after.smallest >= 3
    alone = made.frame.row(11, named=True)
    assert alone["disabled"] is None
    assert (alone["kinds"], alone["helped"]) == (None, None)
    assert made.followed["kinds"] == made.followed["helped"] == 1
    assert made.releasable
    assert not made.well


def test_only_whose_rows_are_wanted(tmp_path):
    release = RELEASE | {"where": "${sex} = 'male' and ${age_group} = 'old'"}
    study = open_study(make_study(tmp_path, release))
    made = assess_study(study, study.data_file)
    assert made.before.rows == 4
    assert made.well


def test_nobody_to_release(tmp_path):
    study = open_study(make_study(tmp_path, RELEASE | {"where": "${age} > 900"}))
    with pytest.raises(FaultyInput, match="there is no interview to release"):
        assess_study(study, study.data_file)


def test_too_few_rows_are_said_not_raised(tmp_path):
    study = open_study(make_study(tmp_path, rows=[row(0), row(1)]))
    made = assess_study(study, study.data_file)
    assert made.after is None
    assert made.reason.startswith("No suppression makes it safe: 2 rows cannot make classes of 3.")


def test_weights_of_a_column(tmp_path):
    study = open_study(make_study(tmp_path, RELEASE | {"weight": "income"}))
    made = assess_study(study, study.data_file)
    assert 0 < made.before.weighted.expected < 1e-3
    assert made.before.risk.expected == 4
    data = study.data_file.read_text().replace("4000000", "-1", 2)
    study.data_file.write_text(data)
    with pytest.raises(FaultyInput, match="row 3, column “income”: the weight -1 cannot be"):
        assess_study(study, study.data_file)


def test_sensitive_answers_differ_in_every_class(tmp_path):
    rows = [row(at, village=("north", "south")[at % 2]) for at in range(6)]
    rows += [row(at, "male", village="west") for at in range(6, 12)]
    drop = [name for name in RELEASE["drop"] if name != "village"]
    release = RELEASE | {"drop": drop, "sensitive": ["village"]}
    study = open_study(make_study(tmp_path, release, rows))
    made = assess_study(study, study.data_file)
    assert (made.before.smallest, made.before.diversity[0].distinct) == (6, 1)
    assert made.before.diversity[0].under == 6
    assert made.after.diversity[0].distinct >= 2
    held = Counter(zip(made.frame["sex"], made.frame["village"], strict=True))
    assert ("male", "west") not in held
