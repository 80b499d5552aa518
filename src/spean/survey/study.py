"""A study is a folder: its settings, and where its parts lie."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spean.survey.codebook import Codebook, make_codebook
from spean.survey.errors import CouldNotRead, Fault, FaultyInput
from spean.survey.instrument import Instrument, read_instrument
from spean.survey.sheets import read_text


@dataclass(frozen=True)
class Study:
    """A study folder that has been opened; ``settings`` is study.toml as it stands."""

    folder: Path
    settings: Mapping[str, Any]
    instrument: Instrument
    codebook: Codebook

    @property
    def title(self) -> Mapping[str, str]:
        """The title by language."""
        title = self.settings.get("title", self.folder.name)
        return title if isinstance(title, dict) else {"en": str(title)}

    @property
    def data_file(self) -> Path:
        """The interviews that come with the study."""
        return self.folder / str(self.settings.get("data", {}).get("file", "data/respondents.csv"))

    def limit(self, name: str, otherwise: int) -> int:
        """Give one of the disclosure limits of study.toml, or the usual one."""
        value = self.settings.get("limits", {}).get(name, otherwise)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            what = f"limits.{name} is {value!r}."
            raise FaultyInput(
                [Fault(str(self.folder / "study.toml"), what, "Give a whole number.")]
            )
        return value


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; raises CouldNotRead, or FaultyInput with the line that is wrong."""
    if not path.exists():
        raise CouldNotRead(f"{path}: there is no such file.")
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        mend = "Compare it with studies/kamrieng."
        raise FaultyInput([Fault(str(path), f"not valid TOML: {error}.", mend)]) from error


def open_study(folder: Path) -> Study:
    """Open a study folder: study.toml and the instrument.

    Raises CouldNotRead when it is not a study, FaultyInput when its parts are wrong.
    """
    if not folder.is_dir():
        raise CouldNotRead(f"{folder}: there is no such folder.")
    if not any(folder.iterdir()):
        raise CouldNotRead(
            f"{folder}: the folder is empty; a study has study.toml and instrument/."
        )
    settings = read_toml(folder / "study.toml")
    languages = [str(lang) for lang in settings.get("languages", ())]
    instrument = read_instrument(folder / "instrument", languages)
    codebook = make_codebook(instrument, map(str, settings.get("missing_codes", ())))
    return Study(folder, settings, instrument, codebook)
