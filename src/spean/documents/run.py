"""A study from its folder to its documents, written all together or not at all."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spean.documents.exports import has_estimates, write_csv, write_estimates
from spean.documents.fixed import gettext
from spean.documents.workbook import write_workbook
from spean.survey.answers import Answers
from spean.survey.errors import CouldNotRead, Fault, FaultyInput
from spean.survey.study import Study, open_study, read_toml
from spean.tables.build import make_tables
from spean.tables.disclosure import Limits
from spean.tables.engine import LazyAnswers, read_data
from spean.tables.model import Tables, say
from spean.tables.plan import Plan, read_plan
from spean.tables.provenance import read_provenance

if TYPE_CHECKING:
    from spean.documents.blocks import Block
    from spean.documents.verify import Change


class CouldNotWrite(OSError):
    """A document could not be written; what was there before is as it was."""


Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a run made: the folder and a summary for the terminal."""

    out: Path
    summary: str


def run_study(
    folder: Path,
    *,
    data: Path | str | None,
    plan: Path | None,
    out: Path,
    lang: str,
    tables_only: bool,
    progress: Progress,
    engine: str = "polars",
) -> Outcome:
    """Make tables, figures and report; earlier output stays until the new one is whole.

    ``data`` is CSV, or Parquet (a file, folder, pattern or address), which ``engine`` aggregates.
    Raises CouldNotRead, FaultyInput, or CouldNotWrite (a full disk), each before ``out`` is
    touched.
    """
    steps = 3 if tables_only else 7
    progress("Reading the study", 0, steps)
    study = open_study(folder)
    tabulation = read_plan(plan or folder / "tabulation.toml", study.codebook)
    file = data or study.data_file
    answers = read_data(file, study.codebook, engine)
    progress("Counting", 1, steps)
    tables = _tables(study, tabulation, answers, file)
    with _staged(out) as staging:
        progress("Writing tables", 2, steps)
        write_csv(tables, staging / "tables.csv")
        if has_estimates(tables):
            write_estimates(tables, staging / "estimates.csv")
        write_workbook(tables, staging / "tables.xlsx", lang)
        if not tables_only:
            _write_report(study, tables, staging, lang, progress, Path(file))
    progress("Done", steps, steps)
    strays = [name for name in answers.unknown_columns if name not in _design_columns(study)]
    return Outcome(out, _summary(tables, answers, out, file, strays))


def _tables(study: Study, plan: Plan, answers: Answers | LazyAnswers, file: Path | str) -> Tables:
    return make_tables(
        plan,
        study.codebook,
        answers,
        limits=study_limits(study),
        provenance=read_provenance(Path(file)),
        folder=study.folder,
        **_survey(study, answers, Path(file)),
    )


def _survey(study: Study, answers: Answers | LazyAnswers, file: Path) -> dict[str, Any]:
    """Give the design and weights of the interviews, where the study says anything of them."""
    sampling = study.settings.get("sampling", {})
    said = {"design", "weights"} & study.settings.keys()
    lazy = isinstance(answers, LazyAnswers)
    if not (lazy or said or sampling.get("probability") or sampling.get("assumption")):
        return {}
    from spean.tables.survey_settings import make_survey, read_settings

    settings = read_settings(study)
    if isinstance(answers, LazyAnswers):
        if "weights" in study.settings:
            mend = "Put the weights into a column and name it in [design] weight."
            what = "weights in a file of their own go with CSV, not with Parquet."
            raise FaultyInput([Fault(str(study.folder / "study.toml"), what, mend)])
        return {"sample": settings}
    return {"survey": make_survey(study, settings, answers, file)}


def _design_columns(study: Study) -> set[str]:
    """Name the columns that [design] of study.toml uses."""
    used: set[str] = set()
    for value in study.settings.get("design", {}).values():
        used |= {str(name) for name in (value if isinstance(value, list) else [value])}
    return used


