"""How many questions a person is asked: on the longest path through the form, and usually."""

from dataclasses import dataclass
from statistics import median
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from spean.survey.codebook import Codebook, Variable
from spean.survey.conditions import condition
from spean.survey.simulate import exclusive_options
from spean.survey.xpath import Call, Literal, Node, NotUnderstood, Op, Ref, parse, refs, unparse

_SECONDS = 20.0


@dataclass(frozen=True)
class Lengths:
    """Questions of a form: all there are, the most for one person, the median over people.

    ``usual`` is None without people. Repeats are left out.
    """

    all: int
    longest: int
    usual: int | None


def lengths(codebook: Codebook, people: pl.DataFrame | None = None) -> Lengths:
    """Count questions.

    The longest path is found with CP-SAT over the answers that skips look at. Comparisons of
    numbers are taken as free, so a form whose number ranges contradict each other may be shorter.
    ``people`` is a typed frame of answers. Raises NotUnderstood for a skip that cannot be read.
    """
    asked = [
        v
        for v in codebook.variables.values()
        if v.source.label and not v.calculation and not v.repeat
    ]
    usual = round(median(_counts(codebook, asked, people))) if people is not None else None
    return Lengths(len(asked), _Longest(codebook, asked).solve(), usual)


def _counts(codebook: Codebook, asked: list[Variable], people: pl.DataFrame) -> list[int]:
    """Count the questions that each person was asked."""
    exprs = [
        condition(v.universe.condition, codebook.kinds()).cast(nw.Int64).alias(v.name)
        for v in asked
        if v.universe.condition
    ]
    opened = nw.from_native(people).select(exprs).to_native()
    always = len(asked) - len(exprs)
    return [always + sum(row) for row in opened.iter_rows()] or [always]


class _Longest:
    def __init__(self, codebook: Codebook, asked: list[Variable]) -> None:
        from ortools.sat.python import cp_model

        self.cp, self.codebook = cp_model, codebook
        self.model = cp_model.CpModel()
        self.literals: dict[tuple[str, str], Any] = {}
        self.asked = {v.name: self.new() for v in asked}

    def new(self) -> Any:
        return self.model.new_bool_var("")

    def solve(self) -> int:
        for name, literal in self.asked.items():
            node = self.codebook[name].universe.condition
            self.model.add(literal == self.truth(node))
        gates = {r for n in self.asked for r in self.looked_at(n)}
        for name in sorted(gates & set(self.asked)):
            self.answer(self.codebook[name])
        self.model.maximize(sum(self.asked.values()))
        solver = self.cp.CpSolver()
        solver.parameters.max_time_in_seconds = _SECONDS
        solver.solve(self.model)
        return len([x for x in self.asked.values() if solver.boolean_value(x)])

    def looked_at(self, name: str) -> set[str]:
        node = self.codebook[name].universe.condition
        return refs(node) if node else set()

    def answer(self, variable: Variable) -> None:
        """Let an answer be given only where it is asked for, and one only where one is taken."""
        own = {code: x for (name, code), x in self.literals.items() if name == variable.name}
        for x in own.values():
            self.model.add(x <= self.asked[variable.name])
        answers = {code: x for code, x in own.items() if code in variable.values}
        if variable.type == "single":
            self.model.add(sum(answers.values()) <= 1)
        for alone in exclusive_options(variable) & set(answers):
            for code, x in answers.items():
                if code != alone:
                    self.model.add(x + answers[alone] <= 1)

    def literal(self, name: str, code: str) -> Any:
        return self.literals.setdefault((name, code), self.new())

    def truth(self, node: Node | None) -> Any:
        if node is None:
            return 1
        if isinstance(node, Op) and node.op in ("and", "or"):
            sides = [self.truth(node.left), self.truth(node.right)]
            result = self.new()
            if node.op == "and":
                self.model.add_min_equality(result, sides)
            else:
                self.model.add_max_equality(result, sides)
            return result
        if isinstance(node, Call) and node.name == "not":
            return 1 - self.truth(node.args[0])
        if isinstance(node, Call) and node.name in ("true", "false"):
            return int(node.name == "true")
        return self.atom(node)

    def atom(self, node: Node) -> Any:
        """Give a comparison as a literal; any other test is free."""
        if isinstance(node, Call) and node.name == "selected" and isinstance(node.args[0], Ref):
            option = node.args[1]
            return self.literal(node.args[0].name, str(getattr(option, "value", "")))
        if isinstance(node, Op) and isinstance(node.left, Ref) and isinstance(node.right, Literal):
            name, value = node.left.name, node.right.value
            if isinstance(value, str) and node.op in ("=", "!="):
                same = self.blank(name) if not value else self.literal(name, value)
                return same if node.op == "=" else 1 - same
        return self.literal("", unparse(node))

    def blank(self, name: str) -> Any:
        """Tell whether nothing is given; a calculation of a fixed text is known."""
        calculation = self.codebook[name].calculation if name in self.codebook else ""
        try:
            fixed = parse(calculation) if calculation else None
        except NotUnderstood:
            fixed = None
        if isinstance(fixed, Literal):
            return int(fixed.value == "")
        return 1 - self.literal(name, "any answer")
