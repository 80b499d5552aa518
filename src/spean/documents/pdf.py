"""The report as PDF, set by Typst, which breaks Khmer lines at words."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from spean.documents.blocks import Heading, Paragraph, Place, Run
from spean.documents.fixed import gettext
from spean.documents.fonts import font_folders
from spean.documents.layout import Layout
from spean.documents.report import Report

_SETUP = """
#set document(title: {title})
#set page(paper: "a4", margin: (x: 2.2cm, y: 2.3cm), numbering: "1")
#set text(font: {fonts}, size: {size}pt, lang: "{lang}", fill: rgb("#1b1f23"))
#set par(leading: {leading}em, spacing: {spacing}em, justify: false)
#show heading: set text(fill: rgb("#0b6e6e"))
#show heading.where(level: 1): it => block(above: 1.8em, below: 0.9em, text(size: 1.25em, it.body))
#show heading.where(level: 2): it => block(above: 1.3em, below: 0.7em, text(size: 1.05em, it.body))
#set table(stroke: none, inset: (x: 5.5pt, y: 2.6pt))
#show figure.where(kind: table): set block(breakable: true)
#let soft(body) = text(fill: rgb("#555c63"), body)
#let notice(body) = block(fill: rgb("#fbf4ec"), inset: 8pt, width: 100%,
  stroke: (left: 3pt + rgb("#c8741a")), body)
#let caption(label, body) = block(above: 1.3em, below: 0.7em, sticky: true)[
  #text(fill: rgb("#0b6e6e"), weight: "bold", label) #text(weight: "bold", body)]
"""


def write_pdf(report: Report, path: Path) -> None:
    """Write the report as PDF (A4)."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, (_caption, svg) in report.figures.items():
            (root / f"{name}.svg").write_text(svg, encoding="utf-8")
        (root / "report.typ").write_text("\n".join(_source(report)), encoding="utf-8")
        fonts = [str(folder) for folder in font_folders()]
        typst.compile(
            str(root / "report.typ"), output=str(path), font_paths=fonts, ignore_system_fonts=True
        )


def _source(report: Report) -> Iterator[str]:
    khmer = report.lang == "km"
    yield _SETUP.format(
        title=_string(report.title),
        fonts='("Noto Sans Khmer", "Noto Sans")' if khmer else '("Noto Sans", "Noto Sans Khmer")',
        size=10.5 if khmer else 10,
        lang=report.lang,
        leading=1.0 if khmer else 0.72,
        spacing=1.35 if khmer else 1.1,
    )
    title = f'#text(size: 2em, weight: "bold", fill: rgb("#0b6e6e"), {_string(report.title)})'
    yield f"#block(below: 1em)[{title}]"
    yield f"#soft({_string(f'{report.subtitle} · {report.today}')})"
    for notice in report.notices:
        body = f"#text({_string(notice)})"
        yield f"#notice[{body}]"
    yield f"#outline(title: {_string(gettext('Contents', report.lang))}, depth: 1)"
    yield "#pagebreak()"
    figures = 0
    for block in report.blocks:
        if isinstance(block, Heading):
            yield f"#heading(level: {block.level}, {_string(block.text)})"
        elif isinstance(block, Paragraph):
            words = "".join(_run(run) for run in block.runs)
            yield f"#list[{words}]" if block.bullet else f"#par[{words}]"
        elif isinstance(block, Place) and block.kind == "table":
            yield from _table(report.layouts[block.id])
        else:
            figures += 1
            caption, _svg = report.figures[block.id]
            label = f"{gettext('Figure', report.lang)} {figures}."
            yield f"#caption({_string(label)}, {_string(caption)})"
            yield f'#block(image("{block.id}.svg", width: {_width(report, block.id)}))'


def _width(report: Report, name: str) -> str:
    return "100%" if 'rx="6"' in report.figures[name][1] else "80%"


def _run(run: Run) -> str:
    words = f"#text({_string(run.text)})"
    if run.bold:
        words = f"#strong[{words}]"
    return f"#emph[{words}]" if run.italic else words


def _table(layout: Layout) -> Iterator[str]:
    wide = 1 if layout.plain else 2
    columns = 1 + wide * len(layout.heads)
    yield f"#caption({_string(layout.number + '.')}, {_string(layout.caption)})"
    yield "#text(size: 0.82em)[#set par(leading: 0.62em)"
    yield f"#table(columns: (1fr, {'auto, ' * (columns - 1)}),"
    yield "  align: (x, _) => if x == 0 { left } else { right },"
    heads = ", ".join(
        f"table.cell(colspan: {wide}, strong({_string(h + ('' if layout.plain else '  %'))}))"
        for h in layout.heads
    )
    yield f"  table.header(table.hline(stroke: 0.9pt), [], {heads}, table.hline(stroke: 0.5pt)),"
    for at, line in enumerate(layout.lines):
        if line.kind == "panel":
            rule = "" if at == 0 else 'table.hline(stroke: 0.3pt + rgb("#cfd4d8")), '
            note = f" #soft(text(size: 0.92em, {_string('  ' + line.note)}))" if line.note else ""
            body = f"#strong({_string(line.stub)}){note}"
            yield f"  {rule}table.cell(colspan: {columns}, align: left)[{body}],"
        elif line.kind == "base":
            cells = ", ".join(
                f"table.cell(colspan: {wide}, soft({_string(c)}))" for c, _share in line.cells
            )
            yield f"  [], {cells},"
        else:
            figures = [
                part
                for count, share in line.cells
                for part in ((_string(count), f"soft({_string(share)})")[:wide])
            ]
            yield f"  pad(left: 6pt, {_string(line.stub)}), {', '.join(figures)},"
    yield "  table.hline(stroke: 0.9pt))]"
    for note in layout.notes:
        yield f"#block(above: 0.5em, below: 0.5em, text(size: 0.78em, soft({_string(note)})))"


def _string(text: str) -> str:
    """Write text as a Typst string, so that nothing in it is taken for markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
