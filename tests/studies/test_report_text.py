"""The Kamrieng report says the same in both languages, and types no figure by hand."""

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
KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
DISEASE = re.compile(r"COVID-19|កូវីដ-19")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def chapter(lang: str, name: str) -> str:
    return (REPORT / lang / name).read_text(encoding="utf-8")


def read_plan():
    return tomllib.loads((STUDY / "tabulation.toml").read_text(encoding="utf-8"))


def read_figures():
    return tomllib.loads((REPORT / "figures.toml").read_text(encoding="utf-8"))["figure"]


def label_numbers(plan) -> set[str]:
    """Give the numbers in labels of classes: ages and lengths of stay."""
    bands = [band for derived in plan["derived"].values() for band in derived.get("bands", ())]
    words = " ".join(band["label"]["en"] for band in bands)
    return set(re.findall(r"\d+", words))


def typed_numbers(text: str, labels: set[str]) -> list[str]:
    """List numbers in prose that are neither references, years nor parts of labels."""
    prose = PLACE.sub("", REFERENCE.sub("", text)).translate(KHMER_DIGITS)
    prose = YEAR.sub("", DISEASE.sub("", prose))
    return [number for number in re.findall(r"\d+", prose) if number not in labels]


def test_both_languages_have_the_same_chapters():
    assert sorted(file.name for file in (REPORT / "km").glob("*.md")) == CHAPTERS
    assert len(CHAPTERS) == 10


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_names_the_same_figures_and_places_in_both_languages(name):
    english, khmer = chapter("en", name), chapter("km", name)
    assert set(REFERENCE.findall(english)) == set(REFERENCE.findall(khmer))
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


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", CHAPTERS)
def test_no_number_is_typed(lang, name):
    assert typed_numbers(chapter(lang, name), label_numbers(read_plan())) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 2019–2022 {{t10.stay.cambodia@total:percent}} of 18–29", []),
        ("ឆ្នាំ ២០១៩ ជំងឺកូវីដ-១៩", []),
        ("COVID-19\n\n[[table t07]]\n", []),
        ("47.3% hold one", ["47", "3"]),
        ("មាន ៩៨ នាក់", ["98"]),
        ("all 319 people", ["319"]),
        ("12019 cards", ["12019"]),
    ],
)
def test_what_counts_as_a_typed_number(text, found):
    assert typed_numbers(text, label_numbers(read_plan())) == found


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
