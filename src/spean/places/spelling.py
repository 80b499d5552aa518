"""One spelling for the many: Khmer code sequences and Latin transcriptions.

Khmer words that look identical can be stored differently. `normalise_khmer` undoes the
differences nobody can see, after the character order of the Unicode core specification
(chapter 16.4). The keys go further and are for comparing only, never for showing.
"""

import re
import unicodedata
from functools import cache

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u17b4\u17b5"
_DEPRECATED = {"\u17a3": "\u17a2", "\u17a4": "\u17a2\u17b6", "\u17d3": "\u17c6"}
_REPAIRS = str.maketrans({**dict.fromkeys(_INVISIBLE, ""), **_DEPRECATED})
_SPLIT_VOWELS = {"\u17c1\u17b8": "\u17be", "\u17c1\u17b6": "\u17c4"}

_BASE = "[\u1780-\u17b3]"
_MARK = "[\u17b6-\u17d1\u17dd]"
_CLUSTER = re.compile(f"({_BASE})((?:\u17d2{_BASE}|{_MARK})+)")
_UNIT = re.compile(f"\u17d2{_BASE}|{_MARK}")
_REPEATED = re.compile(f"({_MARK})\\1+")
_SUBSCRIPT_RO = "\u17d2\u179a"

_SHIFTERS = "\u17c9\u17ca"
_ABOVE = "\u17b7-\u17ba\u17be\u17d0"
_SHIFTERS_BELOW = re.compile(f"[\u17bb{_SHIFTERS}]+(?=[{_ABOVE}])")
_NOT_IN_KEY = re.compile("(?:(?![\u1780-\u17d3\u17dd])[\\W_])+")
_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")


def _rank(unit: str) -> int:
    """Place of a mark within its cluster: subscripts, shifter, vowel, signs."""
    if unit == "\u17cc":
        return 0
    if unit[0] == "\u17d2":
        return 2 if unit == _SUBSCRIPT_RO else 1
    if unit in _SHIFTERS:
        return 3
    if unit == "\u17bb":
        return 4
    if unit <= "\u17c5":
        return 5
    return 7 if unit in "\u17c7\u17c8" else 6


def _order(cluster: re.Match[str]) -> str:
    units = sorted(_UNIT.findall(cluster[2]), key=_rank)
    return cluster[1] + _REPEATED.sub(r"\1", "".join(units))


def normalise_khmer(text: str) -> str:
    """`text` with one code sequence for each visible Khmer word; other scripts pass unchanged.

    Taken out: zero-width characters and the two invisible vowels. Replaced: deprecated letters,
    vowels typed as their two halves. Put in order: subscripts (ro last), shifter, vowel, signs.
    A mark typed twice is kept once. Applying it again changes nothing.
    """
    while (better := _normalise_once(text)) != text:
        text = better
    return text


def _normalise_once(text: str) -> str:
    text = unicodedata.normalize("NFC", text.translate(_REPAIRS))
    text = _CLUSTER.sub(_order, text)
    for halves, whole in _SPLIT_VOWELS.items():
        text = text.replace(halves, whole)
    return text


def western_digits(text: str) -> str:
    """`text` with Khmer digits written 0 to 9."""
    return text.translate(_DIGITS)


def khmer_key(text: str) -> str:
    """What two Khmer spellings of one name share; empty if `text` has no letter or digit.

    Beyond `normalise_khmer`: subscript da and ta look the same and become one, a shifter under
    a high vowel looks like the vowel u and becomes one with it, digits are 0 to 9, and spaces
    and punctuation go.
    """
    letters = _NOT_IN_KEY.sub("", western_digits(text.translate(_REPAIRS)).casefold())
    ordered = normalise_khmer(letters).replace("\u17d2\u178a", "\u17d2\u178f")
    return _SHIFTERS_BELOW.sub("\u17ca", ordered)


def latin_key(text: str) -> str:
    """Letters and digits of a Latin name alone: no case, accents, spaces or punctuation."""
    return "".join(latin_words(text))


def latin_words(text: str) -> list[str]:
    """The words of a Latin name, lower case, accents and apostrophes dropped."""
    plain = unicodedata.normalize("NFKD", western_digits(text)).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’ʼ`")
    return re.findall(r"[a-z0-9]+", plain)


_RESPELT = {
    "ou": ("o", "au", "or", "oh", "aou", "oo"),
    "phnum": ("phnom", "phnoum", "pnom"),
    "kampong": ("kompong", "kampung", "kompung", "kg", "kpg"),
    "preaek": ("prek", "praek", "preak", "preik"),
    "muoy": ("1", "mouy"),
    "pir": ("2", "pi"),
    "bei": ("3",),
    "buon": ("4",),
    "pram": ("5",),
    "prammuoy": ("6",),
    "prampir": ("7",),
    "prambei": ("8",),
    "prambuon": ("9",),
    "dab": ("10",),
}
_WORDS = {other: word for word, others in _RESPELT.items() for other in others}
_AS_WRITTEN = frozenset({"ka", "kha", "mphei"})
"""What tells neighbours apart: ក and ខ, the halves of a divided village, and 20 against 2."""

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"chh|cch", "ch"),
        (r"(?<=[pktb])h", ""),
        (r"w", "v"),
        (r"(?<=[aeiou])h(?![aeiou])|(?<=[aeiou])r$", ""),
        (r"aeu|oeu|eou|oue|eu|ue|oe", "e"),
        (r"ao|aou|au|ou|oo|uo|u", "o"),
        (r"ea|oa|ae", "a"),
        (r"ay|ai|ei|ey|ee|y", "i"),
        (r"b$", "p"),
        (r"d$", "t"),
        (r"(?<!n)g$", "k"),
        (r"(.)\1+", r"\1"),
    )
)


@cache
def _word_sound(word: str) -> str:
    word = _WORDS.get(word, word)
    if word in _AS_WRITTEN:
        return word
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def sound_key(text: str) -> str:
    """A Latin name reduced to its rough sound, so that common respellings meet.

    Whole words first (Phnom is Phnum, O and Au are Ou, Kompong is Kampong, 2 is Pir), then
    letters (th is t, w is v, final b is p, eu/ue/oe, ou/u/o and ei/ey/ai/y each become one).
    The words ka and kha (ក and ខ) stay two, and so do pir and mphei (2 and 20).
    """
    return re.sub(r"(.)\1+", r"\1", "".join(_word_sound(word) for word in latin_words(text)))
