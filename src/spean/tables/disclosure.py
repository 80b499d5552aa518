"""Disclosure control: small counts withheld, with the cells that would give them away.

Threshold rule with complementary suppression (Hundepool et al., Statistical Disclosure Control,
2012, ch. 4): a figure under the limit is withheld; then, in every sum that a reader can form, the
withheld part must have two members or more and must itself reach the limit. Figures are sets of
respondents: the same set in two tables, or as a base, is one figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Counts under ``count`` are withheld; percents of a base under ``base_suppressed`` too;
    percents of a base under ``base_marked`` are marked.
    """

    count: int = 5
    base_suppressed: int = 25
    base_marked: int = 50


@dataclass(frozen=True)
class Sum:
    """Parts that add up to a whole, each a figure's id; an id under 0 is printed nowhere."""

    whole: int
    parts: tuple[int, ...]


def protect(
    figures: Mapping[int, int], sums: Iterable[Sum], limit: int, also: Iterable[int] = ()
) -> dict[int, str]:
    """Choose the figures to withhold.

    ``figures`` maps an id to its count; ``also`` are figures to withhold whatever their count.
    Gives id to ``primary`` (under the limit) or ``complementary``. Every sum is safe afterwards,
    also once others were mended.
    """
    withheld = {key: "primary" for key, count in figures.items() if count < limit}
    withheld |= {key: "complementary" for key in also if key not in withheld}
    relations = list(dict.fromkeys(sums))
    changed = True
    while changed:
        changed = False
        for relation in relations:
            if _gives_away(relation, figures, withheld, limit):
                extra = _next(relation, figures, withheld)
                if extra is not None:
                    withheld[extra] = "complementary"
                    changed = True
    return withheld


def _gives_away(
    relation: Sum, figures: Mapping[int, int], withheld: Mapping[int, str], limit: int
) -> bool:
    hidden = [part for part in relation.parts if part in withheld]
    if not hidden or relation.whole in withheld:
        return len(hidden) == 0 and relation.whole in withheld
    return len(hidden) == 1 or sum(figures[part] for part in hidden) < limit


def _next(relation: Sum, figures: Mapping[int, int], withheld: Mapping[int, str]) -> int | None:
    """Pick what nobody prints (ids under 0), else the smallest figure that is still shown.

    A whole is picked only when no part is left.
    """
    shown = [part for part in relation.parts if part not in withheld]
    if shown:
        return min(shown, key=lambda part: (part >= 0, figures[part], part))
    return relation.whole if relation.whole not in withheld else None
