"""Define the errors that a person can meet, each with its exit code.

::

    PoolbenchError               1  the work failed
    ├── UsageError               2  what was asked for does not exist or contradicts itself
    │   ├── UnknownNameError     2  a class, operator, backbone or recipe that nobody knows
    │   └── ShapeError           2  a feature map that an operator is not defined for
    ├── DataError                3  the pictures are missing, broken or too few
    ├── RunError                 1  a run directory that is held, incomplete or of another kind
    ├── TrainingError            1  a trial could not be finished
    └── VerificationError        4  a saved model does not predict what was measured

Every message says what arrived, what was expected and what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class PoolbenchError(Exception):
    """Base of all errors that poolbench raises on purpose."""

    exit_code = 1


class UsageError(PoolbenchError):
    """What was asked for does not exist or contradicts itself."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not known; the message holds the nearest known ones.

    Args:
        hint: The end of the message.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        names = list(known)
        near = nearest_names(name, names)
        listed = f"Did you mean {', '.join(near)}?" if near else f"Known: {_listing(names)}."
        super().__init__(f"There is no {kind} {name!r}. {listed}{hint}")


class ShapeError(UsageError):
    """A feature map or picture of a size that is not supported."""


class DataError(PoolbenchError):
    """The pictures are missing, broken or too few."""

    exit_code = 3


class RunError(PoolbenchError):
    """A run directory is held by another process, incomplete, or not of this kind."""


class TrainingError(PoolbenchError):
    """A trial could not be finished."""


class VerificationError(PoolbenchError):
    """A saved model does not predict what was measured."""

    exit_code = 4


def nearest_names(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the known names that look most like ``name``, best first, whatever their case.

    First come those that begin with it, then those that it begins with if they are more than half
    of it: an end was left out, or there is one too many.
    """
    given = name.casefold()
    if not given:
        return []
    by_folded = {candidate.casefold(): candidate for candidate in known}
    longer = sorted((other for other in by_folded if other.startswith(given)), key=len)
    shorter = [other for other in by_folded if given.startswith(other)]
    most = sorted((other for other in shorter if 2 * len(other) > len(given)), key=len)[::-1]
    alike = get_close_matches(given, by_folded, n=count, cutoff=0.5)
    return [by_folded[other] for other in dict.fromkeys([*longer, *most, *alike])][:count]


def _listing(names: list[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown}, … ({len(names)} in all)"
