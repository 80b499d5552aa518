"""Fonts inside a Word file, so that Khmer is no row of boxes where no Khmer font is installed."""

import uuid
from pathlib import Path
from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement

_FONT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
_TABLE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable"
_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_RELATION = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def embed_font(document: Any, family: str, file: Path) -> None:
    """Put a TrueType font into a python-docx document, obfuscated as ECMA-376-4, 2.8.1, asks."""
    part = document.part
    table = next(rel.target_part for rel in part.rels.values() if rel.reltype == _TABLE)
    key = str(uuid.uuid5(uuid.NAMESPACE_DNS, family)).upper()
    place = PackURI("/word/fonts/font1.odttf")
    font = Part(place, _TYPE, _obfuscated(file.read_bytes(), key), part.package)
    link = table.relate_to(font, _FONT)
    entry = (
        f'<w:font w:name="{family}"><w:embedRegular {_RELATION} r:id="{link}" '
        f'w:fontKey="{{{key}}}"/></w:font></w:fonts>'
    )
    table._blob = table.blob.replace(b"</w:fonts>", entry.encode())
    settings = document.settings.element
    zoom = next(child for child in settings if child.tag.endswith("}zoom"))
    zoom.addnext(OxmlElement("w:embedTrueTypeFonts"))


def _obfuscated(font: bytes, key: str) -> bytes:
    mask = bytes.fromhex(key.replace("-", ""))[::-1]
    head = bytes(byte ^ mask[at % 16] for at, byte in enumerate(font[:32]))
    return head + font[32:]
