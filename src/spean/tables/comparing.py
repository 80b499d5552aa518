"""A study's published figures against its own data, under its readings."""

from pathlib import Path

from spean.survey.answers import read_answers
from spean.survey.study import open_study
from spean.tables.build import make_tables
from spean.tables.compare import Comparison, compare, read_published
from spean.tables.plan import read_plan


def compare_study(folder: Path) -> list[Comparison]:
    """Compute the plan's tables, unsuppressed, and compare every published figure.

    Raises CouldNotRead and FaultyInput as its parts do.
    """
    study = open_study(folder)
    plan = read_plan(folder / "tabulation.toml", study.codebook)
    answers = read_answers(study.data_file, study.codebook)
    figures, readings = read_published(folder / "published")
    tables = make_tables(plan, study.codebook, answers, folder=folder)
    return compare(figures, readings, tables)
