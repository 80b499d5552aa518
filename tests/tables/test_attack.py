"""A reader with all tables of a report, a pencil and linear programming recovers nothing."""

import random
from dataclasses import replace

import pytest

from conftest import ROOT
from spean.survey.answers import read_answers
from spean.survey.study import open_study
from spean.tables.attack import Reader
from spean.tables.disclosure import Limits
from spean.tables.plan import read_plan
from spean.tables.tabulate import Tabulator
from spean.tables.withholding import Withholding

LINKED = """
[group.short]
where = "${months} <= 6"
[group.long]
where = "${months} > 6"
[banner.time]
groups = ["short", "long", "total"]
parts = ["short", "long"]
whole = "total"

[[table]]
id = "t02"
title = "By time"
banner = "time"
[[table.panel]]
id = "papers"
variable = "papers"
[[table.panel]]
id = "sex"
variable = "sex"
"""


def counted(folder):
    study = open_study(folder)
    plan = read_plan(folder / "tabulation.toml", study.codebook)
    plan = replace(plan, tables=tuple(table for table in plan.tables if not table.data))
    tabulator = Tabulator(plan, study.codebook)
    return tabulator, tabulator.count(read_answers(study.data_file, study.codebook))


def attack(tabulator, counts, hidden, hidden_bases, *, marks=False):
    keys = list(counts.cells)
    small = {key for key in hidden if counts.cells[key].n < 5}
    reader = Reader(
        tabulator,
        counts,
        shown={key: key not in hidden for key in keys},
        shown_bases={key: key not in hidden_bases for key in keys},
        at_most=dict.fromkeys(small, 4) if marks else {},
        at_least=dict.fromkeys(hidden - small, 5) if marks else {},
    )
    found = reader.work_out(sorted(hidden))
    assert all(one.low - 1e-6 <= one.truth <= one.high + 1e-6 for one in found)
    return [one for one in found if one.exact]


def protected(tabulator, counts):
    chosen = Withholding(tabulator, counts, Limits())
    hidden = {key for key in counts.cells if chosen.cell(key)}
    return hidden, {key for key in counts.cells if chosen.base(key)}


@pytest.mark.slow
def test_no_withheld_figure_of_kamrieng_comes_out():
    """Over its 18 tables of respondents together, as a reader of the whole report."""
    tabulator, counts = counted(ROOT / "studies" / "kamrieng")
    hidden, hidden_bases = protected(tabulator, counts)
    assert len(hidden) > 500
    assert attack(tabulator, counts, hidden, hidden_bases) == []


@pytest.mark.slow
def test_the_attack_has_teeth():
    """It recovers figures where only small ones are withheld, and where marks say which are."""
    tabulator, counts = counted(ROOT / "studies" / "kamrieng")
    hidden, hidden_bases = protected(tabulator, counts)
    small = {key for key in counts.cells if counts.cells[key].n < 5}
    assert len(attack(tabulator, counts, small, set())) > 20
    assert attack(tabulator, counts, hidden, hidden_bases, marks=True)


@pytest.mark.parametrize("seed", range(12))
def test_tables_that_share_margins_do_not_give_each_other_away(small_study, seed):
    plan = small_study / "tabulation.toml"
    plan.write_text(plan.read_text() + LINKED)
    draw = random.Random(seed)
    rows = ["consent,worked,months,papers,sex"]
    for _person in range(draw.randint(15, 70)):
        sex = draw.choice(["female", "male"])
        worked = draw.choices(["yes", "no", "77"], [8, 2, 1])[0]
        months = draw.randint(1, 12) if worked == "yes" else ""
        asked = worked == "yes" and months > 3
        papers = draw.choices(["none", "passport", "passport permit", "permit"], [5, 4, 2, 1])[0]
        rows.append(f"yes,{worked},{months},{papers if asked else ''},{sex}")
    (small_study / "data" / "respondents.csv").write_text("\n".join(rows) + "\n")
    tabulator, counts = counted(small_study)
    hidden, hidden_bases = protected(tabulator, counts)
    assert hidden
    assert attack(tabulator, counts, hidden, hidden_bases) == []


def test_all_less_a_group_is_no_small_figure():
    """Nobody can subtract a group from all and be left with one to four people."""
    tabulator, counts = counted(ROOT / "studies" / "kamrieng")
    hidden, hidden_bases = protected(tabulator, counts)
    shown = {}
    for table, panel, row, group in tabulator.places():
        key = (table.id, panel.id, row.id, group)
        where = frozenset(tabulator.conditions(table, panel, row, "total"))
        for kind, figures, away in (
            ("cell", counts.cells, hidden),
            ("base", counts.bases, hidden_bases),
        ):
            if key not in away:
                name = row.value if kind == "cell" else ""
                shown[kind, row.variable, name, where, group] = figures[key].n
    pairs = [
        (value, shown[(*name, "total")])
        for (*name, group), value in shown.items()
        if group in ("disability", "poverty") and (*name, "total") in shown
    ]
    assert len(pairs) > 50
    assert [pair for pair in pairs if 0 < pair[1] - pair[0] < 5] == []
