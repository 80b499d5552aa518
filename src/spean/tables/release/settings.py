"""What a study says of its public file: ``[release]`` of study.toml, checked name by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from spean.survey.answers import KEY
from spean.survey.codebook import Codebook
from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import Study
from spean.survey.xpath import Node, NotUnderstood, parse, refs
from spean.tables.plan import Derived, Plan, read_plan
from spean.tables.release.recoding import Recoding, read_recoding

_LISTS = ("keys", "sensitive", "drop")
_NUMBERS = {"k": (3, 2), "l": (2, 1)}
_KNOWN = (*_LISTS, *_NUMBERS, "weight", "where", "recode")


@dataclass(frozen=True)
class ReleaseSettings:
    """``[release]`` of study.toml.

    ``keys`` are the quasi-identifiers, the most important first: what somebody may know of a
    person from elsewhere. ``sensitive`` is what must not be learned of them. ``k`` is the smallest
    number of rows that must look alike by the keys, ``l`` the smallest number of different
    sensitive answers among them. ``drop`` is never in the file; ``recodings`` make a column
    coarser. ``weight`` names the column of weights in the data (empty: none).
    ``where`` says whose rows are released (None: everybody's).
    """

    keys: tuple[str, ...]
    sensitive: tuple[str, ...]
    k: int
    l: int  # noqa: E741 - its name in the field
    drop: frozenset[str]
    recodings: Mapping[str, Recoding]
    weight: str
    where: Node | None


def release_plan(study: Study) -> Plan:
    """Give the study's plan, whose classes keys and recodings may name; without one, none."""
    path = study.folder / "tabulation.toml"
    return read_plan(path, study.codebook) if path.exists() else Plan(str(path), {}, {}, {})


def read_release(study: Study, plan: Plan) -> ReleaseSettings:
    """Read the settings; raises FaultyInput naming every key of study.toml that is wrong."""
    file = study.folder / "study.toml"
    raw = study.settings.get("release")
    if not isinstance(raw, dict):
        mend = "Write [release] with keys = [...]; docs/release.md shows one."
        raise FaultyInput([Fault(str(file), "there is no section [release].", mend)])
    return _Reader(file, raw, study.codebook, plan.derived).settings()


class _Reader:
    def __init__(
        self,
        file: Path,
        raw: Mapping[str, Any],
        codebook: Codebook,
        derived: Mapping[str, Derived],
    ) -> None:
        self.file, self.raw, self.codebook, self.derived = file, raw, codebook, derived
        self.faults: list[Fault] = []

    def wrong(self, key: str, what: str, mend: str) -> None:
        self.faults.append(Fault(f"{self.file}, [release], key {key}", what, mend))

    def settings(self) -> ReleaseSettings:
        for name in self.raw.keys() - set(_KNOWN):
            self.wrong(name, "is not known here.", f"Known are {', '.join(_KNOWN)}.")
        drop = self.names("drop")
        recodings = self.recodings(drop)
        keys, sensitive = self.names("keys"), self.names("sensitive")
        if not keys and not self.faults:
            mend = "Name what outsiders may know of a person, such as gender and commune."
            self.wrong("keys", "no variable is named.", mend)
        self.fit_together(keys, sensitive, drop, recodings)
        weight = self.raw.get("weight", "")
        if not isinstance(weight, str):
            self.wrong("weight", f"{weight!r} is not understood.", "Name a column of the data.")
        where = self.where()
        numbers = {name: self.number(name) for name in _NUMBERS}
        if self.faults:
            raise FaultyInput(self.faults)
        k, least = numbers["k"], numbers["l"]
        return ReleaseSettings(keys, sensitive, k, least, frozenset(drop), recodings, weight, where)

    def where(self) -> Node | None:
        text = self.raw.get("where", "")
        if not text:
            return None
        try:
            node = parse(str(text))
        except NotUnderstood as error:
            self.wrong("where", f"“{text}”: {error}.", "Write it as in the form.")
            return None
        for name in sorted(refs(node)):
            self.known("where", name)
        return node

    def names(self, key: str) -> tuple[str, ...]:
        given = self.raw.get(key, [])
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            self.wrong(key, f"{given!r} is not understood.", f'Write {key} = ["…", "…"].')
            return ()
        for name in dict.fromkeys(given):
            if given.count(name) > 1:
                self.wrong(key, f"“{name}” stands there twice.", "Name it once.")
            self.known(key, name)
        return tuple(dict.fromkeys(given))

    def known(self, key: str, name: str) -> bool:
        questions = [n for n, v in self.codebook.variables.items() if not v.repeat]
        choice = [*questions, *self.derived] + ([KEY] if key == "drop" else [])
        if name in choice:
            return True
        if name in self.codebook:
            repeat = self.codebook[name].repeat
            if key != "drop":
                mend = "Rows of a repeat are not released."
                self.wrong(key, f"“{name}” is asked in the repeat “{repeat}”.", mend)
            return key == "drop"
        near = get_close_matches(name, choice, n=3)
        mend = f"Did you mean {' or '.join(near)}?" if near else "It is not in the codebook."
        self.wrong(key, f"there is no variable “{name}”.", mend)
        return False

    def recodings(self, drop: tuple[str, ...]) -> dict[str, Recoding]:
        given = self.raw.get("recode", {})
        if not isinstance(given, dict):
            self.wrong("recode", "is not a section.", "Write [release.recode.some_variable].")
            return {}
        made = {}
        for name, raw in given.items():
            where = f"recode.{name}"
            if not self.known(where, name):
                continue
            if name in drop:
                self.wrong(where, "is recoded and dropped.", "Keep one of the two.")
            recoding, why, mend = read_recoding(name, raw, self.codebook, self.derived)
            if recoding is None:
                self.wrong(where, why, mend)
            else:
                made[name] = recoding
        return made

    def fit_together(
        self,
        keys: tuple[str, ...],
        sensitive: tuple[str, ...],
        drop: tuple[str, ...],
        recodings: Mapping[str, Recoding],
    ) -> None:
        for key, names in (("keys", keys), ("sensitive", sensitive)):
            for name in names:
                self.fits(key, name, {*keys, *sensitive}, drop, recodings)
        for name in {*keys} & {*sensitive}:
            self.wrong("sensitive", f"“{name}” is a key too.", "Keep one of the two.")

    def fits(
        self,
        key: str,
        name: str,
        named: set[str],
        drop: tuple[str, ...],
        recodings: Mapping[str, Recoding],
    ) -> None:
        """Note a variable that is not in the file as it is named."""
        source = self.derived[name].source if name in self.derived else name
        if name in drop or source in drop:
            self.wrong(key, f"“{name}” is dropped.", "Take it out of one of the two lists.")
        recoding = recodings.get(name)
        if recoding and recoding.derived:
            mend = f"Name “{recoding.derived}”, which it becomes."
            self.wrong(key, f"“{name}” is recoded.", mend)
        if source != name and source in named:
            mend = "Name one of the two; the finer one would tell the other."
            self.wrong(key, f"“{name}” is made from “{source}”, which is named too.", mend)
        if key == "keys" and name in self.codebook and self.codebook[name].type == "multiple":
            mend = "Drop it, or name it in sensitive."
            self.wrong(key, f"“{name}” takes several answers and cannot be a key.", mend)
        exact = name in self.codebook and self.codebook[name].type == "number"
        if key == "keys" and exact and not recoding:
            mend = f"Give it classes in [release.recode.{name}]."
            self.wrong(key, f"“{name}” is an exact number.", mend)

    def number(self, key: str) -> int:
        usual, least = _NUMBERS[key]
        value = self.raw.get(key, usual)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.wrong(key, f"{value!r} cannot be.", f"Give a whole number from {least} up.")
            return usual
        return value
