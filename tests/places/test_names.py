"""Looking up by name: ranked, in both scripts, tolerant of spelling, never a silent guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spean.places import AmbiguousPlace, Place, UnknownPlace, gazetteer
from spean.places.gazetteer import LEAD, SURE
from spean.places.matching import ALIKE, SAME_SOUND, NameIndex

GAZETTEER = gazetteer()
KAMRIENG = "0212"
PLACES = list(GAZETTEER)
anywhere = st.sampled_from(PLACES)
by_name = settings(max_examples=60, deadline=None)


def found(name, **where):
    return [(match.place.code, match.how) for match in GAZETTEER.find(name, **where)]


@pytest.mark.parametrize(
    ("written", "level", "code"),
    [
        ("Ou Da", "commune", "021203"),
        ("Ou Da", "village", "02120304"),
        ("Phnom Chap", "village", "02120208"),
        ("Kampanglay", "village", "02120306"),
        ("Prahpout", "village", "02120207"),
        ("Lamphat", "village", "02120307"),
        ("Manaskal", "village", "02120308"),
        ("Tangyou", "village", "02120310"),
        ("Samroung", "village", "02120309"),
    ],
)
def test_the_reports_spellings_come_first_within_the_district(written, level, code):
    matches = GAZETTEER.find(written, level=level, within=KAMRIENG)
    assert matches[0].place.code == code


@pytest.mark.parametrize("written", ["O Da", "Au Da", "ou da", "OU-DA", "Ouda", "Ou  Da\u200b"])
def test_ways_to_write_ou_da(written):
    assert GAZETTEER.resolve(written, level="commune", within=KAMRIENG).code == "021203"


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Kompong Cham", "Kampong Cham"),
        ("Kompong Thom", "Kampong Thum"),
        ("Phnom Penh Thmey", "Phnum Penh Thmei"),
        ("Siem Reap", "Siemreap"),
        ("Mondulkiri", "Mondul Kiri"),
        ("Rattanakiri", "Ratanak Kiri"),
        ("Kratié", "Kratie"),
        ("Beung Kak", "Boeng Kak"),
        ("Toul Kokir", "Tuol Kokir"),
        ("Mukh Rea 2", "Mukh Rea Pir"),
    ],
)
def test_respellings_meet(written, printed):
    best = GAZETTEER.find(written, limit=20)
    assert printed in [match.place.name_en for match in best if match.score >= SAME_SOUND]


def test_khmer_names_with_or_without_their_title():
    assert GAZETTEER.resolve("អូរដា", level="commune", within=KAMRIENG).code == "021203"
    assert GAZETTEER.resolve("ឃុំអូរដា", level="commune").code == "021203"
    assert GAZETTEER.resolve("រាជធានីភ្នំពេញ", level="province").code == "12"
    assert GAZETTEER.resolve("ស្រុកកំរៀង", level="district").code == KAMRIENG
    assert GAZETTEER.resolve("Kamrieng District", level="district").code == KAMRIENG
    assert GAZETTEER.resolve("Commune of Ou Da", level="commune").code == "021203"


def test_identical_looking_khmer_is_one_name():
    with_ta, with_da = "កណ្តាល", "កណ្ដាល"
    assert with_ta != with_da
    assert found(with_ta, within="021203", level="village")[0] == ("02120301", "exact")
    assert found(with_da, within="021203", level="village")[0] == ("02120301", "exact")
    assert found("អូរ\u200bដា", within="021203")[0] == ("02120304", "exact")


def test_a_match_says_how_it_was_found():
    assert found("Ou Krouch", within=KAMRIENG)[0] == ("02120203", "exact")
    assert found("O Krouch", within=KAMRIENG)[0] == ("02120203", "sound")
    assert found("Kampanglay", within=KAMRIENG)[0] == ("02120306", "similar")


def test_the_level_and_the_limit_are_kept():
    assert {match.place.level for match in GAZETTEER.find("Kandal", level="village")} == {"village"}
    assert len(GAZETTEER.find("Thmei", limit=3)) == 3


def test_only_places_below_within_are_given():
    for match in GAZETTEER.find("Kamrieng", within=KAMRIENG, limit=50):
        assert match.place.code.startswith(KAMRIENG)
        assert match.place.code != KAMRIENG
    with pytest.raises(UnknownPlace):
        GAZETTEER.find("Ou Da", within="0299")


@pytest.mark.parametrize("name", ["", "  ", "!?", "\u200b", "🙂"])
def test_a_name_without_letters_finds_nothing(name):
    assert GAZETTEER.find(name) == []
    with pytest.raises(UnknownPlace):
        GAZETTEER.resolve(name)


def test_an_ambiguous_name_raises_and_lists_what_it_may_mean():
    with pytest.raises(AmbiguousPlace) as raised:
        GAZETTEER.resolve("Kandal", within=KAMRIENG)
    assert [place.code for place in raised.value.candidates] == ["02120301", "02120402"]
    message = str(raised.value)
    assert "Kamrieng, Battambang" in message
    assert "100.0  02120301" in message
    assert "100.0  02120402" in message


def test_a_commune_and_its_village_of_one_name_need_a_level():
    with pytest.raises(AmbiguousPlace):
        GAZETTEER.resolve("Ou Da", within=KAMRIENG)


def test_an_unknown_name_raises_and_lists_the_likeliest():
    with pytest.raises(UnknownPlace, match="02120208") as raised:
        GAZETTEER.resolve("Phnom Chap", within=KAMRIENG)
    assert raised.value.candidates[0].code == "02120208"
    with pytest.raises(UnknownPlace):
        GAZETTEER.resolve("Xyzzyq")


@by_name
@given(place=anywhere, script=st.sampled_from(["name_en", "name_km"]))
def test_a_name_within_its_parent_ranks_the_place_or_an_equal_sibling_first(place, script):
    name = getattr(place, script)
    matches = GAZETTEER.find(name, within=place.parent, level=place.level, limit=20)
    assert matches[0].score == 100
    assert place in [match.place for match in matches if match.score == 100]


@by_name
@given(name=st.text(max_size=25) | anywhere.map(lambda place: place.name_en[1:]))
def test_find_is_ranked_and_resolve_never_gives_what_is_not_clearly_first(name):
    matches = GAZETTEER.find(name, limit=10)
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)
    try:
        place = GAZETTEER.resolve(name)
    except (AmbiguousPlace, UnknownPlace):
        return
    assert matches[0].place == place
    assert scores[0] >= SURE
    assert len(scores) == 1 or scores[0] - scores[1] >= LEAD


@by_name
@given(place=anywhere)
def test_likeness_alone_never_outranks_the_same_sound(place):
    for match in GAZETTEER.find(place.name_en, limit=30):
        if match.how == "similar":
            assert match.score <= 100 * ALIKE < SAME_SOUND


def test_a_merely_similar_name_is_never_resolved():
    assert 100 * ALIKE < SURE <= SAME_SOUND


@pytest.mark.parametrize(
    ("listed", "missing"),
    [("Prasout Kha", "Prasout Ka"), ("Phum Ti Dabbei", "Phum Ti Dabpir"), ("Phum Mphei", "Phum 2")],
)
def test_a_village_that_is_not_listed_is_not_taken_for_its_neighbour(listed, missing):
    names = NameIndex([Place("99999901", "village", listed, "ភូមិ", "999999")])
    assert all(match.score < SURE for match in names.rank(missing, [0], "village"))
    assert names.rank(listed, [0], "village")[0].score == 100


def test_ties_go_from_the_wide_level_to_the_narrow():
    levels = [match.place.level for match in GAZETTEER.find("Kandal") if match.score == 100]
    assert levels[0] == "province"
    assert levels[1:] == ["village"] * 4
