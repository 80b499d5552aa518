"""docs/release.md is true: its options and settings are there, its figures come out."""

import re
import tomllib

import pytest

from conftest import ROOT
from spean.cli import _parser, main
from spean.survey.study import open_study
from spean.tables.release import settings
from spean.tables.release.settings import read_release, release_plan

PAGE = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")
KAMRIENG = ROOT / "studies" / "kamrieng"


def block(first):
    """Give an indented block of the page by the start of its first line."""
    lines = PAGE[PAGE.index(f"    {first}") :].splitlines()
    end = next((at for at, line in enumerate(lines) if line and not line.startswith("    ")), None)
    return [line.removeprefix("    ") for line in lines[:end]]


def test_every_option_is_on_the_page(capsys):
    with pytest.raises(SystemExit):
        _parser().parse_args(["release", "--help"])
    options = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    assert options >= {"--apply", "--json"}
    assert not [option for option in options if option not in PAGE]


def test_every_setting_is_on_the_page():
    text = "\n".join(block("[release]"))
    named = tomllib.loads(text)["release"]
    assert set(named) == set(settings._KNOWN)


def test_the_settings_of_the_page_are_understood(tmp_path):
    text = "\n".join(block("[release]")).replace('weight = "weight"', "")
    study = open_study(KAMRIENG)
    changed = study.__class__(study.folder, tomllib.loads(text), study.instrument, study.codebook)
    made = read_release(changed, release_plan(changed))
    assert made.keys == ("commune", "gender", "age")
    assert set(made.recodings) == {"age_first", "age", "education"}


def test_the_figures_of_the_example_come_out(capsys):
    assert main(["release", str(KAMRIENG)]) == 1
    said = capsys.readouterr().err.splitlines()
    lines = [line for line in block("319 rows") if line]
    assert len(lines) == 12
    assert not [line for line in lines if line not in said]
