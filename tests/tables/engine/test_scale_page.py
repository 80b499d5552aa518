"""docs/scale.md is true: its commands are understood, its example runs, its limits are the code's."""

import re

import numpy as np
import polars as pl

from conftest import ROOT
from spean.cli import _parser
from spean.tables.engine import ENGINES
from spean.tables.engine.counting import IN_MEMORY

PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")


def test_every_command_is_understood():
    commands = re.findall(r"(?:spean|\$MAIN) (run .*)", PAGE)
    assert len(commands) == 4
    asked = [_parser().parse_args(command.split()) for command in commands]
    assert {one.engine for one in asked} == set(ENGINES)
    assert asked[-1].data == "hdfs://node/census.parquet"


def test_the_limits_are_the_codes():
    assert f"Up to {IN_MEMORY:,} interviews" in PAGE


def test_the_example_runs(small_study, tmp_path, monkeypatch, capsys):
    small_study.rename(tmp_path / "STUDY")
    frame = pl.read_csv(tmp_path / "STUDY/data/respondents.csv", infer_schema=False)
    village = np.arange(frame.height) % 20
    frame = frame.with_columns(
        pl.col("months").cast(pl.Int32), weight=pl.lit(2.5), stratum=village // 4, village=village
    )
    frame.write_parquet(tmp_path / "people.parquet")
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "scale.md", "exec"), {})
    said = capsys.readouterr().out
    share = float(re.search(r"t01 worked yes total (\S+)", said)[1])
    assert share == 80 / 108
    assert "Rao–Scott test of Pearson" in said
