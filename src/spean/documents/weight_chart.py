"""The chart of weights: how much interviews count, and how far margins were off before."""

from typing import Any

import numpy as np

from spean.documents.charts import SAFFRON, TEAL, as_svg
from spean.tables.weighting.fit import Fit
from spean.tables.weighting.weigh import Weighing

_INK, _GREY = "#333333", "#8a949b"
_MOST = 40  # totals shown; of more, those that were furthest off
_WIDTH, _SIZE = 360, 12


def draw_weights(made: Weighing) -> str:
    """Draw weights as SVG text: their distribution above, the margins before and after below."""
    import altair as alt

    whole = alt.vconcat(_distribution(made), _margins(made.fits), spacing=24)
    configured = (
        whole.configure(font="Noto Sans", padding=8)
        .configure_axis(labelFontSize=_SIZE, titleFontSize=_SIZE, titleFontWeight="normal")
        .configure_axis(grid=False, domainColor=_GREY, tickColor=_GREY)
        .configure_view(stroke=None)
    )
    return as_svg(configured)


def _distribution(made: Weighing) -> Any:
    import altair as alt

    used = made.weights[made.weights > 0]
    relative = used / used.mean()
    bins = min(30, max(5, round(len(used) ** 0.5)))
    counts, edges = np.histogram(relative, bins=bins)
    rows = [
        {"from": float(low), "to": float(high), "interviews": int(count), "floor": 0}
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
        if count
    ]
    x = alt.X("from:Q", title="Weight (average interview = 1)", scale=alt.Scale(zero=True))
    y = alt.Y("interviews:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=4))
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(color=TEAL, stroke="white", strokeWidth=0.5)
    figures = made.diagnostics
    heading = f"Interviews by weight: design effect {figures.kish:.2f}, "
    heading += f"{figures.n:,} are worth {figures.effective:,.0f}"
    return bars.encode(x=x, x2="to:Q", y=y, y2="floor:Q").properties(
        width=_WIDTH, height=130, title=_title(heading)
    )


def _margins(fits: tuple[Fit, ...]) -> Any:
    import altair as alt

    shown = [fit for fit in fits if fit.total]
    if len(shown) > _MOST:
        furthest = sorted(shown, key=lambda fit: -abs(fit.before / fit.total - 1))[:_MOST]
        shown = [fit for fit in shown if fit in furthest]
    rows = [
        {
            "total": fit.name,
            "before": 100 * fit.before / fit.total,
            "after": 100 * fit.after / fit.total,
            "words": f"{100 * fit.before / fit.total:.0f} %",
        }
        for fit in shown
    ]
    stub = alt.Axis(title=None, labelLimit=260, domain=False, ticks=False)
    base = alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("total:N", sort=None, axis=stub))
    x = alt.X("before:Q", title="Percent of the known total", scale=alt.Scale(zero=False))
    way = base.mark_rule(color=_GREY).encode(x=x, x2="after:Q")
    before = base.mark_point(color=SAFFRON, size=60, strokeWidth=2).encode(x=x)
    after = base.mark_point(color=TEAL, filled=True, size=70, opacity=1).encode(x="after:Q")
    words = base.mark_text(dy=-11, fontSize=_SIZE - 1, color=_INK).encode(x=x, text="words:N")
    heading = "Margins before (open) and after weighting (filled)"
    return (way + before + after + words).properties(
        width=_WIDTH, height=max(60, 34 * len(rows)), title=_title(heading)
    )


def _title(words: str) -> Any:
    import altair as alt

    return alt.TitleParams(
        words, anchor="start", frame="group", fontSize=_SIZE, fontWeight="bold", color=_INK
    )
