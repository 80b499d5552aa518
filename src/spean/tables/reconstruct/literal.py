"""Published tables taken word for word: what clashes, and how far off the nearest counts are."""

import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spean.survey.study import Study
from spean.tables.compare import read_published
from spean.tables.plan import Plan
from spean.tables.reconstruct.counts import Counts, Nearest, Part
from spean.tables.reconstruct.goals import read_targets, unanswered
from spean.tables.reconstruct.printed import Said, read_literally
from spean.tables.reconstruct.solver import Maker, Progress

SECONDS = 90.0


@dataclass(frozen=True)
class Off:
    """A printed figure that the nearest counts do not meet."""

    figure: str
    printed: int
    nearest: int
    printed_as: str
    counts: str
    reading: str


@dataclass(frozen=True)
class Clash:
    """Printed figures that cannot all stand; without any one of them, the others could.

    ``figures`` are in words; ``readings`` are those that the study reads some of them by.
    """

    figures: tuple[str, ...]
    readings: tuple[str, ...]


@dataclass(frozen=True)
class Component:
    """Questions that hang together, how far off their figures are in all, and why."""

    questions: tuple[str, ...]
    off: int
    figures: tuple[Off, ...]
    clashes: tuple[Clash, ...]


@dataclass(frozen=True)
class LiteralResult:
    """The least total deviation of ``figures`` printed figures: between ``low`` and ``high``."""

    figures: int
    low: int
    high: int
    seconds: float
    components: tuple[Component, ...]

    def summary(self) -> str:
        """Say the result in a line."""
        if not self.high:
            return f"All {self.figures} printed figures can stand together."
        off = sum(len(component.figures) for component in self.components)
        least = f"{self.low}" if self.low == self.high else f"between {self.low} and {self.high}"
        return (
            f"{self.figures} printed figures cannot all stand together. "
            f"Least total deviation: {least}; {off} figures differ, "
            f"in {len(self.components)} groups of questions ({self.seconds:.0f} s)."
        )

    def in_words(self) -> str:
        """Say what is off and what clashes, a group of questions after the other."""
        lines = []
        for component in self.components:
            about = ", ".join(component.questions) or "who answered"
            lines.append(f"{about}: {component.off} off in all")
            for one in component.figures:
                words = f" (“{one.printed_as}”)" if one.printed_as else ""
                read = f" [reading {one.reading}]" if one.reading else ""
                near = f"printed {one.printed}, nearest {one.nearest}"
                lines.append(f"  {one.figure}{words}: {near}{read}")
            for clash in component.clashes:
                lines.append("  cannot all stand:")
                lines += [f"    {figure}" for figure in clash.figures]
        return "\n".join([*lines, ""]) if lines else ""

    def as_dict(self) -> dict[str, Any]:
        """Give the result for JSON."""
        return asdict(self)


def check_literally(study: Study, plan: Plan, progress: Progress | None = None) -> LiteralResult:
    """Take every printed figure word for word and find the counts nearest to all of them.

    Nearest is least by the sum, over all printed figures, of how far each is off. Counts obey the
    form (who is asked, single answers, answers that stand alone) and everybody asked answered.
    """
    said = read_literally(plan, study.codebook, study.folder / "published")
    people = int(study.settings.get("reconstruct", {}).get("respondents", 0))
    return check(plan, study, said, people, progress)


def check_as_read(study: Study, plan: Plan, progress: Progress | None = None) -> LiteralResult:
    """Do the same with the figures as the study reads them: what still clashes, if anything."""
    published = study.folder / "published"
    figures, readings = read_published(published)
    goals = read_targets(plan, study.codebook, figures, published / "figures.csv")
    printed = {f"{f.table}.{f.panel}.{f.row}@{f.group}": f for f in figures}
    said = []
    for goal in goals:
        figure = printed.get(goal.name)
        words = (figure.printed_as, figure.reading) if figure else ("", "")
        said.append(Said(goal, *words))
    people = int(study.settings.get("reconstruct", {}).get("respondents", 0))
    missing_in = unanswered(goals, figures, readings)
    return check(plan, study, said, people, progress, missing_in)


def check(
    plan: Plan,
    study: Study,
    said: Sequence[Said],
    people: int,
    progress: Progress | None = None,
    missing_in: Collection[str] = (),
) -> LiteralResult:
    """Check some printed figures of a number of people.

    ``missing_in`` names questions that not everybody asked answered. Raises Unsolved when time is
    too short.
    """
    started = time.perf_counter()
    tell = progress or (lambda _step, _done, _of: None)
    tell("Finding the nearest counts …", 0, 1)
    targets = [one.target for one in said]
    maker = Maker(plan, study.codebook, targets, people, missing_in, seed=1)
    counts = Counts(maker)
    nearest = counts.nearest(SECONDS)
    homes = {at: counts.home(one.target) for at, one in enumerate(said)}
    wrong = [part for part in counts.parts if any(nearest.off[a] for a in _of(part, homes))]
    core = _of(counts.middle, homes)
    components = []
    for at, part in enumerate(wrong):
        tell(f"Looking for clashes: {', '.join(sorted(part.questions)[:3])} …", at, len(wrong))
        own = core if part is counts.middle else _of(part, homes)
        clashes = _clashes(maker, part, [*own, *(c for c in core if c not in own)], nearest)
        if part is counts.middle:
            core = [at for at in core if not nearest.off[at]]
        components.append(_component(said, own, nearest, clashes))
    tell("Done", 1, 1)
    seconds = time.perf_counter() - started
    return LiteralResult(len(said), nearest.low, nearest.high, seconds, tuple(components))


def _of(part: Part, homes: dict[int, Part | None]) -> list[int]:
    return [at for at, home in homes.items() if home is part]


def _clashes(
    maker: Maker, part: Part, figures: Collection[int], nearest: Nearest
) -> list[tuple[int, ...]]:
    """Find clashes until setting aside one figure of each leaves none."""
    found: list[tuple[int, ...]] = []
    active = list(figures)
    for whole in (False, True):
        counts = Counts(maker, Part(part.questions, part.looked_at), whole=whole)
        while any(nearest.off[at] for at in active) and (clash := counts.clash(active)):
            found.append(clash)
            active.remove(max(clash, key=lambda at: abs(nearest.off[at])))
    return found


def _component(
    said: Sequence[Said], own: Sequence[int], nearest: Nearest, clashes: Sequence[tuple[int, ...]]
) -> Component:
    off = tuple(
        Off(
            said[at].target.name,
            said[at].target.count,
            said[at].target.count + nearest.off[at],
            said[at].printed_as,
            said[at].target.counts(),
            said[at].reading,
        )
        for at in own
        if nearest.off[at]
    )
    return Component(
        tuple(sorted({said[at].target.variable for at in own if nearest.off[at]} - {""})),
        sum(abs(nearest.off[at]) for at in own),
        off,
        tuple(
            Clash(
                tuple(said[at].words() for at in clash),
                tuple(sorted({said[at].reading for at in clash} - {""})),
            )
            for clash in clashes
        ),
    )
