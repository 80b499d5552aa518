"""A made-up national survey of any size: answers in Parquet, written in chunks, and its study.

14 questions with one answer, 5 with several, sex, stratum, PSU and weight; answers vary with the
PSU, a few are blank. ``python benchmarks/national.py FOLDER ROWS`` writes ``FOLDER/study`` and
``FOLDER/national.parquet`` (a folder of parts). The same seed gives the same people.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl

SINGLES = {f"q{at:02d}": 2 + at % 6 for at in range(1, 15)}
"""Question to number of answers."""
SETS = {f"m{at}": 6 + at for at in range(1, 6)}
"""Question with several answers to number of options."""
STRATA, PSUS_IN_STRATUM = 50, 40
CHUNK = 400_000


def chunk(first: int, rows: int, of: int, seed: int) -> pl.DataFrame:
    """Make people ``first`` to ``first + rows`` out of ``of``, sorted by PSU."""
    random = np.random.default_rng((seed, first))
    psu = np.arange(first, first + rows) * (STRATA * PSUS_IN_STRATUM) // of
    pull = np.random.default_rng(seed).normal(0, 0.06, (STRATA * PSUS_IN_STRATUM, 32))
    columns: dict[str, np.ndarray | pl.Series] = {}
    for at, (name, answers) in enumerate(SINGLES.items()):
        draw = np.clip(random.random(rows, np.float32) ** 1.3 + pull[psu, at], 0, 0.999)
        codes = pl.Series(name, (draw * answers).astype(np.uint8) + 1)
        columns[name] = _with_blanks(codes, random, 0.01 + 0.004 * at)
    for at, (name, options) in enumerate(SETS.items()):
        asked = pl.Series(random.random(rows, np.float32) > 0.05 + 0.01 * at)
        for option in range(1, options + 1):
            share = 0.6 / option + pull[psu, 14 + at]
            ticked = pl.Series(f"{name}/{option}", random.random(rows, np.float32) < share)
            columns[ticked.name] = _blank_unless(ticked, asked)
    columns["sex"] = (random.random(rows) < 0.52).astype(np.uint8) + 1
    columns["stratum"] = (psu // PSUS_IN_STRATUM).astype(np.uint8)
    columns["psu"] = psu.astype(np.uint16)
    columns["weight"] = np.round(random.gamma(9, 1 / 9, rows) * (1 + psu % 7), 4)
    return pl.DataFrame(columns)


def _with_blanks(codes: pl.Series, random: np.random.Generator, share: float) -> pl.Series:
    return _blank_unless(codes, pl.Series(random.random(len(codes), np.float32) >= share))


def _blank_unless(values: pl.Series, kept: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"values": values, "kept": kept})
    return frame.select(pl.when("kept").then("values").alias(values.name)).to_series()


def write_answers(folder: Path, rows: int, seed: int = 1) -> None:
    """Write the parts of ``rows`` people; memory holds one chunk at a time."""
    folder.mkdir(parents=True)
    for part, first in enumerate(range(0, rows, CHUNK)):
        people = chunk(first, min(CHUNK, rows - first), rows, seed)
        people.write_parquet(folder / f"part-{part:04d}.parquet", row_group_size=CHUNK)


def write_study(folder: Path) -> None:
    """Write the study: instrument, plan (every question by sex) and settings."""
    (folder / "instrument").mkdir(parents=True)
    questions = ["type,name,label", "select_one sex,sex,Sex"]
    questions += [f"select_one {name},{name},Question {name}" for name in SINGLES]
    questions += [f"select_multiple {name},{name},Question {name}" for name in SETS]
    choices = ["list_name,name,label", "sex,1,Woman", "sex,2,Man"]
    for name, answers in (SINGLES | SETS).items():
        choices += [f"{name},{code},Answer {code}" for code in range(1, answers + 1)]
    plan = [
        '[group.women]\nlabel = "Women"\nwhere = "${sex} = \'1\'"',
        '[group.men]\nlabel = "Men"\nwhere = "${sex} = \'2\'"',
        '[banner.sex]\ngroups = ["women", "men", "total"]\nparts = ["women", "men"]',
        'whole = "total"\n[[table]]\nid = "t01"\ntitle = "All questions"\nbanner = "sex"',
        *(f'[[table.panel]]\nid = "{n}"\nvariable = "{n}"' for n in (*SINGLES, *SETS)),
    ]
    texts = {
        "instrument/survey.csv": questions,
        "instrument/choices.csv": choices,
        "instrument/settings.csv": ["form_id,default_language", "national,en"],
        "tabulation.toml": plan,
        "study.toml": ['title = "A made-up national survey"'],
    }
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    write_study(place / "study")
    write_answers(place / "national.parquet", int(sys.argv[2]))
