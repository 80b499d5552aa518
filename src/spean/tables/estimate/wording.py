"""Honest wording: whether a study's figures may carry margins of error and stars, and its words.

A margin speaks about people who were not asked, which needs known chances of being asked. Without
them it is given only under an assumption that the study states in words (American Association for
Public Opinion Research 2013, Report of the Task Force on Non-Probability Sampling).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from spean.tables.errors import TablesError
from spean.tables.estimate.result import Estimate
from spean.tables.model import Text, say

_KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
_STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))


@dataclass(frozen=True)
class Basis:
    """What a study's figures stand on.

    ``probability``: everyone had a known chance of being asked. Otherwise ``assumption`` says, by
    language, under what assumption margins are given all the same; without it there are none.
    """

    probability: bool
    assumption: Text = field(default_factory=dict)

    @property
    def allows_margins(self) -> bool:
        """Tell whether figures may carry intervals and stars."""
        return self.probability or any(words.strip() for words in self.assumption.values())


def read_basis(sampling: Mapping[str, Any]) -> Basis:
    """Read the ``[sampling]`` part of a study's settings: ``probability``, ``assumption``.

    Raises TablesError when they are not true or false, and a text or texts by language.
    """
    probability, assumption = sampling.get("probability", False), sampling.get("assumption", {})
    if not isinstance(probability, bool):
        raise TablesError(
            f"sampling.probability is {probability!r}; write true (everyone had a known chance of "
            "being asked) or false."
        )
    if isinstance(assumption, str):
        assumption = {"en": assumption} if assumption.strip() else {}
    if not isinstance(assumption, Mapping) or not all(
        isinstance(words, str) for words in assumption.values()
    ):
        raise TablesError("sampling.assumption must be a sentence, or one for each language.")
    return Basis(probability, assumption)


def check_margins(basis: Basis) -> None:
    """Raise TablesError when margins are asked for that the study has no right to."""
    if not basis.allows_margins:
        raise TablesError(
            "This is no probability sample, so margins of error, tests and stars mean nothing "
            "without an assumption. State it in study.toml under [sampling], for example "
            'assumption = "Those asked answer as others of their village, sex and age would", '
            "or leave the margins out."
        )


def honest(estimate: Estimate, basis: Basis) -> Estimate:
    """Give an estimate with its error and interval only where the basis allows them."""
    if basis.allows_margins:
        return estimate
    return replace(estimate, se=None, low=None, high=None, deff=None)


def interval(estimate: Estimate, basis: Basis) -> tuple[float, float] | None:
    """Give the interval, or None where the basis does not allow it or it cannot be told."""
    if not basis.allows_margins or estimate.low is None or estimate.high is None:
        return None
    return estimate.low, estimate.high


def stars(p: float, basis: Basis) -> str | None:
    """Give the stars of a p value (5, 1, 0.1 %), or None where the basis allows no test."""
    if not basis.allows_margins:
        return None
    return next((mark for limit, mark in _STARS if p < limit), "")


def sentence(basis: Basis, lang: str, level: float = 0.95) -> str:
    """Say in a report, in English or Khmer, what its figures stand on."""
    words = _SENTENCES["km" if lang == "km" else "en"]
    percent = f"{level * 100:g}"
    if lang == "km":
        percent = percent.translate(_KHMER_DIGITS)
    if basis.probability:
        return words["probability"].format(level=percent)
    if basis.allows_margins:
        assumption = say(basis.assumption, lang).strip().rstrip(".។")
        return words["assumption"].format(level=percent, assumption=assumption)
    return words["none"]


_SENTENCES: Mapping[str, Text] = {
    "en": {
        "probability": "The sample is a probability sample: intervals hold the population's figure "
        "in {level} of 100 such samples, as far as sampling goes.",
        "assumption": "The sample is not a probability sample. Margins of error ({level} %) and "
        "tests hold only under this assumption, which the data cannot show: {assumption}.",
        "none": "The sample is not a probability sample: percents describe the people who were "
        "asked, no margin of error is given, and nothing is claimed about others.",
    },
    "km": {  # unreviewed
        "probability": "គំរូនេះជាគំរូប្រូបាប៖ ក្នុងចំណោមគំរូបែបនេះ ១០០ ចន្លោះប៉ាន់ស្មានគ្របដណ្តប់តួលេខរបស់"
        "ប្រជាជនទាំងមូលក្នុងគំរូ {level} បើគិតតែលម្អៀងពីការជ្រើសគំរូ។",
        "assumption": "គំរូនេះមិនមែនជាគំរូប្រូបាបទេ។ កម្រិតលម្អៀង ({level} %) និងតេស្តស្ថិតិ ត្រឹមត្រូវតែក្រោម"
        "ការសន្មតនេះប៉ុណ្ណោះ ដែលទិន្នន័យមិនអាចបញ្ជាក់បាន៖ {assumption}។",
        "none": "គំរូនេះមិនមែនជាគំរូប្រូបាបទេ៖ ភាគរយនិយាយតែអំពីអ្នកដែលត្រូវបានសួរ "
        "គ្មានកម្រិតលម្អៀងត្រូវបានផ្តល់ ហើយគ្មានការអះអាងអំពីអ្នកដទៃឡើយ។",
    },
}
