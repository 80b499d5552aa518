"""The list of defects in docs/places.md. Write it anew with `python tests/places/defect_list.py`.

A test compares the page with the code, so run this when the list of defects changes on purpose.
"""

from collections import Counter
from pathlib import Path

from spean.places import gazetteer

PAGE = Path(__file__).parents[2] / "docs" / "places.md"
BEGIN, END = "<!-- defects: begin -->\n", "<!-- defects: end -->\n"


def listed(defects):
    """Markdown: how many of each kind, then every one."""
    counts = sorted(Counter(defect.kind for defect in defects).items())
    lines = ["| kind | how many |", "|---|---:|"]
    lines += [f"| `{kind}` | {count} |" for kind, count in counts]
    lines += [
        "",
        "| kind | level | code | what is wrong | what was done |",
        "|---|---|---|---|---|",
    ]
    for d in sorted(defects, key=lambda d: (d.kind, d.code)):
        lines.append(f"| `{d.kind}` | {d.level} | `{d.code}` | {d.wrong} | {d.done} |")
    return "\n".join(lines) + "\n"


def on_page():
    """The list as the page has it."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(head + BEGIN + listed(gazetteer().defects) + END + tail, encoding="utf-8")
