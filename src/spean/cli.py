"""The command line: each command is one call into the kits, its errors are sentences.

Exit status: 0 well, 1 findings or mismatch, 2 bad input or usage, 3 could not read or write.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spean.tables.reconstruct.literal import LiteralResult

WELL, FINDINGS, BAD_INPUT, NO_ACCESS = range(4)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = arguments.command
    from spean.survey.errors import CouldNotRead, SurveyError
    from spean.survey.xpath import NotUnderstood

    try:
        return command(arguments)
    except CouldNotRead as error:
        _tell(str(error))
        return NO_ACCESS
    except (SurveyError, NotUnderstood) as error:
        _tell(str(error))
        return BAD_INPUT
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _tell(f"{where}{error.strerror or error}. Nothing that was there before was changed.")
        return NO_ACCESS
    except KeyboardInterrupt:
        _tell("Stopped.")
        return BAD_INPUT


def _tell(message: str) -> None:
    sys.stderr.write(message + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spean", description="From a migrant worker's answer to a commune's budget line."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="make the tables and the report of a study")
    _study(run)
    run.add_argument(
        "--data", type=_data, help="interviews: CSV or Parquet (default: the study's own)"
    )
    run.add_argument(
        "--engine",
        choices=("polars", "duckdb", "spark"),
        default="polars",
        help="what counts large data (default polars)",
    )
    run.add_argument("--plan", type=Path, help="tabulation plan (default: tabulation.toml)")
    run.add_argument("--out", type=Path, help="folder to write (default: out/STUDY)")
    run.add_argument("--lang", choices=("en", "km"), default="en")
    run.add_argument("--only", choices=("tables",), help="leave the report out")
    run.set_defaults(command=_run)
    compare = commands.add_parser("compare", help="hold published figures against computed ones")
    _study(compare)
    compare.add_argument("--json", action="store_true", help="all lines as JSON")
    compare.set_defaults(command=_compare)
    _weight_parser(commands)
    _release_parser(commands)
    form = commands.add_parser("form", help="the questionnaire").add_subparsers(required=True)
    build = form.add_parser("build", help="make the .xlsx and the XForm of the instrument")
    _study(build)
    build.add_argument("--out", type=Path, help="folder to write (default: out/STUDY/form)")
    build.set_defaults(command=_form_build)
    _survey_commands(commands)
    _claims_commands(commands)
    place = commands.add_parser("place", help="look a place up by code or name")
    place.add_argument("name")
    place.add_argument("--within", help="code of the province, district or commune around it")
    place.set_defaults(command=_place)
    return parser


def _claims_commands(commands: Any) -> None:
    claims = commands.add_parser("claims", help="numbers in prose").add_subparsers(required=True)
    verify = claims.add_parser("verify", help="hold an edited Word report against its study")
    verify.add_argument("file", type=Path, metavar="FILE", help="the report as .docx")
    verify.add_argument("--study", type=Path, required=True, help="the study's folder")
    verify.add_argument("--json", action="store_true", help="all changes as JSON")
    verify.set_defaults(command=_verify)


def _survey_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    survey = commands.add_parser("survey", help="made-up respondents").add_subparsers(required=True)
    again = survey.add_parser("reconstruct", help="respondents that reproduce published counts")
    _study(again)
    again.add_argument("--seed", type=int, default=1)
    again.add_argument(
        "--literal",
        action="store_true",
        help="take the figures word for word instead: what clashes, the least deviation",
    )
    again.add_argument("--json", action="store_true", help="with --literal: all of it as JSON")
    again.set_defaults(command=_reconstruct)
    simulate = survey.add_parser("simulate", help="random respondents who obey the form")
    _study(simulate)
    simulate.add_argument("-n", type=int, default=100, help="how many (default 100)")
    simulate.add_argument("--seed", type=int, default=1)
    simulate.add_argument("--out", type=Path, help="CSV to write (default: standard output)")
    simulate.set_defaults(command=_simulate)


def _weight_parser(commands: Any) -> None:
    weight = commands.add_parser("weight", help="make weights that meet known totals")
    _study(weight)
    weight.add_argument("--margins", type=Path, required=True, help="known totals, as CSV")
    weight.add_argument("--data", type=Path, help="interviews as CSV (default: the study's own)")
    methods = ("rake", "poststratify", "linear", "logit")
    weight.add_argument("--method", choices=methods, default="rake")
    weight.add_argument("--start", default="", metavar="COLUMN", help="design weights in the data")
    weight.add_argument(
        "--bounds", type=float, nargs=2, metavar=("LOW", "HIGH"), help="of new by starting weight"
    )
    weight.add_argument("--trim", type=float, metavar="X", help="cut at X times the median weight")
    weight.add_argument("--strata", default="", metavar="COLUMN", help="trimming keeps their sums")
    weight.add_argument(
        "--missing",
        choices=("fail", "share", "zero"),
        default="fail",
        help="interviews without an answer: stop, keep their share, or weigh 0",
    )
    weight.add_argument("--out", type=Path, help="CSV (default: STUDY/weighting/weights.csv)")
    weight.set_defaults(command=_weight)


def _release_parser(commands: Any) -> None:
    release = commands.add_parser("release", help="judge, or write, microdata for release")
    _study(release)
    release.add_argument("--data", type=Path, help="interviews as CSV (default: the study's own)")
    release.add_argument("--out", type=Path, help="folder to write (default: out/STUDY/release)")
    release.add_argument("-k", "--k", type=int, help="rows alike at least (default: the study's)")
    release.add_argument("--apply", action="store_true", help="suppress, and write the files")
    release.add_argument("--json", action="store_true", help="the assessment as JSON")
    release.add_argument("--seed", type=int, help="for the order of rows (default: drawn)")
    release.set_defaults(command=_release)


def _data(text: str) -> Path | str:
    """Keep an address (hdfs://…, s3://…) as it is; a Path would lose a slash."""
    return text if "://" in text else Path(text)


def _study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", type=Path, metavar="STUDY", help="the study's folder")


def _run(arguments: argparse.Namespace) -> int:
    from spean.documents.run import run_study

    outcome = run_study(
        arguments.study,
        data=arguments.data,
        plan=arguments.plan,
        out=arguments.out or Path("out") / arguments.study.resolve().name,
        lang=arguments.lang,
        tables_only=arguments.only == "tables",
        progress=_progress,
        engine=arguments.engine,
    )
    _tell(outcome.summary)
    return WELL


def _progress(step: str, done: int, of: int) -> None:
    bar = "█" * round(20 * done / of)
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{bar:░<20} {step}" + ("\n" if done == of else ""))
        sys.stderr.flush()
    else:
        _tell(f"[{done}/{of}] {step}")


def _compare(arguments: argparse.Namespace) -> int:
    from spean.tables.comparing import compare_study

    lines = compare_study(arguments.study)
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.status] = counts.get(line.status, 0) + 1
    if arguments.json:
        _print_json([line.as_dict() for line in lines])
    else:
        for line in lines:
            if line.status == "mismatch":
                name = f"{line.table}.{line.panel}.{line.row}@{line.group}"
                found = f"published {line.published_freq}, computed {line.computed_freq}"
                sys.stdout.write(f"{name}: {found}. {line.reason}\n")
    order = ("equal", "relabelled", "other_base", "mismatch")
    said = ", ".join(f"{counts.get(status, 0)} {status}" for status in order)
    _tell(f"{len(lines)} published figures: {said}. Not suppressed: for the team only.")
    return FINDINGS if counts.get("mismatch") else WELL


