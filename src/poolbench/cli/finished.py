"""The commands that look at a run that is there."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from poolbench.cli import options
from poolbench.cli.command import Command
from poolbench.cli.numbers import take_whole
from poolbench.cli.output import (
    INTERRUPTED,
    is_terminal,
    open_page,
    print_json,
    print_line,
    say,
    show_progress,
)
from poolbench.cli.spoken import say_help
from poolbench.errors import DataError, RunError, UsageError
from poolbench.language import errors_told_in
from poolbench.system import end_process
from poolbench.texts import text
from poolbench.texts.class_names import name_class
from poolbench.texts.filling import format_number

if TYPE_CHECKING:
    from poolbench.export.classify import Answer

commands = typer.Typer()
# Most pictures without an answer that are named one by one.
MOST_FAILED = 20


@commands.command(cls=Command, help=say_help("report"))
def report(
    run_path: options.RunPath,
    lab: options.Lab = False,
    author: options.Author = None,
    group: options.Group = None,
    is_opened: options.Open = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """Rebuild the HTML report of a run."""
    if not lab and (author is not None or group is not None):
        raise UsageError("cli.author-alone")
    from poolbench.report.build import build_report
    from poolbench.rundir.language import choose_run_language

    language = choose_run_language(run_path, lang)
    with errors_told_in(language):
        page = build_report(run_path, language, say)
    say(text("run.report", language, path=page))
    if lab:
        from poolbench.report.handin.build import build_handin

        with errors_told_in(language):
            made = build_handin(run_path, author, group)
        for line in made.describe(language):
            say(line)
    if is_opened:
        open_page(page, language)


@commands.command(cls=Command, help=say_help("verify"))
def verify(
    run_path: options.RunPath,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Prove in a fresh process that the saved model predicts what was measured."""
    from poolbench.export.verify import verify_run
    from poolbench.rundir.language import choose_run_language

    language = choose_run_language(run_path, lang)
    with errors_told_in(language):
        result = verify_run(run_path)
    if as_json:
        print_json(result.model_dump(mode="json"))
    say(text("run.verified", language, checks=len(result.checks)))


