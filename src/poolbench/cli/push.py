"""The command that makes a model repository for the Hugging Face hub."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from poolbench.cli import options
from poolbench.cli.command import Command
from poolbench.cli.output import print_json, print_line, say
from poolbench.cli.spoken import say_help
from poolbench.language import errors_told_in
from poolbench.texts import text

commands = typer.Typer()


@commands.command(cls=Command, help=say_help("push"))
def push(
    run_path: options.RunPath,
    to: Annotated[
        str, typer.Option(help=say_help("push.to"), metavar=say_help("metavar.repository"))
    ],
    out: Annotated[Path | None, typer.Option(help=say_help("push.out"), **options.PATH)] = None,
    upload: Annotated[bool, typer.Option("--upload", help=say_help("push.upload"))] = False,
    lang: options.Lang = None,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """A model repository for the Hugging Face hub: card, ONNX, weights and config."""
    from poolbench.export.hub import make_repository, upload_repository
    from poolbench.rundir.language import choose_run_language

    language = choose_run_language(run_path, lang)
    with errors_told_in(language):
        made = make_repository(run_path, to, out)
    names = ", ".join(sorted(made.files))
    say(text("push.folder", language, repo=to, path=made.folder, files=names))
    say(text("push.licence", language))
    with errors_told_in(language):
        sent = upload_repository(made) if upload else None
    if sent is None:
        command = shlex.join(["hf", "upload", "--private", to, str(made.folder)])
        say(text("push.not-uploaded", language, command=command))
    elif sent.is_new:
        say(text("push.private", language))
    address = None if sent is None else sent.address
    if as_json:
        print_json({"folder": str(made.folder), "files": sorted(made.files), "address": address})
    else:
        print_line(address or str(made.folder))
