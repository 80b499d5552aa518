"""Expressions on data: a tree becomes a Narwhals expression over the answers frame.

XPath's rules for blanks hold: a blank is the empty string, ``!=`` against it is true, and
comparing it with a number is false. A select_multiple ``v`` has one boolean column ``v/option``
for each option beside the text column ``v``.
"""

import re
from collections.abc import Callable, Mapping
from functools import reduce

import narwhals.stable.v2 as nw

from spean.survey.xpath import Call, Literal, Node, NotUnderstood, Op, Ref

Kinds = Mapping[str, str]
"""Column name to ``num``, ``str``, ``bool``, ``code`` (answer codes kept as whole numbers), or
``text``: free text and numeric codes, which may be compared as numbers."""

_NUMBER_TEXT = r"^\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*$"
_TEXT_TESTS: dict[str, Callable[[nw.Expr, str], nw.Expr]] = {
    "contains": lambda text, part: text.str.contains(part, literal=True),
    "starts-with": lambda text, part: text.str.starts_with(part),
    "ends-with": lambda text, part: text.str.ends_with(part),
    "regex": lambda text, pattern: text.str.contains(f"^(?:{pattern})$"),
}

_COMPARE: dict[str, Callable[[nw.Expr, nw.Expr], nw.Expr]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: dict[str, Callable[[nw.Expr, nw.Expr], nw.Expr]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: nw.when(b != 0).then(a / b),
    "mod": lambda a, b: nw.when(b != 0).then(a % b),
}


def condition(node: Node, kinds: Kinds, self_name: str = "") -> nw.Expr:
    """Make a boolean expression without blanks (unknown counts as false).

    Raises NotUnderstood for a function that Spean does not evaluate or a missing column.
    """
    return _Evaluator(kinds, self_name).truth(node)


def answer(name: str, code: str, kinds: Kinds) -> nw.Expr:
    """Tell who gave this one answer, without blanks: compared as it is stored, not as text."""
    if kinds[name] in ("str", "text"):
        return (nw.col(name) == code).fill_null(False)
    if kinds[name] == "code":
        whole = code.removeprefix("-").isdecimal() and str(int(code)) == code
        return (nw.col(name) == int(code)).fill_null(False) if whole else nw.lit(False)
    return (nw.col(name).cast(nw.String) == code).fill_null(False)


def number(node: Node, kinds: Kinds) -> nw.Expr:
    """Make a numeric expression (blank where it cannot be worked out)."""
    return _Evaluator(kinds, "").number(node)


class _Evaluator:
    def __init__(self, kinds: Kinds, self_name: str) -> None:
        self.kinds = kinds
        self.self_name = self_name

    def name(self, ref: Ref) -> str:
        name = self.self_name if ref.name == "." else ref.name
        if name not in self.kinds:
            raise NotUnderstood(f"${{{name}}} is not a question of this form")
        return name

    def is_number(self, node: Node) -> bool:
        if isinstance(node, Literal):
            return isinstance(node.value, float)
        if isinstance(node, Ref):
            return self.kinds[self.name(node)] == "num"
        if isinstance(node, Op):
            return node.op in _ARITHMETIC
        if node.name == "coalesce":
            return any(map(self.is_number, node.args))
        return node.name in ("count-selected", "number", "int", "round", "abs", "string-length")

    def truth(self, node: Node) -> nw.Expr:
        if isinstance(node, Op):
            if node.op == "and":
                return self.truth(node.left) & self.truth(node.right)
            if node.op == "or":
                return self.truth(node.left) | self.truth(node.right)
            if node.op in _COMPARE:
                return self.compare(node)
        if isinstance(node, Call):
            if node.name in ("not", "boolean") and len(node.args) == 1:
                inner = self.truth(node.args[0])
                return ~inner if node.name == "not" else inner
            if node.name in ("true", "false") and not node.args:
                return nw.lit(node.name == "true")
            if node.name in ("selected", "jr:selected") and len(node.args) == 2:
                return self.selected(*node.args)
            if node.name in _TEXT_TESTS and len(node.args) == 2:
                return self.text_test(node)
        if self.is_number(node):
            value = self.number(node)
            return (value != 0).fill_null(False)
        return self.text(node) != ""

    def compare(self, node: Op) -> nw.Expr:
        numeric = node.op not in ("=", "!=") or any(map(self.is_number, (node.left, node.right)))
        blank = Literal("")
        if numeric and blank not in (node.left, node.right):
            result = _COMPARE[node.op](self.number(node.left), self.number(node.right))
            return result.fill_null(node.op == "!=")
        if (
            node.op in ("=", "!=")
            and isinstance(node.left, Ref)
            and isinstance(node.right, Literal)
        ):
            same = self.is_answer(self.name(node.left), _plain(node.right.value))
            return same if node.op == "=" else ~same
        return _COMPARE[node.op](self.text(node.left), self.text(node.right))

    def text_test(self, node: Call) -> nw.Expr:
        part = node.args[1]
        if not isinstance(part, Literal):
            raise NotUnderstood(f"{node.name}(…) needs the words to look for")
        if node.name == "regex" and re.search(r"\(\?[=!<]|\\[1-9]", _plain(part.value)):
            raise NotUnderstood("regex(…) with a look-around or back-reference is not evaluated")
        return _TEXT_TESTS[node.name](self.text(node.args[0]), _plain(part.value))

    def is_answer(self, name: str, code: str) -> nw.Expr:
        if not code:
            return self.text(Ref(name)) == ""
        return answer(name, code, self.kinds)

    def selected(self, what: Node, option: Node) -> nw.Expr:
        if not isinstance(what, Ref) or not isinstance(option, Literal):
            raise NotUnderstood("selected(…) needs a question and an answer code")
        name, code = self.name(what), _plain(option.value)
        if f"{name}/{code}" in self.kinds:
            return nw.col(f"{name}/{code}").fill_null(False)
        return self.is_answer(name, code)

    def number(self, node: Node) -> nw.Expr:
        if isinstance(node, Literal):
            value = node.value if isinstance(node.value, float) else _as_number(node.value)
            return nw.lit(value).cast(nw.Float64)
        if isinstance(node, Ref):
            name = self.name(node)
            if self.kinds[name] == "text":
                text = nw.col(name).cast(nw.String)
                clean = nw.when(text.str.contains(_NUMBER_TEXT)).then(text.str.strip_chars())
                return clean.cast(nw.Float64)
            if self.kinds[name] not in ("num", "code"):
                raise NotUnderstood(f"${{{name}}} is not a number, yet it is compared as one")
            return nw.col(name).cast(nw.Float64)
        if isinstance(node, Op) and node.op in _ARITHMETIC:
            return _ARITHMETIC[node.op](self.number(node.left), self.number(node.right))
        if isinstance(node, Call):
            return self.number_call(node)
        raise NotUnderstood("a number is needed here")

    def number_call(self, node: Call) -> nw.Expr:
        if node.name == "count-selected" and isinstance(node.args[0], Ref):
            name = self.name(node.args[0])
            flags = [nw.col(k).fill_null(False) for k in self.kinds if k.startswith(f"{name}/")]
            if flags:
                return reduce(lambda a, b: a + b, [flag.cast(nw.Float64) for flag in flags])
        if node.name in ("number", "int", "abs", "string-length") and len(node.args) == 1:
            if node.name == "string-length":
                return self.text(node.args[0]).str.len_chars().cast(nw.Float64)
            value = self.number(node.args[0])
            if node.name == "int":
                return nw.when(value >= 0).then(value.floor()).otherwise(-((-value).floor()))
            return value.abs() if node.name == "abs" else value
        if node.name == "coalesce" and len(node.args) == 2:
            first, second = map(self.number, node.args)
            return nw.when(~first.is_null()).then(first).otherwise(second)
        if node.name == "if" and len(node.args) == 3:
            test, yes, no = node.args
            return nw.when(self.truth(test)).then(self.number(yes)).otherwise(self.number(no))
        raise NotUnderstood(f"the function {node.name}(…) is not evaluated by Spean")

    def text(self, node: Node) -> nw.Expr:
        if isinstance(node, Literal):
            return nw.lit(_plain(node.value))
        if isinstance(node, Ref):
            return nw.col(self.name(node)).cast(nw.String).fill_null("")
        if isinstance(node, Call) and node.name == "if" and len(node.args) == 3:
            test, yes, no = node.args
            return nw.when(self.truth(test)).then(self.text(yes)).otherwise(self.text(no))
        if isinstance(node, Call) and node.name in ("string", "once") and len(node.args) == 1:
            return self.text(node.args[0])
        if isinstance(node, Call) and node.name == "coalesce" and len(node.args) == 2:
            first, second = map(self.text, node.args)
            return nw.when(first != "").then(first).otherwise(second)
        shown = f"{node.name}(…)" if isinstance(node, Call) else getattr(node, "op", "")
        raise NotUnderstood(f"“{shown}” is not evaluated by Spean")


def _plain(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else value


def _as_number(value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise NotUnderstood(f"‘{value}’ is compared as a number but is none") from error
