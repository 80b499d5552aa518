"""Risk figures of one file: k-anonymity, l-diversity, expected re-identifications."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spean.tables.release.matching import Floats, Ints, candidates, one_hot, sums_of_matches
from spean.tables.release.risk import individual_risk, prosecutor_risk
from spean.tables.release.uniques import SpecialUniques, special_uniques


@dataclass(frozen=True)
class Risk:
    """Risk over a file: re-identifications to expect, their share of the rows, the worst row."""

    expected: float
    share: float
    highest: float


@dataclass(frozen=True)
class Diversity:
    """Of one sensitive variable: the fewest different answers among rows that look alike.

    ``entropy`` is the smallest exp(entropy): how many answers of equal share that is worth.
    ``under`` is the number of rows with fewer than l different answers.
    """

    variable: str
    distinct: int
    entropy: float
    under: int


@dataclass(frozen=True)
class Measures:
    """The risk figures of one file.

    ``smallest``, ``alone`` and ``under`` count, for each person, the rows that somebody who knows
    all keys of the person cannot tell apart: fewest, persons with one, persons with fewer than k.
    ``smallest_class`` and ``under_class`` count rows alike in the file itself, a suppressed answer
    fitting any (sdcMicro's convention, never below the former). ``weighted`` is the
    Benedetti–Franconi risk, None without weights.
    """

    rows: int
    combinations: int
    smallest: int
    alone: int
    under: int
    smallest_class: int
    under_class: int
    risk: Risk
    weighted: Risk | None
    diversity: tuple[Diversity, ...]
    special: SpecialUniques

    def meets(self, k: int, least: int) -> bool:
        """Tell whether every person has k rows, and every sensitive variable l answers."""
        return self.smallest >= k and all(one.distinct >= least for one in self.diversity)

    def as_dict(self, keys: tuple[str, ...]) -> dict[str, Any]:
        """Give it for JSON; risks and entropy rounded to six decimals."""
        return {
            "rows": self.rows,
            "combinations": self.combinations,
            "smallest": self.smallest,
            "alone": self.alone,
            "under_k": self.under,
            "smallest_class": self.smallest_class,
            "under_k_class": self.under_class,
            "risk": _risk_dict(self.risk),
            "weighted_risk": _risk_dict(self.weighted) if self.weighted else None,
            "diversity": [
                {
                    "variable": one.variable,
                    "distinct": one.distinct,
                    "entropy": round(one.entropy, 6),
                    "under_l": one.under,
                }
                for one in self.diversity
            ],
            "special_uniques": {
                "rows": {str(size): n for size, n in enumerate(self.special.by_size, 1)},
                "sets": dict(zip(keys, self.special.by_key, strict=True)),
            },
        }


def _risk_dict(risk: Risk) -> dict[str, float]:
    return {
        "expected": round(risk.expected, 6),
        "share": round(risk.share, 6),
        "highest": round(risk.highest, 6),
    }


def measure(
    known: Ints,
    released: Ints,
    sensitive: Mapping[str, Ints],
    k: int,
    least: int,
    weights: Floats | None = None,
) -> Measures:
    """Measure a file: ``known`` are the true keys (n × keys), ``released`` those in the file.

    ``sensitive`` are codes (n) by variable as they are in the file; a blank counts as an answer of
    its own. ``weights`` (n) are positive. Needs one row or more.
    """
    rows = candidates(known, released)
    alike = candidates(released, released)
    weighted = None
    if weights is not None:
        people = sums_of_matches(known, released, weights[:, None])[:, 0]
        weighted = _over(individual_risk(rows.astype(np.float64), people))
    return Measures(
        rows=len(known),
        combinations=len(np.unique(released, axis=0)),
        smallest=int(rows.min()),
        alone=int((rows == 1).sum()),
        under=int((rows < k).sum()),
        smallest_class=int(alike.min()),
        under_class=int((alike < k).sum()),
        risk=_over(prosecutor_risk(rows.astype(np.float64))),
        weighted=weighted,
        diversity=tuple(
            _diversity(name, sums_of_matches(known, released, one_hot(codes)), least)
            for name, codes in sensitive.items()
        ),
        special=special_uniques(released),
    )


def _over(risks: Floats) -> Risk:
    return Risk(float(risks.sum()), float(risks.mean()), float(risks.max()))


def _diversity(name: str, tallies: Floats, least: int) -> Diversity:
    distinct = (tallies > 0).sum(axis=1)
    shares = tallies / tallies.sum(axis=1, keepdims=True)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    entropy = np.exp(-(shares * logs).sum(axis=1))
    return Diversity(name, int(distinct.min()), float(entropy.min()), int((distinct < least).sum()))
