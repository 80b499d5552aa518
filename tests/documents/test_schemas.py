"""What programs read from Spean keeps to the schemas in docs/schemas."""

import csv
import json

import pytest
from jsonschema import Draft202012Validator

from conftest import ROOT
from spean.cli import main

SCHEMAS = ROOT / "docs" / "schemas"


def schema(name):
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda file: file.stem)
def test_every_schema_is_one(file):
    Draft202012Validator.check_schema(json.loads(file.read_text()))


def test_tables_csv(small_study, tmp_path):
    assert main(["run", str(small_study), "--out", str(tmp_path / "o"), "--only", "tables"]) == 0
    check = schema("tables")
    with (tmp_path / "o" / "tables.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["mark"] for row in rows} >= {"", "suppressed"}
    for row in rows:
        check.validate(row)
        assert not check.is_valid(row | {"percent": "12"})
        assert not check.is_valid(row | {"mark": "hidden"})


def test_estimates_csv(weighted_study, tmp_path):
    out = tmp_path / "o"
    assert main(["run", str(weighted_study), "--out", str(out), "--only", "tables"]) == 0
    check = schema("estimates")
    with (out / "estimates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["statistic"] for row in rows} == {"percent", "difference", "mean", "median"}
    assert {row["mark"] for row in rows} == {"", "small", "suppressed"}
    for row in rows:
        check.validate(row)
        assert not check.is_valid(row | {"statistic": "mode"})
    hidden = next(row for row in rows if row["mark"] == "suppressed")
    assert not check.is_valid(hidden | {"value": "3.0"})
    with (out / "tables.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            schema("tables").validate(row)


def test_compare_json(capsys):
    assert main(["compare", str(ROOT / "studies/kamrieng"), "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)
    check = schema("compare")
    check.validate(lines)
    assert {line["status"] for line in lines} == {"equal", "relabelled", "other_base"}
    assert not check.is_valid([lines[0] | {"status": "fine"}])
    assert not check.is_valid([lines[0] | {"status": "mismatch", "reason": ""}])
