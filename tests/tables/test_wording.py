"""Margins and stars only where the study has a right to them, and the sentence that says so."""

import numpy as np
import polars as pl
import pytest

from spean.tables.design import make_design
from spean.tables.errors import TablesError
from spean.tables.estimate import (
    Basis,
    check_margins,
    honest,
    interval,
    mean,
    read_basis,
    sentence,
    stars,
)

DRAWN = read_basis({"probability": True})
MET = read_basis({"probability": False})
ASSUMED = read_basis(
    {"assumption": {"en": "those met are like the others.", "km": "អ្នកដែលបានជួបដូចអ្នកដទៃ។"}}
)
FOUND = mean(make_design(pl.DataFrame({"y": [0.0] * 4})), np.array([1.0, 2, 3, 4]))


@pytest.mark.parametrize("basis", [DRAWN, ASSUMED])
def test_margins_where_they_are_allowed(basis):
    assert honest(FOUND, basis) == FOUND
    assert interval(FOUND, basis) == (FOUND.low, FOUND.high)
    assert [stars(p, basis) for p in (0.2, 0.04, 0.004, 0.0004)] == ["", "*", "**", "***"]
    check_margins(basis)


def test_a_convenience_sample_has_neither_margins_nor_stars():
    shown = honest(FOUND, MET)
    assert (shown.value, shown.se, shown.low, shown.high, shown.deff) == (
        2.5,
        None,
        None,
        None,
        None,
    )
    assert interval(FOUND, MET) is None
    assert stars(0.0001, MET) is None
    with pytest.raises(TablesError, match=r"State it in study\.toml"):
        check_margins(MET)


def test_a_study_that_says_nothing_is_no_probability_sample():
    assert read_basis({}) == Basis(False)
    assert read_basis({"assumption": "  "}) == Basis(False)
    assert read_basis({"assumption": "As others"}).allows_margins


def test_an_interval_that_cannot_be_told_is_not_given():
    alone = mean(make_design(pl.DataFrame({"y": [0.0] * 2})), np.array([1.0, float("nan")]))
    assert interval(alone, DRAWN) is None


@pytest.mark.parametrize(("lang", "level"), [("en", "90"), ("km", "៩០")])
def test_sentences_say_what_figures_stand_on(lang, level):
    said = [sentence(basis, lang, 0.9) for basis in (DRAWN, ASSUMED, MET)]
    assert len(set(said)) == 3
    assert level in said[0]
    assert level in said[1]
    assert ASSUMED.assumption[lang].rstrip(".។") in said[1]
    assert not any("{" in words or ".." in words or "។។" in words for words in said)


@pytest.mark.parametrize(
    "settings", [{"probability": "yes"}, {"assumption": 5}, {"assumption": {"en": 5}}]
)
def test_settings_that_cannot_be(settings):
    with pytest.raises(TablesError, match="sampling"):
        read_basis(settings)