@contextmanager
def _staged(out: Path) -> Iterator[Path]:
    """Give a folder beside ``out`` that takes its place when everything went well.

    What writers of files raise in their own words (a full disk, most often) becomes CouldNotWrite.
    """
    from typst import TypstError
    from xlsxwriter.exceptions import XlsxWriterException

    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield staging
        _put_in_place(staging, out)
    except OSError as error:
        raise CouldNotWrite(error.errno, error.strerror or str(error), str(out)) from error
    except (TypstError, XlsxWriterException) as error:
        raise CouldNotWrite(f"{out}: {error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def study_limits(study: Study) -> Limits:
    """Give the disclosure limits of study.toml, or the usual ones."""
    usual = Limits()
    return Limits(
        study.limit("count", usual.count),
        study.limit("base_suppressed", usual.base_suppressed),
        study.limit("base_marked", usual.base_marked),
        study.limit("dominance_people", usual.dominance_people),
        study.limit("dominance_percent", usual.dominance_percent),
        study.limit("rounding", usual.rounding),
    )


def _write_report(
    study: Study, tables: Tables, staging: Path, lang: str, progress: Progress, file: Path
) -> None:
    from spean.documents.charts import caption, draw, read_figures, save
    from spean.documents.layout import lay_out
    from spean.documents.pdf import write_pdf
    from spean.documents.report import Report
    from spean.documents.web_page import write_page
    from spean.documents.word import write_word

    text = study.folder / "report"
    specs = read_figures(text / "figures.toml") if (text / "figures.toml").exists() else []
    progress("Drawing figures", 3, 7)
    figures = {str(s["id"]): (caption(s, tables, lang), draw(s, tables, lang)) for s in specs}
    (staging / "figures").mkdir()
    for name, (_caption, svg) in figures.items():
        save(svg, staging / "figures" / f"{name}.svg")
    report = Report(
        lang=lang,
        title=say(study.title, lang),
        subtitle=say(study.settings.get("subtitle", {"en": ""}), lang),
        notices=tuple(_notices(study, tables, lang, file)),
        today=_printed_date(study, lang),
        blocks=_blocks(text, tables, list(figures), lang),
        layouts={table.id: lay_out(table, tables, lang) for table in tables.tables},
        figures=figures,
    )
    progress("Writing the page", 4, 7)
    write_page(report, staging / "report")
    progress("Writing Word", 5, 7)
    write_word(report, staging / "report.docx")
    progress("Writing PDF", 6, 7)
    write_pdf(report, staging / "report.pdf")


def _blocks(text: Path, tables: Tables, figures: list[str], lang: str) -> "tuple[Block, ...]":
    """Read the text; a study without any gets its tables alone."""
    from spean.claims.resolve import make_resolver
    from spean.documents.blocks import read_chapters, tables_alone
    from spean.documents.layout import explain_small

    ids = [table.id for table in tables.tables]
    if not text.exists():
        return tuple(tables_alone(ids, gettext("Tables", lang)))
    resolver = make_resolver(tables, lang)
    small = explain_small(tables, lang)
    return tuple(read_chapters(text / lang, resolver, ids, figures, small))


def verify_word(folder: Path, file: Path, lang: str) -> "list[Change]":
    """Hold an edited Word report against its study as it is now; raises as ``run_study`` does."""
    from spean.claims.resolve import make_resolver
    from spean.documents.layout import lay_out
    from spean.documents.verify import verify

    study = open_study(folder)
    plan = read_plan(folder / "tabulation.toml", study.codebook)
    answers = read_data(study.data_file, study.codebook)
    tables = _tables(study, plan, answers, study.data_file)
    specs = folder / "report" / "figures.toml"
    read = read_toml(specs).get("figure", []) if specs.exists() else []
    figures = [str(spec["id"]) for spec in read]
    layouts = [lay_out(table, tables, lang) for table in tables.tables]
    beside = [note for layout in layouts for note in layout.notes]
    beside += [f"{layout.number}. {layout.caption}" for layout in layouts]
    blocks = _blocks(folder / "report", tables, figures, lang)
    return verify(file, blocks, make_resolver(tables, lang), beside)


def _notices(study: Study, tables: Tables, lang: str, file: Path) -> list[str]:
    said = []
    if tables.made_up:
        said.append(
            gettext(
                "These are made-up respondents that reproduce counts published elsewhere. "
                "Where a table says so, its figures are artefacts.",
                lang,
            )
        )
    if "weights" in study.settings:
        from spean.documents.weighting import weights_notice
        from spean.tables.weighting import study_weights

        if stored := study_weights(study, file):
            said.append(weights_notice(stored, lang))
    if tables.basis:
        said.append(say(tables.basis, lang))
        return said
    from spean.tables.estimate.wording import Basis, sentence

    if not study.settings.get("sampling", {}).get("probability", False):
        said.append(sentence(Basis(probability=False), lang))
    return said


def _printed_date(study: Study, lang: str) -> str:
    from babel.dates import format_date

    value = study.settings.get("date")
    if not isinstance(value, date):
        return ""
    return str(format_date(value, format="long", locale={"km": "km_KH"}.get(lang, "en")))


def _put_in_place(staging: Path, out: Path) -> None:
    """Swap the finished folder in; files in it that Spean did not make are carried over."""
    staging.chmod(0o755)
    old = out.with_name(f".{out.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        if not out.is_dir():
            raise CouldNotRead(f"{out}: there is a file of this name; choose another folder.")
        for item in out.iterdir():
            if not (staging / item.name).exists() and item.name not in _OURS:
                copy = shutil.copytree if item.is_dir() else shutil.copy2
                copy(item, staging / item.name)
        out.rename(old)
    try:
        staging.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


_OURS = (
    "tables.csv",
    "estimates.csv",
    "tables.xlsx",
    "report",
    "report.docx",
    "report.pdf",
    "figures",
)


def _summary(
    tables: Tables,
    answers: Answers | LazyAnswers,
    out: Path,
    file: Path | str,
    strays: list[str],
) -> str:
    cells = [cell for table in tables.tables for *_rest, cell in table.cells()]
    withheld = sum(cell.mark == "suppressed" for cell in cells)
    lines = [
        f"{len(answers)} respondents, {len(tables.tables)} tables, {len(cells)} cells; "
        f"{withheld} withheld to protect people.",
        f"Written to {out}",
    ]
    if answers.misfits:
        lines.append(f"{len(answers.misfits)} values in {file} are outside the codebook:")
        lines += [f"  row {m.row}, {m.variable}: “{m.value}” {m.why}" for m in answers.misfits[:20]]
        if len(answers.misfits) > 20:
            lines.append(f"  … and {len(answers.misfits) - 20} more")
    if tables.outside:
        said = ", ".join(f"{name} {number}" for name, number in tables.outside.items())
        lines.append(f"Answers outside the codebook, left out, by variable: {said}")
    if strays:
        lines.append("Columns not in the form: " + ", ".join(strays))
    return "\n".join(lines)
