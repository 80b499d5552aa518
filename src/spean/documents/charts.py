"""Figures: sorted bars from cells of tables, and the stages of a project as a drawing."""

import html
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spean.claims.resolve import number, percent, withheld_words
from spean.documents.cells import level_words, releasable
from spean.documents.fixed import gettext
from spean.documents.fonts import font_folders
from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import read_toml
from spean.tables.model import Cell, Tables, say

TEAL, SAFFRON = "#0b6e6e", "#c8741a"
_SHADES = (TEAL, "#d9a066", "#5f6b73", "#b9c0c6")
_WHISKERS = (("#ffffff", 3.6), ("#1b1f23", 1.4))  # the ground of each keeps it off a dark bar
# Khmer is measured too narrow by vl-convert; without room its long labels would be cut.
_PADDING: dict[str, Any] = {"km": {"left": 30, "top": 4, "right": 24, "bottom": 4}}
_SIZES = {"en": 12, "km": 13}
_STUB_LETTERS = {"en": 30, "km": 42}  # Khmer signs stand above and below


def read_figures(path: Path) -> list[dict[str, Any]]:
    """Read ``figures.toml``; raises FaultyInput naming the figures that lack something."""
    specs = read_toml(path).get("figure", [])
    faults = []
    for at, spec in enumerate(specs, 1):
        needed = ("id", "title", "stages" if spec.get("kind") == "stages" else "panels")
        missing = [name for name in needed if not spec.get(name)]
        if missing:
            where = f"{path}, figure {spec.get('id', f'number {at}')}"
            faults.append(Fault(where, f"it lacks {' and '.join(missing)}.", "Give it."))
        title = spec.get("title", "")
        spec["title"] = title if isinstance(title, Mapping) else {"en": str(title)}
    if faults:
        raise FaultyInput(faults)
    return list(specs)


def draw(spec: Mapping[str, Any], tables: Tables, lang: str) -> str:
    """Draw one figure of ``figures.toml`` as SVG text.

    ``kind`` is ``bars`` (rows of ``panels``, one bar a group, one small chart a panel, a line over
    the bar from end to end of its interval where there is one) or ``stages``. Raises FaultyInput
    naming the figure when its panel is not there or holds no percents.
    """
    if spec.get("kind") == "stages":
        stages = [say(stage, lang) for stage in spec["stages"]]
        return _stages(stages, int(spec.get("done", 0)), lang)
    panels = _bars(spec, tables, lang)
    return as_svg(_together(panels, lang))


def caption(spec: Mapping[str, Any], tables: Tables, lang: str) -> str:
    """Give the title of a figure, and what the lines over its bars are where it has any."""
    title = say(spec["title"], lang)
    if spec.get("kind") == "stages" or tables.level is None:
        return title
    bars = [bar for rows in _bars(spec, tables, lang).values() for bar in rows]
    if all(bar["low"] is None for bar in bars):
        return title
    said = gettext("lines over the bars: intervals of {level} % confidence", lang)
    return f"{title} ({said.format(level=level_words(tables.level, lang))})"


def _bars(spec: Mapping[str, Any], tables: Tables, lang: str) -> dict[str, list[dict[str, Any]]]:
    """Give the bars of each panel by the panel's name."""
    panels: dict[str, list[dict[str, Any]]] = {}
    for reference in spec["panels"]:
        table_id, _, panel_id = str(reference).partition(".")
        try:
            table = tables[table_id]
            panel = next(p for p in table.panels if p.id == panel_id)
        except (KeyError, StopIteration) as error:
            what = f"there is no panel “{reference}”."
            raise FaultyInput([_fault(spec, what, "Mend it.")]) from error
        if panel.kind in ("numbers", "figures"):
            what = f"“{reference}” holds no percents, and bars show percents."
            raise FaultyInput([_fault(spec, what, "Name a panel of answers.")])
        rows = panels.setdefault(say(panel.label, lang), [])
        wanted = spec.get("rows") or [row.id for row in panel.rows if row.kind == "row"]
        groups = spec.get("groups", [group.id for group in table.groups])
        for row in panel.rows:
            for group in table.groups:
                if row.id in wanted and group.id in groups and not group.less:
                    name = say(group.label, lang) if len(groups) > 1 else ""
                    rows.append(_bar(row.cells[group.id], say(row.label, lang), name, lang))
    return panels


def _fault(spec: Mapping[str, Any], what: str, mend: str) -> Fault:
    return Fault(f"figures.toml, figure {spec['id']}", what, mend)


def _bar(whole: Cell, label: str, group: str, lang: str) -> dict[str, Any]:
    cell = releasable(whole)
    shown = cell.percent is not None
    words = percent(cell.percent or 0, lang) if shown else withheld_words(lang)
    if cell.mark == "small":
        words = f"({words})"
    return {
        "label": "\n".join(_lines(label, lang)),
        "value": cell.percent if shown else 0.0,
        "low": cell.low,
        "high": cell.high,
        "end": max(cell.percent or 0.0, cell.high or 0.0),
        "words": f"{words} {group}".strip(),
        "group": group,
    }


