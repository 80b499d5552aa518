"""`spean release`: what it judges, what it writes, and that it writes all or nothing."""

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conftest import ROOT
from spean.cli import main
from tables.release.form import DROP, RELEASE, make_study, row

KAMRIENG = ROOT / "studies" / "kamrieng"
SCHEMA = Draft202012Validator(
    json.loads((ROOT / "docs" / "schemas" / "release.schema.json").read_text())
)


@pytest.fixture
def study(tmp_path):
    return make_study(tmp_path / "small")


def rows_of(file):
    with file.open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def write(study, out, *more):
    return main(["release", str(study), "--apply", "--out", str(out), "--seed", "5", *more])


def test_an_assessment_in_json_and_in_words(study, capsys):
    assert main(["release", str(study), "--json"]) == 1
    said = capsys.readouterr()
    found = json.loads(said.out)
    SCHEMA.validate(found)
    assert found["met"] == {"before": False, "after": True}
    assert found["before"]["alone"] == 1
    assert found["before"]["under_k"] == 1
    assert found["after"]["smallest"] >= 3
    assert found["suppression"]["followed"]["kinds"] == 1
    assert not found["applied"]
    assert "member_age" in found["left_out"]
    assert "12 rows, 8 columns. Keys: sex, age_group, disabled." in said.err
    assert "Written" not in said.err
    assert not list(study.parent.glob("out*"))


def test_a_file_that_is_well_needs_no_suppression(study, capsys):
    make_study(study, rows=[row(at, "female" if at % 2 else "male") for at in range(8)])
    assert main(["release", str(study)]) == 0
    assert "Local suppression" not in capsys.readouterr().err


