"""A table made by hand, in words: what a reader sees of each figure, and what nobody may see."""

import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from spean.documents.cells import cell_words, level_words, releasable
from spean.documents.charts import caption, draw
from spean.documents.exports import write_csv, write_estimates
from spean.documents.layout import lay_out
from spean.documents.workbook import write_workbook
from spean.survey.errors import FaultyInput
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables

WOMEN, MEN = Group("female", {"en": "Women"}, letter="A"), Group("male", {"en": "Men"}, letter="B")
GAP = Group("gap", {"en": "Women − Men"}, less=("female", "male"))
SHARE = Cell(60, 40.26, 149, weighted=61.2, se=4.1, low=32.4, high=48.6, deff=1.3, letters="B")
MEAN = Cell(None, None, 149, value=7.46, se=0.2, low=7.04, high=7.81)
SECRET = Cell(None, 12.3, None, "suppressed", "withheld", 45.6, 45.6, 7.7, 45.6, 45.6, 7.7, "B")
SECRETS = ("12", "45", "7.7")


def panel(kind, row, **cells):
    made = Row("r", {"en": "Row"}, cells, statistic=row)
    bases = dict.fromkeys(cells, 149)
    asked = {"en": "everyone"}
    return Panel("p", {"en": "Panel"}, kind, asked, {"en": "Q?"}, "v", (made,), bases)


def tables(*panels, groups=(WOMEN, MEN), **said):
    table = Table("t01", {"en": "Table"}, {"en": "Sex"}, groups, panels)
    limits = {"count": 5, "base_suppressed": 25, "base_marked": 50}
    return Tables((table,), 149, limits=limits, **{"level": 0.95, "alpha": 0.05} | said)


def words(cell, kind="single", statistic="", group=WOMEN, lang="en"):
    made = panel(kind, statistic, female=cell)
    return cell_words(cell, made, made.rows[0], group, lang)


def test_a_share_has_its_interval_in_whole_points():
    found = words(SHARE)
    assert (found.count, found.share, found.value) == ("60", "40.3", "")
    assert (found.interval, found.letters) == ("(32–49)", "B")
    assert words(SHARE, lang="km").interval == "(៣២–៤៩)"


def test_a_close_interval_has_a_decimal():
    assert words(replace(SHARE, low=39.84, high=40.71)).interval == "(39.8–40.7)"


def test_an_interval_below_zero_is_never_two_dashes():
    gap = Cell(None, None, None, value=-12.44, low=-20.2, high=-4.7)
    found = words(gap, group=GAP)
    assert (found.value, found.interval) == ("−12.4", "(−20 to −5)")
    assert words(gap, group=GAP, lang="km").interval == "(−២០ ដល់ −៥)"


@pytest.mark.parametrize(
    ("statistic", "value", "said"),
    [
        ("mean", 7.46, "7.5"),
        ("p90", 12.0, "12.0"),
        ("total", 12345.6, "12,346"),
        ("ratio", 0.8372, "0.84"),
    ],
)
def test_values_have_the_decimals_of_their_statistic(statistic, value, said):
    cell = Cell(None, None, 149, value=value)
    assert words(cell, "numbers", statistic).value == said
    assert words(replace(cell, mark="small"), "numbers", statistic).value == f"({said})"


def test_what_has_no_figure_is_blank_and_no_dash():
    nothing = Cell(None, None, None)
    assert words(nothing, "numbers", "median", GAP).value == ""
    assert words(nothing).count == words(nothing).share == ""


@pytest.mark.parametrize(
    ("share", "said"), [(0.95, "95"), (0.999, "99.9"), (0.05, "5"), (0.025, "2.5")]
)
def test_a_level_keeps_its_decimals(share, said):
    assert level_words(share, "en") == said


def test_beside_what_is_withheld_stands_nothing():
    bare = releasable(SECRET)
    beside = (bare.percent, bare.value, bare.weighted, bare.se, bare.low, bare.high, bare.deff)
    assert beside == (None,) * 7
    assert bare.letters == ""
    for kind, statistic in (("single", ""), ("items", ""), ("numbers", "mean")):
        found = words(SECRET, kind, statistic)
        assert (found.count + found.share + found.value).strip("–") == ""
        assert (found.interval, found.letters) == ("", "")


def test_no_file_holds_what_is_withheld(tmp_path):
    made = tables(
        panel("single", "", female=SECRET, male=SECRET),
        panel("numbers", "mean", female=SECRET, male=SECRET),
        weighted=True,
    )
    write_csv(made, tmp_path / "tables.csv")
    write_estimates(made, tmp_path / "estimates.csv")
    write_workbook(made, tmp_path / "tables.xlsx", "en")
    bars = draw({"id": "f", "kind": "bars", "panels": ["t01.p"]}, made, "en")
    assert "mark-rule" not in bars
    texts = [(tmp_path / name).read_text() for name in ("tables.csv", "estimates.csv")]
    rows = [line.split(",")[4:] for text in texts for line in text.splitlines()[1:]]
    assert all("withheld" in row and not set(SECRETS) & set(row) for row in rows)
    sheet = openpyxl.load_workbook(tmp_path / "tables.xlsx")["t01"]
    assert not any(
        isinstance(cell.value, int | float) for line in sheet.iter_rows() for cell in line
    )
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as book:
        held = "".join(book.read(name).decode() for name in book.namelist() if "sheet" in name)
    assert not re.search(r"<v>(12\.3|45\.6|7\.7)", held)


