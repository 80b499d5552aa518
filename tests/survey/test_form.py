"""The Kamrieng questionnaire as a form: it converts without warnings, and minors are guarded."""

import re
import shutil

from conftest import ROOT
from spean.cli import main
from spean.survey.form import build_form
from spean.survey.study import open_study

KAMRIENG = ROOT / "studies" / "kamrieng"


def test_it_converts_without_warnings(tmp_path):
    built = build_form(open_study(KAMRIENG), tmp_path)
    assert built.warnings == ()
    assert built.questions > 80
    xform = built.xform.read_text(encoding="utf-8")
    assert 'lang="ភាសាខ្មែរ (km)"' in xform
    assert "universe" not in xform.lower()


def test_no_approval_is_in_the_form_unless_the_study_names_one(tmp_path):
    copy = tmp_path / "study"
    shutil.copytree(KAMRIENG, copy)
    plain = build_form(open_study(copy), tmp_path / "a").xform.read_text(encoding="utf-8")
    assert re.search(r'calculate="\'\'"[^>]*|minors_approval"[^>]*calculate="\'\'"', plain)
    toml = copy / "study.toml"
    toml.write_text(
        re.sub(r'minors_approval = ""', 'minors_approval = "NECHR 123"', toml.read_text(), count=1)
    )
    named = build_form(open_study(copy), tmp_path / "b").xform.read_text(encoding="utf-8")
    assert "'NECHR 123'" in named


def test_the_command_says_where_the_form_is(tmp_path, capsys):
    assert main(["form", "build", str(KAMRIENG), "--out", str(tmp_path)]) == 0
    assert "kamrieng_returned_migrants.xml" in capsys.readouterr().err
