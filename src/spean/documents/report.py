"""What a report is made of, before any output renders it."""

from collections.abc import Mapping
from dataclasses import dataclass

from spean.documents.blocks import Block
from spean.documents.layout import Layout


@dataclass(frozen=True)
class Report:
    """A whole report in one language: blocks in order, tables in words, figures as SVG.

    ``notices`` are said at the top (made-up data, kind of sample). ``today`` is the date printed.
    """

    lang: str
    title: str
    subtitle: str
    notices: tuple[str, ...]
    today: str
    blocks: tuple[Block, ...]
    layouts: Mapping[str, Layout]
    figures: Mapping[str, tuple[str, str]]
    """Figure id to (caption, SVG)."""

    @property
    def byline(self) -> str:
        """The line under the title: subtitle and date, what there is of them."""
        return " · ".join(part for part in (self.subtitle, self.today) if part)
