"""What inference takes and gives: the design of the rows; estimates, letters and tests by cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spean.tables.plan import BannerPlan
from spean.tables.tabulate import CellKey

if TYPE_CHECKING:
    from spean.tables.estimate import AnyDesign, Association, Basis, Estimate


@dataclass(frozen=True)
class Survey:
    """How to estimate: the design of the rows, what the figures stand on, levels.

    ``weighted`` tells whether weights were given; without them the figures are plain.
    """

    design: "AnyDesign"
    basis: "Basis"
    weighted: bool = False
    level: float = 0.95
    alpha: float = 0.05


@dataclass(frozen=True)
class Inference:
    """Estimates by cell (shares as 0 to 100), letters by cell, tests by table and panel.

    An estimate is None where nobody is in the base.
    """

    cells: "Mapping[CellKey, Estimate | None]"
    weighted: Mapping[CellKey, float]
    letters: Mapping[CellKey, str] = field(default_factory=dict)
    tests: "Mapping[tuple[str, str], Association]" = field(default_factory=dict)
    dominated: frozenset[CellKey] = frozenset()
    differences: "Mapping[tuple[CellKey, CellKey], Estimate]" = field(default_factory=dict)


def column_letters(banner: BannerPlan) -> dict[str, str]:
    """Give the columns that are compared their letters, in the order in which they stand."""
    from spean.tables.estimate.pairwise import column_letter

    compared = {group for parts, _whole in banner.splits for group in parts}
    columns = [group for group in banner.groups if group in compared]
    return {group: column_letter(at) for at, group in enumerate(columns)}
