"""The report as a Word file with real headings, tables and captions."""

import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from spean.claims.resolve import number
from spean.documents.blocks import Heading, Paragraph, Place
from spean.documents.cells import Words
from spean.documents.fixed import gettext
from spean.documents.fonts import font_files
from spean.documents.layout import Layout, Line
from spean.documents.pictures import png, take_apart
from spean.documents.report import Report
from spean.documents.word_fonts import embed_font

TEAL = RGBColor(0x0B, 0x6E, 0x6E)
GREY = RGBColor(0x55, 0x5C, 0x63)
INK = RGBColor(0x1B, 0x1F, 0x23)


def write_word(report: Report, path: Path) -> None:
    """Write the report as .docx (A4)."""
    _Writer(report).write(path)


class _Writer:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.document: Any = Document()
        self.figures = 0
        # LibreOffice 7.4 repeats what is in a content control when Khmer and Latin signs alternate.
        self.binds = report.lang != "km"
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2.2)
        self.table_text = self.document.styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
        self.styles()
        self.page_number(section.footer.paragraphs[0])

    def styles(self) -> None:
        sizes = {"Normal": 10.5, "Title": 22, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11}
        sizes |= {"Caption": 10, "Table Text": 8.5}
        for name, size in sizes.items():
            style = self.document.styles[name]
            style.font.name = "Noto Sans"
            style.font.size = Pt(size)
            if name not in ("Normal", "Table Text"):
                style.font.color.rgb = INK if name == "Caption" else TEAL
            self.fonts(style.element.get_or_add_rPr(), size)
        khmer = self.report.lang == "km"
        self.document.styles["Normal"].paragraph_format.line_spacing = 1.3 if khmer else 1.15
        small = self.table_text.paragraph_format
        small.space_before = small.space_after = Pt(1)
        small.line_spacing = 1.0

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
        self.complex_size(properties, size)

    def complex_size(self, properties: Any, size: float) -> None:
        """Set the size of Khmer letters, a step larger than Latin ones."""
        for old in properties.findall(qn("w:szCs")):
            properties.remove(old)
        element = OxmlElement("w:szCs")
        element.set(qn("w:val"), str(round(size * 2) + 1))
        before = properties.find(qn("w:sz"))
        if before is None:
            properties.append(element)
        else:
            before.addnext(element)

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
            run.font.complex_script = True
            run.font.cs_bold, run.font.cs_italic = run.bold, run.italic
            properties = run._r.get_or_add_rPr()
            if "size" in style:
                self.complex_size(properties, style["size"])
            lang = OxmlElement("w:lang")
            lang.set(qn("w:bidi"), "km-KH")
            properties.append(lang)
        return run

    def write(self, path: Path) -> None:
        report, document = self.report, self.document
        self.run(document.add_paragraph(style="Title"), report.title)
        if report.byline:
            self.run(document.add_paragraph(), report.byline, color=GREY)
        for notice in report.notices:
            self.run(document.add_paragraph(), notice, italic=True)
        for block in report.blocks:
            if isinstance(block, Heading):
                self.run(document.add_paragraph(style=f"Heading {block.level}"), block.text)
            elif isinstance(block, Paragraph):
                style = "List Bullet" if block.bullet else None
                paragraph = document.add_paragraph(style=style)
                small = {"size": 8.5, "color": GREY} if block.note else {}
                for run in block.runs:
                    made = self.run(paragraph, run.text, bold=run.bold, italic=run.italic, **small)
                    if run.figure and self.binds:
                        self.control(made, run.figure.name)
            elif isinstance(block, Place) and block.kind == "table":
                self.table(report.layouts[block.id])
            else:
                self.figure(block.id)
        document.core_properties.title = report.title
        document.core_properties.language = report.lang
        if report.lang == "km":
            embed_font(document, "Noto Sans Khmer", font_files()["Noto Sans Khmer"])
        document.save(str(path))

    def control(self, run: Any, name: str) -> None:
        """Put a bound number into a content control that carries its reference."""
        control, properties = OxmlElement("w:sdt"), OxmlElement("w:sdtPr")
        for tag in ("alias", "tag"):
            element = OxmlElement(f"w:{tag}")
            element.set(qn("w:val"), name if tag == "alias" else name[:64])
            properties.append(element)
        properties.append(OxmlElement("w:text"))
        content = OxmlElement("w:sdtContent")
        run._r.addprevious(control)
        content.append(run._r)
        control.extend([properties, content])

    def caption(self, label: str, text: str) -> None:
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = True
        self.run(paragraph, f"{label}. ", bold=True, color=TEAL, size=10)
        self.run(paragraph, text, bold=True, size=10)

    def figure(self, name: str) -> None:
        self.figures += 1
        caption, svg = self.report.figures[name]
        label = f"{gettext('Figure', self.report.lang)} {number(self.figures, self.report.lang)}"
        self.caption(label, caption)
        picture = take_apart(svg)
        width = Pt(picture.width * picture.scale(465))
        inline = self.document.add_picture(io.BytesIO(png(svg)), width=width)
        inline._inline.docPr.set("descr", caption)

    def table(self, layout: Layout) -> None:
        if layout.landscape:
            self.turn_page()
        self.caption(layout.number, layout.caption)
        wide = layout.wide
        table = self.document.add_table(rows=0, cols=layout.columns)
        table.autofit = False
        self.head(table, layout, wide)
        for line in layout.lines:
            self.line(table, line, wide)
        for paragraph in table._tbl.iter(qn("w:p")):
            paragraph.style = self.table_text.style_id
        self.rule(table.rows[-1], "bottom")
        self.widths(table, self.measures(layout))
        self.margins(table)
        for note in layout.notes:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(2)
            self.run(paragraph, note, color=GREY, size=8)
        if layout.landscape:
            self.turn_page()
        else:
            self.document.add_paragraph()

    def turn_page(self) -> None:
        """Begin a page with the paper the other way round: wide tables lie on its long side."""
        before = self.document.sections[-1]
        width, height = before.page_width, before.page_height
        section = self.document.add_section()
        section.page_width, section.page_height = height, width
        section.orientation = WD_ORIENT.LANDSCAPE if height > width else WD_ORIENT.PORTRAIT

    def measures(self, layout: Layout) -> list[float]:
        """Give the columns' widths in centimetres: stub, then counts and percents."""
        groups = len(layout.heads)
        room = 25.3 if layout.landscape else 16.6
        if layout.plain:
            figures = [min(2.6, (room - 6) / groups)] * groups
        else:
            errors = any(cell.interval for line in layout.lines for cell in line.cells)
            pair = min(3.2, (room - (3.8 if errors else 5.2)) / groups)
            share = 0.52 if errors else 0.44
            figures = [pair * (1 - share), pair * share] * groups
        return [room - sum(figures), *figures]

    def margins(self, table: Any) -> None:
        """Keep cells close, so that figures of many groups fit on a line."""
        margins = OxmlElement("w:tblCellMar")
        for side in ("left", "right"):
            edge = OxmlElement(f"w:{side}")
            edge.set(qn("w:w"), "40")
            edge.set(qn("w:type"), "dxa")
            margins.append(edge)
        table._tbl.tblPr.append(margins)

    def head(self, table: Any, layout: Layout, wide: int) -> None:
        rows = [self.over(table, layout, wide)] if layout.over else []
        rows.append(table.add_row())
        cells = rows[-1].cells
        for at, words in enumerate(layout.heads):
            cell = cells[1 + at * wide]
            if wide == 2:
                cell = cell.merge(cells[2 + at * wide])
            self.fill(cell, words, right=True, bold=True)
        if not layout.plain:
            rows.append(table.add_row())
            units = [unit for pair in layout.units for unit in pair]
            for cell, unit in zip(rows[-1].cells[1:], units, strict=True):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
                self.run(cell.paragraphs[0], unit, color=GREY, size=7.5 if len(unit) < 8 else 6)
        self.rule(rows[0], "top")
        self.rule(rows[-1], "bottom")
        for row in rows:
            self.repeat(row)

    def over(self, table: Any, layout: Layout, wide: int) -> Any:
        """Add the heads that neighbouring columns stand under."""
        row, at = table.add_row(), 1
        cells = row.cells
        for words, groups in layout.over:
            cell = cells[at].merge(cells[at + groups * wide - 1])
            self.fill(cell, words, bold=True)
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            at += groups * wide
        return row

    def widths(self, table: Any, centimetres: list[float]) -> None:
        """Set the grid and every cell; a merged cell gets the sum of its columns."""
        for column, width in zip(table.columns, centimetres, strict=True):
            column.width = Cm(width)
        for row in table.rows:
            at = 0
            for element in row._tr.tc_lst:
                element.width = Cm(sum(centimetres[at : at + element.grid_span]))
                at += element.grid_span

    def line(self, table: Any, line: Line, wide: int) -> None:
        row = table.add_row()
        cells = row.cells
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if line.kind == "panel":
            cell = cells[0].merge(cells[-1])
            self.fill(cell, line.stub, bold=True)
            cell.paragraphs[0].paragraph_format.keep_with_next = True
            if line.note:
                self.run(cell.paragraphs[0], f"  {line.note}", color=GREY, size=8)
            return
        strong = line.kind in ("net", "total")
        self.fill(cells[0], line.stub, bold=strong)
        if line.indent:
            cells[0].paragraphs[0].paragraph_format.left_indent = Cm(0.5)
        for at, words in enumerate(line.cells):
            value = line.kind == "value" or bool(words.value)
            cell, joined = cells[1 + at * wide], value or line.kind == "base"
            if joined and wide == 2:
                cell = cell.merge(cells[2 + at * wide])
            said = words.value if value else words.count
            self.fill(cell, said, right=True, bold=strong, grey=line.kind == "base")
            if value:
                self.errors(cell, words)
            elif wide == 2 and line.kind != "base":
                self.fill(cells[2 + at * wide], words.share, right=True, grey=True)
                self.errors(cells[2 + at * wide], words)
        if line.kind == "base":
            for cell in cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True

    def errors(self, cell: Any, words: Words) -> None:
        """Add the letters, raised, and the interval under the figure."""
        paragraph = cell.paragraphs[0]
        if words.letters:
            self.run(paragraph, words.letters).font.superscript = True
        if words.interval:
            paragraph.add_run().add_break()
            self.run(paragraph, words.interval, color=GREY, size=7)

    def fill(
        self, cell: Any, text: str, *, right: bool = False, bold: bool = False, grey: bool = False
    ) -> None:
        paragraph = cell.paragraphs[0]
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        extra = {"color": GREY} if grey else {}
        self.run(paragraph, text, bold=bold, **extra)

    def repeat(self, row: Any) -> None:
        header = OxmlElement("w:tblHeader")
        header.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(header)

    def rule(self, row: Any, side: str) -> None:
        for element in row._tr.tc_lst:
            properties = element.get_or_add_tcPr()
            borders = properties.find(qn("w:tcBorders"))
            if borders is None:
                borders = OxmlElement("w:tcBorders")
                properties.append(borders)
            edge = OxmlElement(f"w:{side}")
            for key, value in (("val", "single"), ("sz", "8"), ("color", "1B1F23")):
                edge.set(qn(f"w:{key}"), value)
            borders.append(edge)