def test_a_table_of_numbers_alone_has_one_column_a_group():
    made = tables(panel("numbers", "mean", female=MEAN, male=MEAN))
    layout = lay_out(made["t01"], made, "en")
    assert (layout.plain, layout.columns) == (True, 3)
    both = tables(
        panel("numbers", "mean", female=MEAN, male=MEAN),
        panel("single", "", female=SHARE, male=SHARE),
    )
    assert lay_out(both["t01"], both, "en").columns == 5


def test_a_difference_stands_under_points_and_has_no_base():
    gap = Cell(None, None, None, value=-12.4)
    made = tables(
        panel("single", "", female=SHARE, male=SHARE, gap=gap),
        groups=(WOMEN, MEN, GAP),
        weighted=True,
    )
    layout = lay_out(made["t01"], made, "en")
    assert layout.units == (("people", "% (weighted)"),) * 2 + (("", "points"),)
    bases = next(line for line in layout.lines if line.kind == "base")
    assert [cell.count for cell in bases.cells] == ["n = 149", "n = 149", ""]


def test_notes_tell_values_from_counts():
    hidden = Cell(None, None, 12, "suppressed", "value withheld: base under 25")
    small = replace(MEAN, mark="small")
    made = tables(panel("numbers", "mean", female=hidden, male=small))
    notes = lay_out(made["t01"], made, "en").notes
    assert notes[0].startswith("– value withheld: fewer than 25 people, or a few people")
    assert notes[1] == "( ) value of fewer than 50 people: read with care."
    assert not any("percent" in note for note in notes)


@pytest.mark.parametrize(("groups", "wide"), [(5, False), (6, True)])
def test_many_groups_lie_on_the_long_side_of_the_paper(groups, wide):
    many = tuple(Group(f"g{at}", {"en": "G"}) for at in range(groups))
    made = tables(panel("single", "", **{g.id: SHARE for g in many}), groups=many)
    assert lay_out(made["t01"], made, "en").landscape is wide


def test_the_workbook_has_only_the_columns_that_hold_something(tmp_path):
    bare = replace(SHARE, weighted=None, deff=None, letters="")
    made = tables(panel("single", "", female=bare, male=bare))
    write_workbook(made, tmp_path / "t.xlsx", "en")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["t01"]
    heads = [cell.value for cell in sheet[4]]
    assert heads == [None, *["people", "%", "from", "to", "std. error"] * 2]
    assert [cell.value for cell in sheet[7]] == ["Row", *[60, 40.3, 32.4, 48.6, 4.1] * 2]


def test_totals_are_whole_numbers_in_the_workbook(tmp_path):
    total = Cell(None, None, 149, value=1234.56)
    made = tables(panel("numbers", "total", female=total, male=replace(total, mark="small")))
    write_workbook(made, tmp_path / "t.xlsx", "en")
    cells = openpyxl.load_workbook(tmp_path / "t.xlsx")["t01"][7]
    assert [(c.value, c.number_format) for c in cells[1:]] == [
        (1234.56, "#,##0"),
        (1234.56, '"("#,##0")"'),
    ]


def test_bars_show_intervals_only_where_there_are_any_and_say_so():
    spec = {"id": "f", "kind": "bars", "title": {"en": "Bars"}, "panels": ["t01.p"]}
    with_errors = tables(panel("single", "", female=SHARE, male=SHARE))
    bare = replace(SHARE, low=None, high=None)
    without = tables(panel("single", "", female=bare, male=bare), level=None)
    assert "mark-rule" in draw(spec, with_errors, "en")
    assert caption(spec, with_errors, "en") == (
        "Bars (lines over the bars: intervals of 95 % confidence)"
    )
    assert "mark-rule" not in draw(spec, without, "en")
    assert caption(spec, without, "en") == "Bars"


def test_bars_leave_differences_out():
    gap = Cell(None, None, None, value=-12.4)
    made = tables(panel("single", "", female=SHARE, male=SHARE, gap=gap), groups=(WOMEN, MEN, GAP))
    svg = draw({"id": "f", "kind": "bars", "panels": ["t01.p"]}, made, "en")
    assert "Women" in svg
    assert "Women − Men" not in svg
    assert "not shown" not in svg


def test_bars_of_a_mean_are_refused():
    made = tables(panel("numbers", "mean", female=MEAN, male=MEAN))
    with pytest.raises(FaultyInput) as caught:
        draw({"id": "f", "kind": "bars", "panels": ["t01.p"]}, made, "en")
    said = "figures.toml, figure f: “t01.p” holds no percents, and bars show percents."
    assert said in str(caught.value)
