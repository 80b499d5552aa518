"""Small counts stay hidden, also from a reader who adds and subtracts."""

import csv

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from spean.survey.answers import read_answers
from spean.survey.study import open_study
from spean.tables.build import make_tables
from spean.tables.disclosure import Limits, Sum, protect
from spean.tables.plan import read_plan


def test_a_count_under_the_limit_takes_a_second_one_with_it():
    figures = {1: 3, 2: 40, 3: 43}
    assert protect(figures, [Sum(3, (1, 2))], 5) == {1: "primary", 2: "complementary"}


def test_two_hidden_parts_that_are_small_together_need_a_third():
    figures = {1: 1, 2: 0, 3: 30, 4: 31}
    assert set(protect(figures, [Sum(4, (1, 2, 3))], 5)) == {1, 2, 3}


def test_nothing_is_hidden_without_need():
    assert protect({1: 10, 2: 20, 3: 30}, [Sum(3, (1, 2))], 5) == {}


def test_a_hidden_whole_is_not_given_away_by_its_parts():
    hidden = protect({1: 6, 2: 7, 3: 13, 4: 1, 5: 14}, [Sum(3, (1, 2)), Sum(5, (3, 4))], 5)
    assert {3, 4} <= set(hidden)
    assert {1, 2} & set(hidden)


def test_the_same_people_in_two_tables_are_hidden_in_both(small_study):
    path = small_study / "tabulation.toml"
    again = '\n[[table]]\nid = "t02"\ntitle = "Again"\nbanner = "sex"\n[[table.panel]]\nid = "p"\nvariable = "worked"\n'
    path.write_text(path.read_text() + again)
    rows = ["consent,worked,sex"] + ["yes,yes,female"] * 40 + ["yes,no,female"] * 2
    rows += ["yes,yes,male"] * 30 + ["yes,no,male"] * 30
    (small_study / "data" / "respondents.csv").write_text("\n".join(rows) + "\n")
    study = open_study(small_study)
    plan = read_plan(path, study.codebook)
    answers = read_answers(study.data_file, study.codebook)
    made = make_tables(plan, study.codebook, answers, limits=Limits())
    first = {
        s.split(".", 2)[2]: c.count for s, _p, r, _g, c in made["t01"].cells() if "worked" in s
    }
    second = {s.split(".", 2)[2]: c.count for s, *_x, c in made["t02"].cells()}
    assert first == second
    assert first["no@female"] is None
    assert first["yes@female"] is None


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(counts=st.lists(st.integers(0, 40), min_size=10, max_size=10))
def test_linear_programming_cannot_recover_a_hidden_count(small_study, counts):
    """Bound every hidden figure by all that is shown; none may come out exactly."""
    cases = [
        (w, p, s)
        for s in ("female", "male")
        for w, p in (
            ("no", ""),
            ("yes", "none"),
            ("yes", "passport"),
            ("yes", "permit"),
            ("yes", "passport permit"),
        )
    ]
    with (small_study / "data" / "respondents.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("consent", "worked", "months", "papers", "sex"))
        out.writerow(("no", "", "", "", ""))
        for (worked, papers, sex), n in zip(cases, counts, strict=True):
            out.writerows([("yes", worked, "12" if papers else "", papers, sex)] * n)
    study = open_study(small_study)
    plan = read_plan(small_study / "tabulation.toml", study.codebook)
    answers = read_answers(study.data_file, study.codebook)
    shown = make_tables(plan, study.codebook, answers, limits=Limits())
    truth = make_tables(plan, study.codebook, answers)

    def members(panel, row, group):
        return [
            float(
                group in ("total", sex)
                and (panel == "worked" or worked == "yes")
                and (row is None or (worked == row if panel == "worked" else row in papers.split()))
            )
            for worked, papers, sex in cases
        ]

    equations, values, hidden = [], [], []
    true_cells = {stem: cell for stem, *_x, cell in truth["t01"].cells()}
    for stem, panel, row, group, cell in shown["t01"].cells():
        if cell.base is not None:
            equations.append(members(panel.id, None, group.id))
            values.append(cell.base)
        if cell.count is None:
            hidden.append((stem, members(panel.id, row.id, group.id)))
        else:
            assert cell.count >= 5
            equations.append(members(panel.id, row.id, group.id))
            values.append(cell.count)
    for stem, weights in hidden:
        if not values:
            break
        bounds = [
            linprog(sign * np.array(weights), A_eq=np.array(equations), b_eq=values).fun
            for sign in (1, -1)
        ]
        low, high = bounds[0], -bounds[1] if bounds[1] is not None else np.inf
        assert low is not None
        exact = abs(high - low) < 1e-6
        assert not exact, (stem, true_cells[stem].count, counts)
