"""Directions, differences, ratios and superlatives follow from the cells, or the build stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spean.claims.approximate import EDGE, FRACTIONS, NEAR, in_words
from spean.claims.resolve import make_resolver
from spean.documents.blocks import parse_blocks
from spean.survey.errors import FaultyInput
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables


def tables(women=36.7, men=27.3, gap=5.0, other=20.0, base=123, mark=""):
    def row(name, *shares):
        cells = {
            group: Cell(10, share, base, mark if share is not None else "suppressed")
            for group, share in zip(("women", "men"), shares, strict=True)
        }
        return Row(name, {"en": f"The {name}", "km": f"កម្ម {name}"}, cells)

    panel = Panel(
        "work",
        {"en": "Work"},
        "multiple",
        {},
        {},
        "work",
        (row("farm", women, men), row("shop", other, 11.0), row("sea", None, None)),
        {},
    )
    groups = (Group("women", {"en": "Women"}), Group("men", {"en": "Men"}))
    return Tables((Table("t01", {"en": "T"}, {}, groups, (panel,)),), 246, gap=gap)


def say(text, *, lang="en", **shares):
    resolver = make_resolver(tables(**shares), lang)
    (block,) = parse_blocks(text, resolver)
    return "".join(run.text for run in block.runs)


def fault(text, **shares):
    faults = make_resolver(tables(**shares), "en").faults(text, "a.md")
    assert len(faults) == 1
    return str(faults[0])


WOMEN, MEN = "t01.work.farm@women", "t01.work.farm@men"


def test_a_direction_that_holds_is_printed_and_bound():
    resolver = make_resolver(tables(), "en")
    (block,) = parse_blocks(
        f"Women were {{{{{WOMEN} > {MEN}: more likely to farm than}}}} men.", resolver
    )
    assert "".join(run.text for run in block.runs) == "Women were more likely to farm than men."
    bound = next(run.figure for run in block.runs if run.figure)
    assert (bound.table, bound.meaning) == ("t01", f"{WOMEN} 36.7%; {MEN} 27.3%")


def test_swapped_groups_stop_the_build():
    said = fault(f"{{{{{WOMEN} < {MEN}: less often than}}}}")
    assert f"“less often than” says less, but {WOMEN} is 36.7 % and {MEN} 27.3 %: more" in said


def test_a_direction_that_turns_with_new_data_stops_the_build_or_turns():
    text = f"{{{{{WOMEN} > {MEN}: more often than}}}}"
    assert say(text) == "more often than"
    assert "says more" in fault(text, women=20.0)
    both = f"{{{{{WOMEN} ? {MEN}: more often than | less often than | as often as}}}}"
    assert say(both) == "more often than"
    assert say(both, women=20.0) == "less often than"
    assert say(both, women=28.0) == "as often as"


def test_below_the_gap_only_similar_may_be_said():
    assert "similar (less than 5 points apart)" in fault(
        f"{{{{{WOMEN} > {MEN}: more}}}}", women=32.2
    )
    assert say(f"{{{{{WOMEN} > {MEN}: more}}}}", women=32.3) == "more"
    assert say(f"{{{{{WOMEN} > {MEN}: more}}}}", women=29.4, gap=2.0) == "more"
    assert say(f"{{{{{WOMEN} ~ {MEN}: about as many}}}}", women=25.0) == "about as many"
    assert "says similar" in fault(f"{{{{{WOMEN} ~ {MEN}: about as many}}}}")


def test_a_difference_is_that_of_the_printed_percents():
    assert say(f"{{{{{WOMEN} - {MEN}:points}}}}", women=36.74, men=27.26) == "9.4 points"
    assert say(f"{{{{{MEN} - {WOMEN}:points}}}}", lang="km") == "៩.៤ ពិន្ទុ"


@pytest.mark.parametrize(
    ("women", "words"),
    [(54.0, "twice"), (62.0, "2.3 times"), (27.3, "1.0 times"), (82.0, "three times")],
)
def test_ratios(women, words):
    assert say(f"{{{{{WOMEN} / {MEN}:times}}}}", women=women) == words


def test_a_ratio_to_nothing_is_refused():
    assert "is 0 %" in fault(f"{{{{{WOMEN} / {MEN}:times}}}}", men=0.0)


def test_the_most_common_answer():
    assert say("{{largest t01.work@women}}") == "The farm"
    assert say("{{largest t01.work@women = farm}}", lang="km") == "កម្ម farm"
    assert "is farm (36.7 %), not shop" in fault("{{largest t01.work@women = shop}}")
    assert "farm and shop are equal" in fault("{{largest t01.work@women}}", other=36.7)
    assert "the smallest cannot be told" in fault("{{smallest t01.work@women}}")


def test_nothing_is_said_of_what_is_withheld():
    for claim in (f"t01.work.sea@women > {MEN}: more", "t01.work.sea@women:about"):
        assert "t01.work.sea@women is not shown" in fault(f"{{{{{claim}}}}}")


def test_the_mark_of_small_bases_travels_into_the_sentence():
    assert say(f"{{{{{WOMEN} > {MEN}: more}}}}", mark="small") == "more†"


def test_a_cell_that_is_not_there_is_named():
    assert "there is no cell “t01.work.farms@women”. Near names: t01.work.farm@women" in fault(
        f"{{{{t01.work.farms@women > {MEN}: more}}}}"
    )
    with pytest.raises(FaultyInput):
        make_resolver(tables(), "en").figure(f"{WOMEN} < {MEN}: less")


def test_a_majority_is_more_than_half():
    assert say(f"{{{{{WOMEN}:majority}}}}", women=50.1) == "a majority"
    assert "no majority" in fault(f"{{{{{WOMEN}:majority}}}}", women=50.0)


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (33.3, "about a third"),
        (31.0, "nearly a third"),
        (36.0, "just over a third"),
        (47.0, "nearly half"),
        (50.4, "about half"),
        (73.0, "nearly three-quarters"),
        (20.4, "about one in five"),
        (62.0, None),
        (96.0, None),
        (3.0, None),
    ],
)
def test_shares_in_words(percent, words):
    assert in_words(percent, "en") == words


@given(st.floats(0, 100))
def test_words_admit_what_they_say(percent):
    words = in_words(percent, "en")
    nearest = min(FRACTIONS, key=lambda one: abs(one.percent - percent))
    off = percent - nearest.percent
    if words is None:
        assert abs(off) > EDGE
        return
    assert words.endswith(nearest.words["en"])
    assert words.startswith("about") == (abs(off) <= NEAR)
    assert words.startswith("nearly") == (-EDGE <= off < -NEAR)
    assert words.startswith("just over") == (NEAR < off <= EDGE)
    assert in_words(percent, "km")
