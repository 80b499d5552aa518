"""Who was asked: from the skip logic, on data and in words."""

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spean.survey.codebook import make_codebook
from spean.survey.conditions import condition
from spean.survey.errors import FaultyInput
from spean.survey.instrument import read_instrument
from spean.survey.study import open_study
from spean.survey.xpath import Call, Literal, NotUnderstood, Op, Ref, parse


def test_nested_groups_are_part_of_the_universe(small_study):
    months = open_study(small_study).codebook["months"]
    assert months.universe.condition == parse("${consent} = 'yes' and ${worked} = 'yes'")


def test_a_universe_reads_as_a_sentence(small_study):
    codebook = open_study(small_study).codebook
    assert codebook["months"].universe.words["en"] == "answered “Yes” to “Did you work abroad?”"
    assert codebook["papers"].universe.words["en"] == (
        "answered “Yes” to “Did you work abroad?” and stayed more than three months"
    )
    assert codebook["worked"].universe.words["en"] == "everyone interviewed"
    assert codebook["consent"].universe.words["km"] == "អ្នកដែលបានសម្ភាសទាំងអស់"


def test_a_relevance_that_is_not_understood_names_its_row(small_study):
    path = small_study / "instrument" / "survey.csv"
    path.write_text(path.read_text().replace("${months} > 3", "../months > 3"))
    with pytest.raises(FaultyInput, match=r"survey.csv, row 6, column “relevant”: “../months"):
        open_study(small_study)


def test_response_sets_and_missing_codes(small_study):
    codebook = open_study(small_study).codebook
    assert [s.name for s in codebook.response_sets] == ["papers"]
    assert codebook["worked"].missing == ("77",)
    assert codebook["papers"].missing == ()


KINDS = {"n": "num", "m": "num", "s": "str", "v": "str", "v/a": "bool", "v/b": "bool"}


def _twin(node, row):
    """Plain Python, one row at a time: the slow reading of the same rules."""
    if isinstance(node, Call):
        if node.name == "not":
            return not _twin(node.args[0], row)
        if node.name == "selected":
            return node.args[1].value in (row["v"] or "").split()
        return float(len((row["v"] or "").split()))
    if isinstance(node, Op) and node.op in ("and", "or"):
        left, right = _twin(node.left, row), _twin(node.right, row)
        return (left and right) if node.op == "and" else (left or right)
    numeric = any(
        isinstance(side, Literal) and isinstance(side.value, float)
        for side in (node.left, node.right)
    )
    left, right = (_value(side, row, numeric) for side in (node.left, node.right))
    if numeric and (left is None or right is None):
        return node.op == "!="
    return {
        "=": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        ">=": lambda: left >= right,
    }[node.op]()


def _value(side, row, numeric):
    if isinstance(side, Literal):
        return side.value
    if isinstance(side, Call):
        return _twin(side, row)
    value = row[side.name]
    return value if numeric else ("" if value is None else value)


_atoms = st.one_of(
    st.builds(
        lambda name, op, n: Op(op, Ref(name), Literal(float(n))),
        st.sampled_from(["n", "m"]),
        st.sampled_from(["=", "!=", "<", ">="]),
        st.integers(0, 4),
    ),
    st.builds(
        lambda op, code: Op(op, Ref("s"), Literal(code)),
        st.sampled_from(["=", "!="]),
        st.sampled_from(["a", "b", ""]),
    ),
    st.builds(lambda c: Call("selected", (Ref("v"), Literal(c))), st.sampled_from(["a", "b"])),
    st.builds(
        lambda n: Op(">=", Call("count-selected", (Ref("v"),)), Literal(float(n))),
        st.integers(0, 2),
    ),
)
_conditions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds(Op, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(lambda a: Call("not", (a,)), inner),
    ),
    max_leaves=8,
)
_rows = st.lists(
    st.fixed_dictionaries(
        {
            "n": st.one_of(st.none(), st.integers(0, 4).map(float)),
            "m": st.one_of(st.none(), st.integers(0, 4).map(float)),
            "s": st.sampled_from([None, "a", "b"]),
            "v": st.sampled_from([None, "a", "b", "a b"]),
        }
    ),
    min_size=1,
    max_size=8,
)


@given(_conditions, _rows)
def test_conditions_agree_with_a_plain_reading(node, rows):
    schema = {"n": pl.Float64, "m": pl.Float64, "s": pl.String, "v": pl.String}
    frame = pl.DataFrame(rows, schema=schema)
    for code in "ab":
        flags = [None if row["v"] is None else code in row["v"].split() for row in rows]
        frame = frame.with_columns(pl.Series(f"v/{code}", flags, pl.Boolean))
    mask = nw.from_native(frame).select(condition(node, KINDS).alias("x"))["x"].to_list()
    assert mask == [_twin(node, row) for row in rows]


def test_a_function_that_is_not_evaluated_is_refused():
    with pytest.raises(NotUnderstood, match="pulldata"):
        condition(parse("pulldata('a', 'b', 'c', ${s}) = 'x'"), KINDS)


@pytest.mark.parametrize(
    "name",
    [
        "02-reach-household-arabic.xlsx",
        "07-correlaid-civic-german.xlsx",
        "11-pyxform-choice-filter.xlsx",
    ],
)
def test_foreign_forms_get_universes(shared, name):
    codebook = make_codebook(read_instrument(shared / "forms" / name))
    skipped = [v for v in codebook.variables.values() if v.universe.condition is not None]
    assert len(codebook.variables) > 0
    assert all(v.universe.words["en"] for v in skipped)


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("contains(${word}, 'an')", [True, False, False, True]),
        ("starts-with(${word}, 'b')", [True, False, False, False]),
        ("ends-with(${word}, '7')", [False, True, False, False]),
        ("regex(${word}, '[0-9]+')", [False, True, False, False]),
        ("string-length(${word}) > 2", [True, False, False, True]),
        ("${word} > 10", [False, True, False, False]),
        ("coalesce(${n}, 5) > 4", [False, True, True, False]),
        ("abs(${n}) = 3", [True, False, False, True]),
        ("int(${n} div 2) = -1", [False, False, False, True]),
        ("not(contains(${word}, 'an')) and ${n} > 0", [False, True, False, False]),
    ],
)
def test_functions_of_text_and_numbers(written, held):
    frame = pl.DataFrame(
        {"word": ["banana", "17", None, "an ant"], "n": [3.0, 9.0, None, -3.0]},
        schema={"word": pl.String, "n": pl.Float64},
    )
    expression = condition(parse(written), {"word": "text", "n": "num"})
    assert nw.from_native(frame).select(expression.alias("x"))["x"].to_list() == held


@pytest.mark.parametrize(
    "written",
    [
        "today() > 3",
        "selected-at(${papers}, 0) = 'x'",
        "regex(${sex}, '(?=a)b')",
        "contains(${sex}, ${worked})",
        "${sex} > 3",
    ],
)
def test_a_skip_that_cannot_be_worked_out_names_its_row(small_study, written):
    path = small_study / "instrument" / "survey.csv"
    path.write_text(path.read_text().replace("${months} > 3", f'"{written}"'))
    with pytest.raises(FaultyInput, match=r"survey.csv, row 6, column “relevant”: ") as caught:
        open_study(small_study)
    assert len(caught.value.faults) == 1
