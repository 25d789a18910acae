"""Put values into a text as its language writes them: numbers, names, lists, options, reasons."""

import re
from collections.abc import Iterator
from numbers import Integral, Number
from pathlib import PurePath
from string import Formatter
from typing import Any, Literal, Protocol, runtime_checkable

# How a setting is named: as an option of the command line, or as an argument of a function.
Spelling = Literal["options", "arguments"]

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
# Most names of a list that are written out.
MOST_NAMES = 12
# Signs of a number as Python writes it, and as Russian does.
_RUSSIAN = str.maketrans({".": ",", ",": NO_BREAK_SPACE, "_": NO_BREAK_SPACE})
# The sign of a number that was rounded to zero.
_ZERO_SIGN = re.compile(r"^[+-](?=0(?:\.0*)?%?$)")
# A number with a decimal comma, after which another needs more than a comma.
_DECIMAL = re.compile(rf"-?[\d{NO_BREAK_SPACE}]+,\d+")
# A number of four digits, which Russian does not part.
_SHORT = re.compile(r"(?<![\d,])(\d),(\d{3})(?![\d,])")
# The space between a number, or the place of one, and what it counts in Russian.
_RUSSIAN_UNIT = re.compile(
    r"(?<=[\d}]) (?=%|×|п\. п\.|[КМГ]Б\b|пикс\.|мин\b|млн\b|тыс\.)"
    r"|(?<=п\.) (?=п\.)|(?<=×) (?=[\d{])"
)


@runtime_checkable
class Tellable(Protocol):
    """What is told in the language of the text that it is put into: an error, or a phrase."""

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return it as a sentence or a part of one."""
        ...


class _Option:
    """A setting that a text names: ``{--repeats}``, or with a value ``{--repeats:6}``."""

    def __init__(self, name: str, spelling: Spelling) -> None:
        self._name = name
        self._spelling = spelling

    def __format__(self, value: str) -> str:
        if self._spelling == "options":
            is_flag = value in ("", "True")
            return self._name if is_flag else f"{self._name} {value}"
        name = self._name.removeprefix("--").replace("-", "_")
        if not value:
            return name
        # A number, a constant, or a word that stands for a value: FILE, N.
        is_bare = value.isupper() or value in ("True", "False") or _is_number(value)
        return f"{name}={value if is_bare else repr(value)}"


class Filler(Formatter):
    """Format values for one language and one way of naming settings."""

    def __init__(self, lang: str, spelling: Spelling = "arguments") -> None:
        self._lang = lang
        self._spelling: Spelling = spelling

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        """Return a value; a field that begins with two hyphens is a setting."""
        if field_name.startswith("--"):
            return _Option(field_name, self._spelling), field_name
        return super().get_field(field_name, args, kwargs)

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Quote names (``!r``) as the language does."""
        if conversion == "r" and isinstance(value, list | tuple):
            return [self.convert_field(part, "r") for part in value]
        if conversion == "r" and isinstance(value, Tellable):
            value = value.tell(self._lang, self._spelling)
        if conversion == "r" and isinstance(value, str) and self._lang == "ru":
            return f"«{repr(value)[1:-1]}»"
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Write one value.

        ``{count:image|images}`` is the form of a word that goes with a number, or with so many
        names, and ``{names:or}`` a list whose last two names are joined by that word.
        """
        if "|" in format_spec:
            return self._choose_form(value, format_spec.split("|"))
        if isinstance(value, bool | str):
            return format(value, format_spec)
        if isinstance(value, Number):
            return localize(format(value, format_spec), self._lang)
        if isinstance(value, Tellable):
            return value.tell(self._lang, self._spelling)
        if isinstance(value, OSError):
            return tell_system_error(value, self._lang)
        if isinstance(value, list | tuple) and format_spec in ("", "or", "and"):
            # Nothing is joined to how many more there are.
            return self._join([*self._list(value)], "" if len(value) > MOST_NAMES else format_spec)
        if isinstance(value, PurePath):
            return str(value)
        written: str = super().format_field(value, format_spec)
        return written

    def _choose_form(self, value: Any, forms: list[str]) -> str:
        """Choose by a number, or by how many names there are; a range of numbers has the last."""
        if isinstance(value, list | tuple):
            return choose_form(len(value), forms, self._lang)
        return choose_form(int(value), forms, self._lang) if _is_whole(value) else forms[-1]

    def _join(self, names: list[str], last: str) -> str:
        from poolbench.texts import text

        between = ", "
        if self._lang == "ru" and any(map(_DECIMAL.fullmatch, names)):
            between = "; "
        if not last or len(names) < 2:
            return between.join(names)
        return f"{between.join(names[:-1])} {text(f'list.{last}', self._lang)} {names[-1]}"

    def _list(self, values: list[Any] | tuple[Any, ...]) -> Iterator[str]:
        from poolbench.texts import text

        for value in values[:MOST_NAMES]:
            yield self.format_field(value, "")
        if len(values) > MOST_NAMES:
            yield text("list.more", self._lang, count=len(values))


def choose_form(count: int, forms: list[str], lang: str) -> str:
    """Return the form of a word that goes with a number.

    Args:
        forms: English: for one and for any other number. Russian: as for 1, for 2 and for 5.

    Example:
        >>> [choose_form(count, ["trial", "trials"], "en") for count in (1, 0, 21)]
        ['trial', 'trials', 'trials']
    """
    if lang != "ru":
        return forms[count != 1]
    last, teens = count % 10, 10 < count % 100 < 20
    return forms[0 if last == 1 and not teens else 1 if last in (2, 3, 4) and not teens else 2]


def format_number(value: float, spec: str, lang: str) -> str:
    """Format a number as the language writes it: ``97.7%`` in English, ``97,7 %`` in Russian.

    Args:
        spec: As of :func:`format`; a comma in it groups digits, ``_`` in a column of numbers.

    Example:
        >>> format_number(1234.5, ",.1f", "en"), format_number(0.5, ".2f", "ru")
        ('1,234.5', '0,50')
    """
    return localize(format(value, spec), lang)


def localize(number: str, lang: str) -> str:
    """Write a number that Python has written with the signs of the language.

    Russian groups digits from 10,000 on, in a column of numbers from 1,000 on, so that they stand
    one below the other: there the sign between groups is ``_``. What was rounded to zero has no
    sign.

    Example:
        >>> localize("1,500", "ru"), localize("1_500", "ru"), localize("1_500", "en")
        ('1500', '1\\xa0500', '1,500')
        >>> localize("-0.00", "en"), localize("+0.01", "ru")
        ('0.00', '+0,01')
    """
    number = _ZERO_SIGN.sub("", number)
    if lang != "ru":
        return number.replace("_", ",")
    return _SHORT.sub(r"\1\2", number).translate(_RUSSIAN).replace("%", f"{NO_BREAK_SPACE}%")


def bind_units(words: str, lang: str) -> str:
    """Keep a unit on the line of its number: the space between them does not break in Russian.

    Example:
        >>> bind_units("{share} п. п., 95 %", "ru").count("\N{NO-BREAK SPACE}")
        3
    """
    return _RUSSIAN_UNIT.sub(NO_BREAK_SPACE, words) if lang == "ru" else words


def tell_system_error(error: OSError, lang: str) -> str:
    """Tell why the operating system refused something, in a few words without a full stop."""
    import errno

    from poolbench.texts import TEXTS

    name = errno.errorcode.get(error.errno or 0, "")
    return TEXTS[lang].get(f"os.{name}") or error.strerror or str(error) or type(error).__name__


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) or (isinstance(value, float) and value.is_integer())


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
