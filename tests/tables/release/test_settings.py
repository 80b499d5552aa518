"""[release] of study.toml: what is wrong is named with its key, and near names."""

import pytest

from spean.survey.errors import FaultyInput
from spean.survey.study import open_study
from spean.tables.release.settings import read_release, release_plan
from tables.release.form import DROP, RELEASE, make_study


def read(folder, release):
    study = open_study(make_study(folder, release))
    return read_release(study, release_plan(study))


def test_usual_goals(tmp_path):
    made = read(tmp_path, RELEASE)
    assert made.keys == ("sex", "age_group", "disabled")
    assert (made.k, made.l, made.weight, made.where) == (3, 2, "", None)
    assert made.drop == frozenset(DROP)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"keys": ["sexx"]}, "key keys: there is no variable “sexx”. Did you mean sex?"),
        ({"keys": []}, "key keys: no variable is named."),
        ({"keys": "sex"}, "key keys: 'sex' is not understood."),
        ({"keys": ["sex", "sex"]}, "“sex” stands there twice."),
        ({"keys": ["age"]}, "“age” is an exact number. Give it classes in [release.recode.age]."),
        ({"keys": ["kinds"]}, "“kinds” takes several answers and cannot be a key."),
        ({"keys": ["village"]}, "“village” is dropped."),
        ({"keys": ["age_group"], "drop": ["age"]}, "“age_group” is dropped."),
        ({"keys": ["member_age"]}, "“member_age” is asked in the repeat “member”."),
        (
            {"keys": ["age_group", "age"], "recode": {"age": {"bands": [{"id": "x", "min": 0}]}}},
            "“age_group” is made from “age”, which is named too.",
        ),
        ({"sensitive": ["sex"]}, "key sensitive: “sex” is a key too."),
        ({"sensitive": ["zzz"]}, "key sensitive: there is no variable “zzz”."),
        ({"drop": ["remarks"]}, "key drop: there is no variable “remarks”. Did you mean remark?"),
        ({"k": 1}, "key k: 1 cannot be. Give a whole number from 2 up."),
        ({"l": 0}, "key l: 0 cannot be."),
        ({"k": "3"}, "key k: '3' cannot be."),
        ({"kay": 3}, "key kay: is not known here. Known are keys, sensitive"),
        ({"weight": 3}, "key weight: 3 is not understood."),
        ({"where": "${consnt} = 1"}, "key where: there is no variable “consnt”. Did you mean"),
        ({"where": "${sex} = ("}, "key where: “${sex} = (”"),
        ({"recode": {"agee": "age_group"}}, "key recode.agee: there is no variable “agee”."),
        ({"recode": {"age": "age_groups"}}, "the plan derives no “age_groups”."),
        ({"recode": {"income": "age_group"}}, "“age_group” is made from “age”."),
        ({"recode": {"remark": "age_group"}}, "key recode.remark: is recoded and dropped."),
        ({"recode": {"income": {"join": [{"id": "a"}]}}}, "is a number. Write bands = […]."),
        ({"recode": {"sex": {"bands": [{"id": "a", "min": 1}]}}}, "is not a number."),
        ({"recode": {"sex": {"other": 1}}}, "key recode.sex: has no classes."),
        ({"recode": {"income": {"bands": [{"id": "a"}]}}}, "the class “a” is not whole."),
        (
            {"recode": {"income": {"bands": [{"id": "a", "max": 5}, {"id": "b", "min": 5}]}}},
            "key recode.income: two classes overlap.",
        ),
        (
            {"recode": {"income": {"bands": [{"id": "a", "min": 5, "max": 4}]}}},
            "a class ends before it begins.",
        ),
        (
            {"recode": {"income": {"bands": [{"id": "a", "min": "5"}]}}},
            "a class begins or ends with what is no number.",
        ),
        (
            {"recode": {"sex": {"join": [{"id": "a", "values": ["woman"]}]}}},
            "“woman” is no answer. Answers are female, male.",
        ),
        (
            {"recode": {"sex": {"join": [{"id": "male", "values": ["female"]}]}}},
            "a class or an answer stands there twice.",
        ),
    ],
)
def test_faults(tmp_path, change, said):
    with pytest.raises(FaultyInput) as error:
        read(tmp_path, RELEASE | change)
    assert said in str(error.value)
    assert f"{tmp_path / 'study.toml'}, [release], key " in str(error.value)


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(FaultyInput) as error:
        read(tmp_path, {"keys": ["sexx"], "drop": ["zzz"], "k": 0})
    assert len(error.value.faults) == 3


def test_no_section(tmp_path):
    with pytest.raises(FaultyInput, match=r"there is no section \[release\]"):
        read(tmp_path, False)
