"""The report as PDF, set by Typst, which breaks Khmer lines at words."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from spean.claims.resolve import number
from spean.documents.blocks import Heading, Paragraph, Place, Run
from spean.documents.cells import Words
from spean.documents.fixed import gettext
from spean.documents.fonts import font_folders
from spean.documents.layout import Layout, Line
from spean.documents.pictures import Picture, take_apart, typst_picture, typst_string
from spean.documents.report import Report

_SETUP = """
#set document(title: {title})
#set page(paper: "a4", margin: (x: 2.2cm, y: 2.3cm), numbering: "1")
#set text(font: {fonts}, size: {size}pt, lang: "{lang}", fill: rgb("#1b1f23"))
#set par(leading: {leading}em, spacing: {spacing}em, justify: false)
#show heading: set text(fill: rgb("#0b6e6e"))
#show heading.where(level: 1): it => block(above: 1.8em, below: 0.9em, text(size: 1.25em, it.body))
#show heading.where(level: 2): it => block(above: 1.3em, below: 0.7em, text(size: 1.05em, it.body))
#let row-inset = {row}pt
#set table(stroke: none, inset: (x: 5.5pt, y: row-inset))
#show figure.where(kind: table): set block(breakable: true)
#let soft(body) = text(fill: rgb("#555c63"), body)
#let notice(body) = block(fill: rgb("#fbf4ec"), inset: 8pt, width: 100%,
  stroke: (left: 3pt + rgb("#c8741a")), body)
#let caption(label, body) = block(above: 1.3em, below: 0.7em, sticky: true)[
  #text(fill: rgb("#0b6e6e"), weight: "bold", label) #text(weight: "bold", body)]
"""

_LETTERS, _LONG_LETTERS = 75, 130
"""Letters of a table that upright and long paper have room for beside the stub."""


def write_pdf(report: Report, path: Path) -> None:
    """Write the report as PDF (A4)."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pictures = {name: take_apart(svg) for name, (_caption, svg) in report.figures.items()}
        for name, picture in pictures.items():
            (root / f"{name}.svg").write_text(picture.drawing, encoding="utf-8")
        source = "\n".join(_source(report, pictures))
        (root / "report.typ").write_text(source, encoding="utf-8")
        fonts = [str(folder) for folder in font_folders()]
        typst.compile(
            str(root / "report.typ"), output=str(path), font_paths=fonts, ignore_system_fonts=True
        )


def _source(report: Report, pictures: Mapping[str, Picture]) -> Iterator[str]:
    khmer = report.lang == "km"
    yield _SETUP.format(
        title=typst_string(report.title),
        fonts='("Noto Sans Khmer", "Noto Sans")' if khmer else '("Noto Sans", "Noto Sans Khmer")',
        size=10.5 if khmer else 10,
        lang=report.lang,
        leading=1.0 if khmer else 0.72,
        spacing=1.35 if khmer else 1.1,
        row=3.9 if khmer else 2.9,
    )
    title = f'#text(size: 2em, weight: "bold", fill: rgb("#0b6e6e"), {typst_string(report.title)})'
    yield f"#block(below: 1em)[{title}]"
    if report.byline:
        yield f"#soft({typst_string(report.byline)})"
    for notice in report.notices:
        body = f"#text({typst_string(notice)})"
        yield f"#notice[{body}]"
    yield f"#outline(title: {typst_string(gettext('Contents', report.lang))}, depth: 1)"
    yield "#pagebreak()"
    figures = 0
    for block in report.blocks:
        if isinstance(block, Heading):
            yield f"#heading(level: {block.level}, {typst_string(block.text)})"
        elif isinstance(block, Paragraph):
            words = "".join(_run(run) for run in block.runs)
            if block.note:
                words = f"#text(size: 0.85em)[#soft[{words}]]"
            yield f"#list[{words}]" if block.bullet else f"#par[{words}]"
        elif isinstance(block, Place) and block.kind == "table":
            yield from _table(report.layouts[block.id])
        else:
            figures += 1
            caption, _svg = report.figures[block.id]
            label = f"{gettext('Figure', report.lang)} {number(figures, report.lang)}."
            yield f"#caption({typst_string(label)}, {typst_string(caption)})"
            picture = pictures[block.id]
            drawn = typst_picture(picture, f"{block.id}.svg", picture.scale(470))
            yield f"#block(below: 1.4em, {drawn.removeprefix('#')})"


def _run(run: Run) -> str:
    words = f"#text({typst_string(run.text)})"
    if run.bold:
        words = f"#strong[{words}]"
    return f"#emph[{words}]" if run.italic else words


