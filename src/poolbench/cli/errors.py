"""How the command line ends: the documented exit code, and one message that a person can use."""

import shlex
import sys
import traceback
from typing import Any, NoReturn

from poolbench.cli.output import INTERRUPTED, say
from poolbench.cli.spoken import SPOKEN
from poolbench.errors import PoolbenchError, UsageError
from poolbench.streams import drop_output
from poolbench.texts import text


def fail_unexpected(error: Exception) -> NoReturn:
    """End with an error that is not one of poolbench's own."""
    show = getattr(error, "show", None)
    if show is not None:
        # A usage error of the parser, which prints itself with the command's usage line.
        _keep_longer(error)
        show()
        sys.exit(getattr(error, "exit_code", UsageError.exit_code))
    if isinstance(error, BrokenPipeError):
        # Whoever read the output has gone; there is nobody to tell.
        drop_output()
        sys.exit(0)
    fail(_describe_unexpected(error), PoolbenchError.exit_code)


def _keep_longer(error: Any) -> None:
    """Keep of the options that look alike those of which an end was left out, if there are any."""
    alike = getattr(error, "possibilities", None) or []
    longer = [other for other in alike if other.startswith(getattr(error, "option_name", " "))]
    if longer:
        error.possibilities = longer


def _describe_unexpected(error: Exception) -> str:
    """Describe what a person can do about it, where the error itself says nothing."""
    if isinstance(error, MemoryError):
        return (
            "Memory is not enough for this. Close other programs, or take less at once: "
            "--workers 1, a smaller --image-size, fewer pictures or classes."
        )
    if isinstance(error, RecursionError):
        return (
            "What was given is nested too deep (lists in lists in lists), or a network calls "
            "itself without end. --debug shows where."
        )
    return f"{type(error).__name__}: {error}"


def fail(message: str, code: int) -> NoReturn:
    """Say what went wrong, and end with a code; with ``--debug``, show the traceback too."""
    if "--debug" in sys.argv:
        say(traceback.format_exc().rstrip())
    say(message)
    drop_output()
    sys.exit(code)


def stop() -> NoReturn:
    """End after an interrupt, and say how to go on."""
    command = shlex.join(["poolbench", *sys.argv[1:]])
    say(text("run.interrupted", SPOKEN, command=command))
    sys.exit(INTERRUPTED)
