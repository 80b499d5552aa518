"""docs/weighting.md is true: every option is there, its figures come out, its example runs."""

import doctest
import re

from conftest import ROOT
from spean.cli import main

PAGE = (ROOT / "docs" / "weighting.md").read_text(encoding="utf-8")


def test_every_option_is_documented(capsys):
    try:
        main(["weight", "--help"])
    except SystemExit as end:
        assert end.code == 0
    options = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    assert "--margins" in options
    assert {option for option in options if option not in PAGE} == set()


def test_the_printed_example_is_what_comes_out(tmp_path, capsys):
    margins = ROOT / "studies" / "kamrieng" / "weighting" / "margins.csv"
    out = tmp_path / "weights.csv"
    study = str(ROOT / "studies" / "kamrieng")
    assert main(["weight", study, "--margins", str(margins), "--out", str(out)]) == 0
    said = " ".join(capsys.readouterr().err.split())
    block = PAGE.split("## Reading what it says")[1].split("…")[0]
    assert " ".join(block.split()) in said


def test_the_margins_shown_are_those_of_the_study():
    rows = [line.strip() for line in PAGE.splitlines() if re.match(r" {4}(gender|commune),", line)]
    file = (ROOT / "studies" / "kamrieng" / "weighting" / "margins.csv").read_text()
    shown = [tuple(row.split(",")[:3]) for row in rows]
    assert shown == [tuple(line.split(",")[:3]) for line in file.splitlines()[1:]]


def test_the_example_of_non_response_runs():
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "weighting.md", None, 0)
    assert test.examples
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
