"""`spean release`: a study's public file judged, and written when it may be."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spean.survey.errors import Fault, FaultyInput
from spean.survey.study import open_study
from spean.tables.release.assessment import assess_study
from spean.tables.release.files import assessment_dict, release_files
from spean.tables.release.wording import in_words


@dataclass(frozen=True)
class ReleaseOutcome:
    """What was found, as a dict for JSON and in words; the files written; whether all is well."""

    document: Mapping[str, Any]
    words: str
    files: tuple[Path, ...]
    well: bool


def release_study(
    folder: Path,
    *,
    seed: int,
    data: Path | None = None,
    out: Path | None = None,
    k: int | None = None,
    apply: bool = False,
) -> ReleaseOutcome:
    """Judge the microdata that ``[release]`` of study.toml describes; with ``apply`` write them.

    ``seed`` shuffles the rows. Files are written into ``out`` (by default ``out/STUDY/release``)
    only when no column identifies and the goals are met after suppression; all three or none.
    Raises as ``assess_study`` does, and OSError; earlier files are then as they were.
    """
    study = open_study(folder)
    made = assess_study(study, data or study.data_file, k)
    words, document = in_words(made), assessment_dict(study, made)
    if not apply:
        return ReleaseOutcome(document, words, (), made.well)
    if not made.releasable:
        return ReleaseOutcome(document, f"{words}\nNothing was written.", (), False)
    target = out or Path("out") / folder.resolve().name / "release"
    texts = release_files(study, made, seed)
    _write(target, texts)
    files = tuple(target / name for name in texts)
    listed = "\n".join(f"  {file}" for file in files)
    return ReleaseOutcome(document | {"applied": True}, f"{words}\nWritten:\n{listed}", files, True)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write all files beside the folder first, then put them in place; undo what fails halfway."""
    if folder.exists() and not folder.is_dir():
        raise FaultyInput([Fault(str(folder), "there is a file of this name.", "Choose another.")])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".release-", dir=folder) as staging:
        new, old = Path(staging) / "new", Path(staging) / "old"
        new.mkdir()
        old.mkdir()
        for name, text in texts.items():
            (new / name).write_text(text, encoding="utf-8")
        moved: list[str] = []
        try:
            for name in texts:
                if (folder / name).exists():
                    (folder / name).replace(old / name)
                moved.append(name)
                (new / name).replace(folder / name)
        except OSError:
            for name in moved:
                if (old / name).exists():
                    (old / name).replace(folder / name)
            raise
