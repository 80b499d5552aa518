"""14 questions and 5 response sets by sex, weighted, with errors and tests: Spean, one process."""

import json
import sys
from pathlib import Path

from spean.survey.study import open_study
from spean.tables.engine import open_engine, scan_answers
from spean.tables.engine.sample import Sample
from spean.tables.plan import read_plan
from spean.tables.survey_table import survey_tables

folder = Path(sys.argv[1])
study = open_study(folder / "study")
plan = read_plan(folder / "study/tabulation.toml", study.codebook)
answers = scan_answers(folder / "national.parquet", study.codebook, open_engine("polars"))
panels = survey_tables(plan, study.codebook, answers, Sample("weight", "stratum", "psu"))
found = {}
for panel in panels:
    for (_table, name, row, group), estimate in panel.estimates.items():
        if estimate is not None and group != "total":
            found[f"{name}/{row}@{group}"] = [estimate.value, estimate.se]
    if panel.test is not None:
        found[f"{panel.panel} F"] = [panel.test.statistic]
print(json.dumps(found))
