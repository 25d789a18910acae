"""Hold what a reader reads, in every language at once: the page switches between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from poolbench.texts import TEXTS, text


@dataclass(frozen=True)
class Words:
    """One text in all languages; whoever writes a file asks for one of them."""

    texts: Mapping[str, str]

    def speak(self, lang: str) -> str:
        """Return the text in one language."""
        return self.texts[lang]

    def __html__(self) -> Markup:
        """Return all languages side by side, of which the page shows one."""
        if len(set(self.texts.values())) == 1:
            return escape(next(iter(self.texts.values())))
        spans = (
            Markup('<span lang="{}">{}</span>').format(lang, words)
            for lang, words in self.texts.items()
        )
        return Markup("").join(spans)


# Text that is a name, the same in every language, or words.
Phrase = str | Words


def say(key: str, **values: object) -> Words:
    """Return a text of the catalogue; values that are words are put in each in its language."""

    def speak_one(lang: str) -> str:
        given = {name: speak(value, lang) for name, value in values.items()}
        return keep_together(text(key, lang, **given))

    return in_each_language(speak_one)


def keep_together(said: str) -> str:
    """Keep a number and its percent sign on one line, and the Russian letters of points."""
    return said.replace(" %", "\N{NO-BREAK SPACE}%").replace("п. п.", "п.\N{NO-BREAK SPACE}п.")


def in_each_language(make: Callable[[str], str]) -> Words:
    """Return what ``make`` gives for every language."""
    return Words({lang: make(lang) for lang in TEXTS})


def speak(value: object, lang: str) -> object:
    """Return words in one language; anything else as it is."""
    return value.speak(lang) if isinstance(value, Words) else value
