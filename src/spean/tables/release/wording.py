"""An assessment in words, for the person who answers for the file."""

from collections.abc import Iterator

from spean.tables.release.assessment import Assessment
from spean.tables.release.measures import Measures
from spean.tables.release.uniques import most_telling

_SHOWN = 10


def in_words(made: Assessment) -> str:
    """Say what identifies, how risky the file is, what would help, and what suppression costs."""
    return "\n".join(_lines(made))


def _lines(made: Assessment) -> Iterator[str]:
    settings, before = made.settings, made.before
    if made.made_up:
        yield "These are made-up data: no row is a person. The figures show how the check works."
    if made.findings:
        yield f"{len(made.findings)} columns name or locate people; the file cannot be released:"
        yield from (f"  {finding}" for finding in made.findings)
    else:
        yield "No column names or locates a person, as far as types, headings and values tell."
    yield f"{before.rows} rows, {len(made.columns)} columns. Keys: {', '.join(settings.keys)}."
    if made.outside:
        yield f"{made.outside} answers outside the codebook are left out."
    blank = [f"{name} {count}" for name, count in made.blanks.items() if count]
    if blank:
        yield f"Blank keys, each taken as an answer of its own: {', '.join(blank)}."
    yield from _risk("As it is", before, settings.k)
    yield from _diversity(before, settings.l)
    telling = most_telling(before.special, settings.keys)
    if telling:
        sizes = before.special.by_size
        yield (
            f"Singled out by one key: {sizes[0]} rows; by two: {sizes[1]}; by three: {sizes[2]}. "
            f"Most telling: {', '.join(telling[:3])}."
        )
    if made.suggestions:
        yield f"Recodings to think about (rows with fewer than {settings.k} alike):"
        yield from (f"  {s.how}: {s.before} → {s.after}" for s in made.suggestions[:_SHOWN])
    yield from _suppression(made)
    if made.reason:
        yield f"Not to be released. {made.reason}"


def _risk(when: str, measures: Measures, k: int) -> Iterator[str]:
    risk = measures.risk
    yield (
        f"{when}: {measures.classes} classes of rows that look alike, the smallest of "
        f"{measures.smallest}; {measures.alone} rows alone, {measures.under} with fewer than {k}."
    )
    yield (
        f"  Who knows that a person is in the file finds {risk.expected:.1f} of "
        f"{measures.rows} rows ({risk.share:.1%}); the worst row with {risk.highest:.0%}."
    )
    if measures.weighted:
        weighted = measures.weighted
        yield (
            f"  Who does not know it finds {weighted.expected:.1f} rows, by the weights "
            f"({weighted.share:.1%}); the worst row with {weighted.highest:.1%}."
        )


def _diversity(measures: Measures, least: int) -> Iterator[str]:
    for one in measures.diversity:
        yield (
            f"  {one.variable}: rows alike give at least {one.distinct} different answers "
            f"(worth {one.entropy:.2f}); {one.under} rows with fewer than {least}."
        )


def _suppression(made: Assessment) -> Iterator[str]:
    if made.suppression is None or made.after is None:
        return
    settings = made.settings
    if made.suppression.cells:
        named = zip(settings.keys, made.suppression.by_key, strict=True)
        by_key = ", ".join(f"{name} {cells}" for name, cells in named if cells)
        share = made.suppression.cells / (made.before.rows * len(settings.keys))
        yield (
            f"Local suppression would blank {made.suppression.cells} answers to keys "
            f"({share:.1%}): {by_key}. Whole rows would cost {made.suppression.naive}."
        )
        if made.followed:
            further = ", ".join(f"{name} {count}" for name, count in made.followed.items())
            yield f"  And what would tell them: {further}."
        yield from _risk("After it", made.after, settings.k)
        yield from _diversity(made.after, settings.l)
