"""What can go wrong when weights are made, said with the margin and how to mend it."""

from collections.abc import Sequence

from spean.tables.errors import TablesError


class WeightingError(TablesError):
    """Weights that cannot be made as asked."""


class NotConverged(WeightingError):
    """Margins that could not all be met; ``gaps`` says how far off the worst of them are."""

    def __init__(self, what: str, gaps: Sequence[str], mend: str) -> None:
        self.gaps = tuple(gaps)
        super().__init__("\n".join([what, *(f"  {gap}" for gap in self.gaps), mend]))
