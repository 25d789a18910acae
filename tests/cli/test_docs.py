"""The page of all commands and options is the one that they give."""

from pathlib import Path

from typer.testing import CliRunner

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
MAKE = ("poolbench.cli.app", "utils", "docs", "--name", "poolbench")


def test_page_of_commands_is_as_they_are():
    from typer.cli import app

    done = CliRunner().invoke(app, list(MAKE))
    assert done.exit_code == 0, done.output
    command = f"LC_ALL=C python -m typer {' '.join(MAKE)} --output {PAGE.name}"
    assert done.stdout.strip() == PAGE.read_text(encoding="utf-8").strip(), f"run: {command}"
