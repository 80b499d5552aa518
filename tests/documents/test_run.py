"""A study folder in, documents out; and nothing half-written when something is wrong."""

import csv
import resource
import subprocess
import sys
import zipfile

import pytest
from docx import Document

from spean.cli import main

FIGURES = """
[[figure]]
id = "worked"
title = { en = "Who worked abroad", km = "អ្នកធ្វើការនៅក្រៅប្រទេស" }
kind = "bars"
panels = ["t01.worked"]
[[figure]]
id = "stages"
title = { en = "Stages", km = "ដំណាក់កាល" }
kind = "stages"
stages = [{ en = "One\\nstep", km = "មួយ" }, { en = "Two <b>", km = "ពីរ" }]
"""
EN = """# Answers

Of all, **{{t01.worked.yes@total:percent}}** worked abroad; {{t01.papers.permit@male:count}} men
had a permit. <script>alert()</script> #set page(width: auto)

- first
- second, {{t01.worked.yes@total:base}} people

[[table t01]]

[[figure worked]]

[[figure stages]]
"""
KM = "# ចម្លើយ\n\nក្នុងចំណោមអ្នកទាំងអស់ {{t01.worked.yes@total:percent}} បានធ្វើការ។\n\n[[table t01]]\n"


@pytest.fixture
def study(small_study):
    for lang, text in (("en", EN), ("km", KM)):
        (small_study / "report" / lang).mkdir(parents=True)
        (small_study / "report" / lang / "01.md").write_text(text, encoding="utf-8")
    (small_study / "report" / "figures.toml").write_text(FIGURES, encoding="utf-8")
    return small_study


@pytest.fixture
def made(study, tmp_path):
    out = tmp_path / "out"
    assert main(["run", str(study), "--out", str(out)]) == 0
    return out


def test_all_documents_are_there(made):
    found = {str(p.relative_to(made)) for p in made.rglob("*") if p.is_file()}
    assert found >= {
        "tables.csv",
        "tables.xlsx",
        "report/index.html",
        "report.docx",
        "report.pdf",
        "figures/worked.svg",
        "figures/stages.svg",
    }


def test_csv_has_the_pinned_columns_and_withholds(made):
    rows = list(csv.DictReader((made / "tables.csv").open(encoding="utf-8")))
    assert list(rows[0]) == "table,panel,row,group,freq,percent,base,mark,note".split(",")
    cells = {(r["panel"], r["row"], r["group"]): r for r in rows}
    assert cells["worked", "yes", "total"] | {"note": ""} == {
        "table": "t01",
        "panel": "worked",
        "row": "yes",
        "group": "total",
        "freq": "80",
        "percent": "74.1",
        "base": "108",
        "mark": "",
        "note": "",
    }
    permit = cells["papers", "permit", "male"]
    assert (permit["freq"], permit["percent"], permit["mark"]) == ("", "", "suppressed")


def test_numbers_in_prose_are_resolved_and_link_to_their_table(made):
    page = (made / "report" / "index.html").read_text(encoding="utf-8")
    assert 'href="#t01"' in page
    assert ">74.1%</a></strong>" in page
    assert "not shown" in page


