"""The instrument: questions, groups, repeats and answer lists of one form, in its languages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spean.survey.errors import Fault

Text = Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """One answer of a list: its code, its words per language, further columns for filters."""

    name: str
    label: Text
    row: int
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One row of the survey sheet that is a question, note, calculation, group or repeat.

    ``parents`` are the enclosing groups from the outside in, as places in ``Instrument.items``.
    ``kind`` is the XLSForm type without its list name; ``list_name`` is the answer list.
    """

    row: int
    kind: str
    name: str
    list_name: str
    label: Text
    hint: Text
    universe: Text
    constraint_message: Text
    relevant: str
    constraint: str
    calculation: str
    choice_filter: str
    required: bool
    or_other: bool
    parents: tuple[int, ...]

    @property
    def is_group(self) -> bool:
        """Tell whether it opens a group or a repeat."""
        return self.kind in ("begin_group", "begin_repeat")

    @property
    def holds_data(self) -> bool:
        """Tell whether an interview carries an answer for it."""
        return not self.is_group and self.kind not in ("note", "audit")


@dataclass(frozen=True)
class Instrument:
    """A form: where it came from, title, id, version, languages, items in order, answer lists."""

    file: str
    title: str
    form_id: str
    version: str
    languages: tuple[str, ...]
    items: tuple[Item, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    gaps: tuple[Fault, ...] = ()
    """Answers without words in one of the languages, where that is allowed."""

    def item(self, name: str) -> Item:
        """Give the question of that name; raises KeyError."""
        for item in self.items:
            if item.name == name and not item.is_group:
                return item
        raise KeyError(name)

    def repeat_of(self, item: Item) -> str:
        """Name the innermost repeat that an item stands in, or nothing."""
        for parent in reversed(item.parents):
            if self.items[parent].kind == "begin_repeat":
                return self.items[parent].name
        return ""


def language_code(heading: str) -> str:
    """Give the code of a language heading: ``English (en)`` is ``en``, ``French`` is ``french``."""
    match = re.search(r"\(([A-Za-z]{2,3}(?:-[A-Za-z]+)?)\)\s*$", heading)
    return match.group(1).lower() if match else heading.strip().lower()


def read_instrument(path: Path, complete_in: Sequence[str] | None = None) -> Instrument:
    """Read a form from a folder of CSV sheets or an XLSForm file.

    Answers must have words in the languages ``complete_in`` (empty: in all of the form; None:
    gaps are only listed). Raises FaultyInput with every fault of the form at once, CouldNotRead
    when it is not there.
    """
    from spean.survey.reading import build

    return build(path, complete_in)
