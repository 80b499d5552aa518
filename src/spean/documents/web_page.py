"""The report as one page that opens from a folder, on a phone and on a desk."""

import shutil
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from spean.claims.resolve import number
from spean.documents.blocks import Heading, Paragraph, Place
from spean.documents.fixed import gettext
from spean.documents.fonts import font_files
from spean.documents.report import Report


def write_page(report: Report, folder: Path) -> None:
    """Write ``index.html`` and ``fonts/`` into a folder; nothing is loaded from elsewhere."""
    environment = Environment(
        loader=PackageLoader("spean.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    fonts = {}
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    for family, file in font_files().items():
        name = family.replace(" ", "") + ".ttf"
        shutil.copyfile(file, folder / "fonts" / name)
        fonts[family] = name
    headings = [b for b in report.blocks if isinstance(b, Heading)]
    page = environment.get_template("report.html").render(
        report=report,
        fonts=fonts,
        kind=_kind,
        anchors={id(block): f"s{at}" for at, block in enumerate(headings, 1)},
        chapters=[b for b in headings if b.level == 1],
        identity=id,
        number=number,
        _=lambda message: gettext(message, report.lang),
    )
    (folder / "index.html").write_text(page, encoding="utf-8")


def _kind(block: object) -> str:
    if isinstance(block, Heading):
        return "heading"
    if isinstance(block, Paragraph):
        return "bullet" if block.bullet else "paragraph"
    return block.kind if isinstance(block, Place) else ""
