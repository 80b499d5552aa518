"""XLSForm expressions: text to a small tree, or an error that says what is not understood.

Source: the XLSForm specification's subset of XPath 1.0 as ODK forms use it in ``relevant``,
``constraint`` and ``calculation``. Paths, axes and predicates are refused, never guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


class NotUnderstood(ValueError):
    """An expression that cannot be read; the message names the construct and its position."""


@dataclass(frozen=True)
class Literal:
    """A string or a number as written."""

    value: str | float


@dataclass(frozen=True)
class Ref:
    """``${name}``, or ``.`` (the question itself) when the name is a dot."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True)
class Op:
    """A binary operator between two parts."""

    op: str
    left: "Node"
    right: "Node"


Node = Literal | Ref | Call | Op

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<ref>\$\{\s*[A-Za-z_][\w.\-]*\s*\})
  | (?P<number>\d+(?:\.\d*)?|\.\d+)
  | (?P<string>'[^']*'|"[^"]*")
  | (?P<op><=|>=|!=|=|<|>|\+|-|\*|\(|\)|,)
  | (?P<dot>\.(?![./\w]))
  | (?P<name>[A-Za-z_][\w\-]*(?::[A-Za-z_][\w\-]*)?)
    )""",
    re.VERBOSE,
)
_WHOLE_CELL = dict.fromkeys(("yes", "Yes", "YES", "true", "True", "TRUE"), "true") | dict.fromkeys(
    ("no", "No", "NO", "false", "False", "FALSE"), "false"
)
"""What pyxform turns into ``true()`` and ``false()`` where it is all that a cell holds."""
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    text = text.replace("‘", "'").replace("’", "'").replace("“", '"').replace("”", '"').rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].strip()
            raise NotUnderstood(f"“{rest[:30]}” at character {position + 1} is not understood")
        position = match.end()
        kind = match.lastgroup or ""
        yield kind, match.group(kind)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, symbol: str) -> None:
        kind, value = self.take()
        if value != symbol:
            found = "the end" if kind == "end" else f"“{value}”"
            raise NotUnderstood(f"expected “{symbol}”, found {found}")

    def level(self, depth: int = 0) -> Node:
        if depth == len(_LEVELS):
            return self.unary()
        node = self.level(depth + 1)
        while self.peek()[1] in _LEVELS[depth] and self.peek()[0] in ("op", "name"):
            operator = self.take()[1]
            node = Op(operator, node, self.level(depth + 1))
        return node

    def unary(self) -> Node:
        if self.peek() == ("op", "-"):
            self.take()
            return Op("-", Literal(0.0), self.unary())
        return self.primary()

    def primary(self) -> Node:
        kind, value = self.take()
        if kind == "ref":
            return Ref(value[2:-1].strip())
        if kind == "dot":
            return Ref(".")
        if kind == "number":
            return Literal(float(value))
        if kind == "string":
            return Literal(value[1:-1])
        if (kind, value) == ("op", "("):
            node = self.level()
            self.expect(")")
            return node
        if kind == "name" and self.peek() == ("op", "("):
            return self.call(value)
        if kind == "end":
            raise NotUnderstood("it ends too early")
        raise NotUnderstood(f"“{value}” is not understood here")

    def call(self, name: str) -> Call:
        self.take()
        args: list[Node] = []
        while self.peek() != ("op", ")"):
            args.append(self.level())
            if self.peek() == ("op", ","):
                self.take()
            elif self.peek() != ("op", ")"):
                raise NotUnderstood(f"in {name}(…) a comma or a closing bracket is missing")
        self.take()
        return Call(name, tuple(args))


def parse(text: str) -> Node:
    """Read one expression.

    Raises NotUnderstood with the reason.
    """
    if text.strip() in _WHOLE_CELL:
        return Call(_WHOLE_CELL[text.strip()], ())
    parser = _Parser(text)
    node = parser.level()
    if parser.peek()[0] != "end":
        raise NotUnderstood(f"“{parser.peek()[1]}” is not understood here")
    return node


def refs(node: Node) -> set[str]:
    """Name the questions that an expression looks at (without the dot)."""
    if isinstance(node, Ref):
        return set() if node.name == "." else {node.name}
    if isinstance(node, Call):
        return set().union(*(refs(arg) for arg in node.args)) if node.args else set()
    if isinstance(node, Op):
        return refs(node.left) | refs(node.right)
    return set()


def refs_in_text(text: str) -> set[str]:
    """Name the questions in ``${…}`` of any text, also of one that does not parse."""
    return {name.strip() for name in re.findall(r"\$\{([^}]*)\}", text)}


def unparse(node: Node) -> str:
    """Write a tree as text again, with brackets around every operation."""
    if isinstance(node, Ref):
        return "." if node.name == "." else f"${{{node.name}}}"
    if isinstance(node, Literal):
        return f"{node.value:g}" if isinstance(node.value, float) else f"'{node.value}'"
    if isinstance(node, Call):
        return f"{node.name}({', '.join(map(unparse, node.args))})"
    return f"({unparse(node.left)} {node.op} {unparse(node.right)})"
