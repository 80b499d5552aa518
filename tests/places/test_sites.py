"""Table 1 of the Kamrieng study: its villages are the gazetteer's and its sums the report's."""

import csv
import re
from pathlib import Path

import pytest

from spean.places import gazetteer

GAZETTEER = gazetteer()
SITES = Path(__file__).parents[2] / "studies" / "kamrieng" / "sites.csv"
ROWS = list(csv.DictReader(SITES.read_text(encoding="utf-8").splitlines()))
COUNTS = ("households", "pop_male", "pop_female", "female_headed_hh")


def of(commune):
    return [row for row in ROWS if row["commune"] == commune]


def test_the_columns():
    assert list(ROWS[0]) == [
        "commune",
        "commune_km",
        "village",
        "commune_code",
        "village_code",
        *COUNTS,
        "name_km",
        "source_name",
        "note",
    ]


@pytest.mark.parametrize(
    ("commune", "sums"),
    [("Boeng Reang", (4399, 9380, 9044, 569)), ("Ou Da", (2457, 4489, 4725, 269))],
)
def test_the_sums_are_those_the_report_prints(commune, sums):
    assert tuple(sum(int(row[count]) for row in of(commune)) for count in COUNTS) == sums


def test_the_villages_are_all_those_of_the_two_communes_once_each():
    for commune, code in (("Boeng Reang", "021202"), ("Ou Da", "021203")):
        codes = sorted(row["village_code"] for row in of(commune))
        assert codes == [place.code for place in GAZETTEER.children(code)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["source_name"])
def test_codes_and_names_are_the_gazetteers(row):
    village = GAZETTEER.get(row["village_code"])
    commune = GAZETTEER.get(row["commune_code"])
    assert (village.name_en, village.name_km) == (row["village"], row["name_km"])
    assert commune.name_en == row["commune"]
    assert village.parent == commune.code
    assert commune.parent == "0212"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["source_name"])
def test_the_reports_spelling_leads_to_the_village_and_the_note_says_how(row):
    best = GAZETTEER.find(row["source_name"], within=row["commune_code"])[0]
    assert best.place.code == row["village_code"]
    if best.how == "similar":
        assert re.search(rf"\(score {best.score:.0f}\)", row["note"])
    elif best.how == "sound":
        assert row["note"] == "same sound as the gazetteer name"


def test_the_numbers_are_those_of_the_published_table(shared):
    with (shared / "report" / "published_tables.csv").open(encoding="utf-8") as file:
        printed = {
            (row["commune"], row["village"], row["group"]): row["freq"]
            for row in csv.DictReader(file)
            if row["table"] == "1" and row["village"] != "Total"
        }
    ours = {
        (row["commune"], row["source_name"], count): row[count] for row in ROWS for count in COUNTS
    }
    assert ours == printed
