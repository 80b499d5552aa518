"""Shared by all tests: where things are, and a small study to try things on."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

SURVEY = """type,name,label::English (en),label::Khmer (km),relevant,constraint,universe::English (en)
begin_group,main,Main,ចម្បង,${consent} = 'yes',,everyone interviewed
select_one yes_no,worked,Did you work abroad?,តើអ្នកធ្លាប់ធ្វើការនៅក្រៅប្រទេសទេ?,,,
begin_group,abroad,Abroad,ក្រៅប្រទេស,${worked} = 'yes',,
integer,months,How many months?,ប៉ុន្មានខែ?,,. >= 0,
select_multiple paper,papers,Which papers?,ឯកសារអ្វីខ្លះ?,${months} > 3,,stayed more than three months
end_group,,,,,,
select_one sex,sex,Sex,ភេទ,,,
end_group,,,,,,
select_one yes_no,consent,Do you agree?,តើអ្នកយល់ព្រមទេ?,,,
"""
CHOICES = """list_name,name,label::English (en),label::Khmer (km)
yes_no,yes,Yes,បាទ/ចាស
yes_no,no,No,ទេ
yes_no,77,No answer,គ្មានចម្លើយ
paper,none,None,គ្មាន
paper,passport,Passport,លិខិតឆ្លងដែន
paper,permit,Permit,ប័ណ្ណ
sex,female,Woman,ស្ត្រី
sex,male,Man,បុរស
"""
PLAN = """
[group.female]
label = "Women"
where = "${sex} = 'female'"
[group.male]
label = "Men"
where = "${sex} = 'male'"
[banner.sex]
groups = ["female", "male", "total"]
parts = ["female", "male"]
whole = "total"
[[table]]
id = "t01"
title = "Papers"
banner = "sex"
[[table.panel]]
id = "worked"
variable = "worked"
[[table.panel]]
id = "papers"
variable = "papers"
"""

WEIGHTED_PLAN = """
[group.female]
label = { en = "Women", km = "ស្ត្រី" }
where = "${sex} = 'female'"
[group.male]
label = { en = "Men", km = "បុរស" }
where = "${sex} = 'male'"
[group.long]
label = { en = "Long away", km = "ទៅយូរ" }
where = "${months} > 10"
[group.longest]
label = { en = "Longest away", km = "ទៅយូរបំផុត" }
where = "${months} > 11"
[banner.sex]
label = { en = "By sex", km = "តាមភេទ" }
groups = ["female", "male", "total"]
parts = ["female", "male"]
whole = "total"
differences = [["female", "male"]]
[banner.time]
label = { en = "By time", km = "តាមពេល" }
groups = ["long", "longest"]
[[table]]
id = "t01"
title = { en = "Papers", km = "ឯកសារ" }
banner = ["sex", "time"]
letters = true
test = true
[[table.panel]]
id = "papers"
variable = "papers"
nets = [{ id = "any", label = { en = "Any paper", km = "ឯកសារណាមួយ" }, values = ["passport", "permit"] }]
total = true
[[table.panel]]
id = "months"
variable = "months"
statistics = ["mean", "median"]
"""


@pytest.fixture
def small_study(tmp_path: Path) -> Path:
    """A study of six questions; nested groups; Khmer and English; 77 is no answer."""
    folder = tmp_path / "small"
    (folder / "instrument").mkdir(parents=True)
    (folder / "instrument" / "survey.csv").write_text(SURVEY, encoding="utf-8")
    (folder / "instrument" / "choices.csv").write_text(CHOICES, encoding="utf-8")
    (folder / "instrument" / "settings.csv").write_text(
        "form_id,default_language\nsmall,English (en)\n"
    )
    (folder / "study.toml").write_text('title = "Small"\nmissing_codes = ["77"]\n')
    (folder / "tabulation.toml").write_text(PLAN, encoding="utf-8")
    (folder / "data").mkdir()
    rows = ["consent,worked,months,papers,sex"]
    rows += ["yes,yes,12,passport permit,female"] * 40 + ["yes,yes,12,passport,male"] * 30
    rows += (
        ["yes,no,,,female"] * 20
        + ["yes,no,,,male"] * 8
        + ["yes,yes,2,,male"] * 10
        + ["no,,,,"] * 3
        + ["yes,77,,,male"] * 6
    )
    (folder / "data" / "respondents.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture
def weighted_study(small_study: Path) -> Path:
    """A probability sample of 240: a banner beside another, a net, statistics, letters, weights."""
    rows = ["instance_id,consent,worked,months,papers,sex,w,psu"]
    papers = ("none", "passport", "passport permit", "permit", "passport")
    for at in range(240):
        women = at % 8 < 5
        paper = papers[(at // 3) % (2 if women else 5)]
        months = 4 + (at * 7) % 10
        weight = 1 + (at * 13) % 20 / 10
        sex = "female" if women else "male"
        rows.append(f"a{at},yes,yes,{months},{paper},{sex},{weight},{at // 8}")
    (small_study / "data" / "respondents.csv").write_text("\n".join(rows) + "\n")
    toml = small_study / "study.toml"
    toml.write_text(
        toml.read_text() + "[sampling]\nprobability = true\n"
        '[design]\nweight = "w"\nclusters = ["psu"]\n'
    )
    (small_study / "tabulation.toml").write_text(WEIGHTED_PLAN, encoding="utf-8")
    return small_study


@pytest.fixture
def shared() -> Path:
    """The folder of sources beside the project; tests that need it are skipped without it."""
    if not SHARED.exists():
        if os.environ.get("SPEAN_CI") and os.environ.get("SPEAN_SHARED"):
            pytest.fail("../shared is missing")
        pytest.skip("../shared is not here")
    return SHARED


def needed(program: str, *names: str) -> str:
    """The path of a program that the machine must have; without it a skip, in CI a failure."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        say: Callable[[str], object] = pytest.fail if os.environ.get("SPEAN_CI") else pytest.skip
        say(f"{program} is not installed")
    return str(found)


CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def browser():
    """The machine's own Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    chromium = needed("Chromium", "chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def kamrieng(tmp_path_factory):
    """The documents of the Kamrieng study, made once: a folder for each language."""
    from spean.cli import main

    folder = tmp_path_factory.mktemp("kamrieng")
    for lang in ("en", "km"):
        out = folder / lang
        assert main(["run", str(ROOT / "studies/kamrieng"), "--out", str(out), "--lang", lang]) == 0
    return folder
