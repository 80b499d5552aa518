"""Report text: Markdown to plain blocks whose numbers are resolved, for every output alike."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from spean.claims.resolve import CITATION, REFERENCE, SMALL_MARK, Figure, Resolver
from spean.survey.errors import CouldNotRead, Fault, FaultyInput
from spean.survey.sheets import read_text

_PLACE = re.compile(r"^\[\[(table|figure) ([a-z0-9_]+)\]\]$")


@dataclass(frozen=True)
class Run:
    """Words in one style; ``figure`` where they are a number bound to a cell."""

    text: str
    bold: bool = False
    italic: bool = False
    figure: Figure | None = None


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``bullet`` for an item of a list, ``note`` for small print below text."""

    runs: tuple[Run, ...]
    bullet: bool = False
    note: bool = False


@dataclass(frozen=True)
class Place:
    """Where a table or figure stands in the text."""

    kind: str
    id: str


Block = Heading | Paragraph | Place


def tables_alone(tables: Sequence[str], heading: str) -> list[Block]:
    """Give a report without text: all tables under one heading."""
    return [Heading(1, heading), *(Place("table", table) for table in tables)]


def read_chapters(
    folder: Path,
    resolver: Resolver,
    tables: Sequence[str],
    figures: Sequence[str],
    small_print: str = "",
) -> list[Block]:
    """Read all chapters of a folder in order of their file names.

    ``small_print`` explains the mark of small bases and stands below text that has
    one. Raises FaultyInput with every unknown reference, table or figure of all chapters at once.
    """
    files = sorted(folder.glob("*.md"))
    if not files:
        raise CouldNotRead(f"{folder}: there are no chapters (*.md) in this folder.")
    blocks: list[Block] = []
    faults: list[Fault] = []
    for file in files:
        text = read_text(file)
        faults += resolver.faults(text, str(file))
        faults += _misplaced(text, str(file), {"table": tables, "figure": figures})
        if not faults:
            blocks += _explained(list(parse_blocks(text, resolver)), small_print)
    if faults:
        raise FaultyInput(faults)
    return blocks


def _misplaced(text: str, source: str, known: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for number, line in enumerate(text.splitlines(), 1):
        match = _PLACE.match(line.strip())
        if match and match.group(2) not in known[match.group(1)]:
            what = f"there is no {match.group(1)} “{match.group(2)}”."
            yield Fault(source, what, "Mend the name.", number)
        elif "[[" in line and not match:
            mend = "Write [[table t01]] or [[figure name]] on a line of its own."
            yield Fault(source, f"“{line.strip()}” places nothing.", mend, number)


def _explained(blocks: list[Block], small_print: str) -> list[Block]:
    """Put the explanation of † after the last paragraph of a chapter that has the mark."""
    marked = [
        at
        for at, block in enumerate(blocks)
        if isinstance(block, Paragraph)
        and any(SMALL_MARK in run.text for run in block.runs if run.figure)
    ]
    if not marked or not small_print:
        return blocks
    after = marked[-1] + 1
    note = Paragraph((Run(small_print),), note=True)
    return [*blocks[:after], note, *blocks[after:]]


def parse_blocks(text: str, resolver: Resolver) -> Iterator[Block]:
    """Turn Markdown (headings, paragraphs, lists, bold, italic) into blocks."""
    tokens = MarkdownIt("commonmark").parse(text)
    in_list = 0
    for at, token in enumerate(tokens):
        in_list += token.type in ("bullet_list_open", "ordered_list_open")
        in_list -= token.type in ("bullet_list_close", "ordered_list_close")
        if token.type != "inline":
            continue
        place = _PLACE.match(token.content.strip())
        before = tokens[at - 1]
        if place:
            yield Place(place.group(1), place.group(2))
        elif before.type == "heading_open":
            runs = _runs(token, resolver)
            yield Heading(int(before.tag[1]), "".join(run.text for run in runs))
        else:
            yield Paragraph(tuple(_runs(token, resolver)), in_list > 0)


def _runs(inline: Token, resolver: Resolver) -> list[Run]:
    runs: list[Run] = []
    bold = italic = False
    for child in inline.children or ():
        if child.type in ("strong_open", "strong_close"):
            bold = child.type == "strong_open"
        elif child.type in ("em_open", "em_close"):
            italic = child.type == "em_open"
        elif child.type in ("softbreak", "hardbreak"):
            runs.append(Run(" ", bold, italic))
        elif child.content:
            runs += _bound(child.content, bold, italic, resolver)
    return runs


def _bound(text: str, bold: bool, italic: bool, resolver: Resolver) -> Iterator[Run]:
    at = 0
    for match in REFERENCE.finditer(text):
        if match.start() > at:
            yield Run(text[at : match.start()], bold, italic)
        at = match.end()
        if cited := CITATION.match(match.group(1)):
            yield Run(f"{cited.group(1)} ({cited.group(2)})", bold, italic)
            continue
        figure = resolver.figure(match.group(1))
        yield Run(figure.words, bold, italic, figure)
    if at < len(text):
        yield Run(text[at:], bold, italic)
