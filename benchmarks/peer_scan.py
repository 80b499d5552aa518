"""Polars alone: sum the columns that the national plan counts, one process."""

import json
import sys
from pathlib import Path

import polars as pl

lazy = pl.scan_parquet(Path(sys.argv[1]) / "national.parquet" / "*.parquet")
unused = ("stratum", "psu", "weight")
sums = lazy.select(pl.all().exclude(unused).sum()).collect(engine="streaming")
print(json.dumps(sums.row(0)))
