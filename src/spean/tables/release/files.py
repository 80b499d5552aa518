"""The files of a release as texts: microdata, codebook, and what was done to them."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from spean.survey.study import Study
from spean.tables.model import Text, say
from spean.tables.release.assessment import Assessment
from spean.tables.release.columns import Column

MICRODATA, CODEBOOK, RECORD = "microdata.csv", "codebook.csv", "release.json"
CODEBOOK_HEAD = (
    *("variable", "label_en", "label_km", "type"),
    *("code", "code_en", "code_km", "note"),
)
MADE_UP: Text = {
    "en": "Made-up data: no row is a person. They reproduce counts that were published elsewhere; "
    "any other combination of answers means nothing.",
    "km": "ទិន្នន័យបង្កើតឡើង៖ គ្មានជួរណាជាមនុស្សពិតទេ។",
}
_BLANK = "Blank: not asked, not answered, or withheld to protect people."
_ROW: Text = {"en": "Row, numbered at random", "km": "លេខរៀងចៃដន្យ"}


def microdata_csv(frame: pl.DataFrame, seed: int) -> str:
    """Write rows in random order under new numbers; nothing in the file tells the old order."""
    order = np.random.default_rng(seed).permutation(frame.height)
    shuffled = frame[order.tolist()].with_columns(
        pl.col(name).map_elements(_plain, pl.String) for name in frame.columns
    )
    return _csv(
        ("row", *frame.columns),
        ((at, *row) for at, row in enumerate(shuffled.iter_rows(), 1)),
    )


def _plain(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def codebook_csv(made: Assessment) -> str:
    """Write each column of the file with its words in English and Khmer, a line for each code."""
    note = f"{say(MADE_UP, 'en')} {_BLANK}" if made.made_up else _BLANK
    lines: list[Sequence[str]] = [("row", _ROW["en"], _ROW["km"], "number", "", "", "", note)]
    withheld = _withheld(made)
    for column in made.columns:
        lines += _variable(column, withheld.get(column.name, 0))
    return _csv(CODEBOOK_HEAD, lines)


def _withheld(made: Assessment) -> Mapping[str, int]:
    """Count withheld answers by column."""
    counts = dict(made.followed)
    by_key = made.suppression.by_key if made.suppression else ()
    for name, cells in zip(made.settings.keys, by_key, strict=True):
        counts[name] = counts.get(name, 0) + cells
    return counts


def _variable(column: Column, withheld: int) -> Iterator[Sequence[str]]:
    said = {
        "classes of the answers": column.recoded,
        "several codes, with spaces between": column.kind == "multiple",
        f"{withheld} answers withheld": withheld > 0,
    }
    head = (column.name, *_both(column.label), column.kind)
    note = "; ".join(part for part, true in said.items() if true)
    if not column.values:
        yield (*head, "", "", "", note)
    for at, (code, words) in enumerate(column.values.items()):
        yield (*head, code, *_both(words), "" if at else note)


def _both(text: Text) -> tuple[str, str]:
    return say(text, "en"), text.get("km", "")


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def assessment_dict(study: Study, made: Assessment) -> dict[str, Any]:
    """Give an assessment for JSON, as docs/schemas/release.schema.json describes it."""
    settings, names = made.settings, [column.name for column in made.columns]
    sources = {column.source.name for column in made.columns}
    return {
        "study": str(study.settings.get("code", study.folder.name)),
        "title": dict(study.title),
        "made_up": made.made_up,
        "notes": [say(MADE_UP, "en"), _BLANK] if made.made_up else [_BLANK],
        "applied": False,
        "goals": {"k": settings.k, "l": settings.l},
        "met": {"before": made.well, "after": made.releasable},
        "reason": made.reason,
        "keys": [{"name": name, "blanks": made.blanks[name]} for name in settings.keys],
        "sensitive": list(settings.sensitive),
        "columns": names,
        "outside_codebook": made.outside,
        "left_out": [name for name in study.codebook.variables if name not in sources],
        "recoded": [
            {"column": column.name, "from": column.source.name}
            for column in made.columns
            if column.recoded
        ],
        "findings": [finding.as_dict() for finding in made.findings],
        "before": made.before.as_dict(settings.keys),
        "after": made.after.as_dict(settings.keys) if made.after else None,
        "suggestions": [one.as_dict() for one in made.suggestions],
        "suppression": _suppression_dict(made),
        "files": [],
    }


def _suppression_dict(made: Assessment) -> dict[str, Any] | None:
    if made.suppression is None:
        return None
    keys = made.settings.keys
    return {
        "cells": made.suppression.cells,
        "share": round(made.suppression.cells / (made.before.rows * len(keys)), 6),
        "by_key": dict(zip(keys, made.suppression.by_key, strict=True)),
        "whole_rows": made.suppression.naive,
        "followed": dict(made.followed),
    }


def release_files(study: Study, made: Assessment, seed: int) -> dict[str, str]:
    """Give the texts of a release by file name; ``made`` must be releasable.

    The record holds the SHA-256 of the other two, and neither the seed nor the recodings that
    were only suggested.
    """
    assert made.frame is not None
    texts = {MICRODATA: microdata_csv(made.frame, seed), CODEBOOK: codebook_csv(made)}
    record = assessment_dict(study, made) | {
        "applied": True,
        "suggestions": [],
        "files": [
            {"name": name, "sha256": hashlib.sha256(text.encode()).hexdigest()}
            for name, text in texts.items()
        ],
    }
    return texts | {RECORD: json.dumps(record, ensure_ascii=False, indent=1) + "\n"}
