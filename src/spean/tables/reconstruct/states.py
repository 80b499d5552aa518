"""The states a respondent can be in, as far as conditions look: what counts are taken over."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from spean.survey.simulate import exclusive_options
from spean.survey.xpath import Call, Literal, Node, Op, Ref, refs, unparse
from spean.tables.reconstruct.goals import Target
from spean.tables.reconstruct.solver import Maker, Unsolved

State = Mapping[str, frozenset[str]]
"""Answers by question; of a question with several answers only those that conditions name."""


def tests(node: Node | None) -> Iterator[tuple[str, str]]:
    """Name the answers that a condition asks about; raises Unsolved where it asks otherwise."""
    if isinstance(node, Op) and node.op in ("and", "or"):
        yield from tests(node.left)
        yield from tests(node.right)
    elif isinstance(node, Call) and node.name == "not":
        yield from tests(node.args[0])
    elif isinstance(node, Op) and node.op == "=":
        if isinstance(node.left, Ref) and isinstance(node.right, Literal):
            yield node.left.name, str(node.right.value)
    elif isinstance(node, Call) and node.name == "selected":
        name, code = node.args
        if isinstance(name, Ref) and isinstance(code, Literal):
            yield name.name, str(code.value)


class States:
    """Lists states and tells which condition holds in which.

    Questions that nothing was printed about (``maker.printed`` lacks them) restrict nobody.
    Any answer of the form may be given, printed or not; codes for no answer only where ``maker``
    says that answers are missing.
    """

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.named: dict[str, set[str]] = {}
        for node in self._conditions():
            for name, code in tests(node):
                if name in maker.printed and maker.several(name):
                    self.named.setdefault(name, set()).add(code)

    def _conditions(self) -> Iterator[Node | None]:
        for goal in self.maker.goals:
            yield goal.asked
        for name in self.maker.printed:
            yield self.universe(name)

    def universe(self, name: str) -> Node | None:
        """Give the condition under which a question, or what it derives from, is asked."""
        derived = self.maker.plan.derived
        source = derived[name].source if name in derived else name
        return self.maker.codebook[source].universe.condition

    def options(self, name: str) -> list[str]:
        """Name the answers that may be given."""
        return self.maker.options(name, True)

    def looked_at(self, name: str) -> frozenset[str]:
        """Name the printed questions that a question's answers depend on, and theirs."""
        found: set[str] = set()
        queue = [name]
        while queue:
            one = queue.pop()
            direct = self.maker.universe_refs(one) | self.maker.bounds(one)
            direct |= {d.name for d in self.maker.plan.derived.values() if d.source == one}
            new = (direct & self.maker.printed) - found
            found |= new
            queue += new
        return frozenset(found)

    def looked_at_by(self, goal: Target) -> frozenset[str]:
        """Name the printed questions that a figure's condition looks at, and theirs."""
        direct = (refs(goal.asked) if goal.asked else set()) & self.maker.printed
        return frozenset(direct.union(*(self.looked_at(name) for name in direct)))

    def holds(self, node: Node | None, state: State) -> bool:
        """Tell whether a condition holds; raises Unsolved for one that cannot be told."""
        if node is None or not (refs(node) & self.maker.printed):
            return True
        if isinstance(node, Op) and node.op in ("and", "or"):
            sides = (self.holds(side, state) for side in (node.left, node.right))
            return all(sides) if node.op == "and" else any(sides)
        if isinstance(node, Call) and node.name == "not":
            return not self.holds(node.args[0], state)
        for name, code in tests(node):
            return code in state[name]
        raise Unsolved(f"{unparse(node)} cannot be solved for")

    def list_all(self, names: Iterable[str]) -> list[dict[str, frozenset[str]]]:
        """List the states of some questions; they must hold all that each one looks at."""
        wanted = set(names)
        order: list[str] = []
        while wanted:
            ready = sorted(n for n in wanted if not (self.looked_at(n) - {n}) & wanted)
            if not ready:
                raise Unsolved(f"questions depend on each other: {', '.join(sorted(wanted))}")
            order += ready
            wanted -= set(ready)
        states: list[dict[str, frozenset[str]]] = [{}]
        for name in order:
            states = [
                state | {name: given} for state in states for given in self._given(name, state)
            ]
        return states

    def _given(self, name: str, state: State) -> Iterator[frozenset[str]]:
        if not self.holds(self.universe(name), state):
            yield frozenset()
        elif not self.maker.several(name):
            yield from (frozenset([code]) for code in self.allowed(name, state))
        else:
            alone = exclusive_options(self.maker.codebook[name])
            codes = sorted(self.named.get(name, set()) & set(self.options(name)))
            for size in range(len(codes) + 1):
                for picked in combinations(codes, size):
                    if size < 2 or not alone & set(picked):
                        yield frozenset(picked)

    def allowed(self, name: str, state: State) -> list[str]:
        """Name the answers that fit the classes that stand already."""
        return [code for code in self.options(name) if self._fits(name, code, state)]

    def _fits(self, name: str, code: str, state: State) -> bool:
        derived = self.maker.plan.derived
        for one in derived.values():
            given = state.get(one.name) if one.source == name else None
            if given and not any(code in b.values for b in one.bands if b.id in given):
                return False
        for other in self.maker.bounds(name):
            low = next(b.low or 0 for b in derived[name].bands if b.id == code)
            highs = [b.high for b in derived[other].bands if b.id in state.get(other, ())]
            if any(high is not None and low > high for high in highs):
                return False
        return True
