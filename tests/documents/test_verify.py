"""A Word report that colleagues edited: what they did to bound numbers is listed."""

import copy
import json
import shutil
import subprocess

import pytest
from docx import Document
from docx.oxml.ns import qn

from conftest import ROOT, needed
from spean.cli import main

KAMRIENG = ROOT / "studies" / "kamrieng"
PASSPORT = "t05.documents.passport@total:percent"


@pytest.fixture(params=["as written", "saved by LibreOffice"])
def report(request, kamrieng, tmp_path):
    """The English report; the second time an office program has opened and saved it."""
    path = tmp_path / "report.docx"
    shutil.copy(kamrieng / "en" / "report.docx", path)
    if request.param == "saved by LibreOffice":
        office = needed("LibreOffice", "soffice", "libreoffice")
        out = tmp_path / "saved"
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [office, profile, "--headless", "--convert-to", "docx", "--outdir", out, path]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        path = out / "report.docx"
    return path


def controls(document, name):
    return [
        control
        for control in document.element.body.iter(qn("w:sdt"))
        if control.find(qn("w:sdtPr")).find(qn("w:alias")).get(qn("w:val")) == name
    ]


def edit(path, change):
    document = Document(str(path))
    change(document)
    document.save(str(path))


def changes(path, capsys, study=KAMRIENG):
    code = main(["claims", "verify", str(path), "--study", str(study), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == (1 if found else 0)
    return found


def kinds(found):
    return [(change["kind"], change["name"]) for change in found]


def test_an_untouched_report_is_all_bound(report, capsys):
    document = Document(str(report))
    assert sum(1 for _ in document.element.body.iter(qn("w:sdt"))) > 100
    assert changes(report, capsys) == []


def test_a_retyped_digit_is_found(report, capsys):
    def change(document):
        (control, *_rest) = controls(document, PASSPORT)
        text = next(control.iter(qn("w:t")))
        assert text.text == "47.3%"
        text.text = "43.7%"

    edit(report, change)
    (found,) = changes(report, capsys)
    assert (found["kind"], found["found"], found["expected"]) == ("retyped", "43.7%", "47.3%")
    assert "hold a passport" in found["where"] or "no paper" in found["where"]


def test_a_deleted_and_a_copied_number_are_found(report, capsys):
    def change(document):
        (control, *_rest) = controls(document, PASSPORT)
        other = controls(document, "t05.documents.work_permit@total:percent")[0]
        other.addnext(copy.deepcopy(other))
        control.getparent().remove(control)

    edit(report, change)
    assert sorted(kinds(changes(report, capsys))) == [
        ("copied", "t05.documents.work_permit@total:percent"),
        ("deleted", PASSPORT),
    ]


def test_a_moved_number_is_found(report, capsys):
    name = "t05.documents.border_pass@total:percent"

    def change(document):
        (control,) = controls(document, name)
        controls(document, "t03.last_place.rural@total:percent")[0].addprevious(control)

    edit(report, change)
    assert kinds(changes(report, capsys)) == [("moved", name)]


def test_a_number_typed_by_hand_is_found(report, capsys):
    def change(document):
        paragraph = next(p for p in document.paragraphs if "hold a passport" in p.text)
        paragraph.add_run(" Another 12.6 % would like one.")

    edit(report, change)
    (found,) = changes(report, capsys)
    assert (found["kind"], found["found"]) == ("added", "12.6")


def test_new_data_make_old_numbers_stale(kamrieng, tmp_path, capsys):
    study = tmp_path / "study"
    shutil.copytree(KAMRIENG, study)
    data = study / "data" / "respondents.csv"
    head, *rows = data.read_text().splitlines()
    data.write_text("\n".join([head, *rows[:290]]) + "\n")
    found = changes(kamrieng / "en" / "report.docx", capsys, study)
    assert ("retyped", PASSPORT) in kinds(found)


def test_a_file_that_is_no_report_is_refused(kamrieng, tmp_path, capsys):
    (tmp_path / "x.docx").write_text("no")
    assert main(["claims", "verify", str(tmp_path / "x.docx"), "--study", str(KAMRIENG)]) == 3
    assert "cannot be read as a Word file" in capsys.readouterr().err
    Document().save(str(tmp_path / "empty.docx"))
    assert main(["claims", "verify", str(tmp_path / "empty.docx"), "--study", str(KAMRIENG)]) == 2
    assert "holds no bound numbers" in capsys.readouterr().err
