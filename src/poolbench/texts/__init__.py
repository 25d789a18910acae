"""Hold what a user reads on screen: one folder for each language, named by its ISO 639 code.

A new language is a copy of the folder ``en``, translated; nothing else lists the languages.

The catalogue is a plain dict for each language. Values are put in with ``str.format``; where a
text holds a number format (``{accuracy:.4f}``) the value is a number, not a string.
"""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from poolbench.errors import UnknownNameError

DEFAULT_LANGUAGE = "en"

# Variables in the order in which POSIX lets them decide.
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def _find_languages() -> Iterator[str]:
    """Yield the folders beside this file, the default language first."""
    folders = [module.name for module in iter_modules(__path__) if module.ispkg]
    yield from sorted(folders, key=lambda name: (name != DEFAULT_LANGUAGE, name))


def _read_language(name: str) -> dict[str, str]:
    """Read the texts of every file in the folder of a language."""
    folder = import_module(f"{__name__}.{name}")
    files = [
        import_module(f"{folder.__name__}.{file.name}") for file in iter_modules(folder.__path__)
    ]
    return {key: words for file in files for key, words in file.TEXTS.items()}


TEXTS: Mapping[str, Mapping[str, str]] = {name: _read_language(name) for name in _find_languages()}


def text(key: str, lang: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """Return one text of the catalogue with its values put in.

    Raises:
        KeyError: For a key, a language or a value that is missing.

    Example:
        >>> text("run.left", "en", left="4 s")
        '4 s left'
    """
    return TEXTS[lang][key].format(**values)


def choose_language(wanted: str | None = None) -> str:
    """Choose the language: the wanted one, else that of the environment, else English.

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
