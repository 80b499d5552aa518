"""Spans, nets, statistics, intervals and letters on every page; nothing of what is withheld."""

import re
import shutil

import openpyxl
import pytest
from docx import Document

from conftest import ROOT
from spean.cli import main


@pytest.fixture
def made(weighted_study, tmp_path):
    for name in ("en", "km"):
        folder = weighted_study / "report" / name
        folder.mkdir(parents=True)
        (folder / "01.md").write_text(
            "# Papers\n\n[[table t01]]\n\n[[figure f1]]\n", encoding="utf-8"
        )
    (weighted_study / "report" / "figures.toml").write_text(
        '[[figure]]\nid = "f1"\nkind = "bars"\ntitle = "Papers"\npanels = ["t01.papers"]\n'
        'groups = ["female", "male"]\n'
    )
    for lang in ("en", "km"):
        out = tmp_path / lang
        assert main(["run", str(weighted_study), "--out", str(out), "--lang", lang]) == 0
    return tmp_path


def page(made, lang="en"):
    return (made / lang / "report" / "index.html").read_text(encoding="utf-8")


def test_heads_stand_over_heads(made):
    assert re.search(r'<th scope="colgroup" colspan="6"><span>By sex</span></th>', page(made))
    assert re.search(r'<th scope="colgroup" colspan="4"><span>By time</span></th>', page(made))
    assert '<th scope="col" colspan="2">Women − Men</th>' in page(made)
    assert '<colgroup></colgroup><colgroup span="6"></colgroup>' in page(made)
    assert "តាមពេល" in page(made, "km")


def test_letters_stand_in_heads_and_figures_and_are_explained(made):
    assert "Women (A)" in page(made)
    assert "<sup>B</sup>" in page(made)
    assert "larger than the column of that letter (t test at 5 %, Holm)" in page(made)
    assert "(តេស្ត t កម្រិត ៥ %, Holm)" in page(made, "km")


def test_intervals_are_small_and_in_the_digits_of_the_language(made):
    shown = re.findall(r'<span class="interval">\(([\d.]+)–([\d.]+)\)</span>', page(made))
    assert len(shown) > 10
    assert all(float(low) < float(high) for low, high in shown)
    assert re.search(r'<span class="interval">\([០-៩.]+–[០-៩.]+\)</span>', page(made, "km"))
    assert re.search(r'<span class="interval">\(−[\d.]+ to −?[\d.]+\)</span>', page(made))


def test_nets_totals_and_statistics_are_rows_of_their_own(made):
    assert re.search(r'<tr class="net"><th scope="row">Any paper</th>', page(made))
    assert re.search(r'<tr class="row under"><th scope="row">Passport</th>', page(made))
    assert re.search(r'<tr class="total"><th scope="row">All</th>', page(made))
    assert re.search(
        r'<tr class="value"><th scope="row">Mean</th>\s*<td colspan="2">[\d.]+', page(made)
    )


def test_the_page_says_what_the_figures_stand_on(made):
    assert "The sample is a probability sample" in page(made)
    assert "Percents and values are weighted; numbers of people are not." in page(made)
    assert "Do the columns differ?" in page(made)


def test_the_chart_has_whiskers(made):
    svg = (made / "en" / "figures" / "f1.svg").read_text(encoding="utf-8")
    assert "mark-rule" in svg
    said = "Papers (lines over the bars: intervals of 95 % confidence)"
    assert f'aria-label="{said}"' in page(made)


def test_word_has_spans_and_raised_letters(made):
    table = Document(str(made / "en" / "report.docx")).tables[0]
    assert "By sex" in [cell.text for cell in table.rows[0].cells]
    raised = [
        run.text
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
        for run in paragraph.runs
        if run.font.superscript
    ]
    assert "B" in raised


def test_the_workbook_holds_errors_as_numbers_and_nothing_withheld(made):
    sheet = openpyxl.load_workbook(made / "en" / "tables.xlsx")["t01"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][1] == "By sex"
    beside = ["from", "to", "std. error", "design effect", "exceeds"]
    assert rows[3][1:8] == ["people", "% (weighted)", *beside]
    none = next(row for row in rows if row[0] == "None")
    assert none[2] > none[3]
    assert none[4] > none[2]
    assert none[7] == "B"
    withheld = [row for row in rows if "–" in row]
    assert withheld
    for row in withheld:
        for at in range(1, len(row), 7):
            if row[at : at + 2].count("–") == 2 or (row[at] is None and row[at + 1] == "–"):
                assert row[at + 2 : at + 7] == [None] * 5


def test_plain_tables_have_no_columns_for_errors(tmp_path):
    copy = tmp_path / "kamrieng"
    shutil.copytree(ROOT / "studies" / "kamrieng", copy)
    out = tmp_path / "o"
    assert main(["run", str(copy), "--out", str(out), "--only", "tables"]) == 0
    assert not (out / "estimates.csv").exists()
    sheet = openpyxl.load_workbook(out / "tables.xlsx")["t05"]
    assert sheet.max_column == 7


def test_a_figure_that_lacks_something_is_named(made, weighted_study, tmp_path, capsys):
    (weighted_study / "report" / "figures.toml").write_text('[[figure]]\nid = "f1"\n')
    capsys.readouterr()
    assert main(["run", str(weighted_study), "--out", str(tmp_path / "x")]) == 2
    assert "figures.toml, figure f1: it lacks title and panels" in capsys.readouterr().err
