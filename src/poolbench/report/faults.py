"""Collect what of a report could not be made: it costs that part and a line, no more."""

from collections.abc import Callable
from typing import TypeVar

from poolbench.report.words import Words, say
from poolbench.texts.plain import make_plain

Made = TypeVar("Made")

MOST_LETTERS = 200


class Faults:
    """Collects the parts that failed.

    Attributes:
        lines: One for each, as the report and the screen say it.
    """

    def __init__(self) -> None:
        self.lines: list[Words] = []

    def attempt(self, kind: str, name: str, make: Callable[[], Made]) -> Made | None:
        """Return what ``make`` gives, or ``None`` where it fails, which is then among the lines.

        Args:
            kind: ``figure``, ``table`` or ``gallery``.
        """
        try:
            return make()
        # Whatever it is, what else the run has to say must not be lost with it.
        except Exception as error:
            self.lines.append(say(f"report.failed-{kind}", name=name, reason=describe_error(error)))
            return None


def describe_error(error: BaseException) -> str:
    """Describe an error that nobody expected by its kind and first line."""
    first = next(iter(str(error).strip().splitlines()), "")
    return make_plain(f"{type(error).__name__}: {first}".removesuffix(": "))[:MOST_LETTERS]
