"""The Kamrieng report says the same in both languages."""

import re
import tomllib
from collections import Counter

import pytest

from conftest import ROOT

STUDY = ROOT / "studies" / "kamrieng"
REPORT = STUDY / "report"
LANGS = ("en", "km")
CHAPTERS = sorted(file.name for file in (REPORT / "en").glob("*.md"))
REFERENCE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
PLACE = re.compile(r"^\[\[(\w+) (\w+)\]\]$", re.MULTILINE)


def chapter(lang: str, name: str) -> str:
    return (REPORT / lang / name).read_text(encoding="utf-8")


def read_plan():
    return tomllib.loads((STUDY / "tabulation.toml").read_text(encoding="utf-8"))


def read_figures():
    return tomllib.loads((REPORT / "figures.toml").read_text(encoding="utf-8"))["figure"]


def references(text: str) -> set[str]:
    """Name what a text is bound to; the words of a claim differ by language."""
    return {re.sub(r":\s.*$", "", found) for found in REFERENCE.findall(text)}


def test_both_languages_have_the_same_chapters():
    assert sorted(file.name for file in (REPORT / "km").glob("*.md")) == CHAPTERS
    assert len(CHAPTERS) == 10


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_names_the_same_figures_and_places_in_both_languages(name):
    english, khmer = chapter("en", name), chapter("km", name)
    assert references(english) == references(khmer)
    assert PLACE.findall(english) == PLACE.findall(khmer)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_the_same_headings_in_both_languages(name):
    levels = [
        [len(mark) for mark in re.findall(r"^(#+) ", chapter(lang, name), re.MULTILINE)]
        for lang in LANGS
    ]
    assert levels[0] == levels[1]
    assert levels[0][0] == 1
    assert levels[0].count(1) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_every_table_and_figure_stands_in_the_text_once(lang):
    placed = Counter(place for name in CHAPTERS for place in PLACE.findall(chapter(lang, name)))
    wanted = [("table", table["id"]) for table in read_plan()["table"]]
    wanted += [("figure", figure["id"]) for figure in read_figures()]
    assert placed == Counter(wanted)
    assert max(placed.values()) == 1


def test_figures_name_panels_and_groups_of_the_plan():
    plan = read_plan()
    panels = {f"{t['id']}.{p['id']}": t for t in plan["table"] for p in t.get("panel", ())}
    for figure in read_figures():
        assert set(figure["title"]) == set(LANGS)
        for panel in figure.get("panels", ()):
            table = panels[panel]
            assert set(figure.get("groups", ())) <= set(plan["banner"][table["banner"]]["groups"])


def test_there_are_four_stages_in_both_languages():
    (stages,) = [figure["stages"] for figure in read_figures() if figure["kind"] == "stages"]
    assert [set(stage) for stage in stages] == [set(LANGS)] * 4
