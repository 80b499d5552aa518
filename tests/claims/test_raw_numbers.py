"""A number typed into prose is found, with the cells it could be; names of classes are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spean.claims.raw_numbers import likely, raw_numbers, words_of
from spean.claims.resolve import make_resolver
from spean.documents.blocks import parse_blocks
from spean.tables.model import Cell, Group, Panel, Row, Table, Tables

ROWS = (
    Row("young", {"en": "18–29", "km": "១៨–២៩ ឆ្នាំ"}, {"women": Cell(45, 36.7, 123)}),
    Row("long", {"en": "More than 50 months", "km": "លើសពី ៥០ ខែ"}, {"women": Cell(12, 9.8, 123)}),
)
PANEL = Panel("age", {"en": "Age"}, "single", {}, {}, "age", ROWS, {"women": 123})
TABLES = Tables((Table("t01", {"en": "T"}, {}, (Group("women", {"en": "Women"}),), (PANEL,)),), 123)
WORDS = words_of(TABLES)


def found(text):
    return [str(fault) for fault in raw_numbers(text, "a.md", WORDS)]


@pytest.mark.parametrize(
    "text",
    [
        "People of 18–29 make up {{t01.age.young@women:percent}}.",
        "Between 18 and 29 years, for more than 50 months.",
        "អ្នកមានអាយុ ១៨–២៩ ឆ្នាំ",
        "During COVID-19, from 2019 to 2022; ក្នុងជំងឺកូវីដ-១៩ ឆ្នាំ ២០១៩",
        "Article 12 of the law; មាត្រា ១២; Table 5; page 31",
        "On 14 January 2024 and May 3; ថ្ងៃទី ១៤ មករា ២០២៤",
        "It was {{cite: 36.9 % | ADIC, 2025}} of women.",
        "1. First of a list\n2. Second",
        "`spean run -n 77` and [a link](page-77.html)",
        "[[table t01]]",
        "No number at all.",
    ],
)
def test_what_is_no_claim_passes(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("In all 36.7 % of women.", "36.7"),
        ("Some 45 people said so.", "45"),
        ("Of them 50 % went.", "50"),
        ("Of them 29 women went.", "29"),
        ("It rose by 7.", "7"),
        ("មាន ៤៥ នាក់", "៤៥"),
        ("មាន ៣៦.៧%", "៣៦.៧"),
        ("## About 317 respondents", "317"),
        ("There were 2,022 households.", "2,022"),
        ("In 2019 % of cases", "2019"),
        ("- a list of 66 things", "66"),
    ],
)
def test_a_claim_is_found_with_its_line(text, number):
    (said,) = found(f"First line.\n{text}")
    assert said.startswith(f"a.md, row 2: “{number}” is typed, and no table stands behind it.")
    assert "{{cite: " in said


def test_the_likely_cells_are_named():
    assert "perhaps {{t01.age.young@women:percent}}" in found("It is 36.7 %.")[0]
    assert "perhaps {{t01.age.young@women:count}}" in found("It is 45 people.")[0]
    assert likely("37", True, WORDS) == ["{{t01.age.young@women:percent}}"]
    assert likely("99", False, WORDS) == []


def test_every_number_of_a_line_is_named():
    assert len(found("From 11.1 % to 22.2 %, or 33.3 %.")) == 3


@given(st.integers(1, 9999), st.sampled_from(["%", " %", " people", " percent", " នាក់", "ភាគរយ"]))
def test_no_count_or_percent_slips_through(value, unit):
    assert len(found(f"They are {value}{unit} of all.")) == 1


def test_a_citation_stands_with_its_source_and_one_without_is_refused():
    resolver = make_resolver(TABLES, "en")
    (block,) = parse_blocks("It was {{cite: 36.9 % | ADIC, 2025}}.", resolver)
    assert "".join(run.text for run in block.runs) == "It was 36.9 % (ADIC, 2025)."
    assert not any(run.figure for run in block.runs)
    (fault,) = resolver.faults("It was {{cite: 36.9 %}}.", "a.md")
    assert "cites nobody" in str(fault)
