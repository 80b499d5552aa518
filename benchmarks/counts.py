"""Counts and bases of every cell of the national plan, one process."""

import json
import sys
from pathlib import Path

from spean.survey.study import open_study
from spean.tables.engine import count_cells, open_engine, scan_answers
from spean.tables.plan import read_plan
from spean.tables.tabulate import Tabulator

folder, engine = Path(sys.argv[1]), sys.argv[2]
study = open_study(folder / "study")
plan = read_plan(folder / "study/tabulation.toml", study.codebook)
answers = scan_answers(folder / "national.parquet", study.codebook, open_engine(engine))
counts = count_cells(Tabulator(plan, study.codebook, answers.coded), answers)
print(json.dumps({"/".join(key): [n.n, counts.bases[key].n] for key, n in counts.cells.items()}))
