"""Choose the language that a person reads: the wanted one, that of the system, else English."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from poolbench.errors import PoolbenchError, UnknownNameError
from poolbench.texts import DEFAULT_LANGUAGE, TEXTS

# Variables in the order in which POSIX lets them decide.
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def choose_language(wanted: str | None = None) -> str:
    """Choose the language: the wanted one, else that of the environment, else English.

    Raises:
        UsageError: For a language that poolbench does not speak.
    """
    if wanted is not None:
        if wanted not in TEXTS:
            # Codes of two letters are all alike: all are listed.
            raise UnknownNameError("language", wanted, TEXTS, near=())
        return wanted
    locale = next((os.environ[name] for name in _LOCALE_VARIABLES if os.environ.get(name)), "")
    language = locale.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return language if language in TEXTS else DEFAULT_LANGUAGE


@contextmanager
def errors_told_in(lang: str) -> Iterator[None]:
    """Let an error that leaves this block tell itself in a language, wherever it is printed."""
    try:
        yield
    except PoolbenchError as error:
        error.lang = error.lang or lang
        raise
