"""Words that look alike become one sequence of characters; respellings become one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spean.places import normalise_khmer
from spean.places.spelling import khmer_key, latin_key, sound_key

khmer = st.text(
    st.characters(min_codepoint=0x1780, max_codepoint=0x17FF) | st.sampled_from("\u200b\u200c ក្រ"),
    max_size=20,
)


@pytest.mark.parametrize(
    ("typed", "standard", "why"),
    [
        ("អូរ\u200bដា", "អូរដា", "a zero-width space"),
        ("ព\u17c5\u17d2ន", "ព\u17d2ន\u17c5", "a subscript typed after its vowel"),
        ("ស\u17d2រ\u17d2ត\u17b8", "ស\u17d2ត\u17d2រ\u17b8", "subscript ro goes last"),
        ("ខ\u17c6\u17b6", "ខ\u17b6\u17c6", "a sign typed before its vowel"),
        ("ន\u17cb\u17cb", "ន\u17cb", "a sign typed twice"),
        ("ស\u17c1\u17b8", "ស\u17be", "a vowel typed as its two halves"),
        ("ក\u17c1\u17b6", "ក\u17c4", "a vowel typed as its two halves"),
        ("\u17a3", "\u17a2", "a deprecated letter"),
        ("\u17a4", "\u17a2\u17b6", "a deprecated letter"),
        ("ក\u17b4", "ក", "a vowel that is never seen"),
        ("ប\u17b8\u17c9", "ប\u17c9\u17b8", "a shifter goes before its vowel"),
    ],
)
def test_one_sequence_for_each_visible_word(typed, standard, why):
    assert normalise_khmer(typed) == standard, why


def test_correct_khmer_and_other_scripts_are_left_alone():
    for text in ("កម្ពុជា", "ស្ត្រី", "ពោធិ៍សែនជ័យ", "ក្រុមប្រឹក្សាឃុំ", "Ou Da", "กรุงเทพ", "naïve"):
        assert normalise_khmer(text) == text


@given(khmer | st.text(max_size=20))
def test_normalising_twice_changes_nothing(text):
    once = normalise_khmer(text)
    assert normalise_khmer(once) == once


@given(khmer)
def test_normalising_never_adds_to_what_is_typed(text):
    assert len(normalise_khmer(text)) <= len(text) + text.count("\u17a4")


@given(khmer)
def test_zero_width_spaces_do_not_matter(text):
    assert normalise_khmer("\u200b".join(text)) == normalise_khmer(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("កណ្តាល", "កណ្ដាល"),
        ("ភូមិទី ៦", "ភូមិទី៦"),
        ("ភូមិ៦", "ភូមិ6"),
        ("ស៊ីម", "សុីម"),
        ('ត្នោត "ក"', "ត្នោត ក"),
    ],
)
def test_khmer_that_reads_the_same_has_one_key(one, other):
    assert khmer_key(one) == khmer_key(other)


@pytest.mark.parametrize(("one", "other"), [("តា", "ដា"), ("ប៉ា", "បា"), ("កក", "កខ"), ("ទី១", "ទី២")])
def test_khmer_that_reads_differently_has_two(one, other):
    assert khmer_key(one) != khmer_key(other)


@given(khmer | st.text(st.characters(max_codepoint=0x24F), max_size=20))
def test_keys_are_stable(text):
    assert latin_key(latin_key(text)) == latin_key(text)
    assert khmer_key(khmer_key(text)) == khmer_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phnom", "Phnum"),
        ("O Da", "Ou Da"),
        ("Kompong Lei", "Kampong Ley"),
        ("Preah Put", "Prahpout"),
        ("Samraong", "Samroung"),
        ("Tang Yu", "Tangyou"),
        ("Kaoh Thum", "Koh Thom"),
        ("Tuek Thla", "Teuk Thla"),
        ("Wat Kor", "Vat Kor"),
    ],
)
def test_usual_respellings_sound_the_same(one, other):
    assert sound_key(one) == sound_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Svay Thum", "Svay Touch"),
        ("Ou Da", "Ou Ta"),
        ("Kandal", "Kantal"),
        ("Ta Krei", "Ta Kream"),
        ('Prasout "Ka"', 'Prasout "Kha"'),
        ("Phum Pir", "Phum Mphei"),
    ],
)
def test_different_names_sound_different(one, other):
    assert sound_key(one) != sound_key(other)
