"""Engines: the same expressions on Polars, DuckDB or Spark, aggregated where the data are."""

from spean.tables.engine.counting import count_cells
from spean.tables.engine.engines import ENGINES, Engine, open_engine
from spean.tables.engine.scan import LazyAnswers, read_data, scan_answers

__all__ = [
    "ENGINES",
    "Engine",
    "LazyAnswers",
    "count_cells",
    "open_engine",
    "read_data",
    "scan_answers",
]
