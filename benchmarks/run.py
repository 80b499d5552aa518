"""Measure what the README promises and write benchmarks/README.md."""

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SPEAN = str(Path(sys.executable).parent / "spean")
RUNS = 5


def seconds(command: list[str]) -> list[float]:
    """Time a command as a whole process, after one run that is not counted."""
    times = []
    for _run in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        times.append(time.perf_counter() - start)
    return sorted(times[1:])


def main() -> None:
    """Run all measurements."""
    with tempfile.TemporaryDirectory() as folder:
        study = "studies/kamrieng"
        cases = {
            "`spean --help`": ([SPEAN, "--help"], "0.3"),
            "tables of 319 rows (`--only tables`)": (
                [SPEAN, "run", study, "--only", "tables", "--out", f"{folder}/t"],
                "1",
            ),
            "the whole report in English": (
                [SPEAN, "run", study, "--out", f"{folder}/r"],
                "",
            ),
            "`spean compare`": ([SPEAN, "compare", study], ""),
        }
        lines = [
            "# Speed",
            "",
            f"Whole processes, {RUNS} runs after a warm-up; Python {platform.python_version()}, "
            f"{platform.machine()}. Seconds.",
            "",
            "| what | least | median | most | goal |",
            "|---|---|---|---|---|",
        ]
        for name, (command, goal) in cases.items():
            print(f"{name} …", flush=True)
            times = seconds(command)
            middle = statistics.median(times)
            shown = f"under {goal}" if goal else ""
            lines.append(f"| {name} | {times[0]:.2f} | {middle:.2f} | {times[-1]:.2f} | {shown} |")
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
