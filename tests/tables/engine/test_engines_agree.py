"""Every engine counts what a slow reading of the same rows counts, and knows who is the same."""

import csv
import math

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spean.survey.answers import read_answers
from spean.survey.study import open_study
from spean.tables.engine import count_cells, open_engine, scan_answers
from spean.tables.plan import read_plan
from spean.tables.tabulate import Tabulator

HEADINGS = ("job", "age", "papers", "remark", "sex")
_row = st.tuples(
    st.sampled_from(["1", "2", "10", "none", "77", "99", ""]),
    st.sampled_from(["", "0", "15", "17", "18", "41", "60"]),
    st.sampled_from(["", "pass", "passport", "pass passport", "77", "pass 77", "visa"]),
    st.sampled_from(["", "pass", "well"]),
    st.sampled_from(["1", "2", ""]),
)
_rows = st.lists(_row, min_size=1, max_size=30)
_often = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Twin:
    """The mixed study's figures by plain Python, one respondent at a time."""

    jobs, papers = ("1", "2", "10", "none"), ("pass", "passport")

    def __init__(self, row):
        self.job, age, papers, self.remark, self.sex = row
        self.job = self.job if self.job in (*self.jobs, "77") else ""
        self.age = float(age) if age else math.nan
        self.text, self.picked = papers, papers.split()
        self.works = {"1": "yes", "2": "yes", "none": "no"}.get(self.job, "")
        self.grown = "young" if self.age < 18 else "old" if self.age >= 60 else "grown"
        self.grown = "" if math.isnan(self.age) else self.grown

    def groups(self):
        known = [code for code in self.picked if code in (*self.papers, "77")]
        return {
            "women": self.sex == "1",
            "not_men": self.sex != "2",
            "grown": self.grown == "grown" or self.works == "yes",
            "odd": self.age % 2 == 1 and self.age / 3 > 4,
            "silent": self.remark == "" or self.text == "pass",
            "holders": "pass" in self.picked or len(known) > 1,
            "total": True,
        }

    def panels(self):
        """Panel to who is in its base and the answers given."""
        asked = self.age >= 18 and self.job != "none"
        works = self.works != ""
        return {
            "job": (self.job not in ("", "77"), {self.job}),
            "papers": (asked and bool(self.text) and "77" not in self.picked, set(self.picked)),
            "grown": (self.grown != "" and self.job != "1", {self.grown}),
            "works": (works, {self.works}),
            "again": (works and self.sex == "1", {self.works}),
        }


def members(rows, key):
    """Rows in the base of a cell, and in the cell."""
    _table, panel, answer, group = key
    twins = {at: Twin(row) for at, row in enumerate(rows)}
    base = {at for at, t in twins.items() if t.groups()[group] and t.panels()[panel][0]}
    return base, {at for at in base if answer in twins[at].panels()[panel][1]}


def check(rows, counts):
    """Counts and bases are those of the twin; equal fingerprints are equal sets."""
    seen, names = {}, {}
    for key in counts.cells:
        for count, those in zip(
            (counts.bases[key], counts.cells[key]), members(rows, key), strict=True
        ):
            held = frozenset(those)
            assert count.n == len(held), key
            assert seen.setdefault(count.set_id, held) == held, key
            assert names.setdefault(held, count.set_id) == count.set_id, key


def plan_of(folder):
    study = open_study(folder)
    return study.codebook, read_plan(folder / "tabulation.toml", study.codebook)


def typed(rows, folder):
    """The rows as read_answers types them from CSV."""
    path = folder / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    return read_answers(path, plan_of(folder)[0])


def as_text(rows):
    """Parquet's columns as they come: text, papers as picked codes, numbers for age."""
    columns = {
        n: [v or None for v in c] for n, c in zip(HEADINGS, zip(*rows, strict=True), strict=True)
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(HEADINGS, pl.String))
    return frame.with_columns(pl.col("age").cast(pl.Int32))


def as_flags(rows):
    """The same with a column for each paper, and whole numbers for codes of sex."""
    frame = as_text(rows)
    picked = pl.col("papers").str.split(" ")
    flags = [
        picked.list.contains(code).alias(f"papers/{code}") for code in ("pass", "passport", "77")
    ]
    return frame.with_columns(*flags, pl.col("sex").cast(pl.Int8)).drop("papers")


def counted(frame, folder, engine):
    codebook, plan = plan_of(folder)
    path = folder / f"{engine.name}.parquet"
    frame.write_parquet(path)
    answers = scan_answers(path, codebook, engine)
    tabulator = Tabulator(plan, codebook, answers.coded)
    here = count_cells(tabulator, answers)
    there = count_cells(tabulator, answers, in_memory=0)
    assert here.outside == there.outside
    return here, there


@_often
@given(rows=_rows)
def test_in_memory(mixed_study, rows):
    codebook, plan = plan_of(mixed_study)
    check(rows, Tabulator(plan, codebook).count(typed(rows, mixed_study)))


@_often
@given(rows=_rows)
def test_polars_and_duckdb_on_text(mixed_study, duck, rows):
    for engine in (open_engine("polars"), duck):
        for counts in counted(as_text(rows), mixed_study, engine):
            check(rows, counts)
        outside = {
            "job": sum(row[0] == "99" for row in rows),
            "papers": sum("visa" in row[2] for row in rows),
        }
        assert counts.outside == {name: n for name, n in outside.items() if n}


@_often
@given(rows=_rows)
def test_polars_and_duckdb_on_flags(mixed_study, duck, rows):
    """Who ticked only what has no column ticked nothing that can be seen."""
    seen = [(*r[:2], "" if r[2] == "visa" else r[2], *r[3:]) for r in rows]
    for engine in (open_engine("polars"), duck):
        for counts in counted(as_flags(seen), mixed_study, engine):
            check(seen, counts)


@pytest.mark.spark
@settings(parent=_often, max_examples=3)
@given(rows=_rows)
def test_spark(mixed_study, spark, rows):
    for counts in counted(as_text(rows), mixed_study, spark):
        check(rows, counts)
    seen = [(*r[:2], "" if r[2] == "visa" else r[2], *r[3:]) for r in rows]
    for counts in counted(as_flags(seen), mixed_study, spark):
        check(seen, counts)
