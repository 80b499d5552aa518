"""Measure what the README promises and write benchmarks/README.md.

``run.py`` measures all; ``run.py PEOPLE CENSUS`` the national part with other numbers of rows.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
HERE = Path("benchmarks")
SPEAN = str(Path(sys.executable).parent / "spean")
RUNS = 5
R_LIMIT = 900
"""Seconds after which R is stopped."""


@dataclass(frozen=True)
class Run:
    """One process: seconds, peak memory in MiB, and what it wrote."""

    seconds: float
    peak: float
    output: str


def run(command: list[str], limit: float | None = None) -> Run | None:
    """Run a command as a whole process; None when it was stopped at its limit."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL)
        usage = None
        while usage is None:
            done, status, used = os.wait4(process.pid, os.WNOHANG if limit else 0)
            usage = used if done else None
            if usage is None and limit and time.perf_counter() - start > limit:
                process.kill()
                os.wait4(process.pid, 0)
                return None
            if usage is None:
                time.sleep(0.05)
        seconds = time.perf_counter() - start
        if status:
            raise SystemExit(f"{' '.join(command)} ended with status {status}")
        out.seek(0)
        return Run(seconds, usage.ru_maxrss / 1024, out.read().decode())


def several(*commands: list[str], runs: int = RUNS) -> list[list[Run]]:
    """Run commands in turns, so that all see the same machine; the first turn is not counted."""
    turns = [[run(command) for command in commands] for _turn in range(runs + 1)]
    return [[r for r in column if r is not None] for column in zip(*turns[1:], strict=True)]


def median(runs: list[Run]) -> float:
    return statistics.median(one.seconds for one in runs)


def small(folder: Path) -> list[str]:
    """The worked study of 319 respondents."""
    study = "studies/kamrieng"
    tables = [SPEAN, "run", study, "--only", "tables", "--out", f"{folder}/t"]
    cases = {
        "`spean --help`": ([SPEAN, "--help"], "0.3"),
        "tables of 319 rows (`--only tables`)": (tables, "1"),
        "the whole report in English": ([SPEAN, "run", study, "--out", f"{folder}/r"], ""),
        "`spean compare`": ([SPEAN, "compare", study], ""),
    }
    lines = ["| what | least | median | most | goal |", "|---|---|---|---|---|"]
    for name, (command, goal) in cases.items():
        print(f"{name} …", flush=True)
        (runs,) = several(command)
        times = sorted(one.seconds for one in runs)
        shown = f"under {goal}" if goal else ""
        middle = statistics.median(times)
        lines.append(f"| {name} | {times[0]:.2f} | {middle:.2f} | {times[-1]:.2f} | {shown} |")
    return lines


def python(script: str, *arguments: object) -> list[str]:
    return [sys.executable, str(HERE / script), *map(str, arguments)]


def weighted(folder: Path, people: int) -> list[str]:
    """Tables with errors and tests against svy and R on the same people."""
    print(f"weighted tables of {people:,} people …", flush=True)
    run(python("national.py", folder, people))
    ours, svy = several(python("survey_tables.py", folder), python("peer_svy.py", folder), runs=3)
    lines = [
        "| 14 questions, 5 response sets by sex: shares, errors, tests | seconds | peak MiB | "
        "times Spean | goal | figures that differ from Spean's |",
        "|---|---|---|---|---|---|",
        f"| Spean (median of {len(ours)}) | {median(ours):.2f} | {ours[0].peak:.0f} | 1 | | |",
        _peer(f"svy (median of {len(svy)})", svy, ours, 10),
    ]
    if shutil.which("Rscript") is None:
        return [*lines, "| R `survey` | not installed | | | 25 | |"]
    run(python("peer_r.py", folder))
    r = run(["Rscript", str(HERE / "peer_r.R"), str(folder / "r")], R_LIMIT)
    if r is None:
        least = R_LIMIT / median(ours)
        lines.append(f"| R `survey` | stopped at {R_LIMIT} | | over {least:.0f} | 25 | |")
    else:
        lines.append(_peer("R `survey` (1 run)", [r], ours, 25))
    return lines