def _table(layout: Layout) -> Iterator[str]:
    wide, columns = layout.wide, layout.columns
    if layout.landscape:
        yield "#page(flipped: true)["
    yield f"#caption({typst_string(layout.number + '.')}, {typst_string(layout.caption)})"
    yield "#text(size: 0.82em)[#set par(leading: 0.62em)"
    yield f"#table(columns: {_columns(layout)},"
    yield "  align: (x, _) => if x == 0 { left } else { right },"
    if not layout.plain:
        gaps = "14pt" if len(layout.heads) < 5 else "8pt"
        apart = f"if x == 0 {{ 0pt }} else if calc.odd(x) {{ {gaps} }} else {{ 5pt }}"
        yield f"  inset: (x, _) => (left: {apart}, right: 0pt, y: row-inset),"
    yield from _head(layout, wide)
    for at, line in enumerate(layout.lines):
        if line.kind == "panel":
            follows = layout.lines[at + 1 : at + 2]
            yield _panel(line, follows[0] if follows else None, columns, wide, first=at == 0)
        elif line.kind != "base":
            yield _row(line, wide)
    yield "  table.hline(stroke: 0.9pt))]"
    notes = " #linebreak() ".join(f"#soft({typst_string(note)})" for note in layout.notes)
    small = f"#set text(size: 0.78em); #set par(leading: 0.6em); {notes}"
    yield f"#block(above: 0.6em, below: 1.8em)[{small}]" if notes else "#v(1em)"
    if layout.landscape:
        yield "]"


def _columns(layout: Layout) -> str:
    """Give the columns their widths: as they need, or even ones where that leaves no stub."""
    needed = sum(
        max(
            len(head),
            *(_letters(line.cells[at]) for line in layout.lines if line.cells),
        )
        for at, head in enumerate(layout.heads)
    )
    if needed <= (_LONG_LETTERS if layout.landscape else _LETTERS):
        return f"(1fr, {'auto, ' * (layout.columns - 1)})"
    even = "1fr, " if layout.plain else "3fr, 4fr, "
    return f"(4.2cm, {even * len(layout.heads)})"


def _letters(cell: Words) -> int:
    share = max(len(cell.share + cell.letters), len(cell.interval))
    return max(len(cell.count) + share + 4, len(cell.value))


def _row(line: Line, wide: int) -> str:
    strong = line.kind in ("net", "total")
    figures = []
    for cell in line.cells:
        if line.kind == "value" or cell.value:
            figures.append(f"table.cell(colspan: {wide}, [{_with_errors(cell.value, cell)}])")
            continue
        figures.append(
            f"strong({typst_string(cell.count)})" if strong else typst_string(cell.count)
        )
        if wide == 2:
            figures.append(f"soft[{_with_errors(cell.share, cell)}]")
    stub = f"strong({typst_string(line.stub)})" if strong else typst_string(line.stub)
    rule = 'table.hline(stroke: 0.3pt + rgb("#cfd4d8")), ' if line.kind == "total" else ""
    return f"  {rule}pad(left: {6 + 9 * line.indent}pt, {stub}), {', '.join(figures)},"


def _with_errors(words: str, cell: Words) -> str:
    said = f"#text({typst_string(words)})"
    if cell.letters:
        said += f"#super(text({typst_string(cell.letters)}))"
    if cell.interval:
        said += f" #linebreak() #soft(text(size: 0.82em, {typst_string(cell.interval)}))"
    return said


def _panel(line: Line, follows: Line | None, columns: int, wide: int, *, first: bool) -> str:
    """Set a panel's heading and bases; Typst repeats them over pages and never leaves them last."""
    rule = "" if first else 'table.hline(stroke: 0.3pt + rgb("#cfd4d8")), '
    asked = f"text(size: 0.92em, {typst_string('  ' + line.note)})"
    note = f" #soft({asked})" if line.note else ""
    body = f"#strong({typst_string(line.stub)}){note}"
    inset = "(left: 0pt, right: 0pt, top: 5pt, bottom: row-inset)"
    head = f"table.cell(colspan: {columns}, align: left, inset: {inset})[{body}]"
    bases = ""
    if follows and follows.kind == "base":
        cells = (typst_string(cell.count) for cell in follows.cells)
        bases = ", [], " + ", ".join(f"table.cell(colspan: {wide}, soft({c}))" for c in cells)
    return f"  table.header(level: 2, {rule}{head}{bases}),"


def _head(layout: Layout, wide: int) -> Iterator[str]:
    heads = ", ".join(
        f"table.cell(colspan: {wide}, strong({typst_string(head)}))" for head in layout.heads
    )
    units = [f"soft({typst_string(unit)})" for pair in layout.units for unit in pair]
    second = "" if layout.plain else f"[], {', '.join(units)}, "
    over = ""
    if layout.over:
        line = 'stroke: (bottom: 0.4pt + rgb("#cfd4d8"))'
        spans = (
            f"table.cell(colspan: {groups * wide}, align: center, {line if head else ''}, "
            f"strong({typst_string(head)}))".replace(", ,", ",")
            for head, groups in layout.over
        )
        over = f"[], {', '.join(spans)}, "
    rules = ("table.hline(stroke: 0.9pt)", "table.hline(stroke: 0.5pt)")
    yield f"  table.header({rules[0]}, {over}[], {heads}, {second}{rules[1]}),"
