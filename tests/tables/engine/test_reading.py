"""Data in, an engine by name, and what is said when that cannot be."""

import csv
import importlib.util

import polars as pl
import pytest

from spean.cli import main
from spean.survey.answers import read_answers
from spean.survey.errors import CouldNotRead, FaultyInput
from spean.survey.study import open_study
from spean.tables.engine import open_engine, read_data, scan_answers
from spean.tables.engine.engines import EngineMissing, NotReadable


def table_of(study, out, *more):
    assert main(["run", str(study), "--only", "tables", "--out", str(out), *map(str, more)]) == 0
    return (out / "tables.csv").read_text()


def as_parquet(study, path):
    """The study's respondents as any program would write them: text, papers as picked codes."""
    frame = pl.read_csv(study / "data" / "respondents.csv", schema_overrides={"worked": pl.String})
    frame.write_parquet(path)
    return frame


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_run_on_parquet_or_on_csv_writes_the_same_tables(small_study, tmp_path, engine):
    wanted = table_of(small_study, tmp_path / "csv")
    assert table_of(small_study, tmp_path / "engine", "--engine", engine) == wanted
    frame = as_parquet(small_study, tmp_path / "all.parquet")
    data = ("--data", tmp_path / "all.parquet", "--engine", engine)
    assert table_of(small_study, tmp_path / "parquet", *data) == wanted
    parts = tmp_path / "parts"
    parts.mkdir()
    frame.head(50).write_parquet(parts / "a.parquet")
    frame.tail(-50).write_parquet(parts / "b.parquet")
    for place in (parts, parts / "*.parquet"):
        again = table_of(small_study, tmp_path / "parts-out", "--data", place, "--engine", engine)
        assert again == wanted


def test_the_whole_kamrieng_study_is_the_same_on_duckdb(tmp_path, request):
    study = request.config.rootpath / "studies" / "kamrieng"
    wanted = table_of(study, tmp_path / "polars")
    assert table_of(study, tmp_path / "duckdb", "--engine", "duckdb") == wanted


def test_answers_outside_the_codebook_are_counted_and_said(small_study, tmp_path, capsys):
    frame = as_parquet(small_study, tmp_path / "d.parquet")
    odd = pl.col("sex").replace("male", "man")
    frame.with_columns(odd, weight=1.5).write_parquet(tmp_path / "d.parquet")
    table_of(small_study, tmp_path / "out", "--data", tmp_path / "d.parquet")
    said = capsys.readouterr().err
    assert "outside the codebook, left out, by variable: sex 54" in said
    assert "Columns not in the form: weight" in said


def test_an_engine_that_is_not_there_says_how_to_get_it(monkeypatch):
    with pytest.raises(EngineMissing, match="no engine “mysql”"):
        open_engine("mysql")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(EngineMissing, match=r"pip install 'spean\[spark\]'"):
        open_engine("spark")


def frame_with(study, path, **columns):
    frame = as_parquet(study, path).with_columns(**columns)
    frame.write_parquet(path)
    return path


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"months": pl.lit("many")}, "column “months”: the column is String; numbers are needed"),
        ({"sex": pl.lit(1.0)}, "column “sex”: the column is Float64; answer codes are needed"),
        ({"papers/none": pl.lit("yes")}, "“papers/none”: the column is String; ticked or not"),
    ],
)
def test_a_column_of_another_kind_is_named(small_study, tmp_path, duck, columns, said):
    path = frame_with(small_study, tmp_path / "d.parquet", **columns)
    for engine in (open_engine("polars"), duck):
        with pytest.raises(FaultyInput, match=said):
            scan_answers(path, open_study(small_study).codebook, engine)


def test_what_is_no_parquet_is_said(small_study, tmp_path, duck):
    codebook = open_study(small_study).codebook
    (tmp_path / "d.parquet").write_text("no parquet")
    (tmp_path / "empty").mkdir()
    for engine in (open_engine("polars"), duck):
        with pytest.raises(CouldNotRead, match="cannot read this as Parquet"):
            scan_answers(tmp_path / "d.parquet", codebook, engine)
        with pytest.raises(CouldNotRead, match="cannot read this as Parquet"):
            scan_answers(tmp_path / "empty", codebook, engine)
        with pytest.raises(CouldNotRead, match="there is no such file"):
            scan_answers(tmp_path / "none.parquet", codebook, engine)
        pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "other.parquet")
        with pytest.raises(FaultyInput, match="no column is a question of the form"):
            scan_answers(tmp_path / "other.parquet", codebook, engine)


def test_no_interviews(small_study, tmp_path):
    as_parquet(small_study, tmp_path / "d.parquet").clear().write_parquet(tmp_path / "d.parquet")
    with pytest.raises(FaultyInput, match="there are no interviews"):
        read_data(tmp_path / "d.parquet", open_study(small_study).codebook)


def test_names_that_only_differ_by_case(small_study, tmp_path, duck):
    path = frame_with(small_study, tmp_path / "d.parquet", Sex=pl.lit("female"))
    codebook = open_study(small_study).codebook
    assert len(scan_answers(path, codebook, open_engine("polars"))) == 117
    with pytest.raises(NotReadable, match="cannot tell the columns Sex and sex apart"):
        scan_answers(path, codebook, duck)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_a_number_that_is_none_is_blank(small_study, tmp_path, text):
    codebook = open_study(small_study).codebook
    with (tmp_path / "d.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("consent", "months"), ("yes", text), ("yes", "3")])
    answers = read_answers(tmp_path / "d.csv", codebook)
    assert answers.frame["months"].to_list() == [None, 3.0]
    assert [misfit.value for misfit in answers.misfits] == [text]
    pl.DataFrame({"months": [float(text), 3.0]}).write_parquet(tmp_path / "d.parquet")
    lazy = scan_answers(tmp_path / "d.parquet", codebook, open_engine("polars"))
    assert lazy.engine.rows(lazy.frame.select("months"))["months"].to_list() == [None, 3.0]


@pytest.mark.spark
def test_spark_says_what_it_cannot_read(small_study, tmp_path, spark):
    codebook = open_study(small_study).codebook
    path = frame_with(small_study, tmp_path / "d.parquet", **{"papers/a.b": pl.lit(True)})
    with pytest.raises(NotReadable, match=r"cannot name the columns papers/a\.b"):
        scan_answers(path, codebook, spark)
    (tmp_path / "x.parquet").write_text("no parquet")
    with pytest.raises(CouldNotRead, match="cannot read this as Parquet"):
        scan_answers(tmp_path / "x.parquet", codebook, spark)
