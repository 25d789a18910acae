"""How the command line ends: the documented exit code, and one message that a person can use."""

import shlex
import sys
import traceback
from typing import NoReturn

from poolbench.cli.output import INTERRUPTED, say
from poolbench.cli.spoken import SPOKEN
from poolbench.errors import PoolbenchError
from poolbench.streams import drop_output
from poolbench.texts import text


def fail_unexpected(error: Exception) -> NoReturn:
    """End with an error that is not one of poolbench's own."""
    if isinstance(error, BrokenPipeError):
        # Whoever read the output has gone; there is nobody to tell.
        drop_output()
        sys.exit(0)
    explained = _explain_unexpected(error)
    fail(explained.tell(SPOKEN, "options"), explained.exit_code)


def _explain_unexpected(error: Exception) -> PoolbenchError:
    """Return an error that says what a person can do about this one, or where to look."""
    if isinstance(error, MemoryError):
        return PoolbenchError("memory")
    if isinstance(error, RecursionError):
        return PoolbenchError("recursion")
    kind = type(error).__name__
    if isinstance(error, OSError) and error.filename is not None:
        return PoolbenchError("unexpected-file", path=error.filename, error=error, kind=kind)
    return PoolbenchError("unexpected", message=str(error), kind=kind)


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
