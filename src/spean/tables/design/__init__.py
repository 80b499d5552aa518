"""How a sample was drawn, and the variance that follows: strata, stages, FPC, replicates."""

from spean.tables.design.adjustment import Adjustment
from spean.tables.design.design import Design, make_design
from spean.tables.design.replicates import Kind, ReplicateDesign, read_replicates
from spean.tables.design.replication import make_replicates
from spean.tables.design.statistic import Statistic, Sums
from spean.tables.design.variance import Lonely, between_psu

__all__ = [
    "Adjustment",
    "Design",
    "Kind",
    "Lonely",
    "ReplicateDesign",
    "Statistic",
    "Sums",
    "between_psu",
    "make_design",
    "make_replicates",
    "read_replicates",
]