def _lines(label: str, lang: str) -> list[str]:
    """Break a label into lines; Khmer writes no spaces, so its words are found first."""
    room = _STUB_LETTERS.get(lang, 30)
    if lang != "km" or len(label) <= room:
        return textwrap.wrap(label, room) or [label]
    from khmercut import tokenize

    lines = [""]
    for word in tokenize(label):
        if lines[-1] and len(lines[-1]) + len(word) > room:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines if line.strip()]


def _together(panels: Mapping[str, list[dict[str, Any]]], lang: str) -> Any:
    """Set the charts of several panels one below the other, on one scale."""
    import altair as alt

    font = "Noto Sans Khmer, Noto Sans" if lang == "km" else "Noto Sans"
    size = _SIZES.get(lang, 12)
    charts = [_chart(rows, size) for rows in panels.values()]
    if len(charts) > 1:
        headings = [
            alt.TitleParams(name, anchor="start", frame="group", fontSize=size, fontWeight="bold")
            for name in panels
        ]
        charts = [
            chart.properties(title=heading) for chart, heading in zip(charts, headings, strict=True)
        ]
    whole = alt.vconcat(*charts, spacing=18) if len(charts) > 1 else charts[0]
    return (
        whole.configure(font=font, padding=_PADDING.get(lang, 4))
        .configure_axis(labelFontSize=size, labelLineHeight=size * 1.3, domain=False, ticks=False)
        .configure_view(stroke=None)
    )


def _chart(rows: list[dict[str, Any]], size: int) -> Any:
    import altair as alt

    groups = list(dict.fromkeys(row["group"] for row in rows))
    longest: dict[str, float] = {}
    for row in rows:
        longest[row["label"]] = max(longest.get(row["label"], 0), row["value"])
    order = sorted(longest, key=lambda label: -longest[label])
    stub = alt.Axis(labelExpr="split(datum.label, '\\n')", labelLimit=0, labelPadding=8)
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("label:N", sort=order, title=None, axis=stub),
        x=alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 100])),
    )
    height = 0.82
    if len(groups) > 1:
        # A bar thinner than its band would stand off the middle, where words and whiskers are.
        height, apart = 1.0, alt.Scale(paddingInner=0.18)
        base = base.encode(
            y=alt.Y("label:N", sort=order, title=None, axis=stub, scale=alt.Scale(padding=0.2)),
            yOffset=alt.YOffset("group:N", sort=groups, scale=apart),
        )
    shades = alt.Scale(domain=groups, range=list(_SHADES[: len(groups)]))
    bars = base.mark_bar(height={"band": height}).encode(
        color=alt.Color("group:N", sort=groups, scale=shades, legend=None)
    )
    words = base.mark_text(align="left", dx=4, fontSize=size, color="#333333").encode(
        x=alt.X("end:Q", title=None, axis=None), text="words:N"
    )
    if any(row["low"] is not None for row in rows):
        known = base.transform_filter("datum.low != null")
        known = known.encode(x=alt.X("low:Q", axis=None), x2="high:Q")
        for color, width in _WHISKERS:
            bars = bars + known.mark_rule(color=color, strokeWidth=width)
    band = max(max(label.count("\n") + 1 for label in order) * size * 1.35, 18 * len(groups))
    return (bars + words).properties(width=250, height=len(order) * (band + 6))


def as_svg(chart: Any) -> str:
    """Render an Altair chart with the fonts that Spean ships."""
    import vl_convert

    for folder in font_folders():
        vl_convert.register_font_directory(str(folder))
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def _stages(stages: list[str], done: int, lang: str) -> str:
    """Draw stages from top to bottom, legible on a phone; the first ``done`` are filled."""
    width, height, gap, edge = 336, 46, 20, 2
    total = len(stages) * (height + gap) - gap + 2 * edge
    size = 15 if lang == "km" else 14
    font = "Noto Sans Khmer, Noto Sans" if lang == "km" else "Noto Sans"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 2 * edge}" height="{total}" '
        f'viewBox="0 0 {width + 2 * edge} {total}" font-family="{font}" font-size="{size}">'
    ]
    for at, stage in enumerate(stages):
        top = edge + at * (height + gap)
        fill, ink = (TEAL, "#ffffff") if at < done else ("#ffffff", "#1b1f23")
        words = html.escape(f"{number(at + 1, lang)}   {' '.join(stage.split())}")
        parts.append(
            f'<rect x="{edge}" y="{top}" width="{width}" height="{height}" rx="5" '
            f'fill="{fill}" stroke="{TEAL}" stroke-width="1.5"/>'
            f'<text x="{edge + 16}" y="{top + height / 2 + size * 0.35:.1f}" xml:space="preserve" '
            f'text-anchor="start" fill="{ink}">{words}</text>'
        )
        if at:
            parts.append(
                f'<path d="M{edge + 28} {top - gap + 3} v{gap - 7} m-5 -5 l5 5 l5 -5" '
                f'fill="none" stroke="{SAFFRON}" stroke-width="2"/>'
            )
    return "".join([*parts, "</svg>"])


def save(svg: str, path: Path) -> None:
    """Write an SVG file."""
    path.write_text(svg, encoding="utf-8")
