"""Claims in prose that are worked out or checked: differences, ratios, directions, superlatives.

Directions are of percents as they are shown. Where the gap is smaller than the plan's, only
“similar” may be said; this is no test of significance.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from spean.claims.approximate import in_words, is_majority
from spean.tables.model import Cell, Row, say

_STEM = r"[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+@[a-z0-9_]+"
_PAIR = re.compile(rf"^({_STEM})\s*([><~?])\s*({_STEM})\s*:\s*(.+)$")
_DIFFERENCE = re.compile(rf"^({_STEM})\s*-\s*({_STEM}):points$")
_RATIO = re.compile(rf"^({_STEM})\s*/\s*({_STEM}):times$")
_ABOUT = re.compile(rf"^({_STEM}):(about|majority)$")
_LARGEST = re.compile(
    r"^(largest|smallest) ([a-z0-9_]+\.[a-z0-9_]+)@([a-z0-9_]+)(?:\s*=\s*([a-z0-9_]+))?$"
)
_SHAPES = (_PAIR, _DIFFERENCE, _RATIO, _ABOUT, _LARGEST)


class NotSo(ValueError):
    """A claim that the tables do not bear out, or that cannot be told; says why."""


@dataclass(frozen=True)
class Evidence:
    """What claims are held against: cells and rows by name, the least gap in points."""

    cells: Mapping[str, Cell]
    rows: Mapping[str, Sequence[Row]]
    gap: float
    lang: str
    percent: Callable[[float, str], str]


def is_claim(name: str) -> bool:
    """Tell whether a reference in braces is a claim rather than the name of a cell."""
    return any(shape.match(name) for shape in _SHAPES)


def names_in(name: str) -> list[str]:
    """Name the cells that a claim stands on (rows of a panel: none)."""
    return re.findall(_STEM, name.split(": ", maxsplit=1)[0] if _PAIR.match(name) else name)


def say_claim(name: str, evidence: Evidence) -> str:
    """Give the words of a claim. Raises NotSo when it does not hold or cannot be told."""
    if match := _PAIR.match(name):
        return _Compare(evidence, match.group(1), match.group(3)).words(*match.group(2, 4))
    if match := _DIFFERENCE.match(name):
        a, b = (_percent(evidence, stem) for stem in match.groups())
        points = evidence.percent(abs(round(a, 1) - round(b, 1)), evidence.lang).rstrip("%")
        return f"{points} {'ពិន្ទុ' if evidence.lang == 'km' else 'points'}"
    if match := _RATIO.match(name):
        a, b = (_percent(evidence, stem) for stem in match.groups())
        if not b:
            raise NotSo(f"{match.group(2)} is 0 %, so nothing is a multiple of it")
        return _times(a / b, evidence)
    if match := _ABOUT.match(name):
        return _share(evidence, *match.groups())
    if match := _LARGEST.match(name):
        return _extreme(evidence, *match.groups())
    raise NotSo(f"“{name}” is no claim")


def _percent(evidence: Evidence, stem: str) -> float:
    cell = evidence.cells[stem]
    if cell.percent is None:
        raise NotSo(f"{stem} is not shown, so nothing may be said of it")
    return cell.percent


def _times(ratio: float, evidence: Evidence) -> str:
    words = {2: ("twice", "ពីរដង"), 3: ("three times", "បីដង"), 4: ("four times", "បួនដង")}
    nearest = round(ratio)
    if nearest in words and abs(ratio - nearest) <= 0.1 * nearest:
        return words[nearest][evidence.lang == "km"]
    shown = evidence.percent(ratio, evidence.lang).rstrip("%")
    return f"{shown} {'ដង' if evidence.lang == 'km' else 'times'}"


def _share(evidence: Evidence, stem: str, kind: str) -> str:
    percent = _percent(evidence, stem)
    if kind == "majority":
        if not is_majority(percent):
            raise NotSo(f"{stem} is {percent:.1f} %, which is no majority")
        return "ភាគច្រើន" if evidence.lang == "km" else "a majority"
    words = in_words(percent, evidence.lang)
    if words is None:
        raise NotSo(f"{stem} is {percent:.1f} %, near no fraction; print the percent")
    return words


def _extreme(evidence: Evidence, kind: str, panel: str, group: str, claimed: str | None) -> str:
    rows = [row for row in evidence.rows.get(panel, ()) if group in row.cells and row.kind == "row"]
    shown = {row.id: row.cells[group].percent for row in rows}
    known = {name: share for name, share in shown.items() if share is not None}
    if not known:
        raise NotSo(f"{panel}@{group} has no figure that is shown")
    pick = max if kind == "largest" else min
    if kind == "smallest" and len(known) < len(shown):
        raise NotSo(f"figures of {panel}@{group} are not shown; the smallest cannot be told")
    found = pick(known, key=known.__getitem__)
    alike = [name for name, share in known.items() if abs(share - known[found]) < 0.05]
    if len(alike) > 1:
        raise NotSo(f"{' and '.join(alike)} are equal in {panel}@{group}")
    if claimed and claimed != found:
        raise NotSo(
            f"the {kind} of {panel}@{group} is {found} ({known[found]:.1f} %), not {claimed}"
        )
    return say(next(row.label for row in rows if row.id == found), evidence.lang)


class _Compare:
    def __init__(self, evidence: Evidence, a: str, b: str) -> None:
        self.names = a, b
        self.a, self.b = (_percent(evidence, stem) for stem in (a, b))
        difference = round(round(self.a, 1) - round(self.b, 1), 1)
        close = abs(difference) < evidence.gap
        self.found = "~" if close else ">" if difference > 0 else "<"
        self.gap = evidence.gap

    def words(self, sign: str, said: str) -> str:
        """Give the words that were checked, or those of three that fit."""
        if sign == "?":
            wordings = [part.strip() for part in said.split("|")]
            if len(wordings) != 3:
                raise NotSo("give three wordings: if more | if less | if similar")
            return wordings["><~".index(self.found)]
        if sign != self.found:
            reads = {
                ">": "more",
                "<": "less",
                "~": f"similar (less than {self.gap:g} points apart)",
            }
            raise NotSo(
                f"“{said.strip()}” says {reads[sign]}, but {self.names[0]} is {self.a:.1f} % and "
                f"{self.names[1]} {self.b:.1f} %: {reads[self.found]}"
            )
        return said.strip()
