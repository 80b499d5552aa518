"""A Word report that colleagues edited, held against the study: what became of every bound number.

Each bound number stands in a content control whose title is its reference. Word processors keep the
title when they edit and save; what is inside, and where the control stands, may have changed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal

from spean.claims.raw_numbers import raw_numbers
from spean.claims.resolve import Resolver
from spean.documents.blocks import Block, Heading, Paragraph
from spean.survey.errors import CouldNotRead, Fault, FaultyInput

Kind = Literal["retyped", "moved", "copied", "deleted", "added", "unknown"]
_BLANK = "\N{OBJECT REPLACEMENT CHARACTER}"
_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Change:
    """One number that is not as the study has it: ``found`` in the file, ``expected`` now.

    ``retyped``: other words stand in the control (also where the data have changed since);
    ``moved``: it stands elsewhere in the order; ``copied``: more often than in the text;
    ``deleted``: less often; ``added``: typed, bound to nothing; ``unknown``: no such cell.
    """

    kind: Kind
    name: str
    found: str
    expected: str
    where: str

    def __str__(self) -> str:
        said = {
            "retyped": f"“{self.found}” stands for {self.name}; the study has “{self.expected}”",
            "moved": f"{self.name} (“{self.found}”) stands elsewhere than in the study's text",
            "copied": f"{self.name} (“{self.found}”) stands more often than in the study's text",
            "deleted": f"{self.name} (“{self.expected}”) is gone",
            "added": f"“{self.found}” was typed by hand. {self.expected}",
            "unknown": f"{self.name} (“{self.found}”) is bound to no cell of the study",
        }
        return f"{self.kind}: {said[self.kind]}. In: {self.where}"

    def as_dict(self) -> dict[str, str]:
        """Give it for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Bound:
    name: str
    words: str
    where: str


def read_controls(path: Path) -> tuple[list[_Bound], list[str]]:
    """Read the bound numbers of a Word file in order, and its paragraphs without them.

    Tables are left out: their numbers are the study's own and bound as a whole. Raises
    CouldNotRead for a file that is no Word file.
    """
    import zipfile

    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    if not path.exists():
        raise CouldNotRead(f"{path}: there is no such file.")
    try:
        document: Any = Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise CouldNotRead(f"{path}: cannot be read as a Word file (.docx).") from error
    bound: list[_Bound] = []
    paragraphs = []
    for element in document.element.body:
        if element.tag == f"{_NAMESPACE}p":
            own, text = _paragraph(element)
            bound += own
            paragraphs.append(text)
    return bound, paragraphs


def _paragraph(element: Any) -> tuple[list[_Bound], str]:
    where = _text(element)
    short = where if len(where) < 70 else f"{where[:67]}…"
    bound, rest = [], []
    for child in element:
        properties = child.find(f"{_NAMESPACE}sdtPr") if child.tag == f"{_NAMESPACE}sdt" else None
        title = None if properties is None else properties.find(f"{_NAMESPACE}alias")
        if title is None:
            rest.append(_text(child))
        else:
            name = str(title.get(f"{_NAMESPACE}val"))
            bound.append(_Bound(name, _text(child), short))
            rest.append(_BLANK)
    return bound, "".join(rest)


def _text(element: Any) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_NAMESPACE}t"))


def verify(
    path: Path, blocks: Sequence[Block], resolver: Resolver, beside: Iterable[str] = ()
) -> list[Change]:
    """Hold a Word file against the report as it is made now; gives every change.

    ``beside`` are paragraphs that belong to tables and figures: captions and notes. Raises
    CouldNotRead as ``read_controls`` does, and FaultyInput for a file without bound numbers.
    """
    found, paragraphs = read_controls(path)
    expected = list(_expected(blocks))
    if expected and not found:
        mend = "Take a report.docx that spean run wrote in English; Khmer ones are not bound yet."
        raise FaultyInput([Fault(str(path), "the file holds no bound numbers.", mend)])
    return [
        *_retyped(found, expected),
        *_counted(found, expected),
        *_moved(found, expected),
        *_added(paragraphs, blocks, resolver, beside),
    ]


def _expected(blocks: Sequence[Block]) -> Iterator[_Bound]:
    for block in blocks:
        for run in block.runs if isinstance(block, Paragraph) else ():
            if run.figure:
                where = "".join(part.text for part in block.runs)  # type: ignore[union-attr]
                short = where if len(where) < 70 else f"{where[:67]}…"
                yield _Bound(run.figure.name, run.text, short)


def _retyped(found: Sequence[_Bound], expected: Sequence[_Bound]) -> Iterator[Change]:
    now = {one.name: one.words for one in expected}
    for one in found:
        if one.name not in now:
            yield Change("unknown", one.name, one.words, "", one.where)
        elif one.words != now[one.name]:
            yield Change("retyped", one.name, one.words, now[one.name], one.where)


def _counted(found: Sequence[_Bound], expected: Sequence[_Bound]) -> Iterator[Change]:
    there, wanted = Counter(one.name for one in found), Counter(one.name for one in expected)
    last = {one.name: one for one in found}
    for one in {one.name: one for one in expected}.values():
        if there[one.name] > wanted[one.name]:
            copy = last[one.name]
            yield Change("copied", one.name, copy.words, one.words, copy.where)
        elif there[one.name] < wanted[one.name]:
            yield Change("deleted", one.name, "", one.words, one.where)


def _moved(found: Sequence[_Bound], expected: Sequence[_Bound]) -> Iterator[Change]:
    """Find what is out of order among the numbers that are in both, each as often as it should."""
    counts = Counter(one.name for one in found), Counter(one.name for one in expected)
    both = {name for name in counts[0] if counts[0][name] == counts[1][name]}
    ours = [one for one in found if one.name in both]
    theirs = [one.name for one in expected if one.name in both]
    matcher = SequenceMatcher(None, [one.name for one in ours], theirs, autojunk=False)
    kept: set[int] = set()
    for block in matcher.get_matching_blocks():
        kept |= set(range(block.a, block.a + block.size))
    for at, one in enumerate(ours):
        if at not in kept:
            yield Change("moved", one.name, one.words, "", one.where)


def _added(
    paragraphs: Sequence[str],
    blocks: Sequence[Block],
    resolver: Resolver,
    beside: Iterable[str],
) -> Iterator[Change]:
    """Find numbers that are bound to nothing and stand in no paragraph of the study's own text."""
    own = set(beside) | {
        block.text
        if isinstance(block, Heading)
        else "".join(_BLANK if run.figure else run.text for run in block.runs)
        for block in blocks
        if isinstance(block, Heading | Paragraph)
    }
    for text in paragraphs[_cover(paragraphs, own) :]:
        if text.strip() in {known.strip() for known in own}:
            continue
        for fault in raw_numbers(text.replace(_BLANK, " "), "", resolver.said):
            number = fault.what.split("”")[0].lstrip("“")
            short = text.replace(_BLANK, "…")
            yield Change("added", "", number, fault.mend, short[:69])


def _cover(paragraphs: Sequence[str], own: set[str]) -> int:
    """Pass over the title, the date and the notices before the first chapter."""
    return next((at for at, text in enumerate(paragraphs) if text in own), 0)
