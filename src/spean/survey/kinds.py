"""Types of questions: the many spellings of the ``type`` column, to one name each.

Source: pyxform 4.5, ``aliases.py`` and ``question_type_dictionary.py``, and the XLSForm reference.
"""

import re

OPENERS = {"begin_group": "end_group", "begin_repeat": "end_repeat"}
SELECTS = {
    "select_one": "select_one",
    "select one": "select_one",
    "select1": "select_one",
    "select one from": "select_one",
    "select one using": "select_one",
    "add select one prompt using": "select_one",
    "select_multiple": "select_multiple",
    "select multiple": "select_multiple",
    "select": "select_multiple",
    "select multiple from": "select_multiple",
    "select multiple using": "select_multiple",
    "select all that apply": "select_multiple",
    "select_all_that_apply": "select_multiple",
    "select all that apply from": "select_multiple",
    "add select multiple prompt using": "select_multiple",
    "rank": "rank",
    "select_one_external": "select_one_external",
    "select one external": "select_one_external",
    "select_one_from_file": "select_one_from_file",
    "select one from file": "select_one_from_file",
    "select_multiple_from_file": "select_multiple_from_file",
    "select multiple from file": "select_multiple_from_file",
}
TYPES = frozenset(
    [
        *SELECTS.values(),
        *OPENERS,
        *OPENERS.values(),
        *("text", "integer", "decimal", "date", "time", "datetime", "note", "calculate", "hidden"),
        *("range", "geopoint", "geotrace", "geoshape", "image", "audio", "video", "file"),
        *("barcode", "acknowledge", "trigger", "start", "end", "today", "deviceid", "username"),
        *("phonenumber", "subscriberid", "simserial", "email", "audit", "start-geopoint"),
        *("background-audio", "background-geopoint", "csv-external", "xml-external"),
    ]
)
_ALIASES = {
    "string": "text",
    "int": "integer",
    "percentage": "integer",
    "photo": "image",
    "picture": "image",
    "location": "geopoint",
    "gps": "geopoint",
    "date time": "datetime",
    "phone number": "phonenumber",
    "phone_number": "phonenumber",
    "device id": "deviceid",
    "imei": "deviceid",
    "sim id": "simserial",
    "subscriber id": "subscriberid",
    "start time": "start",
    "end time": "end",
    "calculation": "calculate",
    "group": "begin_group",
    "begin_loop": "begin_repeat",
    "end_loop": "end_repeat",
    "begin_lgroup": "begin_repeat",
    "end_lgroup": "end_repeat",
}
_OR_OTHER = re.compile(r"\s(or specify other|or_other|or other)$")
_PROMPT = re.compile(r"^(?:add (.+) prompt|q (.+)|get (.+)|uri:(.+))$")


def read_type(text: str) -> tuple[str, str, bool] | None:
    """Read a type: its one name, the answer list of a select, whether “other” is added.

    ``select all that apply from crops or specify other`` is ``("select_multiple", "crops", True)``.
    Nothing where nobody knows the type.
    """
    words = " ".join(text.split())
    lower = words.lower()
    for spelling in sorted(SELECTS, key=len, reverse=True):
        if lower == spelling or lower.startswith(f"{spelling} "):
            rest = f" {words[len(spelling) :].strip()}"
            other = _OR_OTHER.search(rest)
            return (
                SELECTS[spelling],
                (rest[: other.start()] if other else rest).strip(),
                bool(other),
            )
    if match := _PROMPT.match(lower):
        lower = next(part for part in match.groups() if part)
    first, _space, rest = lower.partition(" ")
    if first in ("begin", "end") and rest and rest != "time":
        lower = f"{first}_{rest.split()[0]}"
    kind = _ALIASES.get(lower, lower)
    if kind not in TYPES and lower.split():
        kind = _ALIASES.get(lower.split()[0], lower.split()[0])
    return (kind, "", False) if kind in TYPES else None
