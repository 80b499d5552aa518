"""A cell in words: its figure, and the interval and letters that stand beside it."""

from dataclasses import dataclass, replace

from spean.claims.resolve import decimal, number
from spean.documents.fixed import gettext
from spean.tables.model import Cell, Group, Panel, Row

WITHHELD = "–"
_PLACES = {"total": 0, "ratio": 2}
_NARROW = 3.0
"""Ends of an interval closer than this many points are written with a decimal."""


@dataclass(frozen=True)
class Words:
    """One cell in words: count and percent, or a value that stands over both columns.

    ``letters`` are those of the columns that it exceeds, ``interval`` its lower and upper end.
    """

    count: str
    share: str = ""
    value: str = ""
    letters: str = ""
    interval: str = ""


def releasable(cell: Cell) -> Cell:
    """Give a cell as it may go out: where its figure is withheld, nothing stands beside it."""
    if cell.mark != "suppressed":
        return cell
    bare = replace(cell, percent=None, value=None, weighted=None, se=None, low=None, high=None)
    return replace(bare, deff=None, letters="")


def is_value(panel: Panel, group: Group) -> bool:
    """Tell whether a cell holds a value (a statistic, a difference) and no count with a percent."""
    return panel.kind == "numbers" or group.less is not None


def places(row: Row) -> int:
    """Give the decimals of a row's values: none for totals, two for ratios, else one."""
    return _PLACES.get(row.statistic, 1)


def cell_words(cell: Cell, panel: Panel, row: Row, group: Group, lang: str) -> Words:
    """Put a cell in words; what is withheld is a dash, a figure of few people in parentheses."""
    if panel.kind == "figures":
        return Words(count_words(cell.count, lang))
    cell = releasable(cell)
    if is_value(panel, group):
        points = panel.kind != "numbers"
        value = _figure(cell, cell.value, places(row), lang)
        return Words("", "", value, cell.letters, _interval(cell, places(row), points, lang))
    if cell.count is None:
        return Words(WITHHELD, WITHHELD) if cell.mark else Words("")
    count = count_words(cell.count, lang)
    if panel.kind == "items":
        count += f"\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{count_words(cell.base, lang)}"
    share = _figure(cell, cell.percent, 1, lang) or WITHHELD
    return Words(count, share, "", cell.letters, _interval(cell, 1, True, lang))


def count_words(value: int | None, lang: str) -> str:
    """Write a number of people."""
    return WITHHELD if value is None else number(value, lang)


def level_words(share: float, lang: str) -> str:
    """Write a level (0.95, 0.05) in percent, with as many decimals as it has."""
    return decimal(100 * share, 0 if abs(100 * share - round(100 * share)) < 1e-9 else 1, lang)


def _figure(cell: Cell, value: float | None, decimals: int, lang: str) -> str:
    if value is None:
        return WITHHELD if cell.mark else ""
    words = decimal(value, decimals, lang)
    return f"({words})" if cell.mark == "small" else words


def _interval(cell: Cell, decimals: int, points: bool, lang: str) -> str:
    if cell.low is None or cell.high is None:
        return ""
    decimals = 0 if points and cell.high - cell.low >= _NARROW else decimals
    low, high = decimal(cell.low, decimals, lang), decimal(cell.high, decimals, lang)
    if low == high:
        return ""
    return f"({low} {gettext('to', lang)} {high})" if cell.low < 0 else f"({low}–{high})"
