"""Hold what a reader reads, in every language at once: the page switches between them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from poolbench.texts import DEFAULT_LANGUAGE, TEXTS, text
from poolbench.texts.filling import Spelling, format_number
from poolbench.texts.plain import typeset

MISSING = "—"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Words:
    """One text in all languages; whoever writes a file asks for one of them."""

    texts: Mapping[str, str]

    def speak(self, lang: str) -> str:
        """Return the text in one language."""
        return self.texts[lang]

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return the text as a value of another text, see :mod:`poolbench.texts.filling`."""
        return self.speak(lang or DEFAULT_LANGUAGE)

    @property
    def is_name(self) -> bool:
        """Whether it is the same in every language."""
        return len(set(self.texts.values())) == 1

    def __html__(self) -> Markup:
        """Return all languages side by side, of which the page shows one."""
        if self.is_name:
            return escape(next(iter(self.texts.values())))
        spans = (
            Markup('<span lang="{}">{}</span>').format(lang, words)
            for lang, words in self.texts.items()
        )
        return Markup("").join(spans)


@dataclass(frozen=True)
class Numbers(Words):
    """A number, or a few, as each language writes them.

    Attributes:
        plain: As programs read them: with a point, and no space for thousands.
    """

    plain: str


# Text that is a name, the same in every language, or words.
Phrase = str | Words


def say(key: str, **values: object) -> Words:
    """Return a text of the catalogue; values that are words are put in each in its language."""
    return in_each_language(lambda lang: typeset(text(key, lang, **values)))


def say_numbers(key: str, plain: str, **values: object) -> Numbers:
    """Return a text of the catalogue that holds numbers, and what programs read of it."""
    return Numbers(say(key, **values).texts, plain)


def in_each_language(make: Callable[[str], str]) -> Words:
    """Return what ``make`` gives for every language."""
    return Words({lang: make(lang) for lang in TEXTS})


def write_number(value: float, spec: str = "") -> Numbers:
    """Write a number as each language does; a dash where it is none.

    Args:
        spec: As of :func:`format`; a comma in it groups digits, ``_`` in a column of numbers.

    Example:
        >>> write_number(1234.5, "_.2f").speak("ru"), write_number(-3.2e-6, ".2g").speak("en")
        ('1\\xa0234,50', '−3.2 × 10⁻⁶')
    """
    if math.isnan(value):
        return Numbers(dict.fromkeys(TEXTS, MISSING), "")
    written = {lang: _write_exponent(format_number(value, spec, lang), lang) for lang in TEXTS}
    return Numbers(written, format(value, spec.replace(",", "").replace("_", "")))


def _write_exponent(written: str, lang: str) -> str:
    """Write a power of ten as people do, and a true minus sign."""
    if written.lstrip("+-").startswith("inf"):
        return written.replace("inf", "∞").replace("-", "−")
    mantissa, sign, exponent = written.partition("e")
    told = mantissa.replace("-", "−")
    times = "·" if lang == "ru" else " × "
    return f"{told}{times}10{str(int(exponent)).translate(_SUPERSCRIPTS)}" if sign else told


def speak(value: object, lang: str) -> object:
    """Return words in one language; anything else as it is."""
    return value.speak(lang) if isinstance(value, Words) else value
