"""Write the made-up survey as R reads it fastest: flat binary columns, blanks as R's NA."""

import sys
from pathlib import Path

import polars as pl

NA = -(2**31)
folder = Path(sys.argv[1])
out = folder / "r"
out.mkdir(exist_ok=True)
frame = pl.read_parquet(folder / "national.parquet" / "*.parquet")
names = sorted({column.split("/")[0] for column in frame.columns if "/" in column})
frame = frame.with_columns(
    pl.when(pl.any_horizontal(pl.col(f"^{name}/.*$").fill_null(False))).then(pl.col(f"^{name}/.*$"))
    for name in names
)
(out / "columns.txt").write_text("\n".join([str(frame.height), *frame.columns]) + "\n")
for at, name in enumerate(frame.columns, 2):
    column = frame[name]
    column = column if name == "weight" else column.cast(pl.Int32).fill_null(NA)
    (out / f"{at}.bin").write_bytes(column.to_numpy().tobytes())
