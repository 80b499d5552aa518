"""How far weights are from the margins they should meet."""

from collections.abc import Sequence
from dataclasses import dataclass

from spean.tables.design.arrays import Floats
from spean.tables.weighting.targets import Target, label


@dataclass(frozen=True)
class Fit:
    """One total: what the population has, and the weighted figure before and after."""

    name: str
    total: float
    before: float
    after: float

    @property
    def off(self) -> float:
        """How far the weighted figure is off, as a part of the total (0 where it is met)."""
        return gap(self.after, self.total)


def gap(value: float, total: float) -> float:
    """Difference as a part of the total; of a total of 0, the difference itself."""
    return (value - total) / (abs(total) or 1.0)


def fits(targets: Sequence[Target], before: Floats, after: Floats) -> tuple[Fit, ...]:
    """Hold the weighted totals before and after against every total of the targets."""
    found = []
    for target in targets:
        old, new = target.sums(before), target.sums(after)
        for at, total in enumerate(target.totals):
            found.append(Fit(label(target, at), float(total), float(old[at]), float(new[at])))
    return tuple(found)


def worst(targets: Sequence[Target], weights: Floats, most: int = 3) -> list[str]:
    """Say which totals are missed by most, the worst first."""
    missed = sorted(fits(targets, weights, weights), key=lambda fit: -abs(fit.off))
    return [
        f"{fit.name}: weighted {fit.after:,.6g}, wanted {fit.total:,.6g} "
        f"({fit.after - fit.total:+,.4g}, {100 * fit.off:+.3g} %)"
        for fit in missed[:most]
        if fit.off
    ]
