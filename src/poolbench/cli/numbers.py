"""Read the numbers of options, and say of another word what was expected."""

from typing import Any

from poolbench.cli.spoken import say_help
from poolbench.errors import UsageError


def take_whole(option: str, least: int | None = None, most: int | None = None) -> dict[str, Any]:
    """Return the settings of an option that takes a whole number, within bounds if there are any.

    Args:
        option: As it is written: ``--folds``.
    """

    def read(given: str) -> int:
        try:
            number = int(given)
        except ValueError:
            raise UsageError("option.whole", option=option, given=given) from None
        if least is not None and most is not None and not least <= number <= most:
            raise UsageError("option.range", option=option, number=number, least=least, most=most)
        if least is not None and number < least:
            raise UsageError("option.least", option=option, number=number, least=least)
        return number

    return {"parser": read, "metavar": say_help("metavar.number")}


def take_number(option: str) -> dict[str, Any]:
    """Return the settings of an option that takes any number."""

    def read(given: str) -> float:
        try:
            return float(given)
        except ValueError:
            raise UsageError("option.number", option=option, given=given) from None

    return {"parser": read, "metavar": say_help("metavar.number")}
