"""Words for shares: what “about a third” admits, and which words a percent takes.

A share takes the words of the fraction that it is nearest to. “About” admits 1.5 points either way,
“nearly” and “just over” up to 4 points below and above. A share that is near none of them has no
such words, and a report prints its figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NEAR, EDGE = 1.5, 4.0
"""Points of percent: within NEAR it is “about”, within EDGE “nearly” or “just over”."""


@dataclass(frozen=True)
class Fraction:
    """A fraction with its percent and its words by language."""

    percent: float
    words: Mapping[str, str]


FRACTIONS = (
    Fraction(10.0, {"en": "one in ten", "km": "ម្នាក់ក្នុងចំណោមដប់នាក់"}),
    Fraction(20.0, {"en": "one in five", "km": "ម្នាក់ក្នុងចំណោមប្រាំនាក់"}),
    Fraction(25.0, {"en": "a quarter", "km": "មួយភាគបួន"}),
    Fraction(100 / 3, {"en": "a third", "km": "មួយភាគបី"}),
    Fraction(50.0, {"en": "half", "km": "ពាក់កណ្តាល"}),
    Fraction(200 / 3, {"en": "two-thirds", "km": "ពីរភាគបី"}),
    Fraction(75.0, {"en": "three-quarters", "km": "បីភាគបួន"}),
    Fraction(80.0, {"en": "four in five", "km": "បួននាក់ក្នុងចំណោមប្រាំនាក់"}),
    Fraction(90.0, {"en": "nine in ten", "km": "ប្រាំបួននាក់ក្នុងចំណោមដប់នាក់"}),
)
_NEARNESS = {
    "about": {"en": "about {fraction}", "km": "ប្រហែល{fraction}"},
    "nearly": {"en": "nearly {fraction}", "km": "ជិត{fraction}"},
    "over": {"en": "just over {fraction}", "km": "លើស{fraction}បន្តិច"},
}


def in_words(percent: float, lang: str) -> str | None:
    """Give a percent of 0 to 100 in words, or nothing where no fraction is near."""
    nearest = min(FRACTIONS, key=lambda one: abs(one.percent - percent))
    off = percent - nearest.percent
    if abs(off) > EDGE:
        return None
    kind = "about" if abs(off) <= NEAR else "nearly" if off < 0 else "over"
    said = _NEARNESS[kind].get(lang, _NEARNESS[kind]["en"])
    return said.format(fraction=nearest.words.get(lang, nearest.words["en"]))


def is_majority(percent: float) -> bool:
    """Tell whether a share may be called a majority: more than half."""
    return percent > 50
