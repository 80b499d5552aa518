"""Expressions of XLSForms: what is read, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spean.survey.xpath import Call, Literal, NotUnderstood, Op, Ref, parse, refs, unparse


def test_and_binds_tighter_than_or():
    node = parse("${a} = 1 or ${b} = 2 and ${c} = 3")
    assert isinstance(node, Op)
    assert node.op == "or"
    assert isinstance(node.right, Op)
    assert node.right.op == "and"


def test_names_with_hyphens_are_functions_not_subtractions():
    assert parse("count-selected(.)") == Call("count-selected", (Ref("."),))


def test_curly_quotes_from_word_processors_are_read():
    assert parse("${a} = ‘yes’") == Op("=", Ref("a"), Literal("yes"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ends too early"),
        ("${a} =", "ends too early"),
        ("${a} and and ${b}", "not understood"),
        ("../age > 3", "not understood"),
        ("/data/age", "not understood"),
        ("selected(${a}, 'x'", "a comma or a closing bracket is missing"),
        ("${a} = 'x' 'y'", "not understood"),
        ("count(${m}[${age} < 18])", "not understood"),
        ("(${a}", "expected"),
    ],
)
def test_what_is_not_understood_is_said(text, said):
    with pytest.raises(NotUnderstood, match=said):
        parse(text)


_names = st.from_regex(r"[a-z][a-z_]{0,5}", fullmatch=True).filter(
    lambda n: n not in ("or", "and", "div", "mod")
)
_leaves = st.one_of(
    _names.map(Ref),
    st.integers(0, 999).map(lambda n: Literal(float(n))),
    st.text("abc xyz", max_size=5).map(Literal),
)
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(
            Op, st.sampled_from(["or", "and", "=", "!=", "<", ">=", "+", "-", "div"]), inner, inner
        ),
        st.builds(lambda a: Call("not", (a,)), inner),
        st.builds(lambda a, b: Call("selected", (a, b)), inner, inner),
    ),
    max_leaves=12,
)


@given(_trees)
def test_what_is_written_is_read_back(tree):
    assert parse(unparse(tree)) == tree


@given(_trees)
def test_refs_are_all_names_in_the_text(tree):
    assert all(f"${{{name}}}" in unparse(tree) for name in refs(tree))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        parse(text)
    except NotUnderstood as error:
        assert str(error)
