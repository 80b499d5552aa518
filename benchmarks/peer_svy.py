"""The same tables by svy: it has no response sets, so their options one by one."""

import json
import sys
from pathlib import Path

import polars as pl
import svy

frame = pl.read_parquet(Path(sys.argv[1]) / "national.parquet" / "*.parquet")
asked = {
    name: pl.any_horizontal(pl.col(f"^{name}/.*$").fill_null(False))
    for name in sorted({column.split("/")[0] for column in frame.columns if "/" in column})
}
flags = [
    pl.when(asked[column.split("/")[0]]).then(pl.col(column)).cast(pl.Int8).alias(column)
    for column in frame.columns
    if "/" in column
]
frame = frame.with_columns(flags)
stubs = [name for name in frame.columns if name not in ("sex", "stratum", "psu", "weight")]
sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="weight"))
found = {}
for name in stubs:
    table = sample.categorical.tabulate(name, "sex", share_of="col", drop_nulls=True)
    for cell in table.estimates:
        group = {"1": "women", "2": "men"}[str(cell.colvar)]
        if "/" not in name:
            found[f"{name}/{cell.rowvar}@{group}"] = [cell.est, cell.se]
        elif str(cell.rowvar) == "1":
            found[f"{name}@{group}"] = [cell.est, cell.se]
    if "/" not in name:
        found[f"{name} F"] = [table.stats.f.value]
print(json.dumps(found))
