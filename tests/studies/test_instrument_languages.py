"""The Kamrieng questionnaire speaks English, Khmer and Thai, and keeps its record of decisions."""

import csv
import re
import tomllib
from pathlib import Path

import pytest

STUDY = Path(__file__).parents[2] / "studies" / "kamrieng"
INSTRUMENT = STUDY / "instrument"
EN, KM, TH = "English (en)", "ភាសាខ្មែរ (km)", "ภาษาไทย (th)"
TEXTS = ("label", "hint", "universe", "constraint_message")
KHMER, THAI = re.compile(r"[\u1780-\u17b3]"), re.compile(r"[\u0e01-\u0e2e]")
ANY_KHMER, ANY_THAI = re.compile(r"[\u1780-\u17ff]"), re.compile(r"[\u0e00-\u0e7f]")
INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
VIOLENCE = re.compile(
    r"violen|rape|traffick(?:ing|ed)|abus|harass|assault|beaten|sexual"
    r"|ហិង្សា|រំលោភ|ជួញដូរ|បៀតបៀន|វាយដំ|ផ្លូវភេទ"
    r"|รุนแรง|ข่มขืน|ค้ามนุษย์|ล่วงละเมิด|คุกคาม|ทุบตี|ทางเพศ",
    re.IGNORECASE,
)
POSITIONS = ("geopoint", "geotrace", "geoshape", "audit", "background", "start-geopoint")


def sheet(name: str) -> list[dict[str, str]]:
    with (INSTRUMENT / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def texts() -> list[tuple[str, str, str, str]]:
    """Where, English, Khmer, Thai, for every cell that has English."""
    found = []
    for name in ("survey", "choices"):
        for number, row in enumerate(sheet(name), 2):
            for column in TEXTS:
                cells = [row.get(f"{column}::{lang}", "") for lang in (EN, KM, TH)]
                if any(cells):
                    found.append((f"{name}.csv row {number} {column}", *cells))
    return found


def decisions() -> str:
    return (INSTRUMENT / "decisions.md").read_text(encoding="utf-8")


def decided() -> dict[str, list[str]]:
    """The table's cells by item."""
    rows = [line.strip("| ").split(" | ") for line in decisions().splitlines() if "|" in line]
    return {cells[1]: cells for cells in rows if cells[0].isdigit()}


def test_there_are_questions_and_answers_to_translate():
    assert len(texts()) > 400


@pytest.mark.parametrize("at", [1, 2, 3], ids=["English", "Khmer", "Thai"])
def test_a_text_in_one_language_is_there_in_all(at):
    assert [text[0] for text in texts() if not text[at].strip()] == []


def test_khmer_is_written_in_khmer():
    wrong = [(w, km) for w, _, km, _ in texts() if not KHMER.search(km) or ANY_THAI.search(km)]
    assert wrong == []


def test_thai_is_written_in_thai():
    wrong = [(w, th) for w, _, _, th in texts() if not THAI.search(th) or ANY_KHMER.search(th)]
    assert wrong == []


def test_no_text_hides_invisible_characters():
    assert [text[0] for text in texts() if INVISIBLE.search("".join(text[1:]))] == []


def test_an_expression_in_a_text_is_the_same_in_every_language():
    used = [[set(re.findall(r"\$\{\w+\}", cell)) for cell in text[1:]] for text in texts()]
    assert all(en == km == th for en, km, th in used)


@pytest.mark.parametrize("language", ["km", "th"])
def test_every_translation_says_whether_someone_has_reviewed_it(language):
    for name in ("survey", "choices"):
        for number, row in enumerate(sheet(name), 2):
            said = row[f"review::{language}"]
            if any(row.get(f"{column}::{EN}") for column in TEXTS):
                assert said in ("reviewed", "unreviewed"), f"{name}.csv row {number}"
            else:
                assert said == "", f"{name}.csv row {number} has nothing to review"


@pytest.mark.parametrize("lang", [EN, KM, TH])
def test_two_answers_of_a_list_never_read_alike(lang):
    seen: set[tuple[str, str]] = set()
    for row in sheet("choices"):
        key = (row["list_name"], row[f"label::{lang}"])
        assert key not in seen
        seen.add(key)


@pytest.mark.parametrize("words", ["Were you beaten?", "តើមានអំពើហិង្សាទេ?", "ถูกข่มขืนไหม"])
def test_the_words_that_are_looked_for_are_found(words):
    assert VIOLENCE.search(words)


def test_nobody_is_asked_about_violence_or_trafficking():
    # A “serious problem” is ร้ายแรง in Thai, which is not รุนแรง (violent).
    assert [text for text in texts() if any(VIOLENCE.search(cell) for cell in text[1:])] == []


def test_no_position_or_recording_is_taken():
    kinds = {row["type"].split()[0] for row in sheet("survey")}
    assert {kind for kind in kinds if kind.startswith(POSITIONS)} == set()
    assert kinds.isdisjoint({"audio", "video", "image", "deviceid", "phonenumber", "username"})


def test_every_name_in_the_decisions_is_in_the_form():
    names = {row["name"] for row in sheet("survey")}
    said = set(re.findall(r"`([a-z][a-z0-9_]*)`", decisions()))
    assert len(said) > 80
    assert said - names == set()


def test_every_fault_has_its_decision_in_order(shared):
    with (shared / "report" / "instrument_notes.csv").open(encoding="utf-8", newline="") as file:
        items = [row["item"] for row in csv.DictReader(file)]
    assert list(decided()) == items


def test_the_decisions_are_numbered_and_none_is_without_its_outcome():
    rows = list(decided().values())
    assert [int(cells[0]) for cells in rows] == list(range(1, 58))
    assert {cells[3] for cells in rows} <= {"resolved", "partly", "open", "dropped"}
    assert all(len(cells) == 6 and all(cells) for cells in rows)


def test_the_count_of_outcomes_in_the_text_is_that_of_the_table():
    states = [cells[3] for cells in decided().values()]
    opening = " ".join(decisions().split("| no. |")[0].split())
    for state in ("resolved", "partly", "open", "dropped"):
        assert f"{states.count(state)} {state}" in opening


def test_minors_are_kept_out_until_an_approval_is_named():
    rows = {row["name"]: row for row in sheet("survey") if row["name"]}
    settings = tomllib.loads((STUDY / "study.toml").read_text(encoding="utf-8"))
    assert settings["ethics"]["minors_approval"] == ""
    assert rows["minors_approval"]["calculation"] == "''"
    assert "${minors_approval} != ''" in rows["interview"]["relevant"]
