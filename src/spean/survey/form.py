"""From a study's text sheets to the .xlsx that tools read and the XForm that phones read."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from spean.survey.errors import Fault, FaultyInput
from spean.survey.sheets import SHEETS, read_text
from spean.survey.study import Study

_OURS = ("universe", "review")
_FILLED = {
    "minors_approval": ("ethics", "minors_approval"),
    "organisation": ("publisher", "name"),
}
"""Calculations that are filled from study.toml: section and key by name."""


@dataclass(frozen=True)
class BuiltForm:
    """The files of a built form, and pyxform's warnings."""

    xlsx: Path
    xform: Path
    warnings: tuple[str, ...]


def build_form(study: Study, out: Path) -> BuiltForm:
    """Write ``<form_id>.xlsx`` and ``<form_id>.xml``.

    Columns that only Spean reads (universes in words, review states) are left out. Calculations
    are filled from study.toml: ``minors_approval`` from ``[ethics]``, so that a form asks people
    under 18 only where an approval is named,
    and ``organisation`` from ``[publisher]``. Raises FaultyInput with pyxform's words.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    instrument = study.instrument
    out.mkdir(parents=True, exist_ok=True)
    xlsx = out / f"{instrument.form_id}.xlsx"
    _write_workbook(study, xlsx)
    try:
        result = convert(xlsform=xlsx, validate=False)
    except PyXFormError as error:
        mend = "Mend the instrument and build again."
        raise FaultyInput([Fault(instrument.file, str(error), mend)]) from error
    xform = out / f"{instrument.form_id}.xml"
    xform.write_text(result.xform, encoding="utf-8")
    return BuiltForm(xlsx, xform, tuple(result.warnings or ()))


def _write_workbook(study: Study, path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    for name in SHEETS:
        file = study.folder / "instrument" / f"{name}.csv"
        if not file.exists():
            continue
        rows = list(csv.reader(io.StringIO(read_text(file))))
        keep = [at for at, head in enumerate(rows[0]) if head.split("::")[0] not in _OURS]
        sheet = book.add_worksheet(name)
        for row_at, row in enumerate(rows):
            cells = dict(zip(rows[0], row, strict=False))
            if cells.get("name") in _FILLED and "calculation" in cells:
                section, key = _FILLED[cells["name"]]
                words = str(study.settings.get(section, {}).get(key, "")).replace("'", "’")
                row[rows[0].index("calculation")] = f"'{words}'"
            for column, at in enumerate(keep):
                if at < len(row) and row[at]:
                    sheet.write_string(row_at, column, row[at])
    book.close()