@commands.command(cls=Command, help=say_help("export"))
def export(
    run_path: options.RunPath,
    out: Annotated[Path | None, typer.Option(help=say_help("export.out"), **options.PATH)] = None,
    layout: Annotated[str, typer.Option(help=say_help("export.layout"), **options.WORD)] = "nhwc",
    size: Annotated[
        int | None, typer.Option(help=say_help("export.size"), **take_whole("--size"))
    ] = None,
    trial: Annotated[
        str | None, typer.Option(help=say_help("export.trial"), **options.NAME)
    ] = None,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """Write the winner, or any trial, again in another form, and print the path of the file."""
    from poolbench.study.finished import load

    print_line(str(load(run_path, lang).export(out, layout=layout, size=size, trial=trial)))


@commands.command(cls=Command, help=say_help("predict"))
def predict(
    model: Annotated[Path, typer.Argument(help=say_help("predict.model"), **options.RUN)],
    pictures: Annotated[
        list[Path], typer.Argument(help=say_help("predict.pictures"), **options.PATH)
    ],
    out: Annotated[Path | None, typer.Option(help=say_help("predict.out"), **options.PATH)] = None,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Classify pictures with a saved model; those that cannot be read are named."""
    from poolbench.export import classify
    from poolbench.export.predict import load_model
    from poolbench.rundir.language import choose_run_language

    language = choose_run_language(model if model.is_dir() else None, lang)
    if out is not None:
        classify.check_table_path(out)
    files = classify.list_files(pictures)
    opened = load_model(_find_model(model))
    answers = classify.classify_files(opened, files)
    if out is not None:
        answers = classify.save_answers(out, opened.classes, answers)
    if out is not None or as_json or not is_terminal(sys.stdout):
        answers = show_progress(answers, len(files), language)
    failed: list[str] = []
    kept: list[dict[str, object]] = []
    for answer in answers:
        if answer.shares is None:
            failed.append(answer.error)
        if as_json:
            kept.append(answer.dump())
        elif out is None and answer.shares is not None:
            source = opened.metadata.get("source", "")
            print_line(_describe_answer(answer, source, language))
    if as_json:
        print_json(kept)
    if out is not None:
        say(text("cli.predicted", language, done=len(files) - len(failed), total=len(files)))
        say(text("cli.predictions", language, path=out))
    _raise_failed(failed, len(files))


def _find_model(given: Path) -> Path:
    """Find the model that is handed over in a run; a file is one itself.

    Raises:
        DataError: If a folder is no run.
        RunError: If its study has not come to a model.
    """
    from poolbench.rundir.owned import is_run
    from poolbench.rundir.store import RunStore

    if not given.is_dir():
        return given
    if not is_run(given):
        if (given / "model.onnx").is_file():
            return given / "model.onnx"
        raise DataError("cli.no-model-here", path=given)
    store = RunStore(given)
    store.check_has_model()
    file = store.locate("best/model.onnx")
    if not file.is_file():
        raise RunError("cli.unfinished", path=given)
    return file


def _describe_answer(answer: "Answer", source: str, lang: str) -> str:
    assert answer.shares is not None
    ranked = sorted(answer.shares.items(), key=lambda item: -item[1])
    best = (
        f"{name_class(name, source, lang)} {format_number(share, '.1%', lang)}"
        for name, share in ranked[:3]
    )
    # A Russian number has a comma of its own.
    return f"{answer.path}: {('; ' if lang == 'ru' else ', ').join(best)}"


def _raise_failed(failed: list[str], count: int) -> None:
    """Raise one message for all pictures that there is no answer for, after all answers."""
    if len(failed) == count == 1:
        raise DataError.quote(failed[0])
    named = "\n".join(f"  {reason}" for reason in failed[:MOST_FAILED])
    more = len(failed) - MOST_FAILED
    if more > 0:
        raise DataError(
            "cli.many-unanswered", count=len(failed), total=count, reasons=named, more=more
        )
    if failed:
        raise DataError("cli.unanswered", count=len(failed), total=count, reasons=named)


@commands.command(cls=Command, help=say_help("serve"))
def serve(
    run_path: Annotated[
        Path | None, typer.Argument(help=say_help("serve.run"), **options.RUN)
    ] = None,
    host: Annotated[
        str, typer.Option(help=say_help("serve.host"), metavar=say_help("metavar.address"))
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help=say_help("serve.port"), **take_whole("--port", 0, 65535))
    ] = 8000,
    allow_host: Annotated[
        list[str] | None, typer.Option(help=say_help("serve.allow-host"), **options.NAME)
    ] = None,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """A page to try the models of a run, or watch a study; without one, all runs and reports."""
    from poolbench.rundir.language import choose_run_language
    from poolbench.serve.server import run_server

    language = choose_run_language(run_path, lang)
    with errors_told_in(language):
        run_server(run_path, host, port, language, allow_host or (), is_wanted=lang is not None)
    # Whatever a thread still reads or waits for: nothing is left to be done.
    end_process(INTERRUPTED)


@commands.command(cls=Command, help=say_help("page"))
def page(
    run_path: options.RunPath,
    out: Annotated[Path, typer.Option(help=say_help("page.out"), **options.PATH)],
    bundle: Annotated[
        Path | None, typer.Option(help=say_help("page.bundle"), **options.PATH)
    ] = None,
    download: Annotated[bool, typer.Option("--download", help=say_help("page.download"))] = False,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """The same page as files for any web host; the models run in the browser."""
    from poolbench.rundir.language import choose_run_language
    from poolbench.serve.page import build_page

    if bundle is not None and download:
        raise UsageError("cli.bundle-twice")
    language = choose_run_language(run_path, lang)
    with errors_told_in(language):
        index = build_page(
            run_path, out, bundle, language, is_wanted=lang is not None, may_download=download
        )
    say(text("serve.page", language, path=index))
