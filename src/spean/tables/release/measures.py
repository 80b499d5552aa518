"""Risk figures of one file: k-anonymity, l-diversity, expected re-identifications."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spean.tables.release.matching import (
    BLANK,
    Floats,
    Ints,
    class_of,
    class_sizes,
    different_answers,
    fitting_rows,
)
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
    """The risk figures of one file; rows that look alike by all keys are a class.

    ``smallest`` is the size of the smallest class, ``alone`` the rows that are a class of their
    own, ``under`` the rows in classes of fewer than k. A blank is a value like any other. Where a
    blank fits any answer, as in R sdcMicro, ``smallest_fitting`` and ``under_fitting`` say the
    same; they are never worse. ``weighted`` is the Benedetti–Franconi risk, None without weights.
    """

    rows: int
    classes: int
    smallest: int
    alone: int
    under: int
    smallest_fitting: int
    under_fitting: int
    risk: Risk
    weighted: Risk | None
    diversity: tuple[Diversity, ...]
    special: SpecialUniques

    def meets(self, k: int, least: int) -> bool:
        """Tell whether every class has k rows, and ``least`` answers to each sensitive one."""
        return self.smallest >= k and all(one.distinct >= least for one in self.diversity)

    def as_dict(self, keys: tuple[str, ...]) -> dict[str, Any]:
        """Give it for JSON; risks and entropy rounded to six decimals."""
        return {
            "rows": self.rows,
            "classes": self.classes,
            "smallest": self.smallest,
            "alone": self.alone,
            "under_k": self.under,
            "smallest_fitting": self.smallest_fitting,
            "under_k_fitting": self.under_fitting,
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
    codes: Ints,
    sensitive: Mapping[str, Ints],
    k: int,
    least: int,
    weights: Floats | None = None,
) -> Measures:
    """Measure a file by its keys as codes (n × keys, one row or more).

    ``sensitive`` are codes (n) by variable; a blank counts as an answer of its own. ``weights``
    (n) are 0 or more.
    """
    of = class_of(codes)
    sizes, fitting = class_sizes(of), fitting_rows(codes)
    rows = sizes.astype(np.float64)
    weighted = None
    if weights is not None:
        people = np.asarray(np.bincount(of, weights)[of], np.float64)
        weighted = _over(individual_risk(rows, people))
    return Measures(
        rows=len(codes),
        classes=len(np.unique(of)),
        smallest=int(sizes.min()),
        alone=int((sizes == 1).sum()),
        under=int((sizes < k).sum()),
        smallest_fitting=int(fitting.min()),
        under_fitting=int((fitting < k).sum()),
        risk=_over(prosecutor_risk(rows)),
        weighted=weighted,
        diversity=tuple(_diversity(name, of, told, least) for name, told in sensitive.items()),
        special=special_uniques(codes),
    )


def _over(risks: Floats) -> Risk:
    return Risk(float(risks.sum()), float(risks.mean()), float(risks.max()))


def _diversity(name: str, of: Ints, told: Ints, least: int) -> Diversity:
    answers = int(told.max(initial=BLANK)) + 2
    pairs, counts = np.unique(of * answers + told + 1, return_counts=True)
    classes = pairs // answers
    rows = np.bincount(classes, counts)
    logs = np.bincount(classes, counts * np.log(counts))
    distinct = different_answers(of, told)
    entropy = np.exp(np.log(rows) - logs / rows)
    return Diversity(name, int(distinct.min()), float(entropy.min()), int((distinct < least).sum()))
