"""Disclosure control: small counts withheld, with the cells that would give them away.

Threshold rule with complementary suppression (Hundepool et al., Statistical Disclosure Control,
2012, ch. 4): a figure under the limit is withheld; then, in every sum that a reader can form, the
withheld part must have two members or more and must itself reach the limit. Figures are sets of
respondents: the same set in two tables, or as a base, is one figure.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Counts under ``count`` are withheld; percents of a base under ``base_suppressed`` too;
    percents of a base under ``base_marked`` are marked.

    Means and totals are withheld where the ``dominance_people`` largest values make up more than
    ``dominance_percent`` of the total. With ``rounding`` above 1 counts are not withheld but
    rounded at random to multiples of it.
    """

    count: int = 5
    base_suppressed: int = 25
    base_marked: int = 50
    dominance_people: int = 2
    dominance_percent: int = 85
    rounding: int = 0


@dataclass(frozen=True)
class Sum:
    """Parts that add up to a whole, each a figure's id; an id under 0 is printed nowhere.

    Where ``at_most``, a reader only knows that they do not exceed it.
    """

    whole: int
    parts: tuple[int, ...]
    at_most: bool = False


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
    if relation.at_most:
        return len(hidden) < len(relation.parts)
    return len(hidden) == 1 or sum(figures[part] for part in hidden) < limit


def _next(relation: Sum, figures: Mapping[int, int], withheld: Mapping[int, str]) -> int | None:
    """Pick what nobody prints (ids under 0), else the smallest figure that is still shown.

    A whole is picked only when no part is left.
    """
    shown = [part for part in relation.parts if part not in withheld]
    if shown:
        return min(shown, key=lambda part: (part >= 0, figures[part], part))
    return relation.whole if relation.whole not in withheld else None


def dominated(values: Iterable[float], limits: Limits) -> bool:
    """Tell whether a few values make up nearly all of a total (the (n, k) rule; ibid., 4.2.2)."""
    sizes = sorted((abs(float(value)) for value in values), reverse=True)
    total = math.fsum(sizes)
    largest = math.fsum(sizes[: limits.dominance_people])
    return total > 0 and 100 * largest > limits.dominance_percent * total


def rounded(count: int, set_id: int, base: int) -> int:
    """Round a count to a multiple of ``base``, up with the chance that leaves it unbiased.

    The same respondents are rounded alike wherever they stand (ibid., 5.4).
    """
    rest = count % base
    seed = hashlib.blake2b(f"{set_id} {count}".encode(), digest_size=8).digest()
    up = int.from_bytes(seed, "big") % base < rest
    return count - rest + (base if up else 0)