def _weight(arguments: argparse.Namespace) -> int:
    from spean.documents.weighting import weight_study
    from spean.tables.weighting import NotConverged

    try:
        outcome = weight_study(
            arguments.study,
            margins=arguments.margins,
            data=arguments.data,
            method=arguments.method,
            start=arguments.start,
            missing=arguments.missing,
            bounds=tuple(arguments.bounds) if arguments.bounds else None,
            trim=arguments.trim,
            strata=arguments.strata,
            out=arguments.out,
        )
    except NotConverged as error:
        _tell(f"{error}\nNothing was written.")
        return FINDINGS
    _tell(outcome.summary)
    return FINDINGS if outcome.weighing.findings else WELL


def _release(arguments: argparse.Namespace) -> int:
    import secrets

    from spean.documents.releasing import release_study

    if arguments.k is not None and arguments.k < 2:
        _tell("--k must be 2 or more.")
        return BAD_INPUT
    if arguments.seed is not None and arguments.seed < 0:
        _tell("--seed must be 0 or more.")
        return BAD_INPUT
    outcome = release_study(
        arguments.study,
        seed=secrets.randbits(64) if arguments.seed is None else arguments.seed,
        data=arguments.data,
        out=arguments.out,
        k=arguments.k,
        apply=arguments.apply,
    )
    if arguments.json:
        _print_json(outcome.document)
    _tell(outcome.words)
    return WELL if outcome.well else FINDINGS


