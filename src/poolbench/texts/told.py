"""Values of a text that others have said: another process, or a library."""

from collections.abc import Mapping
from typing import get_args

from poolbench.texts import DEFAULT_LANGUAGE, TEXTS, Phrase
from poolbench.texts.filling import Spelling, Tellable

# Most letters that are shown of what a foreign library says.
MOST_LETTERS = 300


class Told:
    """What another process has said, in all the ways in which it may be read.

    Args:
        ways: As :func:`tell_in_every_way` returns it, or words by language. Whatever else it is
            stays a word: the process may be that of a stranger's model.
    """

    def __init__(self, ways: object) -> None:
        known = ways if isinstance(ways, Mapping) and ways else {"": ways}
        self._ways = {str(way): str(words) for way, words in known.items()}

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return what was said, in a language; as it came where it came in one way alone."""
        lang = lang or DEFAULT_LANGUAGE
        first = next(iter(self._ways.values()))
        return self._ways.get(_name_way(lang, spelling or "arguments"), self._ways.get(lang, first))

    def __str__(self) -> str:
        return self.tell()


def tell_in_every_way(value: Tellable) -> dict[str, str]:
    """Tell something in every language, with either names of settings, for another process."""
    return {
        _name_way(lang, spelling): value.tell(lang, spelling)
        for lang in TEXTS
        for spelling in get_args(Spelling)
    }


def _name_way(lang: str, spelling: Spelling) -> str:
    return f"{lang} {spelling}"


def find_reason(error: Exception) -> object:
    """Return what stands in a text for the reason of an error: what tells itself, as that."""
    first = error.args[0] if error.args else None
    if isinstance(error, OSError | Tellable):
        return error
    if isinstance(first, Tellable):
        return first
    if isinstance(error, KeyError):
        return Phrase("fault.lacks", name=str(first))
    return take_first_line(error)


def take_first_line(error: BaseException) -> str:
    """Return the first line of what a library says, as a part of a sentence.

    Example:
        >>> take_first_line(ValueError("no such axis.\\n  at line 3")), take_first_line(KeyError())
        ('no such axis', 'KeyError')
    """
    lines = str(error).strip().splitlines()
    return lines[0][:MOST_LETTERS].removesuffix(".") if lines else type(error).__name__


def name_error(error: BaseException) -> str:
    """Return the kind and the first line of an error that may be any.

    Example:
        >>> name_error(ValueError("no such axis"))
        'ValueError: no such axis'
    """
    kind, first = type(error).__name__, take_first_line(error)
    return kind if first == kind else f"{kind}: {first}"
