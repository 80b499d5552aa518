"""What a weighting step (post-stratification, raking, calibration) does to the variance."""

from typing import Protocol

from spean.tables.design.arrays import Floats


class Adjustment(Protocol):
    """A step that made weights agree with known margins, and so took variation away."""

    def residuals(self, scores: Floats) -> Floats:
        """Give what is left of weighted scores (n, k) once the step's margins are known.

        Column by column and linear, as an entry of R's ``postStrata`` in ``svyrecvar``.
        """
        ...