def _form_build(arguments: argparse.Namespace) -> int:
    from spean.survey.answers import read_answers
    from spean.survey.form import build_form
    from spean.survey.paths import lengths
    from spean.survey.study import open_study

    study = open_study(arguments.study)
    out = arguments.out or Path("out") / arguments.study.resolve().name / "form"
    built = build_form(study, out)
    for warning in built.warnings:
        _tell(f"Warning: {warning}")
    people = read_answers(study.data_file, study.codebook) if study.data_file.exists() else None
    length = lengths(study.codebook, people.frame if people else None)
    usual = f", {length.usual} usually (median of {study.data_file.name})" if length.usual else ""
    _tell(f"{length.all} questions; the longest path has {length.longest}{usual}.")
    _tell(f"  {built.xlsx}\n  {built.xform}")
    return FINDINGS if built.warnings else WELL


def _reconstruct(arguments: argparse.Namespace) -> int:
    from spean.survey.study import open_study
    from spean.tables.plan import read_plan
    from spean.tables.reconstruct import Unsolved, reconstruct, write_reconstruction
    from spean.tables.reconstruct.literal import check_as_read, check_literally

    study = open_study(arguments.study)
    plan = read_plan(study.folder / "tabulation.toml", study.codebook)
    if arguments.literal:
        return _tell_clashes(check_literally(study, plan, _progress), arguments.json)
    try:
        made = reconstruct(study, plan, seed=arguments.seed, progress=_progress)
    except Unsolved as error:
        _tell(f"{error}. Which figures clash:")
        return _tell_clashes(check_as_read(study, plan, _progress), arguments.json)
    write_reconstruction(made, study.folder / "data")
    _tell(f"{made.frame.height} made-up respondents in {study.folder / 'data'}.")
    return WELL


def _tell_clashes(result: "LiteralResult", as_json: bool) -> int:
    if as_json:
        _print_json(result.as_dict())
    else:
        sys.stdout.write(result.in_words())
    _tell(result.summary())
    return FINDINGS if result.high else WELL


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _simulate(arguments: argparse.Namespace) -> int:
    from spean.survey.simulate import simulate
    from spean.survey.study import open_study

    if arguments.n < 1:
        _tell("-n must be 1 or more.")
        return BAD_INPUT
    study = open_study(arguments.study)
    text = simulate(study.codebook, arguments.n, arguments.seed).write_csv()
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return WELL


def _verify(arguments: argparse.Namespace) -> int:
    from spean.documents.run import verify_word

    changes = verify_word(arguments.study, arguments.file, "en")
    if arguments.json:
        _print_json([change.as_dict() for change in changes])
    else:
        sys.stdout.write("".join(f"{change}\n" for change in changes))
    _tell(f"{len(changes)} numbers are not as the study has them." if changes else "All is bound.")
    return FINDINGS if changes else WELL


def _place(arguments: argparse.Namespace) -> int:
    from spean.places import gazetteer

    matches = gazetteer().find(arguments.name, within=arguments.within)
    for match in matches:
        place = match.place
        sys.stdout.write(
            f"{match.score:5.1f}  {place.code:8}  {place.level:8}  "
            f"{place.name_en}  {place.name_km}\n"
        )
    if not matches:
        _tell(f"Nothing like “{arguments.name}” was found.")
    return WELL if matches else FINDINGS
