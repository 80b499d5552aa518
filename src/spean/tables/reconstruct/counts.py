"""Published figures as counts of people by state: an integer programme of a few thousand numbers.

Respondents who answer alike where conditions look are one state, so people are counted and not
named. Counts are exact, not a relaxation: answers of a question with several answers can be dealt
out to ``n`` people exactly if no answer is given more than ``n`` times, all together at least
``n`` times, and an answer that stands alone leaves that many fewer for the others. Components
share only the core (what groups and filters look at), whose joint counts they must add up to.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ortools.math_opt.python import mathopt

from spean.survey.simulate import exclusive_options
from spean.tables.reconstruct.goals import Target
from spean.tables.reconstruct.solver import Maker, Unsolved
from spean.tables.reconstruct.states import State, States

SECONDS, SLACK = 20.0, 1e-6
Key = frozenset[tuple[str, frozenset[str]]]


@dataclass
class Part:
    """A component: its questions, the states they look at, and how many people are in each."""

    questions: frozenset[str]
    looked_at: frozenset[str]
    states: list[dict[str, frozenset[str]]] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)
    given: dict[str, list[tuple[dict[str, frozenset[str]], dict[str, Any]]]] = field(
        default_factory=dict
    )


@dataclass(frozen=True)
class Nearest:
    """The least total deviation: proved ``low`` or more; ``off`` (by figure) reaches ``high``."""

    low: int
    high: int
    off: Mapping[int, int]


class Counts:
    """The numbers behind some figures.

    ``only`` leaves out the other components; ``whole`` counts whole people (else shares of them:
    what clashes among shares clashes among people too).
    """

    def __init__(self, maker: Maker, only: Part | None = None, *, whole: bool = True) -> None:
        self.maker, self.states, self.whole = maker, States(maker), whole
        self.core = maker.core()
        self.model: Any = mathopt.Model()
        self.middle = Part(self.core, self.core)
        others = [Part(only.questions, only.looked_at)] if only else self._components()
        self.parts = [self.middle, *others]
        self.sides: dict[int, tuple[Any, Any]] = {}
        self.rules: dict[int, Any] = {}
        self._count_states(self.middle)
        total = mathopt.fast_sum(self.middle.people)
        self.model.add_linear_constraint(total == maker.people)
        for part in self.parts[1:]:
            self._count_states(part)
            self._link(part)
            for name in sorted(part.questions):
                self._count_answers(part, name)
        for at, goal in enumerate(maker.goals):
            self._figure(at, goal)

    def _components(self) -> list[Part]:
        """Join the questions outside the core that a condition looks at together."""
        groups: dict[str, set[str]] = {n: {n} for n in sorted(self.maker.printed - self.core)}
        needs = [({name}, self.states.looked_at(name)) for name in list(groups)]
        for goal in self.maker.goals:
            needs.append(({goal.variable} - {""}, self.states.looked_at_by(goal)))
        for own, looked in needs:
            joined = [name for name in own | looked if name in groups]
            merged = set().union(*(groups[name] for name in joined))
            for name in merged:
                groups[name] = merged
        parts = []
        for names in dict.fromkeys(frozenset(group) for group in groups.values()):
            looked_at = set().union(*(looked for own, looked in needs if (own | looked) & names))
            parts.append(Part(names, frozenset(looked_at)))
        return parts

    def _number(self) -> Any:
        return self.model.add_variable(lb=0, ub=self.maker.people, is_integer=self.whole)

    def _count_states(self, part: Part) -> None:
        part.states = self.states.list_all(part.looked_at)
        part.people = [self._number() for _state in part.states]

    def _link(self, part: Part) -> None:
        shared = part.looked_at & self.core
        own = _gather(part.states, part.people, shared)
        for key, people in _gather(self.middle.states, self.middle.people, shared).items():
            here = mathopt.fast_sum(own.get(key, []))
            self.model.add_linear_constraint(here == mathopt.fast_sum(people))

    def _count_answers(self, part: Part, name: str) -> None:
        """Count who gave which answer, in each state of what its figures look at."""
        looked = set(self.states.looked_at(name)) | ({name} & part.looked_at)
        for goal in self.maker.goals:
            if goal.variable == name:
                looked |= self.states.looked_at_by(goal)
        if name in part.looked_at and not self.maker.several(name):
            return
        rows = part.given.setdefault(name, [])
        for key, people in _gather(part.states, part.people, looked).items():
            state = dict(key)
            if self.states.holds(self.states.universe(name), state):
                deal = self._deal_several if self.maker.several(name) else self._deal_one
                rows.append((state, deal(name, state, mathopt.fast_sum(people))))

    def _deal_one(self, name: str, state: State, people: Any) -> dict[str, Any]:
        given = {code: self._number() for code in self.states.allowed(name, state)}
        self.model.add_linear_constraint(mathopt.fast_sum(given.values()) == people)
        return given

    def _deal_several(self, name: str, state: State, people: Any) -> dict[str, Any]:
        alone = exclusive_options(self.maker.codebook[name])
        named = self.states.named.get(name, set()) if name in state else set()
        picked = state.get(name, frozenset())
        given = dict.fromkeys(picked, people)
        if picked & alone:
            return given
        free = [code for code in self.states.options(name) if code not in named]
        numbers = {code: self._number() for code in free}
        single = mathopt.fast_sum(numbers[code] for code in free if code in alone)
        for code in free:
            if code not in alone:
                self.model.add_linear_constraint(single + numbers[code] <= people)
        self.model.add_linear_constraint(single <= people if not picked else single <= 0)
        if not picked:
            self.model.add_linear_constraint(mathopt.fast_sum(numbers.values()) >= people)
        return given | numbers

    def _figure(self, at: int, goal: Target) -> None:
        part = self.home(goal)
        if part is None:
            return
        if goal.variable in part.given:
            terms = [
                numbers[goal.value]
                for state, numbers in part.given[goal.variable]
                if goal.value in numbers and self.states.holds(goal.asked, state)
            ]
        else:
            terms = [
                people
                for state, people in zip(part.states, part.people, strict=True)
                if self.states.holds(goal.asked, state)
                and (not goal.variable or goal.value in state[goal.variable])
            ]
        over, under = (self.model.add_variable(lb=0) for _side in range(2))
        computed = mathopt.fast_sum(terms) - over + under
        self.rules[at] = self.model.add_linear_constraint(computed == goal.count)
        self.sides[at] = (over, under)

    def home(self, goal: Target) -> Part | None:
        """Find the component that a figure belongs to; nothing where it is left out."""
        looked = self.states.looked_at_by(goal)
        own = ({goal.variable} - {""}) | looked
        if own <= self.core:
            return self.middle
        for part in self.parts[1:]:
            if own & part.questions and own <= part.questions | part.looked_at:
                return part
        if len(self.parts) > 2:
            raise Unsolved(f"{goal.name}: no component holds all that it looks at")
        return None

    def nearest(self, seconds: float) -> Nearest:
        """Find counts of the least total deviation. Raises Unsolved when none were found."""
        result = self._solve(self.sides, seconds)
        high = round(result.objective_value())
        low = min(high, math.ceil(result.best_objective_bound() - SLACK))
        values = result.variable_values()
        off = {at: round(values[over] - values[under]) for at, (over, under) in self.sides.items()}
        return Nearest(low, high, off)

    def _solve(self, active: Collection[int], seconds: float) -> Any:
        self.model.minimize(mathopt.fast_sum(side for at in active for side in self.sides[at]))
        limits = mathopt.SolveParameters(
            time_limit=timedelta(seconds=seconds), random_seed=1, relative_gap_tolerance=0.0
        )
        result = mathopt.solve(self.model, mathopt.SolverType.HIGHS, params=limits)
        if not result.has_primal_feasible_solution():
            raise Unsolved("no counts obey the form's rules, or the time was too short")
        return result

    def clash(self, active: Collection[int]) -> tuple[int, ...]:
        """Reduce figures to some that cannot stand together, none of them spare.

        None where all of them can. Later ones are the first to be left out.
        """
        kept = self._needed(sorted(active))
        for at in reversed(kept):
            if at in kept and (fewer := self._needed([other for other in kept if other != at])):
                kept = fewer
        return tuple(kept)

    def _needed(self, active: list[int]) -> list[int]:
        """Give the figures that prove a clash, by their dual prices; none where there is none."""
        result = self._solve(active, SECONDS)
        if result.best_objective_bound() < SLACK:
            return []
        if self.whole:
            return active
        prices = result.dual_values()
        return [at for at in active if abs(prices[self.rules[at]]) > SLACK]


def _gather(
    states: Sequence[State], people: Sequence[Any], names: Collection[str]
) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = {}
    for state, number in zip(states, people, strict=True):
        key = frozenset((name, given) for name, given in state.items() if name in names)
        found.setdefault(key, []).append(number)
    return found
