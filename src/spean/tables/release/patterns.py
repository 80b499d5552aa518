"""What gives a person away in a value or a heading: telephone numbers, positions, names."""

import re
from collections.abc import Iterable, Mapping

_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩๐๑๒๓๔๕๖๗๘๙", "01234567890123456789")
_YEARS = re.compile(r"\b(19|20)\d\d\s?[-–]\s?(19|20)\d\d\b")
_LONG_TEXT = 40
_WORDS = 4
_MANY_DIGITS = 10_000_000
_GPS_DECIMALS = range(4, 11)

VALUES: Mapping[str, re.Pattern[str]] = {
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"),
    "account on the net": re.compile(r"https?://|\bwww\.|\bt\.me/|(?<!\w)@\w{3,}", re.I),
    "device or interview id": re.compile(
        r"\b(uuid|collect|imei):|"
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        re.I,
    ),
    "date or time": re.compile(
        r"\b(19|20)\d\d-[01]?\d-[0-3]?\d\b|\b[0-3]?\d[/.][01]?\d[/.](19|20)?\d\d\b|\b\d?\d:\d\d\b|"
        r"\b[0-3]?\d (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (19|20)\d\d\b",
        re.I,
    ),
    "position": re.compile(r"-?\d{1,3}\.\d{4,}|\d\.\d{3,}\s*[,; ]\s*-?\d{1,3}\.\d{3,}|\d\s?°"),
    "telephone": re.compile(r"(?<![0-9A-Za-z])(\+\d?|0\d?|855|66)([\s().-]{0,2}\d){7,13}(?!\d)"),
    "document number": re.compile(r"(?<!\d)\d{7,}(?!\d)"),
}
"""Kinds of identifying values, each with the pattern that finds it in a text."""

CERTAIN = ("e-mail", "account on the net", "device or interview id", "telephone")
"""Kinds that no words of an answer list are by chance."""

HEADINGS: Mapping[str, frozenset[str]] = {
    "name": frozenset(
        (
            "name",
            "names",
            "surname",
            "firstname",
            "lastname",
            "fullname",
            "nickname",
            "initials",
            "signature",
        )
    ),
    "telephone": frozenset(
        ("phone", "telephone", "tel", "contact", "mobile", "whatsapp", "telegram")
    ),
    "document number": frozenset(("passport", "nid", "idcard", "licence", "license")),
    "address or position": frozenset(
        (
            "address",
            "gps",
            "latitude",
            "longitude",
            "lat",
            "lon",
            "lng",
            "coordinates",
            "geolocation",
        )
    ),
    "e-mail": frozenset(("email", "mail", "facebook")),
    "date of birth": frozenset(("birth", "birthday", "birthdate", "dob")),
    "device": frozenset(("device", "deviceid", "imei", "simserial", "subscriberid", "username")),
}
"""Words that stand alone in a heading of a column that holds what they say."""

SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "name": ("ឈ្មោះ", "នាមត្រកូល", "ชื่อ", "นามสกุล"),
    "telephone": ("ទូរស័ព្ទ", "ទូរសព្ទ", "โทรศัพท์", "เบอร์โทร", "มือถือ"),
    "document number": ("លេខអត្តសញ្ញាណ", "លេខលិខិតឆ្លងដែន", "เลขบัตร", "เลขประจำตัว", "เลขหนังสือเดินทาง"),
    "address or position": ("អាសយដ្ឋាន", "ទីតាំង", "ที่อยู่", "พิกัด"),
    "e-mail": ("អ៊ីមែល", "អុីមែល", "อีเมล"),
    "date of birth": ("ថ្ងៃខែឆ្នាំកំណើត", "ថ្ងៃកំណើត", "วันเกิด"),
}
"""The same in Khmer and Thai, which put no spaces between words."""

PLACES = frozenset(("village", "hamlet", "phum", "street", "ភូមិ", "ផ្លូវ", "หมู่บ้าน", "ถนน"))
"""Headings of places so small that they point to a few households."""


def value_kind(text: str) -> str:
    """Name what a text gives away, or nothing. Khmer and Thai digits are read as digits."""
    plain = _YEARS.sub(" ", text.translate(_DIGITS))
    for kind, pattern in VALUES.items():
        if pattern.search(plain):
            return kind
    long = len(text) > _LONG_TEXT or len(text.split()) > _WORDS
    return "free text" if long else ""


def number_kind(value: float) -> str:
    """Name what a number gives away, or nothing: many digits, or a position's decimals.

    Whole thousands are taken for money, very many decimals for a quotient.
    """
    if abs(value) >= _MANY_DIGITS and value % 1000:
        return "telephone or document number"
    decimals = len(repr(value).partition(".")[2])
    return "position" if 1 < abs(value) <= 180 and decimals in _GPS_DECIMALS else ""


def heading_kind(name: str, labels: Iterable[str]) -> str:
    """Name what a column's name or words say that it holds, or nothing."""
    texts = [re.sub(r"([a-z])([A-Z])", r"\1 \2", name), *labels]
    for text in texts:
        words = set(re.findall(r"[a-z]+", text.lower().replace("_", " ")))
        for kind, telling in HEADINGS.items():
            if words & telling:
                return kind
        for kind, parts in SCRIPTS.items():
            if any(part in text for part in parts):
                return kind
    return ""


def is_small_place(name: str, labels: Iterable[str]) -> bool:
    """Tell whether a heading as a whole names a village or a street."""
    heads = {name.lower().split("_")[-1], *(label.strip(" ?:").lower() for label in labels)}
    return bool(heads & PLACES)
