"""Scan and counts within one process, in turns: seconds of the queries alone."""

import json
import sys
import time
from pathlib import Path

import polars as pl

from spean.survey.study import open_study
from spean.tables.engine import count_cells, open_engine, scan_answers
from spean.tables.plan import read_plan
from spean.tables.tabulate import Tabulator

folder, runs = Path(sys.argv[1]), int(sys.argv[2])
study = open_study(folder / "study")
plan = read_plan(folder / "study/tabulation.toml", study.codebook)
answers = scan_answers(folder / "national.parquet", study.codebook, open_engine("polars"))
lazy = pl.scan_parquet(folder / "national.parquet" / "*.parquet")
sums = lazy.select(pl.all().exclude("stratum", "psu", "weight").sum())
todo = {
    "scan": lambda: sums.collect(engine="streaming"),
    "counts": lambda: count_cells(Tabulator(plan, study.codebook, answers.coded), answers),
}
times: dict[str, list[float]] = {name: [] for name in todo}
for _turn in range(runs + 1):
    for name, query in todo.items():
        start = time.perf_counter()
        query()
        times[name].append(time.perf_counter() - start)
print(json.dumps({name: values[1:] for name, values in times.items()}))
