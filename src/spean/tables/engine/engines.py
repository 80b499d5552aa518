"""Polars, DuckDB and Spark behind one door: scan Parquet lazily, give small results as a frame.

Everything between the two is Narwhals: plain ``select`` and ``group_by().agg()`` of sums.
"""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import narwhals.stable.v2 as nw
import polars as pl
from narwhals.exceptions import NarwhalsError

from spean.tables.errors import TablesError


class EngineMissing(TablesError):
    """An engine that is not known or whose package is not installed."""


class NotReadable(TablesError):
    """Columns that this engine cannot tell apart or name."""


class Engine(Protocol):
    """Where data are aggregated.

    ``at_once`` is how many sums one query may hold (a planner slows down with thousands).
    ``failures`` is what the engine raises for a file that it cannot read.
    """

    name: str
    at_once: int
    failures: tuple[type[Exception], ...]

    def scan(self, path: Path | str) -> nw.LazyFrame[Any]:
        """Open a Parquet file, a folder of them or a pattern, without reading the rows."""
        ...

    def count(self, mask: nw.Expr) -> nw.Expr:
        """Count who meets a condition: a sum of booleans where the engine has such a sum."""
        ...

    def rows(self, lazy: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Work a query out; its result is small (groups, not respondents)."""
        ...


class PolarsEngine:
    """The default: streams on one machine, keeps no column whole in memory."""

    name = "polars"
    at_once = 2000
    failures: tuple[type[Exception], ...] = (NarwhalsError, pl.exceptions.PolarsError, OSError)

    def scan(self, path: Path | str) -> nw.LazyFrame[Any]:
        """Open Parquet; schemas of all parts must agree."""
        return nw.from_native(pl.scan_parquet(_pattern(path)))

    def count(self, mask: nw.Expr) -> nw.Expr:
        """Sum the booleans."""
        return mask.sum()

    def rows(self, lazy: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Collect with the streaming engine."""
        native: pl.LazyFrame = lazy.to_native()
        return native.collect(engine="streaming")


class DuckEngine:
    """DuckDB in this process (extra ``duckdb``); spills to disk by itself."""

    name = "duckdb"
    at_once = 500

    def __init__(self) -> None:
        import duckdb

        self.connection = duckdb.connect()
        self.failures: tuple[type[Exception], ...] = (duckdb.Error,)

    def scan(self, path: Path | str) -> nw.LazyFrame[Any]:
        """Open Parquet. Raises NotReadable for names that differ only by case."""
        wanted = "SELECT DISTINCT name FROM parquet_schema(?) WHERE num_children IS NULL"
        found = self.connection.execute(wanted, [_pattern(path)]).fetchall()
        _check_cases([name for (name,) in found], path)
        return nw.from_native(self.connection.read_parquet(_pattern(path)))

    def count(self, mask: nw.Expr) -> nw.Expr:
        """Sum the booleans."""
        return mask.sum()

    def rows(self, lazy: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Fetch the rows; no pyarrow is needed."""
        native = lazy.to_native()
        return _frame(native.columns, [tuple(row) for row in native.fetchall()])


class SparkEngine:
    """Spark (extra ``spark``): the session of spark-submit, or one of this machine."""

    name = "spark"
    at_once = 250

    def __init__(self) -> None:
        from py4j.protocol import Py4JError  # type: ignore[import-untyped, unused-ignore]
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession

        self.failures: tuple[type[Exception], ...] = (PySparkException, Py4JError)
        builder = SparkSession.builder.appName("spean")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        self.session = builder.getOrCreate()

    def scan(self, path: Path | str) -> nw.LazyFrame[Any]:
        """Open Parquet. Raises NotReadable for names with a dot."""
        lazy = nw.from_native(self.session.read.parquet(_folder(path)))
        dotted = [name for name in lazy.collect_schema().names() if "." in name or "`" in name]
        if dotted:
            shown = ", ".join(dotted[:5])
            raise NotReadable(
                f"{path}: Spark cannot name the columns {shown}. "
                "Rename them without a dot, or use --engine polars."
            )
        return lazy

    def count(self, mask: nw.Expr) -> nw.Expr:
        """Sum whole numbers, for Spark adds no booleans."""
        return mask.cast(nw.Int64).sum()

    def rows(self, lazy: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Bring the rows to the driver; no pyarrow is needed."""
        native = lazy.to_native()
        return _frame(native.columns, [tuple(row) for row in native.collect()])


ENGINES: Mapping[str, Callable[[], Engine]] = {
    "polars": PolarsEngine,
    "duckdb": DuckEngine,
    "spark": SparkEngine,
}
_PACKAGES = {"duckdb": "duckdb", "spark": "pyspark"}


def open_engine(name: str) -> Engine:
    """Give the engine of this name; raises EngineMissing and says how to install its package."""
    if name not in ENGINES:
        raise EngineMissing(f"There is no engine “{name}”. Choose one of: {', '.join(ENGINES)}.")
    package = _PACKAGES.get(name)
    if package and importlib.util.find_spec(package) is None:
        raise EngineMissing(
            f"The engine “{name}” needs the package {package}, which is not installed. "
            f"Install it with: pip install 'spean[{name}]'"
        )
    return ENGINES[name]()


def _pattern(path: Path | str) -> str:
    return str(Path(path) / "*.parquet") if Path(path).is_dir() else str(path)


def _folder(path: Path | str) -> str:
    """Spark reads a folder by itself; a bare path on this machine is made absolute."""
    return str(Path(path).resolve()) if Path(path).exists() else str(path)


def _check_cases(names: list[str], path: Path | str) -> None:
    """Refuse names that differ only by case: DuckDB would rename one of them without a word."""
    seen: dict[str, str] = {}
    for name in sorted(names):
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise NotReadable(
                f"{path}: DuckDB cannot tell the columns {other} and {name} apart. "
                "Rename one of them, or use --engine polars."
            )


def _frame(columns: list[str], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pl.DataFrame([pl.Series(name, list(c)) for name, c in zip(columns, cells, strict=True)])
