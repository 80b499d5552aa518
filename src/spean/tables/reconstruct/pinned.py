"""Who is singled out by what was printed: counts of one, joined where they are of one person."""

from collections.abc import Sequence
from dataclasses import dataclass

from spean.survey.xpath import Literal, Op, Ref, unparse
from spean.tables.reconstruct.goals import Target
from spean.tables.tabulate import conjuncts


@dataclass(frozen=True)
class Pinned:
    """One respondent whom the printed figures pin down.

    ``figures`` print a count of one of this person; ``known`` is all that follows, as conditions.
    """

    person: int
    figures: tuple[str, ...]
    known: tuple[str, ...]


def pinned(goals: Sequence[Target]) -> tuple[Pinned, ...]:
    """List the persons whom counts of one single out.

    If all that one count of one asks for is among what another asks for, both are of the same
    person. What everybody meets is left out. A count of none with one condition more says that the
    person does not meet it.
    """
    known = {goal.name: _facts(goal) for goal in goals if goal.variable}
    ones = [goal.name for goal in goals if goal.variable and goal.count == 1]
    none = [known[goal.name] for goal in goals if goal.variable and goal.count == 0]
    same = {name: {name} for name in ones}
    for one in ones:
        for other in ones:
            if known[one] <= known[other] and same[one] is not same[other]:
                joined = same[one] | same[other]
                for name in joined:
                    same[name] = joined
    of_all = frozenset.intersection(*(known[name] for name in ones)) if ones else frozenset()
    found: list[Pinned] = []
    for names in dict.fromkeys(frozenset(group) for group in same.values()):
        facts = frozenset().union(*(known[name] for name in names)) - of_all
        ruled_out = {next(iter(more)) for empty in none if len(more := empty - facts - of_all) == 1}
        figures = tuple(name for name in ones if name in names)
        told = (*sorted(facts), *(f"not({fact})" for fact in sorted(ruled_out)))
        found.append(Pinned(len(found) + 1, figures, told))
    return tuple(found)


def _facts(goal: Target) -> frozenset[str]:
    own = unparse(Op("=", Ref(goal.variable), Literal(goal.value)))
    return frozenset((own, *(unparse(part) for part in conjuncts(goal.asked))))
