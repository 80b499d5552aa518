"""Values and headings that give people away, in the spellings that people use."""

import pytest

from spean.cli import main
from spean.tables.release.patterns import heading_kind, number_kind, value_kind

IDENTIFYING = {
    "telephone": [
        "012 345 678",
        "+855 12 345 678",
        "855-12-345-678",
        "(012) 345678",
        "081-234-5678",
        "០១២ ៣៤៥ ៦៧៨",
        "๐๘๑ ๒๓๔ ๕๖๗๘",
    ],
    "position": ["12.9876543, 103.123456", "12.987 103.123", "13°05'12\"N 102°36'E"],
    "document number": ["AA1234567", "N 0123456", "1234567890123"],
    "e-mail": ["sok.dara@example.org"],
    "account on the net": ["https://example.org/sok.dara", "@dara_sok", "t.me/dara"],
    "date or time": ["2024-05-01", "01/05/2024", "1 May 2024", "០១/០៥/២០២៤", "14:35"],
    "device or interview id": [
        "uuid:1234",
        "collect:abcDEF",
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    ],
    "free text": ["I went to the commune office", "ខ្ញុំបានទៅការិយាល័យឃុំហើយគេប្រាប់ថាត្រូវរង់ចាំយូរណាស់"],
}
HARMLESS = ["yes", "12 months", "2019-2022", "0–5", "1,234,567", "៤–៦ នាក់", "rice", "≥ 3"]


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, some in IDENTIFYING.items() for value in some]
)
def test_a_value_that_gives_somebody_away_is_known(kind, value):
    assert value_kind(value) == kind


@pytest.mark.parametrize("value", HARMLESS)
def test_a_harmless_value_is_left_alone(value):
    assert value_kind(value) == ""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (855123456, "telephone or document number"),
        (12.98765, "position"),
        (25_000_000, ""),
        (12.5, ""),
        (240, ""),
    ],
)
def test_numbers_are_looked_at_too(value, kind):
    assert number_kind(float(value)) == kind


@pytest.mark.parametrize(
    ("name", "label", "kind"),
    [
        ("PhoneNumber", "", "telephone"),
        ("tel", "", "telephone"),
        ("q1", "តើអ្នកឈ្មោះអ្វី?", "name"),
        ("q2", "លេខទូរស័ព្ទ", "telephone"),
        ("q3", "ชื่อ-นามสกุล", "name"),
        ("q4", "เบอร์โทรศัพท์", "telephone"),
        ("date_of_birth", "", "date of birth"),
        ("_geolocation", "", "address or position"),
        ("months", "How many months?", ""),
        ("telling", "Whom would you tell?", ""),
    ],
)
def test_headings_in_three_languages(name, label, kind):
    assert heading_kind(name, [label]) == kind


@pytest.fixture
def calculating(small_study):
    """The small study with a hidden text that an app fills in, and the data that it makes."""
    form = small_study / "instrument" / "survey.csv"
    form.write_text(form.read_text() + "hidden,greeting,,,,,\n")
    with (small_study / "study.toml").open("a") as file:
        file.write('[release]\nkeys = ["sex"]\nk = 2\ndrop = ["months"]\n')

    def with_texts(texts):
        data = small_study / "data" / "respondents.csv"
        head, *rows = [line for line in data.read_text().splitlines() if not line.startswith("no,")]
        made = [f"{row},{texts[at % len(texts)]}" for at, row in enumerate(rows)]
        data.write_text("\n".join([f"{head},greeting", *made]) + "\n")
        return small_study

    return with_texts


def test_a_hidden_text_that_few_rows_have_is_refused(calculating, capsys):
    folder = calculating([f"Dear person {at}" for at in range(60)])
    assert main(["release", str(folder), "--out", str(folder / "out"), "--apply"]) == 1
    said = capsys.readouterr().err
    assert "“greeting” may hold a free text" in said
    assert "Dear person" not in said
    assert not (folder / "out").exists()


def test_a_hidden_text_that_many_rows_have_may_stay(calculating, capsys):
    assert main(["release", str(calculating(["near", "far"]))]) == 0
    assert "No column names or locates a person" in capsys.readouterr().err