def test_text_is_never_taken_for_markup(made):
    page = (made / "report" / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_page_asks_nothing_of_other_hosts(made):
    page = (made / "report" / "index.html").read_text(encoding="utf-8")
    links = page.replace("http://www.w3.org", "")
    assert "http://" not in links
    assert "https://" not in links


def test_word_has_headings_tables_and_alt_text(made):
    document = Document(str(made / "report.docx"))
    assert any(p.style.name == "Heading 1" and p.text == "Answers" for p in document.paragraphs)
    assert len(document.tables) == 1
    xml = zipfile.ZipFile(made / "report.docx").read("word/document.xml").decode()
    assert 'descr="Who worked abroad"' in xml
    assert "w:tblHeader" in xml


def test_khmer_stands_in_the_pdf(study, tmp_path):
    import pypdfium2

    out = tmp_path / "km"
    assert main(["run", str(study), "--out", str(out), "--lang", "km"]) == 0
    document = pypdfium2.PdfDocument(str(out / "report.pdf"))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert any("\u1780" <= letter <= "\u17ff" for letter in text)


def test_an_unknown_name_fails_the_build_and_lists_near_ones(study, tmp_path, capsys):
    chapter = study / "report" / "en" / "01.md"
    chapter.write_text("One\n\n{{t01.worked.yess@total:percent}} {{nothing}}\n\n[[table t09]]\n")
    out = tmp_path / "out"
    assert main(["run", str(study), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "3 faults" in said
    assert "01.md, row 3: there is no cell “t01.worked.yess@total:percent”" in said
    assert "t01.worked.yes@total" in said
    assert "there is no table “t09”" in said
    assert not out.exists()


def test_earlier_output_stays_when_a_run_fails(study, made):
    before = (made / "tables.csv").read_bytes()
    (study / "data" / "respondents.csv").write_bytes(b"consent\n\xff\xfe\n")
    assert main(["run", str(study), "--out", str(made)]) == 2
    assert (made / "tables.csv").read_bytes() == before
    assert not list(made.parent.glob(".out-*")), "no half-written folder is left"


def test_a_full_disk_is_one_message_and_changes_nothing(study, made, monkeypatch, capsys):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device", "report.pdf")

    before = (made / "tables.csv").read_bytes()
    monkeypatch.setattr("spean.documents.pdf.write_pdf", full)
    assert main(["run", str(study), "--out", str(made)]) == 3
    assert "No space left on device" in capsys.readouterr().err
    assert (made / "tables.csv").read_bytes() == before
    assert not list(made.parent.glob(".out-*"))


def test_other_files_in_the_folder_survive(study, made):
    (made / "my-notes.txt").write_text("keep me")
    assert main(["run", str(study), "--out", str(made), "--only", "tables"]) == 0
    assert (made / "my-notes.txt").read_text() == "keep me"


def test_other_data_and_plan_can_be_given(study, tmp_path):
    data = tmp_path / "other.csv"
    data.write_text(
        "consent,worked,sex\n"
        + "yes,yes,female\n" * 60
        + "yes,no,female\n" * 9
        + "yes,no,male\n" * 60
        + "yes,yes,male\n" * 8
    )
    out = tmp_path / "other"
    code = main(["run", str(study), "--data", str(data), "--out", str(out), "--only", "tables"])
    assert code == 0
    rows = {
        (r["row"], r["group"]): r["freq"]
        for r in csv.DictReader((out / "tables.csv").open(encoding="utf-8"))
        if r["panel"] == "worked"
    }
    assert rows["yes", "total"] == "68"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["run", "no/such/folder"], 3), (["run"], 2), (["nonsense"], 2), (["compare", "nowhere"], 3)],
)
def test_exit_codes(arguments, code):
    try:
        assert main(arguments) == code
    except SystemExit as stop:
        assert stop.code == code


@pytest.mark.parametrize("room", [500, 6_000, 30_000, 400_000])
def test_no_room_for_a_file_is_one_message_and_changes_nothing(study, made, room):
    """The system itself refuses to write on, at another file each time."""
    before = {file: file.read_bytes() for file in made.rglob("*") if file.is_file()}
    command = [sys.executable, "-m", "spean", "run", str(study), "--out", str(made)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "Nothing that was there before was changed." in done.stderr
    assert {file: file.read_bytes() for file in made.rglob("*") if file.is_file()} == before
    assert not list(made.parent.glob(".out-*")), "no half-written folder is left"


def test_a_study_without_text_gets_its_tables(small_study, tmp_path):
    out = tmp_path / "out"
    assert main(["run", str(small_study), "--out", str(out)]) == 0
    page = (out / "report" / "index.html").read_text(encoding="utf-8")
    assert 'id="t01"' in page
    assert (out / "report.pdf").stat().st_size > 5000
    assert (out / "report.docx").exists()
