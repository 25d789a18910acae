"""Put values into the phrases of the document, as Russian writes them."""

import re

from poolbench.report.words import Phrase, Words
from poolbench.texts.filling import Filler
from poolbench.texts.plain import typeset

LANGUAGE = "ru"
# In a course a variant is one of the assignment. What the report says of variants says it in the
# plural, or without words that agree with it.
_CONFIGURATIONS = {
    "вариант": "конфигурация",
    "варианта": "конфигурации",
    "варианту": "конфигурации",
    "вариантом": "конфигурацией",
    "варианте": "конфигурации",
    "варианты": "конфигурации",
    "вариантов": "конфигураций",
    "вариантам": "конфигурациям",
    "вариантами": "конфигурациями",
    "вариантах": "конфигурациях",
    "базовый вариант": "базовая конфигурация",
    "базового варианта": "базовой конфигурации",
    "базовому варианту": "базовой конфигурации",
    "базовым вариантом": "базовой конфигурацией",
    "базовом варианте": "базовой конфигурации",
}
_VARIANT = re.compile(r"\b(?:[Бб]азов[а-я]+ )?[Вв]ариант[а-я]*\b")


def fill(phrase: str, **values: object) -> str:
    """Return a phrase with its values.

    Example:
        >>> fill("Точность {value:.4f}, 95 %", value=0.5)
        'Точность 0,5000, 95\\xa0%'
    """
    return typeset(Filler(LANGUAGE, "options").vformat(phrase, (), values))


def retell(phrase: Phrase) -> str:
    """Return words of the report as the document says them; a name stays as it is.

    Example:
        >>> retell(Words({"en": "variants", "ru": "Варианты"})), retell("вариант")
        ('Конфигурации', 'вариант')
    """
    if not isinstance(phrase, Words):
        return phrase
    said = phrase.speak(LANGUAGE)
    # A class of a person's own is called the same in every language.
    return said if phrase.is_name else _VARIANT.sub(_rename, said)


def _rename(found: re.Match[str]) -> str:
    word = found[0]
    told = _CONFIGURATIONS.get(word.lower(), word)
    return told.capitalize() if word[0].isupper() else told
