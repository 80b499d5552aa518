"""`spean release`: a study's public file judged, and written when it may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spean.documents.together import write_together
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
    if target.exists() and not target.is_dir():
        raise FaultyInput([Fault(str(target), "there is a file of this name.", "Choose another.")])
    files = tuple(target / name for name in texts)
    write_together({target / name: text for name, text in texts.items()})
    listed = "\n".join(f"  {file}" for file in files)
    return ReleaseOutcome(document | {"applied": True}, f"{words}\nWritten:\n{listed}", files, True)
