"""The small study of conftest with ids, design weights, margins and a section for weights."""

from pathlib import Path

MARGINS = """variable,category,total,source
sex,female,6000,Census
sex,male,4000,Census
worked,yes,7000,Register
worked,no,3000,Register
"""


def weighted_study(folder: Path) -> Path:
    data = folder / "data" / "respondents.csv"
    head, *rows = data.read_text().splitlines()
    kept = [row for row in rows if row.startswith("yes") and ",77," not in row]
    lines = [f"instance_id,{head},pw"]
    lines += [f"i{at:03d},{row},{1 + at % 4}" for at, row in enumerate(kept)]
    data.write_text("\n".join(lines) + "\n")
    (folder / "margins.csv").write_text(MARGINS)
    settings = folder / "study.toml"
    settings.write_text(settings.read_text() + '[weights]\nfile = "weighting/weights.csv"\n')
    return folder