def _peer(name: str, runs: list[Run], ours: list[Run], goal: int) -> str:
    mine, theirs = json.loads(ours[0].output), json.loads(runs[0].output)
    pairs = [(a, b) for key in theirs for a, b in zip(mine[key], theirs[key], strict=True)]
    apart = sum(abs(a - b) > 1e-8 * max(abs(a), abs(b)) for a, b in pairs)
    ratio = median(runs) / median(ours)
    seconds, peak = f"{median(runs):.1f}", f"{runs[0].peak:.0f}"
    verdict = f"{goal}" if ratio >= goal else f"{goal}: missed"
    return f"| {name} | {seconds} | {peak} | {ratio:.1f} | {verdict} | {apart} of {len(pairs)} |"


def census(folder: Path, rows: int) -> list[str]:
    """Counts at national size against a scan that only sums the columns."""
    print(f"counts of {rows:,} rows …", flush=True)
    made = run(python("national.py", folder, rows))
    scan, counts, weighing = several(
        python("peer_scan.py", folder),
        python("counts.py", folder, "polars"),
        python("survey_tables.py", folder),
    )
    duck = run(python("counts.py", folder, "duckdb"))
    assert made is not None
    assert duck is not None
    same = "the same counts" if duck.output == counts[0].output else "OTHER COUNTS"
    query = _queries(folder)
    lines = ["| what | seconds | peak MiB | times the scan | goal |", "|---|---|---|---|---|"]
    lines.append(f"| generator, in chunks (1 run) | {made.seconds:.1f} | {made.peak:.0f} | | |")
    for name, runs, goal in (
        ("Polars scan that sums the columns", scan, 0.0),
        ("counts and bases of all cells", counts, 1.3),
        ("weighted, with errors and tests", weighing, 0.0),
    ):
        peak, ratio = max(one.peak for one in runs), median(runs) / median(scan)
        lines.append(
            f"| {name} | {median(runs):.2f} | {peak:.0f} | {ratio:.2f} | {_goal(ratio, goal)} |"
        )
    lines.append(f"| counts on DuckDB (1 run): {same} | {duck.seconds:.2f} | {duck.peak:.0f} | | |")
    ratio = query["counts"] / query["scan"]
    lines += [
        f"| the query alone, in one process: scan | {query['scan']:.2f} | | 1.00 | |",
        f"| the query alone, in one process: counts | {query['counts']:.2f} | | {ratio:.2f} "
        f"| {_goal(ratio, 1.3)} |",
    ]
    return lines


def _goal(ratio: float, goal: float) -> str:
    if not goal:
        return ""
    return f"at most {goal}" + ("" if ratio <= goal else ": missed")


def _queries(folder: Path) -> dict[str, float]:
    """Time scan and counts within one process, without start and imports, in turns."""
    found = run(python("queries.py", folder, RUNS))
    assert found is not None
    times: dict[str, list[float]] = json.loads(found.output)
    return {name: statistics.median(values) for name, values in times.items()}


def national(people: int, rows: int) -> list[str]:
    parts: list[tuple[str, Callable[[Path, int], list[str]], int]] = [
        (f"## {people:,} people, weighted, whole processes", weighted, people),
        (f"## {rows:,} rows, whole processes, median of {RUNS}", census, rows),
    ]
    lines: list[str] = []
    for heading, measure, size in parts:
        with tempfile.TemporaryDirectory() as folder:
            lines += ["", heading, "", *measure(Path(folder), size)]
    return lines


def main() -> None:
    """Run all measurements."""
    people, rows = map(int, sys.argv[1:3] if len(sys.argv) > 2 else (1_000_000, 15_600_000))
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            "# Speed",
            "",
            f"Whole processes, {RUNS} runs after a warm-up; {machine}. Seconds.",
            "",
            *small(Path(folder)),
        ]
    lines += national(people, rows)
    lines += [
        "",
        "The people are made up by `benchmarks/national.py` (seeded). svy and R have no response "
        "sets: they do the options one by one, Spean also tests each set as a whole and gives "
        "the column of all. Reading the file is part of every time; R reads flat binary columns. "
        "Peers run in turns with Spean on the same machine. A goal that is missed says so.",
    ]
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
