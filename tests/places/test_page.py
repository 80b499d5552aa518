"""docs/places.md is true: its examples run, its list of defects is the code's."""

import doctest

import pytest

from places.defect_list import PAGE, listed, on_page
from spean.places import LEAD, SURE, gazetteer
from spean.places.matching import EXACT, SAME_SOUND, WITHOUT_TITLE
from spean.places.spelling import latin_key, sound_key


def test_the_examples_on_the_page_are_what_comes_out():
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert tried > 15
    assert failed == 0


def test_the_list_of_defects_on_the_page_is_the_codes():
    assert on_page() == listed(gazetteer().defects), "run: python tests/places/defect_list.py"


def test_the_numbers_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert f"at least **{SURE:.0f}** and at least **{LEAD:.0f}** ahead" in text
    for score in (EXACT, WITHOUT_TITLE):
        assert f"| `exact` | {score:.0f} |" in text
    assert f"| `sound` | {SAME_SOUND:.0f} |" in text
    keyed = sum(not place.has_official_code for place in gazetteer())
    assert f"For {keyed} villages" in text
    for level, name in (("commune", "communes"), ("village", "villages")):
        count = sum(place.level == level for place in gazetteer())
        assert f"{count:,} {name}" in text


def test_the_gazetteer_spells_23_names_with_either_subscript():
    spellings = {}
    for place in gazetteer():
        spellings.setdefault(place.name_km.replace("្ដ", "្ត"), set()).add(place.name_km)
    assert sum(len(ways) > 1 for ways in spellings.values()) == 23


@pytest.mark.parametrize(
    ("scope", "digits"), [("commune", 6), ("district", 4), ("province", 2), ("country", 0)]
)
def test_how_many_villages_share_their_sound_with_another_spelling(scope, digits):
    villages = [place for place in gazetteer() if place.level == "village"]
    sounds = [(place.code[:digits], sound_key(place.name_en)) for place in villages]
    spellings = {}
    for place, sound in zip(villages, sounds, strict=True):
        spellings.setdefault(sound, set()).add(latin_key(place.name_en))
    sharing = sum(len(spellings[sound]) > 1 for sound in sounds)
    assert f"| {scope} | {sharing:,} |" in PAGE.read_text(encoding="utf-8")
