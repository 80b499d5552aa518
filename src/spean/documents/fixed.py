"""The documents' own words (Table, Figure, notes …) from a gettext catalogue per language."""

from functools import cache
from pathlib import Path

_LOCALE = Path(__file__).parent / "locale"


@cache
def _catalogue(lang: str) -> dict[str, str]:
    file = _LOCALE / lang / "LC_MESSAGES" / "spean.po"
    if not file.exists():
        return {}
    from babel.messages.pofile import read_po

    with file.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id and m.string}


def gettext(message: str, lang: str) -> str:
    """Give a fixed text in a language; English is the message itself."""
    return _catalogue(lang).get(message, message)
