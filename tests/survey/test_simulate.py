"""Random respondents obey every skip and every constraint."""

import narwhals.stable.v2 as nw
import polars as pl
import pytest

from conftest import ROOT
from spean.survey.answers import read_answers
from spean.survey.conditions import condition
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
