"""Random respondents obey every skip and every constraint."""

import narwhals.stable.v2 as nw
import polars as pl
import pytest

from conftest import ROOT
from spean.survey.answers import read_answers
from spean.survey.codebook import make_codebook
from spean.survey.conditions import condition
from spean.survey.errors import FaultyInput
from spean.survey.instrument import read_instrument
from spean.survey.simulate import simulate
from spean.survey.study import open_study


@pytest.fixture(scope="module")
def kamrieng():
    return open_study(ROOT / "studies" / "kamrieng").codebook


def test_same_seed_same_data(kamrieng):
    assert simulate(kamrieng, 20, 3).equals(simulate(kamrieng, 20, 3))
    assert not simulate(kamrieng, 20, 3).equals(simulate(kamrieng, 20, 4))


def test_skips_and_constraints_hold(kamrieng, tmp_path):
    file = tmp_path / "made.csv"
    simulate(kamrieng, 200, 5).write_csv(file)
    answers = read_answers(file, kamrieng)
    assert answers.misfits == ()
    frame, kinds = answers.frame, kamrieng.kinds()
    checked = 0
    for variable in kamrieng.variables.values():
        if variable.type in ("date", "media"):
            continue
        given = frame[variable.name].is_not_null()
        for node in (variable.universe.condition, variable.constraint):
            if node is None:
                continue
            expr = condition(node, kinds, variable.name).alias("x")
            holds = pl.Series(nw.from_native(frame).select(expr)["x"].to_list())
            assert not (given & ~holds).any(), variable.name
            checked += 1
    assert checked > 100
    assert frame["age"].drop_nulls().min() >= 15


def test_a_village_lies_in_its_commune(kamrieng):
    frame = simulate(kamrieng, 100, 1)
    pairs = zip(frame["commune"], frame["village"], strict=True)
    assert all(village.startswith(commune) for commune, village in pairs)


def form(folder, *lines):
    text = "survey,type,name,label,relevant,calculation,choice_filter\n" + "".join(
        f",{line}\n" for line in lines
    )
    (folder / "form.csv").write_text(
        text + "choices,list_name,name,label,side\n,yn,yes,Yes,\n,yn,no,No,\n"
        ",town,a,A,yes\n,town,b,B,no\n,town,c,C,no\n"
    )
    return make_codebook(read_instrument(folder / "form.csv"))


def test_a_question_may_look_at_a_later_one(tmp_path):
    codebook = form(tmp_path, "integer,n,N,${ok} = 'yes',,", "select_one yn,ok,Ok,,,")
    frame = simulate(codebook, 60, 1)
    assert frame.columns == ["n", "ok"]
    assert (frame["n"].is_not_null() == (frame["ok"] == "yes")).all()


def test_questions_that_depend_on_each_other_are_named(tmp_path):
    codebook = form(tmp_path, "integer,n,N,${m} > 1,,", "integer,m,M,${n} > 1,,")
    with pytest.raises(FaultyInput, match="questions depend on each other: n → m → n"):
        simulate(codebook, 5, 1)


def test_filters_either_way_round_and_calculations_that_stay_blank(tmp_path):
    codebook = form(
        tmp_path,
        "select_one yn,ok,Ok,,,",
        "select_one town,place,Place,,,${ok} = side",
        "calculate,id,,,uuid(),",
        "calculate,two,,,1 + 1,",
    )
    frame = simulate(codebook, 60, 1)
    assert set(frame.filter(frame["ok"] == "yes")["place"]) == {"a"}
    assert set(frame.filter(frame["ok"] == "no")["place"]) == {"b", "c"}
    assert frame["id"].null_count() == 60
    assert set(frame["two"]) == {2.0}
