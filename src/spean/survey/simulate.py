"""Made-up respondents: random answers that obey every skip and every constraint of the form."""

import random
import re
from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import polars as pl

from spean.survey.codebook import Codebook, Variable
from spean.survey.conditions import condition, number
from spean.survey.errors import Fault, FaultyInput
from spean.survey.xpath import (
    Call,
    Literal,
    Node,
    NotUnderstood,
    Op,
    Ref,
    parse,
    refs,
    refs_in_text,
    unparse,
)

Values = Sequence[str | float | None]
_FILTER = re.compile(r"^\s*(?:(\w+)\s*=\s*\$\{(\w+)\}|\$\{(\w+)\}\s*=\s*(\w+))\s*$")
_TRIES = 60


def simulate(
    codebook: Codebook,
    n: int,
    seed: int,
    *,
    given: Mapping[str, Values] | None = None,
    ranges: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> pl.DataFrame:
    """Draw ``n`` respondents question by question, in the order of the form.

    ``given`` are answers that stand already, by variable; ``ranges`` bound a number for each
    respondent. Dates and repeats are left out. Same seed, same data. Raises FaultyInput for a
    constraint or filter that cannot be evaluated or cannot be met.
    """
    return _Drawer(codebook, n, seed, given or {}, ranges or {}).draw()


class _Drawer:
    def __init__(
        self,
        codebook: Codebook,
        n: int,
        seed: int,
        given: Mapping[str, Values],
        ranges: Mapping[str, Sequence[tuple[int, int]]],
    ) -> None:
        self.codebook, self.n, self.given, self.ranges = codebook, n, given, ranges
        self.random = random.Random(seed)
        self.kinds = codebook.kinds()
        self.frame = pl.DataFrame({"__row": range(n)})
        self.known_bounds: dict[tuple[str, int], list[float | None]] = {}

    def draw(self) -> pl.DataFrame:
        kept = []
        for variable in self.in_turn():
            try:
                self.add(variable)
            except NotUnderstood as error:
                mend = "Spean cannot make answers up for it."
                where = str(variable.source.name)
                raise FaultyInput([Fault(where, f"{error}.", mend, variable.source.row)]) from error
            kept.append(variable.name)
        return self.frame.select(name for name in self.codebook.variables if name in kept)

    def in_turn(self) -> list[Variable]:
        """Give the questions in order, but each after those that its skips and bounds look at."""
        drawn = {
            name: variable
            for name, variable in self.codebook.variables.items()
            if not variable.repeat and variable.type not in ("date", "media")
        }
        turn: dict[str, Variable] = {}
        waiting: list[str] = []

        def take(name: str) -> None:
            if name in turn or name not in drawn:
                return
            if name in waiting:
                chain = " → ".join([*waiting[waiting.index(name) :], name])
                where = drawn[name].source
                what = f"questions depend on each other: {chain}."
                mend = "Let each look at earlier ones only."
                raise FaultyInput([Fault(name, what, mend, where.row, "relevant")])
            waiting.append(name)
            for other in _looked_at(drawn[name]):
                take(other)
            waiting.pop()
            turn[name] = drawn[name]

        for name in drawn:
            take(name)
        return list(turn.values())

    def add(self, variable: Variable) -> None:
        asked = self.test(variable.universe.condition)
        values: list[str | float | None]
        if variable.name in self.given:
            values = list(self.given[variable.name])
            values = [v if ok else None for v, ok in zip(values, asked, strict=True)]
            self.put(variable, values)
            return
        if variable.calculation:
            self.calculate(variable)
            return
        values = [self.one(variable, at) if ok else None for at, ok in enumerate(asked)]
        self.put(variable, values)
        self.mend(variable, values, asked)

    def test(self, node: Node | None, name: str = "") -> list[bool]:
        if node is None:
            return [True] * self.n
        mask = nw.from_native(self.frame).select(condition(node, self.kinds, name).alias("x"))
        result: list[bool] = mask["x"].to_list()
        return result if len(result) == self.n else result * self.n

    def put(self, variable: Variable, values: Sequence[str | float | None]) -> None:
        if variable.type == "number":
            column = pl.Series(variable.name, values, pl.Float64)
            self.frame = self.frame.with_columns(column)
            return
        self.frame = self.frame.with_columns(pl.Series(variable.name, values, pl.String))
        if variable.type == "multiple":
            picked = [None if v is None else str(v).split() for v in values]
            flags = [
                pl.Series(
                    f"{variable.name}/{code}",
                    [None if p is None else code in p for p in picked],
                    pl.Boolean,
                )
                for code in variable.values
            ]
            self.frame = self.frame.with_columns(flags)

    def mend(
        self, variable: Variable, values: list[str | float | None], asked: Sequence[bool]
    ) -> None:
        """Draw again where the constraint is broken; give up with a clear error."""
        if variable.constraint is None:
            return
        for _attempt in range(_TRIES):
            kept = self.test(variable.constraint, variable.name)
            broken = [at for at in range(self.n) if asked[at] and not kept[at]]
            if not broken:
                return
            for at in broken:
                values[at] = self.one(variable, at)
            self.put(variable, values)
        what = f"no answer to “{variable.name}” was found that meets its constraint."
        raise FaultyInput([Fault(variable.name, what, "Is it too narrow?", variable.source.row)])

    def calculate(self, variable: Variable) -> None:
        """Work a calculation out; what Spean cannot evaluate (``uuid()``) stays blank."""
        try:
            node = parse(variable.calculation)
            if isinstance(node, Literal):
                self.put(variable, [str(node.value) or None] * self.n)
                return
            lazy = nw.from_native(self.frame).select(number(node, self.kinds).alias("x"))
        except NotUnderstood:
            self.put(variable, [None] * self.n)
            return
        found = lazy["x"].to_list()
        self.put(variable, found if len(found) == self.n else found * self.n)

    def one(self, variable: Variable, at: int) -> str | float | None:
        if variable.type == "number":
            low, high = self.bounds(variable, at)
            return float(self.random.randint(low, max(low, high)))
        options = self.options(variable, at)
        if variable.type == "single":
            valid = [o for o in options if o not in variable.missing] or options
            return self.random.choice(valid) if valid else None
        if variable.type == "multiple":
            valid = [o for o in options if o not in variable.missing] or options
            picked = [o for o in valid if self.random.random() < 0.3]
            return " ".join(picked or [self.random.choice(valid)])
        return f"made up {at + 1}" if variable.type == "text" else None

    def options(self, variable: Variable, at: int) -> list[str]:
        text = variable.source.choice_filter
        if not text:
            return list(variable.values)
        match = _FILTER.match(text)
        if match is None:
            raise NotUnderstood(f"the choice filter “{text}” is not evaluated by Spean")
        column, question = (match[1] or match[4], match[2] or match[3])
        wanted = self.frame[question][at]
        extras = self.codebook.extras.get(variable.source.list_name, {})
        return [o for o in variable.values if extras.get(o, {}).get(column) == wanted]

    def bounds(self, variable: Variable, at: int) -> tuple[int, int]:
        """Read plain lower and upper bounds out of the constraint; 0 to 100 without."""
        low, high = 0, 100
        for op, side in _comparisons(variable.constraint):
            value: float | None = None
            if isinstance(side, Literal) and isinstance(side.value, float):
                value = side.value
            else:
                value = self.worked_out(side)[at]
            if value is not None and op in (">=", ">"):
                low = int(value)
            elif value is not None and op in ("<=", "<"):
                high = int(value)
        if variable.name in self.ranges:
            narrow = self.ranges[variable.name][at]
            low, high = max(low, narrow[0]), min(high, narrow[1])
        return low, high

    def worked_out(self, side: Node) -> list[float | None]:
        """Work a bound out for every respondent, as far as answers stand."""
        text = unparse(side)
        if not refs(side) <= set(self.frame.columns):
            return [None] * self.n
        if (text, self.frame.width) not in self.known_bounds:
            lazy = nw.from_native(self.frame).select(number(side, self.kinds).alias("x"))
            self.known_bounds[text, self.frame.width] = lazy["x"].to_list()
        return self.known_bounds[text, self.frame.width]


def _looked_at(variable: Variable) -> list[str]:
    """Name the questions that one's skips, bounds, answers or calculation look at."""
    nodes = (variable.universe.condition, variable.constraint)
    found = set().union(*(refs(node) for node in nodes if node is not None))
    for text in (variable.calculation, variable.source.choice_filter):
        found |= refs_in_text(text)
    return sorted(found - {variable.name})


def _comparisons(node: Node | None) -> list[tuple[str, Node]]:
    if isinstance(node, Op) and node.op == "and":
        return _comparisons(node.left) + _comparisons(node.right)
    if isinstance(node, Op) and node.left == Ref("."):
        return [(node.op, node.right)]
    return []


def exclusive_options(variable: Variable) -> frozenset[str]:
    """Name the answers that a constraint forbids beside others (``none``)."""
    found = set()
    stack: list[Node] = [variable.constraint] if variable.constraint else []
    while stack:
        node = stack.pop()
        if isinstance(node, Op):
            stack += [node.left, node.right]
        elif isinstance(node, Call):
            stack += list(node.args)
            if node.name == "selected" and node.args[0] == Ref("."):
                code = node.args[1]
                found.add(str(code.value) if isinstance(code, Literal) else "")
    return frozenset(found)
