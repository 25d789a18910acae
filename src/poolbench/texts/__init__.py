"""Hold what a user reads on screen: one folder for each language, named by its ISO 639 code.

A new language is a copy of the folder ``en``, translated; nothing else lists the languages.

The catalogue is a plain dict for each language. Values are put in with the syntax of
``str.format``, see :mod:`poolbench.texts.filling`: a number stays a number until then, so that each
language writes it in its own way (``{accuracy:.4f}``), ``{name!r}`` quotes a name, and
``{--repeats}`` or ``{--repeats:6}`` names a setting.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from poolbench.texts.filling import Filler, Spelling, bind_units

DEFAULT_LANGUAGE = "en"


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
    return {key: bind_units(words, name) for file in files for key, words in file.TEXTS.items()}


TEXTS: Mapping[str, Mapping[str, str]] = {name: _read_language(name) for name in _find_languages()}


def text(key: str, lang: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """Return one text of the catalogue with its values put in; settings are named as options.

    Raises:
        KeyError: For a key, a language or a value that is missing.

    Example:
        >>> text("run.left", "en", left="4 s")
        '4 s left'
    """
    return fill(key, lang, "options", values)


def fill(key: str, lang: str, spelling: Spelling, values: Mapping[str, object]) -> str:
    """Return one text of the catalogue as :func:`text` does, with settings named as wanted."""
    template = TEXTS[lang][key]
    return Filler(lang, spelling).vformat(template, (), values) if "{" in template else template


class Phrase:
    """Words that are known by their key until the language is: a value of another text.

    Example:
        >>> Phrase("run.left", left="4 s").tell("en")
        '4 s left'
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return the words in a language."""
        return fill(self.key, lang or DEFAULT_LANGUAGE, spelling or "options", self.values)

    def __str__(self) -> str:
        return self.tell()
