"""Figures: sorted bars from cells of tables, and the stages of a project as a drawing."""

import functools
import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spean.claims.resolve import percent
from spean.documents.fixed import gettext
from spean.documents.fonts import font_folders
from spean.survey.errors import Fault, FaultyInput
from spean.tables.model import Cell, Tables, say

TEAL, SAFFRON, GREY = "#0b6e6e", "#c8741a", "#8a8f94"
_SHADES = (TEAL, "#d9a066", "#5f6b73", "#b9c0c6")


def draw(spec: Mapping[str, Any], tables: Tables, lang: str) -> str:
    """Draw one figure of ``figures.toml`` as SVG text.

    ``kind`` is ``bars`` (rows of ``panel``, one bar a group) or ``stages``. Raises FaultyInput
    naming the figure when its panel or group is not there.
    """
    if spec.get("kind") == "stages":
        return _stages([say(stage, lang) for stage in spec["stages"]], lang)
    return _svg(_chart(_bars(spec, tables, lang), lang))


def _bars(spec: Mapping[str, Any], tables: Tables, lang: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for reference in spec["panels"]:
        table_id, _, panel_id = str(reference).partition(".")
        try:
            table = tables[table_id]
            panel = next(p for p in table.panels if p.id == panel_id)
        except (KeyError, StopIteration) as error:
            place = f"figures.toml, figure {spec['id']}"
            raise FaultyInput(
                [Fault(place, f"there is no panel “{reference}”.", "Mend it.")]
            ) from error
        wanted = spec.get("rows") or [row.id for row in panel.rows]
        for row in panel.rows:
            for at, group in enumerate(table.groups):
                if row.id in wanted and group.id in spec.get(
                    "groups", [g.id for g in table.groups]
                ):
                    rows.append(
                        _bar(row.cells[group.id], say(row.label, lang), lang)
                        | {"group": say(group.label, lang), "at": at}
                    )
    return rows


def _bar(cell: Cell, label: str, lang: str) -> dict[str, Any]:
    shown = cell.percent is not None
    words = percent(cell.percent or 0, lang) if shown else gettext("too few to show", lang)
    if cell.mark == "small":
        words = f"({words})"
    return {"label": label, "value": cell.percent if shown else 0.0, "words": words}


def _chart(rows: list[dict[str, Any]], lang: str) -> Any:
    import altair as alt

    groups = list(dict.fromkeys(row["group"] for row in rows))
    size: dict[str, float] = {}
    for row in rows:
        size[row["label"]] = max(size.get(row["label"], 0), row["value"])
    order = sorted(size, key=lambda label: -size[label])
    font = "Noto Sans Khmer, Noto Sans" if lang == "km" else "Noto Sans"
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, labelPadding=8)),
        x=alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 100])),
    )
    if len(groups) > 1:
        base = base.encode(yOffset=alt.YOffset("group:N", sort=groups))
    colour = alt.Color(
        "group:N",
        sort=groups,
        scale=alt.Scale(domain=groups, range=list(_SHADES[: len(groups)])),
        legend=alt.Legend(title=None, orient="top", symbolType="square")
        if len(groups) > 1
        else None,
    )
    bars = base.mark_bar(height={"band": 0.82}).encode(color=colour)
    words = base.mark_text(align="left", dx=4, fontSize=11, color="#333333").encode(text="words:N")
    step = 16 if len(groups) > 1 else 26
    height = len(order) * len(groups) * step + (len(order) * 8 if len(groups) > 1 else 0)
    return (
        (bars + words)
        .properties(width=380, height=height, padding=8)
        .configure(font=font)
        .configure_axis(labelFontSize=13 if lang == "km" else 12, domain=False, ticks=False)
        .configure_legend(labelFontSize=12)
        .configure_view(stroke=None)
    )


@functools.cache
def _register_fonts() -> None:
    import vl_convert

    for folder in font_folders():
        vl_convert.register_font_directory(str(folder))


def _svg(chart: Any) -> str:
    import vl_convert

    _register_fonts()
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


def png(svg: str) -> bytes:
    """Turn SVG into PNG for Word (print resolution)."""
    import vl_convert

    _register_fonts()
    return bytes(vl_convert.svg_to_png(svg, scale=2.5))


def _stages(stages: list[str], lang: str) -> str:
    width, height, gap = 176, 92, 20
    total = len(stages) * (width + gap) - gap + 8
    size = 14 if lang == "km" else 13
    font = "Noto Sans Khmer, Noto Sans" if lang == "km" else "Noto Sans"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{height + 8}" '
        f'viewBox="0 0 {total} {height + 8}" font-family="{font}" font-size="{size}">'
    ]
    for at, stage in enumerate(stages):
        x = 4 + at * (width + gap)
        done = at < 2
        fill, ink = (TEAL, "#ffffff") if done else ("#ffffff", "#1b1f23")
        parts.append(
            f'<rect x="{x}" y="4" width="{width}" height="{height}" rx="6" fill="{fill}" '
            f'stroke="{TEAL}" stroke-width="1.5"/>'
        )
        lines = stage.split("\n")
        top = 4 + height / 2 - (len(lines) - 1) * size * 0.75 + size * 0.35
        for line_at, line in enumerate(lines):
            y = top + line_at * size * 1.5
            parts.append(
                f'<text x="{x + width / 2}" y="{y:.1f}" text-anchor="middle" fill="{ink}">'
                f"{html.escape(line)}</text>"
            )
        if at:
            middle = 4 + height / 2
            parts.append(
                f'<path d="M{x - gap + 3} {middle} h{gap - 9} m-5 -5 l5 5 l-5 5" fill="none" '
                f'stroke="{SAFFRON}" stroke-width="2"/>'
            )
    return "".join([*parts, "</svg>"])


def save(svg: str, path: Path) -> None:
    """Write an SVG file."""
    path.write_text(svg, encoding="utf-8")
