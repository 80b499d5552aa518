"""Respondents that reproduce published counts, solved with CP-SAT.

Every published figure is a sum over the respondents who meet the universe, filters and group of
its cell. The questions that groups and filters look at (the core) are solved first; the others
fall apart into components that share only the core, and each is solved alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ortools.sat.python import cp_model

from spean.survey.codebook import Codebook
from spean.survey.simulate import exclusive_options
from spean.survey.xpath import Call, Literal, Node, Op, Ref, refs, unparse
from spean.tables.plan import Plan
from spean.tables.reconstruct.goals import Target

Progress = Callable[[str, int, int], None]
Sheet = Mapping[tuple[str, str], cp_model.IntVar]
SECONDS = 40.0


class Unsolved(Exception):
    """No respondents fit a component's figures; the message names its questions."""


class Maker:
    """Solves respondents for a list of targets."""

    def __init__(
        self,
        plan: Plan,
        codebook: Codebook,
        goals: Sequence[Target],
        people: int,
        missing_in: Iterable[str],
        *,
        seed: int,
    ) -> None:
        self.plan, self.codebook, self.goals, self.people = plan, codebook, goals, people
        self.missing_in = frozenset(missing_in)
        self.seed = seed
        self.used = {(goal.variable, goal.value) for goal in goals}
        universes = [self.universe_refs(name) for name in {g.variable for g in goals if g.variable}]
        common = {
            r
            for r in set().union(*universes)
            if 2 * sum(r in u for u in universes) > len(universes)
        }
        self.answers: list[dict[str, frozenset[str]]] = [{} for _ in range(people)]
        self.printed = {goal.variable for goal in goals if goal.variable}
        for goal in goals:
            self.printed |= (refs(goal.asked) if goal.asked else set()) - common
        self.used |= {
            (name, v)
            for name in self.printed
            for v in self.values(name)
            if name not in {g.variable for g in goals}
        }

    def solve(self, progress: Progress | None = None) -> list[dict[str, frozenset[str]]]:
        """Give one answer sheet a respondent; raises Unsolved."""
        core = self.core()
        parts = [core, *self.components(core)]
        for at, part in enumerate(parts):
            if progress:
                progress(f"Solving {', '.join(sorted(part)[:3])} …", at, len(parts))
            if not (self.solve_part(part, False) or self.solve_part(part, True)):
                raise Unsolved(f"no answers fit: {', '.join(sorted(part))}")
        if progress:
            progress("Solved", len(parts), len(parts))
        return self.answers

    def core(self) -> frozenset[str]:
        """Name the questions that groups and filters look at."""
        looked = set()
        for group in self.plan.groups.values():
            looked |= refs(group.where) if group.where else set()
        for table in self.plan.tables:
            for panel in table.panels:
                for node in (table.filter, panel.filter, *(row.filter for row in panel.rows)):
                    looked |= refs(node) if node else set()
        for name in list(looked):
            looked |= self.involved(name) & self.printed
        return frozenset(looked & self.printed)

    def universe_refs(self, name: str) -> set[str]:
        """Name what a question's universe looks at."""
        source = self.plan.derived[name].source if name in self.plan.derived else name
        condition = self.codebook[source].universe.condition
        return refs(condition) if condition else set()

    def involved(self, name: str) -> set[str]:
        """Name a question and what its universe looks at."""
        return {name, *self.universe_refs(name)}

    def components(self, core: frozenset[str]) -> Iterator[frozenset[str]]:
        """Join questions that a universe or a constraint connects outside the core."""
        rest = [name for name in sorted(self.printed) if name not in core]
        links: dict[str, set[str]] = {name: {name} for name in rest}
        for name in rest:
            friends = (self.universe_refs(name) | self.bounds(name)) & set(rest)
            merged = set().union(links[name], *(links[friend] for friend in friends))
            for member in merged:
                links[member] = merged
        yield from dict.fromkeys(frozenset(group) for group in links.values())

    def bounds(self, name: str) -> set[str]:
        """Name the derived questions whose number bounds this one's (``. <= ${age}``)."""
        if name not in self.plan.derived:
            return set()
        constraint = self.codebook[self.plan.derived[name].source].constraint
        looked = refs(constraint) if constraint else set()
        return {d.name for d in self.plan.derived.values() if d.source in looked}

    def options(self, name: str, extra: bool) -> list[str]:
        """Name the answers that may be given; unprinted ones only with ``extra``."""
        values = self.values(name)
        missing = self.codebook[name].missing if name in self.codebook else ()
        printed = [v for v in values if (name, v) in self.used]
        extra = extra or (len(printed) < 2 and not self.several(name))
        allowed = [v for v in values if extra or v in printed or v in missing]
        return [v for v in allowed if v not in missing or name in self.missing_in]

    def values(self, name: str) -> list[str]:
        """Name all classes or answers of a question."""
        if name in self.plan.derived:
            return [band.id for band in self.plan.derived[name].bands]
        return list(self.codebook[name].values)

    def several(self, name: str) -> bool:
        """Tell whether a question takes several answers."""
        return name in self.codebook and self.codebook[name].type == "multiple"

    def solve_part(self, part: frozenset[str], extra: bool) -> bool:
        """Solve one component; tell whether answers were found."""
        model = cp_model.CpModel()
        sheets = [self.sheet(model, part, extra, at) for at in range(self.people)]
        for goal in self.goals:
            looked = {goal.variable} - {""} | (refs(goal.asked) if goal.asked else set())
            if looked & part and looked & self.printed <= part | set(self.answers[0]):
                who = [
                    self.truth(model, goal.condition(self.several(goal.variable)), sheets[at], at)
                    for at in range(self.people)
                ]
                model.add(sum(who) == goal.count)
        unprinted = [
            literal
            for sheet in sheets
            for (name, value), literal in sheet.items()
            if (name, value) not in self.used and self.several(name)
        ]
        if extra and unprinted:
            model.minimize(sum(unprinted))
        solver = cp_model.CpSolver()
        solver.parameters.random_seed = self.seed
        solver.parameters.num_workers = 2
        solver.parameters.max_time_in_seconds = SECONDS if extra else SECONDS / 4
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
        for at, sheet in enumerate(sheets):
            for name in part:
                picked = [v for (n, v), x in sheet.items() if n == name and solver.boolean_value(x)]
                self.answers[at][name] = frozenset(picked)
        return True

    def sheet(
        self, model: cp_model.CpModel, part: frozenset[str], extra: bool, at: int
    ) -> dict[tuple[str, str], cp_model.IntVar]:
        """Make one respondent's literals and the rules that bind them."""
        sheet = {
            (name, value): model.new_bool_var(f"{name}.{value}.{at}")
            for name in sorted(part)
            for value in self.options(name, extra)
        }
        for name in part:
            own = [x for (n, _v), x in sheet.items() if n == name]
            source = self.plan.derived[name].source if name in self.plan.derived else name
            asked = self.truth(model, self.codebook[source].universe.condition, sheet, at)
            if not self.several(name):
                model.add(sum(own) == asked)
                continue
            model.add(sum(own) >= asked)
            for x in own:
                model.add(x <= asked)
            for code in exclusive_options(self.codebook[name]):
                if (name, code) in sheet:
                    for (n, v), x in sheet.items():
                        if n == name and v != code:
                            model.add(x + sheet[name, code] <= 1)
        for name in part:
            self.in_order(model, name, sheet, at)
            self.in_class(model, name, sheet, at)
        return sheet

    def in_order(self, model: cp_model.CpModel, name: str, sheet: Sheet, at: int) -> None:
        """Keep a class from lying above the class of the number that bounds it."""
        for other in self.bounds(name):
            for low in self.plan.derived[name].bands:
                for high in self.plan.derived[other].bands:
                    if high.high is not None and (low.low or 0) > high.high:
                        a = self.literal((name, low.id), sheet, at)
                        b = self.literal((other, high.id), sheet, at)
                        model.add(a + b <= 1)

    def in_class(self, model: cp_model.CpModel, name: str, sheet: Sheet, at: int) -> None:
        """Keep an answer within the class that a derived question puts it in."""
        for derived in self.plan.derived.values():
            if derived.source != name or derived.name not in self.answers[at]:
                continue
            for band in derived.bands:
                inside = [x for (n, v), x in sheet.items() if n == name and v in band.values]
                if inside:
                    model.add(sum(inside) == self.literal((derived.name, band.id), sheet, at))

    def literal(self, key: tuple[str, str], sheet: Sheet, at: int) -> cp_model.IntVar | int:
        """Give an answer as a literal, or as 0 or 1 where it stands already."""
        if key in sheet:
            return sheet[key]
        return int(key[1] in self.answers[at].get(key[0], frozenset()))

    def truth(
        self,
        model: cp_model.CpModel,
        node: Node | None,
        sheet: Sheet,
        at: int,
    ) -> cp_model.IntVar | int:
        """Give a condition of one respondent as a literal or as 0 or 1."""
        if node is None or not (refs(node) & self.printed):
            return 1
        if isinstance(node, Op) and node.op in ("and", "or"):
            sides = [self.truth(model, side, sheet, at) for side in (node.left, node.right)]
            stop, go = (0, 1) if node.op == "and" else (1, 0)
            if stop in [s for s in sides if isinstance(s, int)]:
                return stop
            open_sides = [s for s in sides if not isinstance(s, int)]
            if len(open_sides) < 2:
                return open_sides[0] if open_sides else go
            result = model.new_bool_var("")
            if node.op == "and":
                model.add_min_equality(result, open_sides)
            else:
                model.add_max_equality(result, open_sides)
            return result
        if isinstance(node, Call) and node.name == "not":
            inner = self.truth(model, node.args[0], sheet, at)
            return 1 - inner if isinstance(inner, int) else inner.negated()
        if isinstance(node, Call) and node.name == "selected":
            name, code = node.args
        elif isinstance(node, Op) and node.op == "=":
            name, code = node.left, node.right
        else:
            raise Unsolved(f"{unparse(node)} cannot be solved for")
        assert isinstance(name, Ref)
        assert isinstance(code, Literal)
        return self.literal((name.name, str(code.value)), sheet, at)
