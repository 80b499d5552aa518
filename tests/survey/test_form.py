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


def test_the_command_says_where_the_form_is_and_how_long(tmp_path, capsys):
    assert main(["form", "build", str(KAMRIENG), "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "kamrieng_returned_migrants.xml" in said
    assert re.search(r"\d+ questions; the longest path has \d+, \d+ usually", said)


def test_phones_and_browsers_understand_it_alike(tmp_path):
    import rxeval

    xform = build_form(open_study(KAMRIENG), tmp_path).xform.read_text(encoding="utf-8")
    assert rxeval.check_form(xform) == []
    wrong = xform.replace('relevant="', 'relevant="/data/nowhere = 1 and ', 1)
    assert len(rxeval.check_form(wrong)) == 1


def test_the_linter_of_forms_finds_nothing(tmp_path):
    import subprocess
    import sys
    from pathlib import Path

    built = build_form(open_study(KAMRIENG), tmp_path)
    linter = Path(sys.executable).with_name("xlsform-lint")
    done = subprocess.run([linter, built.xlsx], capture_output=True, text=True, check=False)
    assert "0 errors, 0 warnings" in done.stdout + done.stderr


def test_the_longest_path_is_found_behind_gates(small_study):
    from spean.survey.answers import read_answers
    from spean.survey.paths import lengths

    study = open_study(small_study)
    people = read_answers(study.data_file, study.codebook).frame
    found = lengths(study.codebook, people)
    assert (found.all, found.longest) == (5, 5)
    asked = [1 + 2 * (row["consent"] == "yes") for row in people.iter_rows(named=True)]
    assert found.usual is not None
    assert min(asked) <= found.usual <= found.longest


def test_paths_that_exclude_each_other_are_not_added_up(tmp_path):
    from spean.survey.codebook import make_codebook
    from spean.survey.instrument import read_instrument
    from spean.survey.paths import lengths

    (tmp_path / "form.csv").write_text(
        "survey,type,name,label,relevant\n"
        ",select_one yn,a,A,\n"
        ",text,b,B,${a} = 'yes'\n"
        ",text,c,C,${a} = 'yes' and ${b} != ''\n"
        ",text,d,D,${a} = 'no'\n"
        "choices,list_name,name,label\n,yn,yes,Yes\n,yn,no,No\n"
    )
    codebook = make_codebook(read_instrument(tmp_path / "form.csv"))
    assert lengths(codebook) == lengths(codebook, None)
    assert (lengths(codebook).all, lengths(codebook).longest) == (4, 3)
