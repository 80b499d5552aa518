"""Made-up respondents that reproduce a study's published counts exactly."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spean.survey.answers import KEY
from spean.survey.simulate import simulate
from spean.survey.study import Study
from spean.tables.compare import read_published
from spean.tables.plan import Plan
from spean.tables.reconstruct.goals import read_targets, unanswered
from spean.tables.reconstruct.pinned import Pinned, pinned
from spean.tables.reconstruct.solver import Maker, Progress, Unsolved

__all__ = ["Reconstruction", "Unsolved", "reconstruct", "write_reconstruction"]


@dataclass(frozen=True)
class Reconstruction:
    """The respondents (one row each), the combinations that were printed, who is pinned down."""

    frame: pl.DataFrame
    printed: tuple[str, ...]
    pinned: tuple[Pinned, ...]
    seed: int
    seconds: float


def reconstruct(
    study: Study, plan: Plan, *, seed: int = 1, progress: Progress | None = None
) -> Reconstruction:
    """Solve for respondents that meet every published figure under the study's readings.

    Questions that no table prints are filled at random within the form's skips and constraints.
    Raises Unsolved naming the questions whose figures cannot all be met.
    """
    started = time.perf_counter()
    published = study.folder / "published"
    figures, readings = read_published(published)
    goals = read_targets(plan, study.codebook, figures, published / "figures.csv")
    settings = study.settings.get("reconstruct", {})
    people = int(settings.get("respondents", 0))
    missing_in = unanswered(goals, figures, readings)
    maker = Maker(plan, study.codebook, goals, people, missing_in, seed=seed)
    sheets = maker.solve(progress)
    random.Random(seed).shuffle(sheets)
    frame = _fill(study, plan, sheets, dict(settings.get("answers", {})), seed)
    printed = sorted({goal.combination for goal in goals if goal.combination})
    return Reconstruction(frame, tuple(printed), pinned(goals), seed, time.perf_counter() - started)


def _fill(
    study: Study,
    plan: Plan,
    sheets: Sequence[dict[str, frozenset[str]]],
    fixed: dict[str, str | dict[str, str]],
    seed: int,
) -> pl.DataFrame:
    """Turn classes into numbers, order the answers, and draw what was never printed."""
    given: dict[str, list[str | float | None]] = {}
    ranges: dict[str, list[tuple[int, int]]] = {}
    for name in sheets[0]:
        if name in study.codebook:
            order = list(study.codebook[name].values)
            given[name] = [
                " ".join(v for v in order if v in sheet[name]) or None for sheet in sheets
            ]
            continue
        derived = plan.derived[name]
        bands = {band.id: band for band in derived.bands}
        if any(band.values for band in derived.bands):
            continue
        ranges[derived.source] = [
            (int(band.low or 0), int(band.high if band.high is not None else 10**6))
            for band in (bands[next(iter(sheet[name]))] for sheet in sheets)
        ]
    given |= {name: [_fixed(value, sheet) for sheet in sheets] for name, value in fixed.items()}
    frame = simulate(study.codebook, len(sheets), seed, given=given, ranges=_usual(study, ranges))
    keys = [f"made-up-{at:04d}" for at in range(1, frame.height + 1)]
    return frame.insert_column(0, pl.Series(KEY, keys))


def _fixed(value: str | dict[str, str], sheet: dict[str, frozenset[str]]) -> str:
    """Give an answer of the study's settings; it may depend on a class (``by``)."""
    if isinstance(value, str):
        return value
    known = next(iter(sheet.get(value["by"], frozenset())), "")
    return value.get(known, value["otherwise"])


def _usual(
    study: Study, ranges: dict[str, list[tuple[int, int]]]
) -> dict[str, list[tuple[int, int]]]:
    """Keep numbers without an upper class limit within what the study calls usual."""
    usual = study.settings.get("reconstruct", {}).get("usual", {})
    for name, (low, high) in usual.items():
        if name in ranges:
            ranges[name] = [(max(a, low), min(b, high)) for a, b in ranges[name]]
        else:
            ranges[name] = [(low, high)] * int(study.settings["reconstruct"]["respondents"])
    return ranges


def write_reconstruction(made: Reconstruction, folder: Path) -> None:
    """Write ``respondents.csv``, the note ``respondents.toml`` and ``pinned.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    made.frame.write_csv(folder / "respondents.csv")
    printed = "\n".join(f"  {_quoted(text)}," for text in made.printed)
    note = (
        "# Made-up respondents. They reproduce the counts that the source published, and only\n"
        "# these: a combination of questions that is not listed below is an artefact. The counts\n"
        "# are of real people all the same; disclosure rules hold.\n"
        f"made_up = true\nseed = {made.seed}\nsolved_in_seconds = {made.seconds:.0f}\n"
        f"printed = [\n{printed}\n]\n"
    )
    (folder / "respondents.toml").write_text(note, encoding="utf-8")
    lines = [
        (one.person, figure, " and ".join(one.known))
        for one in made.pinned
        for figure in one.figures
    ]
    columns = ["person", "figure", "what_follows"]
    pl.DataFrame(lines, schema=columns, orient="row").write_csv(folder / "pinned.csv")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
