"""Choose how a running study is shown, by where its words go."""

import sys
from typing import Protocol

from rich.console import Console

from poolbench.records import LiveRecord
from poolbench.study.watching.lines import LinesFront
from poolbench.study.watching.terminal import TerminalFront


class Front(Protocol):
    """Shows what a study is doing, and takes it away again.

    Attributes:
        seconds: Least time between two calls of :meth:`show`.
    """

    seconds: float

    def begin(self, live: LiveRecord) -> None:
        """Show the first state of a step."""

    def show(self, live: LiveRecord) -> None:
        """Show a later state of the same step."""

    def end(self) -> None:
        """Take the step away, since it is over or failed."""


class QuietFront:
    """Shows nothing."""

    seconds = 0.0

    def begin(self, live: LiveRecord) -> None:
        """See :class:`Front`."""

    def show(self, live: LiveRecord) -> None:
        """See :class:`Front`."""

    def end(self) -> None:
        """See :class:`Front`."""


def open_front(console: Console, lang: str) -> Front:
    """Open the front that suits a console: none where it is quiet."""
    if console.quiet:
        return QuietFront()
    if is_notebook():
        from poolbench.study.watching.notebook import NotebookFront

        return NotebookFront(lang)
    return TerminalFront(console, lang) if console.is_terminal else LinesFront(console, lang)


def is_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
