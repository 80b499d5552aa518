"""Where the data come from: interviews, or made-up respondents that reproduce printed counts."""

from dataclasses import dataclass
from pathlib import Path

from spean.survey.study import read_toml
from spean.survey.xpath import Node, unparse


@dataclass(frozen=True)
class Provenance:
    """Whether data are made up, and which combinations of question and group are not artefacts.

    ``printed`` holds combinations as ``combination`` writes them; only these reproduce counts of
    the source, any other combination of made-up answers means nothing.
    """

    made_up: bool = False
    printed: frozenset[str] = frozenset()


def combination(variable: str, where: Node | None, group: str) -> str:
    """Name a question among those who meet a condition, by a group of respondents."""
    among = f" where {unparse(where)}" if where is not None else ""
    return f"{variable}{among} @ {group}"


def read_provenance(data: Path) -> Provenance:
    """Read the note beside a data file (``respondents.toml`` for ``respondents.csv``).

    Data without a note are taken for interviews. Raises as ``read_toml`` does.
    """
    note = data.with_suffix(".toml")
    if not note.exists():
        return Provenance()
    raw = read_toml(note)
    return Provenance(bool(raw.get("made_up", False)), frozenset(map(str, raw.get("printed", ()))))
