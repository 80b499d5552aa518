"""The example of docs/statistics.md runs, and what its table of lonely choices names exists."""

import re
from pathlib import Path

import numpy as np
import polars as pl

from spean.tables import design as designs
from spean.tables import estimate as estimates
from spean.tables.design.variance import LONELY

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")


def names():
    random = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "province": np.repeat([0, 1], 40),
            "village": np.repeat(np.arange(8), 10),
            "household": np.tile(np.arange(10), 8),
            "weight": random.random(80) + 0.5,
            "villages": [100] * 80,
            "households": [60] * 80,
        }
    )
    sex = random.integers(0, 2, 80)
    known = {name: getattr(room, name) for room in (designs, estimates) for name in room.__all__}
    return known | {
        "frame": frame,
        "sex": sex,
        "women": sex == 0,
        "income": random.normal(size=80),
        "answer": random.integers(0, 5, 80),
        "flags": random.random((80, 3)) > 0.5,
        "asked": np.ones(80, dtype=bool),
    }


def test_the_example_runs():
    scope = names()
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, scope)
    assert scope["table"].values.shape == (10,)
    assert scope["design"].degrees() == 6


def test_every_choice_for_one_psu_is_explained():
    row = next(line for line in PAGE.splitlines() if "`lonely=`" in line)
    assert all(f"`{choice}`" in row for choice in LONELY)
