"""The codebook: variables with value labels, types, missing codes, response sets and universes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spean.survey.conditions import condition
from spean.survey.errors import Fault, FaultyInput
from spean.survey.instrument import Instrument, Item, Text
from spean.survey.words import in_words, phrase
from spean.survey.xpath import Node, NotUnderstood, Op, parse

_NUMBERS = frozenset(("integer", "decimal", "range"))
_SELECTS_ONE = frozenset(("select_one", "select_one_from_file", "select_one_external"))
_SELECTS_MANY = frozenset(("select_multiple", "select_multiple_from_file"))


@dataclass(frozen=True)
class Universe:
    """Who was asked: a condition on the data (None: everyone) and the same in words."""

    condition: Node | None
    words: Text


@dataclass(frozen=True)
class Variable:
    """One variable of the data.

    ``type`` is ``single``, ``multiple``, ``number``, ``text``, ``date`` or ``media``. ``values``
    maps a code to its words, missing codes included. ``missing`` are the codes that are no answer.
    ``repeat`` names the child table it lives in. ``source`` is the item it comes from.
    """

    name: str
    type: str
    label: Text
    values: Mapping[str, Text]
    missing: tuple[str, ...]
    universe: Universe
    constraint: Node | None
    calculation: str
    repeat: str
    source: Item


@dataclass(frozen=True)
class ResponseSet:
    """A question with several answers; percents are of cases (those asked who answered)."""

    name: str
    label: Text
    options: tuple[str, ...]


@dataclass(frozen=True)
class Codebook:
    """All variables of an instrument, in order."""

    variables: Mapping[str, Variable]
    languages: tuple[str, ...]
    unread_constraints: tuple[Fault, ...] = ()
    extras: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    """Further columns of the answer lists, by list and answer, as choice filters use them."""

    def __getitem__(self, name: str) -> Variable:
        return self.variables[name]

    def __contains__(self, name: str) -> bool:
        return name in self.variables

    @property
    def response_sets(self) -> tuple[ResponseSet, ...]:
        """The questions that take several answers."""
        return tuple(
            ResponseSet(v.name, v.label, tuple(v.values))
            for v in self.variables.values()
            if v.type == "multiple"
        )

    def kinds(self, repeat: str = "") -> dict[str, str]:
        """Give the columns that conditions may look at, each ``num``, ``str`` or ``bool``."""
        kinds: dict[str, str] = {}
        for variable in self.variables.values():
            if variable.repeat and variable.repeat != repeat:
                continue
            kinds[variable.name] = _kind(variable)
            if variable.type == "multiple":
                kinds |= {f"{variable.name}/{code}": "bool" for code in variable.values}
        return kinds


def make_codebook(instrument: Instrument, missing_codes: Iterable[str] = ()) -> Codebook:
    """Work the codebook out of an instrument.

    ``missing_codes`` are answer codes that mean no answer (77 in Kamrieng). Raises FaultyInput
    naming every row whose relevance is not understood: a universe is never guessed.
    """
    return _Maker(instrument, tuple(missing_codes)).codebook()


class _Maker:
    def __init__(self, instrument: Instrument, missing: tuple[str, ...]) -> None:
        self.instrument = instrument
        self.missing = missing
        self.faults: list[Fault] = []
        self.unread: list[Fault] = []
        self.relevance: dict[int, Node | None] = {}

    def codebook(self) -> Codebook:
        for at, item in enumerate(self.instrument.items):
            self.relevance[at] = self.read(item, "relevant", item.relevant, self.faults)
        variables = {}
        for at, item in enumerate(self.instrument.items):
            if item.holds_data and item.name:
                variables[item.name] = self.variable(at, item)
        self.check_universes(variables)
        if self.faults:
            raise FaultyInput(sorted(self.faults, key=lambda fault: fault.row or 0))
        extras = {
            name: {choice.name: choice.extra for choice in members}
            for name, members in self.instrument.choices.items()
        }
        return Codebook(variables, self.instrument.languages, tuple(self.unread), extras)

    def check_universes(self, variables: Mapping[str, Variable]) -> None:
        """Find skips that parse but cannot be worked out on data, each at its own row."""
        book = Codebook(variables, self.instrument.languages)
        for at, item in enumerate(self.instrument.items):
            node = self.relevance[at]
            inside = item.name if item.kind == "begin_repeat" else self.instrument.repeat_of(item)
            if node is None:
                continue
            try:
                condition(node, book.kinds(inside))
            except NotUnderstood as error:
                mend = "Spean cannot tell who was asked; see docs/tabulation.md for what it reads."
                fault = Fault(self.instrument.file, f"{error}.", mend, item.row, "relevant")
                self.faults.append(fault)

    def read(self, item: Item, column: str, text: str, faults: list[Fault]) -> Node | None:
        if not text:
            return None
        try:
            return parse(text)
        except NotUnderstood as error:
            mend = "Spean cannot tell who was asked; write it with and, or, not, selected, =, <."
            faults.append(Fault(self.instrument.file, f"{error}.", mend, item.row, column))
            return None

    def variable(self, at: int, item: Item) -> Variable:
        values = self.values(item)
        return Variable(
            name=item.name,
            type=_type(item),
            label=item.label or dict.fromkeys(self.instrument.languages, item.name),
            values=values,
            missing=tuple(code for code in self.missing if code in values or not values),
            universe=self.universe(at, item),
            constraint=self.read(item, "constraint", item.constraint, self.unread),
            calculation=item.calculation,
            repeat=self.instrument.repeat_of(item),
            source=item,
        )

    def values(self, item: Item) -> dict[str, Text]:
        if not item.list_name:
            return {}
        choices = self.instrument.choices.get(item.list_name, ())
        values: dict[str, Text] = {choice.name: choice.label for choice in choices}
        if item.or_other:
            values.setdefault("other", dict.fromkeys(self.instrument.languages, "Other"))
        return values

    def universe(self, at: int, item: Item) -> Universe:
        chain = [*item.parents, at]
        nodes = [node for place in chain if (node := self.relevance[place]) is not None]
        condition: Node | None = None
        for node in nodes:
            condition = node if condition is None else Op("and", condition, node)
        return Universe(condition, {lang: self.words(chain, lang) for lang in self.languages()})

    def languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.instrument.languages, "en")))

    def words(self, chain: list[int], lang: str) -> str:
        parts = []
        for place in chain:
            node, item = self.relevance[place], self.instrument.items[place]
            if node is None:
                continue
            given = item.universe.get(lang)
            parts.append(given or in_words(node, lang, self.label, self.value_label))
        outermost = self.instrument.items[chain[0]]
        if len(parts) > 1 and outermost.is_group and outermost.universe and outermost.relevant:
            parts = parts[1:]
        if not parts:
            return phrase("all", lang)
        said = parts[0]
        for part in parts[1:]:
            said = phrase("and", lang, a=said, b=part)
        return said

    def label(self, name: str, lang: str) -> str:
        for item in self.instrument.items:
            if item.name == name:
                return item.label.get(lang) or next(iter(item.label.values()), name)
        return name

    def value_label(self, name: str, code: str, lang: str) -> str:
        for item in self.instrument.items:
            if item.name == name:
                for choice in self.instrument.choices.get(item.list_name, ()):
                    if choice.name == code:
                        return choice.label.get(lang) or next(iter(choice.label.values()), code)
        return code


def _kind(variable: Variable) -> str:
    """Say how conditions may look at a variable; free text and numeric codes as numbers, too."""
    if variable.type == "number":
        return "num"
    numeric = all(code.lstrip("-").isdecimal() for code in variable.values)
    plain = variable.type in ("text", "single") and numeric
    return "text" if plain else "str"


def _type(item: Item) -> str:
    if item.kind in _SELECTS_ONE:
        return "single"
    if item.kind in _SELECTS_MANY:
        return "multiple"
    if item.kind in _NUMBERS or (item.kind == "calculate" and _looks_numeric(item.calculation)):
        return "number"
    if item.kind in ("date", "time", "datetime", "start", "end", "today"):
        return "date"
    return "media" if item.kind in ("image", "audio", "video", "file") else "text"


def _looks_numeric(calculation: str) -> bool:
    try:
        node = parse(calculation)
    except NotUnderstood:
        return False
    return isinstance(node, Op) and node.op in ("+", "-", "*", "div", "mod")
