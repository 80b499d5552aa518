"""Nothing that names or locates a person passes; nothing harmless is stopped."""

import pytest

from spean.survey.study import open_study
from spean.tables.release.assessment import assess_study
from spean.tables.release.patterns import heading_kind, is_small_place, number_kind, value_kind
from tables.release.form import DROP, RELEASE, make_study, row


def findings(folder, drop, rows=None, **more):
    study = open_study(make_study(folder, RELEASE | {"drop": drop} | more, rows))
    return {f.column: f for f in assess_study(study, study.data_file).findings}


@pytest.mark.parametrize(
    ("column", "kind", "why"),
    [
        ("start", "date or time", "the form asks for it as “start”"),
        ("device", "device", "the form asks for it as “deviceid”"),
        ("remark", "free text", "the form asks for it as “text”"),
        ("where", "position", "the form asks for it as “geopoint”"),
        ("contact", "telephone", "its heading says so"),
        ("village", "small place", "its heading names a place of a few households"),
    ],
)
def test_a_column_that_identifies_is_found_until_it_is_dropped(tmp_path, column, kind, why):
    rows = [
        row(at).replace("4000000,,,", "4000000,12345678,she lives alone,13.1 102.5 0 0")
        for at in range(6)
    ]
    found = findings(tmp_path, [name for name in DROP if name != column], rows)
    assert list(found) == [column]
    assert (found[column].kind, found[column].why) == (kind, why)
    assert (found[column].rows, found[column].count) == ((2, 3, 4, 5, 6), 6)
    said = str(found[column])
    assert f"“{column}” may hold a {kind}" in said
    assert "(rows 2, 3, 4, 5, 6 …)" in said
    for secret in ("12345678", "alone", "13.1", "imei", "2025"):
        assert secret not in said, "a finding never repeats a value"
    assert not findings(tmp_path, DROP, rows)


def test_values_are_looked_at_where_type_and_heading_say_nothing(tmp_path):
    rows = [row(at).replace(",4000000,", f",{97_123_450 + at},") for at in range(6)]
    found = findings(tmp_path, DROP, rows)
    assert found["income"].kind == "telephone or document number"
    rows = [row(0), *(row(at).replace("afemale", "Sok Dara 012 345 678") for at in range(1, 6))]
    found = findings(tmp_path, [name for name in DROP if name != "code"], rows)
    assert found["code"].kind == "telephone"
    assert found["code"].rows[0] == 3


def test_rows_are_those_of_the_data_though_some_are_not_released(tmp_path):
    rows = [row(at, "male") for at in range(3)] + [row(at) for at in range(3, 7)]
    found = findings(tmp_path, [n for n in DROP if n != "start"], rows, where="${sex} = 'female'")
    assert found["start"].rows == (5, 6, 7, 8)


def test_an_empty_column_gives_nobody_away(tmp_path):
    assert not findings(tmp_path, [name for name in DROP if name not in ("remark", "where")])


def test_a_small_place_may_be_a_key_since_its_risk_is_measured(tmp_path):
    drop = [name for name in DROP if name != "village"]
    assert not findings(tmp_path, drop, keys=["sex", "village"])


def test_an_answer_list_is_read_too(tmp_path):
    folder = make_study(tmp_path)
    choices = folder / "instrument" / "choices.csv"
    choices.write_text(choices.read_text().replace("Woman", "Sok Dara 012 345 678"))
    study = open_study(folder)
    (found,) = assess_study(study, study.data_file).findings
    assert (found.column, found.kind) == ("sex", "telephone")
    assert found.count == 5


def test_answers_of_a_list_that_was_not_read_are_free_text(tmp_path):
    folder = make_study(tmp_path)
    form = folder / "instrument" / "survey.csv"
    form.write_text(
        form.read_text().replace(
            "select_one yes_no,consent", "select_one_from_file yes.csv,consent"
        )
    )
    study = open_study(folder)
    (found,) = assess_study(study, study.data_file).findings
    assert (found.column, found.kind) == ("consent", "free text")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("sok.dara@example.org", "e-mail"),
        ("012 345 678", "telephone"),
        ("+855 12-345-678", "telephone"),
        ("០១២ ៣៤៥ ៦៧៨", "telephone"),
        ("call 0812345678 please", "telephone"),
        ("๐๘๑๒๓๔๕๖๗๘", "telephone"),
        ("N01234567", "document number"),
        ("110345678", "document number"),
        ("13.05213 102.49871 0 5", "position"),
        ("2025-08-14T09:30:00", "date or time"),
        ("14/8/2025", "date or time"),
        ("09:30", "date or time"),
        ("uuid:5a1c2a5e-1111-4222-8333-444455556666", "device or interview id"),
        ("she went there with two of her brothers", "free text"),
        ("គាត់បានទៅធ្វើការជាមួយបងប្អូនរបស់គាត់នៅទីនោះជាច្រើនឆ្នាំ", "free text"),
        ("yes", ""),
        ("lower_secondary", ""),
        ("passport permit", ""),
        ("2019-2022", ""),
        ("2019–2022", ""),
        ("1 000 000", ""),
        ("13.5", ""),
    ],
)
def test_values(text, kind):
    assert value_kind(text) == kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (12345678.0, "telephone or document number"),
        (855012345678.0, "telephone or document number"),
        (13.05213, "position"),
        (-102.49871, "position"),
        (12_000_000.0, ""),
        (1_234_567.0, ""),
        (35.0, ""),
        (12.5, ""),
        (7 / 3, ""),
        (0.3333, ""),
    ],
)
def test_numbers(value, kind):
    assert number_kind(value) == kind


@pytest.mark.parametrize(
    ("name", "label", "kind"),
    [
        ("q1", "What is your name?", "name"),
        ("respondentName", "", "name"),
        ("q1", "តើអ្នកឈ្មោះអ្វី?", "name"),
        ("q1", "คุณชื่ออะไร", "name"),
        ("phone_2", "", "telephone"),
        ("q1", "លេខទូរស័ព្ទ", "telephone"),
        ("q1", "หมายเลขโทรศัพท์", "telephone"),
        ("q1", "Passport number", "document number"),
        ("lat", "", "address or position"),
        ("q1", "អាសយដ្ឋាន", "address or position"),
        ("hh_size", "How many live here?", ""),
        ("months", "Months abroad", ""),
        ("q1", "On which platform?", ""),
    ],
)
def test_headings(name, label, kind):
    assert heading_kind(name, [label]) == kind


@pytest.mark.parametrize(
    ("name", "label", "small"),
    [
        ("village", "", True),
        ("home_village", "", True),
        ("q1", "ភូមិ", True),
        ("q1", "หมู่บ้าน", True),
        ("village_chief", "Did the village chief help?", False),
        ("commune", "ឃុំ", False),
    ],
)
def test_small_places(name, label, small):
    assert is_small_place(name, [label]) == small