def test_another_k_and_bad_arguments(study, capsys):
    assert main(["release", str(study), "--k", "4", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["goals"]["k"] == 4
    assert main(["release", str(study), "--k", "1"]) == 2
    assert main(["release", str(study), "--seed", "-1"]) == 2
    assert main(["release", "nowhere"]) == 3
    assert main(["release", str(study), "--data", "nowhere.csv"]) == 3


def test_three_files(study, tmp_path, capsys):
    out = tmp_path / "public"
    assert write(study, out) == 0
    assert sorted(file.name for file in out.iterdir()) == [
        "codebook.csv",
        "microdata.csv",
        "release.json",
    ]
    record = json.loads((out / "release.json").read_text(encoding="utf-8"))
    SCHEMA.validate(record)
    assert record["applied"]
    assert not record["made_up"]
    for file in record["files"]:
        assert hashlib.sha256((out / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    rows = rows_of(out / "microdata.csv")
    assert [r["row"] for r in rows] == [str(at) for at in range(1, 13)]
    assert list(rows[0]) == ["row", *record["columns"]]
    classes = Counter(tuple(r[key["name"]] for key in record["keys"]) for r in rows)
    assert min(classes.values()) == record["after"]["smallest"] >= 3
    blank = sum(r[key["name"]] == "" for r in rows for key in record["keys"])
    assert blank == record["suppression"]["cells"] > 0
    assert {r["income"] for r in rows} == {"4000000"}
    assert f"  {out / 'microdata.csv'}" in capsys.readouterr().err


def test_the_codebook_explains_every_column_and_code(study, tmp_path):
    out = tmp_path / "public"
    assert write(study, out) == 0
    lines = rows_of(out / "codebook.csv")
    rows = rows_of(out / "microdata.csv")
    assert list(dict.fromkeys(line["variable"] for line in lines)) == list(rows[0])
    by_code = {(line["variable"], line["code"]): line for line in lines}
    for name, kind in (("sex", "single"), ("age_group", "single"), ("kinds", "multiple")):
        for value in {code for r in rows for code in r[name].split()}:
            assert by_code[name, value]["type"] == kind
    old = by_code["age_group", "old"]
    assert (old["label_en"], old["code_en"], old["code_km"]) == ("Age group", "Old", "ចាស់")
    assert by_code["age_group", "young"]["note"].startswith("classes of the answers")
    assert "not asked, not answered, or withheld" in by_code["row", ""]["note"]


def test_rows_are_shuffled_by_the_seed_alone(study, tmp_path):
    texts = {}
    for name, seed in (("one", "1"), ("again", "1"), ("other", "2")):
        out = tmp_path / name
        assert main(["release", str(study), "--apply", "--out", str(out), "--seed", seed]) == 0
        texts[name] = (out / "microdata.csv").read_text()
        assert '"seed"' not in (out / "release.json").read_text()
    assert texts["one"] == texts["again"] != texts["other"]
    bare = [sorted(line.split(",", 1)[1] for line in t.splitlines()) for t in texts.values()]
    assert bare[0] == bare[2]
    assert main(["release", str(study), "--apply", "--out", str(tmp_path / "drawn")]) == 0


def test_what_identifies_refuses_the_release(study, tmp_path, capsys):
    out = tmp_path / "public"
    make_study(study, RELEASE | {"drop": [name for name in DROP if name != "device"]})
    assert write(study, out, "--json") == 1
    said = capsys.readouterr()
    found = json.loads(said.out)
    SCHEMA.validate(found)
    assert found["findings"][0]["column"] == "device"
    assert found["reason"].startswith("Columns name or locate people")
    assert "Nothing was written." in said.err
    assert "imei" not in said.err + said.out
    assert not out.exists()


def test_goals_that_cannot_be_met_refuse_the_release(study, tmp_path, capsys):
    out = tmp_path / "public"
    assert write(study, out, "--k", "13") == 1
    assert "12 rows cannot make classes of 13." in capsys.readouterr().err
    assert not out.exists()


def test_earlier_files_stay_when_a_release_fails(study, tmp_path, monkeypatch, capsys):
    out = tmp_path / "public"
    assert write(study, out) == 0
    (out / "notes.txt").write_text("mine")
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    (study / "data" / "respondents.csv").write_bytes(b"sex\n\xff\n")
    assert write(study, out) == 2
    make_study(study, rows=[row(at) for at in range(5)])
    for target in ("release.json", "microdata.csv"):
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", failing(target))
            assert write(study, out) == 3
        assert "Nothing that was there before was changed." in capsys.readouterr().err
        assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    assert write(study, out) == 0
    assert (out / "notes.txt").read_text() == "mine"
    assert len(rows_of(out / "microdata.csv")) == 5


def failing(target):
    real = Path.replace

    def replace(self, to):
        if self.parent.name == "new" and self.name == target:
            raise OSError(28, "No space left on device", str(to))
        return real(self, to)

    return replace


def test_a_file_in_the_place_of_the_folder(study, tmp_path, capsys):
    (tmp_path / "public").write_text("mine")
    assert write(study, tmp_path / "public") == 2
    assert "there is a file of this name" in capsys.readouterr().err
    assert (tmp_path / "public").read_text() == "mine"


def test_kamrieng_says_that_nobody_is_real(tmp_path, capsys):
    out = tmp_path / "public"
    assert write(KAMRIENG, out) == 0
    assert "These are made-up data" in capsys.readouterr().err
    record = json.loads((out / "release.json").read_text(encoding="utf-8"))
    SCHEMA.validate(record)
    assert record["made_up"]
    assert record["notes"][0].startswith("Made-up data")
    assert rows_of(out / "codebook.csv")[0]["note"].startswith("Made-up data")
    assert record["after"]["smallest"] >= record["goals"]["k"] == 3
    assert record["after"]["diversity"][0]["distinct"] >= 2
    assert record["suppression"]["share"] < 0.1
    assert not {"village", "enumerator", "hh_0_5", "instance_id"} & set(record["columns"])
    rows = rows_of(out / "microdata.csv")
    classes = Counter(tuple(r[key["name"]] for key in record["keys"]) for r in rows)
    assert min(classes.values()) == record["after"]["smallest"]
    assert len(classes) == record["after"]["classes"]
    assert {r["age"] for r in rows} <= {"", "under_30", "30_45", "46_up"}
    for r in rows:
        assert r["age"] or not r["age_first_group"], "age at first migration tells age"


def test_the_schema_refuses_what_is_not_so(study, capsys):
    main(["release", str(study), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert not SCHEMA.is_valid(found | {"applied": True})
    assert not SCHEMA.is_valid(found | {"after": None, "made_up": 1})
    assert not SCHEMA.is_valid(found | {"seed": 5})
