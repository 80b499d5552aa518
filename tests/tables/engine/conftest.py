"""A study whose questions are of every kind, and engines to count it on."""

import importlib.util
import os

import pytest

from conftest import needed
from spean.tables.engine import open_engine

SURVEY = """type,name,label,relevant
select_one job,job,Job,
integer,age,Age,
select_multiple paper,papers,Papers,"${age} >= 18 and ${job} != 'none'"
text,remark,Remark,
select_one sex,sex,Sex,
"""
CHOICES = """list_name,name,label
job,1,Farm
job,2,Building
job,10,House
job,none,None
job,77,No answer
paper,pass,Passport
paper,passport,Passport book
paper,77,No answer
sex,1,Woman
sex,2,Man
"""
PLAN = """
[derived.grown]
from = "age"
bands = [{ id = "young", max = 17.5 }, { id = "grown", min = 18, max = 59 }, { id = "old", min = 60 }]
[derived.works]
from = "job"
map = [{ id = "yes", values = ["1", "2"] }, { id = "no", values = ["none"] }]
[group.women]
where = "${sex} = '1'"
[group.not_men]
where = "${sex} != '2'"
[group.grown]
where = "${grown} = 'grown' or ${works} = 'yes'"
[group.odd]
where = "${age} mod 2 = 1 and ${age} div 3 > 4"
[group.silent]
where = "${remark} = '' or ${papers} = 'pass'"
[group.holders]
where = "selected(${papers}, 'pass') or count-selected(${papers}) > 1"
[banner.all]
groups = ["women", "not_men", "grown", "odd", "silent", "holders", "total"]
[[table]]
id = "t1"
banner = "all"
panel = [
  { id = "job", variable = "job" },
  { id = "papers", variable = "papers" },
  { id = "grown", variable = "grown", filter = "not(${job} = '1')" },
  { id = "works", variable = "works" },
  { id = "again", variable = "works", filter = "${sex} = '1'" },
]
"""


def pytest_collection_modifyitems(items):
    """One worker runs all tests with Spark, so that one session serves them."""
    for item in items:
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))


@pytest.fixture(scope="module")
def mixed_study(tmp_path_factory):
    """Codes that are numbers or words, one a part of another; 77 is no answer."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "instrument").mkdir()
    (folder / "instrument" / "survey.csv").write_text(SURVEY)
    (folder / "instrument" / "choices.csv").write_text(CHOICES)
    (folder / "instrument" / "settings.csv").write_text("form_id,default_language\nmixed,en\n")
    (folder / "study.toml").write_text('missing_codes = ["77"]\n')
    (folder / "tabulation.toml").write_text(PLAN)
    return folder


@pytest.fixture(scope="session")
def duck():
    """DuckDB in this process."""
    return open_engine("duckdb")


@pytest.fixture(scope="session")
def spark():
    """Spark on this machine: one session for all tests; without Java a skip, in CI a failure."""
    needed("Java", "java")
    if importlib.util.find_spec("pyspark") is None:
        say = pytest.fail if os.environ.get("SPEAN_CI") else pytest.skip
        say("pyspark is not installed")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "1")
    session = builder.config("spark.sql.codegen.wholeStage", "false").getOrCreate()
    yield open_engine("spark")
    session.stop()
