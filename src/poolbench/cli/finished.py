"""The commands that look at a run that is there."""

from pathlib import Path
from typing import Annotated

import typer

from poolbench.cli import options
from poolbench.cli.output import INTERRUPTED, print_json, print_line, say
from poolbench.errors import DataError, UsageError
from poolbench.system import end_process
from poolbench.texts import choose_language, text

commands = typer.Typer()


@commands.command()
def report(
    run_path: options.RunPath,
    lab: options.Lab = False,
    author: options.Author = None,
    group: options.Group = None,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """Rebuild the HTML report of a run."""
    if not lab and (author is not None or group is not None):
        raise UsageError("--author and --group stand on the report to hand in: add --lab.")
    from poolbench.report.build import build_report

    language = choose_language(lang)
    say(text("run.report", language, path=build_report(run_path, language, say)))
    if lab:
        from poolbench.report.handin.build import build_handin

        for line in build_handin(run_path, author, group).describe(language):
            say(line)


@commands.command()
def verify(
    run_path: options.RunPath,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Prove in a fresh process that the saved model predicts what was measured."""
    from poolbench.export.verify import verify_run

    result = verify_run(run_path)
    if as_json:
        print_json(result.model_dump(mode="json"))
    say(text("run.verified", choose_language(lang), checks=len(result.checks)))


@commands.command()
def export(
    run_path: options.RunPath,
    out: Annotated[Path | None, typer.Option(**options.PATH, help="The file to write.")] = None,
    layout: Annotated[str, typer.Option(help="nhwc (any size) or nchw (one size).")] = "nhwc",
    size: Annotated[
        int | None, typer.Option(help="Pixels each way of layout nchw; by default as trained.")
    ] = None,
    trial: Annotated[
        str | None, typer.Option(help="Another trial of the run instead of the winner.")
    ] = None,
    debug: options.Debug = False,
) -> None:
    """Write the winner, or any trial, again in another form."""
    from poolbench.study.finished import load

    say(str(load(run_path).export(out, layout=layout, size=size, trial=trial)))


@commands.command()
def predict(
    model: Annotated[
        Path, typer.Argument(**options.PATH, help="An exported model, or a run directory.")
    ],
    pictures: Annotated[list[Path], typer.Argument(**options.PATH, help="Picture files.")],
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Classify pictures with a saved model; those that cannot be read are named."""
    from poolbench.export.predict import load_model, predict_file
    from poolbench.rundir.store import RunStore

    file = model
    if model.is_dir():
        store = RunStore(model)
        store.check_has_model()
        file = store.locate("best/model.onnx")
    opened = load_model(file)
    answers: list[dict[str, object]] = []
    failed: list[str] = []
    for path in pictures:
        try:
            shares = predict_file(opened, path)
        except DataError as error:
            failed.append(str(error))
            answers.append({"path": str(path), "error": str(error)})
            continue
        answers.append({"path": str(path), "probabilities": shares})
        if not as_json:
            ranked = sorted(shares.items(), key=lambda item: -item[1])
            print_line(f"{path}: {', '.join(f'{name} {share:.1%}' for name, share in ranked[:3])}")
    if as_json:
        print_json(answers)
    _raise_failed(failed, len(pictures))


def _raise_failed(failed: list[str], count: int) -> None:
    """Raise one message for all pictures that there is no answer for, after all answers."""
    if len(failed) == count == 1:
        raise DataError(failed[0])
    if failed:
        named = "\n".join(f"  {reason}" for reason in failed)
        raise DataError(
            f"There is no answer for {len(failed)} of {count} pictures:\n{named}\n"
            "Leave these pictures out, or save them again in a common format."
        )


@commands.command()
def serve(
    run_path: options.RunPath,
    host: Annotated[
        str, typer.Option(help="An address of this machine; others need the printed token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name that a proxy before this server goes by; may be given more than once."
        ),
    ] = None,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """A page to try the models of a run on pictures, and to watch a study that is running."""
    from poolbench.serve.server import run_server

    run_server(run_path, host, port, choose_language(lang), allow_host or ())
    # Whatever a thread still reads or waits for: nothing is left to be done.
    end_process(INTERRUPTED)


@commands.command()
def page(
    run_path: options.RunPath,
    out: Annotated[Path, typer.Option(**options.PATH, help="The folder to write.")],
    bundle: Annotated[
        Path | None,
        typer.Option(**options.PATH, help="The folder of onnxruntime-web: npm pack, then tar xzf."),
    ] = None,
    lang: options.Lang = None,
    debug: options.Debug = False,
) -> None:
    """The same page as files for any web host; the models run in the browser."""
    from poolbench.serve.page import build_page

    language = choose_language(lang)
    say(text("serve.page", language, path=build_page(run_path, out, bundle, language)))
