"""Figures on paper: the drawing as SVG, its words set by Typst.

The SVG readers of Typst and vl-convert put vowels of Khmer that stand before their consonant in
the wrong place. So words are taken out of the drawing and set over it as text.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from spean.documents.fonts import TYPST_FAMILIES, font_folders

_SVG = "{http://www.w3.org/2000/svg}"
_MOVE = re.compile(r"translate\(\s*([-\d.e]+)[\s,]+([-\d.e]+)\s*\)")
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}
ElementTree.register_namespace("", _SVG.strip("{}"))


@dataclass(frozen=True)
class Lettering:
    """Words of a drawing: baseline point and size in the drawing's units."""

    words: str
    x: float
    y: float
    size: float
    fill: str
    anchor: str


@dataclass(frozen=True)
class Picture:
    """A drawing without words (SVG), its words, its size in CSS pixels."""

    drawing: str
    letterings: tuple[Lettering, ...]
    width: float
    height: float

    def scale(self, room: float) -> float:
        """Give the points that a pixel takes on a page with ``room`` points of width."""
        return min(0.85, room / self.width)


def take_apart(svg: str) -> Picture:
    """Split an SVG into drawing and words. Knows ``translate``, which is all that charts use."""
    root = ElementTree.fromstring(svg)
    size = float(str(root.get("font-size", "12")).removesuffix("px"))
    found = tuple(_letterings(root, 0.0, 0.0, size))
    for parent in root.iter():
        for child in [c for c in parent if c.tag == f"{_SVG}text"]:
            parent.remove(child)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    return Picture(ElementTree.tostring(root, encoding="unicode"), found, width, height)


def _letterings(
    element: ElementTree.Element, x: float, y: float, size: float
) -> Iterator[Lettering]:
    move = _MOVE.search(element.get("transform", ""))
    if move:
        x, y = x + float(move.group(1)), y + float(move.group(2))
    if element.tag != f"{_SVG}text":
        for child in element:
            yield from _letterings(child, x, y, size)
        return
    size = float(element.get("font-size", str(size)).removesuffix("px"))
    fill, anchor = element.get("fill", "#000000"), element.get("text-anchor", "start")
    x, y = x + float(element.get("x", 0)), y + float(element.get("y", 0))
    if element.text:
        yield Lettering(element.text, x, y, size, fill, anchor)
    for line in element:
        y += float(str(line.get("dy", 0)).removesuffix("px"))
        yield Lettering(line.text or "", x + float(line.get("x", 0)), y, size, fill, anchor)


def typst_string(text: str) -> str:
    """Write text as a Typst string, so that nothing in it is taken for markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def typst_picture(picture: Picture, file: str, scale: float) -> str:
    """Give Typst source of a picture, its drawing in ``file``; a pixel is ``scale`` points."""
    width, height = picture.width * scale, picture.height * scale
    size = f"width: {width:.2f}pt, height: {height:.2f}pt"
    parts = [f"place(top + left, image({typst_string(file)}, {size}))"]
    for one in picture.letterings:
        side = _ANCHORS.get(one.anchor, "left")
        origin = {"left": 0.0, "center": width / 2, "right": width}[side]
        fill = "#000000" if one.fill in ("black", "currentColor") else one.fill
        words = (
            f"text(size: {one.size * scale:.2f}pt, fill: rgb({typst_string(fill)}), "
            f'top-edge: "baseline", bottom-edge: "baseline", {typst_string(one.words)})'
        )
        dx, dy = one.x * scale - origin, one.y * scale
        parts.append(f"place(top + {side}, dx: {dx:.2f}pt, dy: {dy:.2f}pt, {words})")
    return f"#box({size}, {{ {'; '.join(parts)} }})"


def png(svg: str, dots: float = 220) -> bytes:
    """Turn SVG into PNG for print; ``dots`` are pixels an inch."""
    import typst

    picture = take_apart(svg)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "drawing.svg").write_text(picture.drawing, encoding="utf-8")
        source = (
            "#set page(width: auto, height: auto, margin: 0pt)\n"
            f"#set text(font: {TYPST_FAMILIES})\n" + typst_picture(picture, "drawing.svg", 0.75)
        )
        (Path(folder) / "figure.typ").write_text(source, encoding="utf-8")
        made = typst.compile(
            str(Path(folder) / "figure.typ"),
            format="png",
            ppi=dots,
            font_paths=[str(folder) for folder in font_folders()],
            ignore_system_fonts=True,
        )
    return bytes(made if isinstance(made, bytes) else made[0])
