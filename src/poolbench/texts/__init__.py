"""What a user reads on screen, in English and Russian.

The catalogue is a plain dict for each language. Values are put in with ``str.format``; where a
text holds a number format (``{accuracy:.4f}``) the value is a number, not a string.
"""

import os
from collections.abc import Mapping

from poolbench.errors import UnknownNameError
from poolbench.texts.en import EN
from poolbench.texts.page_en import PAGE_EN
from poolbench.texts.page_ru import PAGE_RU
from poolbench.texts.ru import RU

TEXTS: Mapping[str, Mapping[str, str]] = {"en": {**EN, **PAGE_EN}, "ru": {**RU, **PAGE_RU}}
DEFAULT_LANGUAGE = "en"

# The order in which POSIX lets them decide.
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def text(key: str, lang: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """One text of the catalogue with its values put in.

    Raises:
        KeyError: For a key, a language or a value that is missing.

    Example:
        >>> text("run.left", "en", left="4 s")
        '4 s left'
    """
    return TEXTS[lang][key].format(**values)


def choose_language(wanted: str | None = None) -> str:
    """The language to speak: the wanted one, else that of the environment, else English.

    Raises:
        UsageError: For a language that poolbench does not speak.
    """
    if wanted is not None:
        if wanted not in TEXTS:
            raise UnknownNameError("language", wanted, TEXTS)
        return wanted
    locale = next((os.environ[name] for name in _LOCALE_VARIABLES if os.environ.get(name)), "")
    language = locale.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return language if language in TEXTS else DEFAULT_LANGUAGE
