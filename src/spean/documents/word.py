"""The report as a Word file with real headings, tables and captions."""

import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from spean.documents.blocks import Heading, Paragraph, Place
from spean.documents.charts import png
from spean.documents.fixed import gettext
from spean.documents.layout import Layout, Line
from spean.documents.report import Report

TEAL = RGBColor(0x0B, 0x6E, 0x6E)
GREY = RGBColor(0x55, 0x5C, 0x63)


def write_word(report: Report, path: Path) -> None:
    """Write the report as .docx (A4)."""
    _Writer(report).write(path)


class _Writer:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.document: Any = Document()
        self.figures = 0
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2.2)
        for name, size in (("Normal", 10.5), ("Title", 22), ("Heading 1", 16), ("Heading 2", 13)):
            style = self.document.styles[name]
            style.font.name = "Noto Sans"
            style.font.size = Pt(size)
            self.fonts(style.element.get_or_add_rPr(), size)
            if name != "Normal":
                style.font.color.rgb = TEAL
        self.page_number(section.footer.paragraphs[0])

    def fonts(self, properties: Any, size: float) -> None:
        fonts = properties.find(qn("w:rFonts"))
        if fonts is None:
            fonts = OxmlElement("w:rFonts")
            properties.insert(0, fonts)
        for slot in ("w:ascii", "w:hAnsi"):
            fonts.set(qn(slot), "Noto Sans")
        for slot in ("w:cs", "w:eastAsia"):
            fonts.set(qn(slot), "Noto Sans Khmer")
        for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        complex_size = OxmlElement("w:szCs")
        complex_size.set(qn("w:val"), str(round(size * 2)))
        properties.append(complex_size)

    def page_number(self, paragraph: Any) -> None:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)

    def run(self, paragraph: Any, text: str, **style: Any) -> Any:
        run = paragraph.add_run(text)
        run.bold, run.italic = style.get("bold") or None, style.get("italic") or None
        if "color" in style:
            run.font.color.rgb = style["color"]
        if "size" in style:
            run.font.size = Pt(style["size"])
        if self.report.lang == "km":
            properties = run._r.get_or_add_rPr()
            if "size" in style:
                size = OxmlElement("w:szCs")
                size.set(qn("w:val"), str(round(style["size"] * 2)))
                properties.append(size)
            properties.append(OxmlElement("w:cs"))
            lang = OxmlElement("w:lang")
            lang.set(qn("w:bidi"), "km-KH")
            properties.append(lang)
        return run

    def write(self, path: Path) -> None:
        report, document = self.report, self.document
        self.run(document.add_paragraph(style="Title"), report.title)
        self.run(document.add_paragraph(), f"{report.subtitle} · {report.today}", color=GREY)
        for notice in report.notices:
            self.run(document.add_paragraph(), notice, italic=True)
        for block in report.blocks:
            if isinstance(block, Heading):
                self.run(document.add_paragraph(style=f"Heading {block.level}"), block.text)
            elif isinstance(block, Paragraph):
                style = "List Bullet" if block.bullet else None
                paragraph = document.add_paragraph(style=style)
                for run in block.runs:
                    self.run(paragraph, run.text, bold=run.bold, italic=run.italic)
            elif isinstance(block, Place) and block.kind == "table":
                self.table(report.layouts[block.id])
            else:
                self.figure(block.id)
        document.core_properties.title = report.title
        document.core_properties.language = report.lang
        document.save(str(path))

    def caption(self, label: str, text: str) -> None:
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = True
        self.run(paragraph, f"{label}. ", bold=True, color=TEAL, size=10)
        self.run(paragraph, text, bold=True, size=10)

    def figure(self, name: str) -> None:
        self.figures += 1
        caption, svg = self.report.figures[name]
        self.caption(f"{gettext('Figure', self.report.lang)} {self.figures}", caption)
        picture = self.document.add_picture(io.BytesIO(png(svg)))
        if picture.width > Cm(16.4):
            picture.height = round(picture.height * Cm(16.4) / picture.width)
            picture.width = Cm(16.4)
        picture._inline.docPr.set("descr", caption)

    def table(self, layout: Layout) -> None:
        self.caption(layout.number, layout.caption)
        wide = 1 if layout.plain else 2
        columns = 1 + wide * len(layout.heads)
        table = self.document.add_table(rows=0, cols=columns)
        table.autofit = False
        stub = 16.6 - 1.55 * (columns - 1)
        head = table.add_row()
        for at, words in enumerate(layout.heads):
            cell = head.cells[1 + at * wide]
            if wide == 2:
                cell = cell.merge(head.cells[2 + at * wide])
            self.fill(cell, words + ("" if layout.plain else "  %"), right=True, bold=True)
        self.repeat(head)
        self.rule(head, "top")
        self.rule(head, "bottom")
        for line in layout.lines:
            self.line(table, line, wide)
        if layout.lines:
            self.rule(table.rows[-1], "bottom")
        for row in table.rows:
            for at, cell in enumerate(row.cells):
                cell.width = Cm(stub if at == 0 else 1.55)
        for note in layout.notes:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            self.run(paragraph, note, color=GREY, size=8)
        self.document.add_paragraph()

    def line(self, table: Any, line: Line, wide: int) -> None:
        row = table.add_row()
        if line.kind == "panel":
            cell = row.cells[0].merge(row.cells[-1])
            self.fill(cell, line.stub, bold=True)
            if line.note:
                self.run(cell.paragraphs[0], f"  {line.note}", color=GREY, size=8)
            return
        self.fill(row.cells[0], line.stub)
        for at, (count, share) in enumerate(line.cells):
            self.fill(row.cells[1 + at * wide], count, right=True, grey=line.kind == "base")
            if wide == 2:
                self.fill(row.cells[2 + at * wide], share, right=True, grey=True)

    def fill(
        self, cell: Any, text: str, *, right: bool = False, bold: bool = False, grey: bool = False
    ) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        extra = {"color": GREY} if grey else {}
        self.run(paragraph, text, bold=bold, size=8.5, **extra)

    def repeat(self, row: Any) -> None:
        header = OxmlElement("w:tblHeader")
        header.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(header)

    def rule(self, row: Any, side: str) -> None:
        for cell in row.cells:
            properties = cell._tc.get_or_add_tcPr()
            borders = properties.find(qn("w:tcBorders"))
            if borders is None:
                borders = OxmlElement("w:tcBorders")
                properties.append(borders)
            edge = OxmlElement(f"w:{side}")
            for key, value in (("val", "single"), ("sz", "8"), ("color", "1B1F23")):
                edge.set(qn(f"w:{key}"), value)
            borders.append(edge)
