"""A study's public file judged: what identifies, how risky it is, what suppression would do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl

from spean.survey.answers import Answers, read_answers, read_column
from spean.survey.conditions import condition
from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import Study
from spean.tables.plan import Plan
from spean.tables.provenance import read_provenance
from spean.tables.release.columns import Column, followers, release_columns, release_frame
from spean.tables.release.identity import Finding, find_identifying
from spean.tables.release.matching import Bools, Floats, Ints, answer_order, encode
from spean.tables.release.measures import Measures, measure
from spean.tables.release.settings import ReleaseSettings, read_release, release_plan
from spean.tables.release.suggest import Suggestion, suggest_recodings
from spean.tables.release.suppress import CannotProtect, Suppression, suppress
from spean.tables.tabulate import Tabulator
from spean.tables.weighting import study_weights
from spean.tables.weighting.interviews import to_weight


@dataclass(frozen=True, eq=False)
class Assessment:
    """What is true of a study's public file before and after local suppression.

    ``frame`` is the file after suppression (rows in the order of the data, without row numbers).
    ``followed`` counts, by column, further answers blanked since they would have told a suppressed
    key. Where nothing can make the file safe, ``after``, ``suppression`` and ``frame`` are None
    and ``hopeless`` says why. ``outside`` is the number of answers outside the codebook, which are
    not in the file.
    """

    settings: ReleaseSettings
    made_up: bool
    columns: tuple[Column, ...]
    blanks: Mapping[str, int]
    findings: tuple[Finding, ...]
    before: Measures
    suggestions: tuple[Suggestion, ...]
    suppression: Suppression | None = None
    followed: Mapping[str, int] = field(default_factory=dict)
    after: Measures | None = None
    frame: pl.DataFrame | None = None
    hopeless: str = ""
    outside: int = 0

    @property
    def well(self) -> bool:
        """Tell whether the file as it is, without suppression, could be released."""
        settings = self.settings
        return not self.findings and self.before.meets(settings.k, settings.l)

    @property
    def releasable(self) -> bool:
        """Tell whether the file could be released after suppression."""
        settings = self.settings
        met = self.after is not None and self.after.meets(settings.k, settings.l)
        return met and not self.findings

    @property
    def reason(self) -> str:
        """Say why it could not, or nothing."""
        if self.findings:
            return "Columns name or locate people: drop those that are named above."
        if self.hopeless:
            return f"No suppression makes it safe: {self.hopeless}"
        told = "The goals are not met. Recode keys, or drop what only some answers to them lead to."
        return "" if self.releasable else told


def assess_study(study: Study, data: Path, k: int | None = None) -> Assessment:
    """Judge the public file that ``[release]`` of study.toml describes, for interviews in a CSV.

    ``k`` takes the place of the study's. Raises CouldNotRead, and FaultyInput for settings, data
    or weights that are wrong.
    """
    plan = release_plan(study)
    settings = read_release(study, plan)
    if k is not None:
        settings = replace(settings, k=k)
    answers = read_answers(data, study.codebook)
    columns = release_columns(settings, plan, study.codebook)
    frame = release_frame(answers, columns, settings, plan, study.codebook)
    kept = _kept(answers, settings, plan, study)
    if not kept.any():
        mend = "Export the data again, or change where under [release]."
        raise FaultyInput([Fault(str(data), "there is no interview to release.", mend)])
    weights = _weights(study, settings, data)
    made = assess(
        frame.filter(pl.Series(kept)),
        columns,
        settings,
        followers(columns, study.codebook),
        weights=None if weights is None else weights[kept],
        numbers=[int(at) + 2 for at in np.flatnonzero(kept)],
        made_up=read_provenance(data).made_up,
    )
    released = {column.source.name for column in columns}
    return replace(made, outside=sum(one.variable in released for one in answers.misfits))


def _kept(answers: Answers, settings: ReleaseSettings, plan: Plan, study: Study) -> Bools:
    """Tell, by interview, whether it is released (n)."""
    if settings.where is None:
        return np.ones(len(answers), bool)
    tabulator = Tabulator(plan, study.codebook)
    lazy = tabulator.with_derived(nw.from_native(answers.frame.lazy()))
    named = condition(settings.where, tabulator.kinds).alias("kept")
    done = lazy.select(named).collect()
    return np.asarray(done["kept"].to_numpy(), bool)


def _weights(study: Study, settings: ReleaseSettings, data: Path) -> Floats | None:
    """Give the weights: a column of the data, or the file that the study names; None: neither."""
    if not settings.weight:
        stored = study_weights(study, data)
        return stored.weights if stored else None
    read, faults = [], []
    for row, text in enumerate(read_column(data, settings.weight), 2):
        value, why = to_weight(text)
        read.append(value)
        if why:
            mend = "A weight is a number, 0 or more."
            faults.append(Fault(str(data), why, mend, row, settings.weight))
    if faults:
        raise FaultyInput(faults)
    return np.array(read)


def assess(
    frame: pl.DataFrame,
    columns: tuple[Column, ...],
    settings: ReleaseSettings,
    follows: Mapping[str, tuple[str, ...]],
    *,
    weights: Floats | None = None,
    numbers: list[int] | None = None,
    made_up: bool = False,
) -> Assessment:
    """Judge a file: its columns (n rows, one or more), which columns follow a key's answer.

    ``numbers`` are the rows' numbers in the data, for findings.
    """
    by_name = {column.name: column for column in columns}
    orders = {name: answer_order(frame[name], by_name[name].values) for name in settings.keys}
    known = _codes(frame, orders)
    told = _sensitive(frame, settings.sensitive)
    found = Assessment(
        settings=settings,
        made_up=made_up,
        columns=columns,
        blanks={name: frame[name].null_count() for name in settings.keys},
        findings=find_identifying(frame, columns, settings.keys, numbers),
        before=measure(known, told, settings.k, settings.l, weights),
        suggestions=suggest_recodings(known, settings.keys, list(orders.values()), settings.k),
    )
    try:
        made = suppress(known, settings.k, settings.l, list(told.values()))
    except CannotProtect as error:
        return replace(found, hopeless=str(error))
    shown, followed = _blank(frame, settings.keys, made.released != known, follows)
    released, told = _codes(shown, orders), _sensitive(shown, settings.sensitive)
    after = measure(released, told, settings.k, settings.l, weights)
    return replace(found, suppression=made, followed=followed, after=after, frame=shown)


def _codes(frame: pl.DataFrame, orders: Mapping[str, list[str]]) -> Ints:
    columns = [encode(frame[name], order) for name, order in orders.items()]
    return np.ascontiguousarray(np.column_stack(columns).astype(np.int64))


def _sensitive(frame: pl.DataFrame, names: Iterable[str]) -> dict[str, Ints]:
    return {name: encode(frame[name], answer_order(frame[name])) for name in names}


def _blank(
    frame: pl.DataFrame,
    keys: tuple[str, ...],
    gone: Bools,
    follows: Mapping[str, tuple[str, ...]],
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Blank the suppressed keys, and in the same rows what would tell them."""
    blank: dict[str, Bools] = {}
    for at, key in enumerate(keys):
        for name in (key, *follows.get(key, ())):
            blank[name] = blank.get(name, np.zeros(frame.height, bool)) | gone[:, at]
    shown = frame.with_columns(
        pl.when(~pl.Series(rows)).then(pl.col(name)).alias(name) for name, rows in blank.items()
    )
    own = dict(zip(keys, gone.sum(axis=0), strict=True))
    lost = {
        name: int(shown[name].null_count() - frame[name].null_count() - own.get(name, 0))
        for name in blank
    }
    return shown, {name: count for name, count in lost.items() if count}
