"""Define the errors that a person can meet, each with its exit code.

::

    PoolbenchError               1  the work failed
    ├── UsageError               2  what was asked for does not exist or contradicts itself
    │   ├── UnknownNameError     2  a class, operator, backbone or recipe that nobody knows
    │   └── ShapeError           2  a feature map that an operator is not defined for
    ├── DataError                3  the pictures are missing, broken or too few
    ├── RunError                 1  a run directory that is held, incomplete or of another kind
    ├── TrainingError            1  a trial could not be finished
    └── VerificationError        4  a saved model does not predict what was measured

An error is a code and values; its words stand in the catalogue of texts, under ``error.CODE``
(what arrived, and what was expected) and ``hint.CODE`` (what to do). They are put together when the
error is read: in the language of whoever reads it, with options named as the command line has them
or as the arguments of a function.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Self

from poolbench.texts import DEFAULT_LANGUAGE, TEXTS, fill
from poolbench.texts.filling import Spelling

# So many names are listed where none is at least so like one that is not known.
FEW_NAMES = 6
FEW_LIKENESS = 0.65


class Voice:
    """How the errors of this process are told, where nothing else is asked for."""

    lang: str = DEFAULT_LANGUAGE
    spelling: Spelling = "arguments"


class PoolbenchError(Exception):
    """Base of all errors that poolbench raises on purpose.

    Args:
        code: What happened, as in ``"folds.too-many"``.
        values: What its text names.

    Attributes:
        lang: The language in which it tells itself; that of the process if ``None``.
    """

    exit_code = 1

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
        self.lang: str | None = None

    @classmethod
    def quote(cls, message: str) -> Self:
        """Return an error that says what another process has said."""
        return cls("quoted", message=message)

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return what happened and what to do, in a language."""
        told = self._fill(f"error.{self.code}", lang, spelling)
        return " ".join(filter(None, (told, self.tell_hint(lang, spelling))))

    def tell_hint(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return what to do; empty where there is nothing that helps."""
        key = f"hint.{self.code}"
        return self._fill(key, lang, spelling) if key in TEXTS[DEFAULT_LANGUAGE] else ""

    @property
    def hint(self) -> str:
        """What to do about it; empty where there is nothing that helps."""
        return self.tell_hint()

    def _fill(self, key: str, lang: str | None, spelling: Spelling | None) -> str:
        if key not in TEXTS[DEFAULT_LANGUAGE]:
            return self.code
        return fill(key, lang or self.lang or Voice.lang, spelling or Voice.spelling, self.values)

    def __str__(self) -> str:
        return self.tell()

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.values), vars(self)


def _rebuild(cls: type[PoolbenchError], code: str, values: dict[str, object]) -> PoolbenchError:
    error = cls.__new__(cls)
    PoolbenchError.__init__(error, code, **values)
    return error


class UsageError(PoolbenchError):
    """What was asked for does not exist or contradicts itself."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not known; the message holds the nearest known ones.

    Args:
        kind: What should have this name, the end of its code: ``"operator"``.
        known: The names that there are.
        hint: Key of a further hint.
        aliases: Other names for the same, which are found but not listed.
        near: The nearest, where names are told in another way than they are found.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        known: Iterable[object],
        hint: str = "",
        aliases: Iterable[str] = (),
        near: Iterable[object] | None = None,
    ) -> None:
        names = list(known)
        if near is None:
            near = _find_near(name, [*map(str, names)], list(aliases))
        super().__init__(f"unknown.{kind}", name=name, near=list(near), known=names, more=hint)

    def tell_hint(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return the nearest names or all of them, and what else helps with this kind."""
        listed = self._fill("hint.near" if self.values["near"] else "hint.known", lang, spelling)
        more = self._fill(key, lang, spelling) if (key := str(self.values["more"])) else ""
        return " ".join(filter(None, (listed, super().tell_hint(lang, spelling), more)))


class ShapeError(UsageError):
    """A feature map or image of a size that is not supported."""


class DataError(PoolbenchError):
    """The images are missing, broken or too few."""

    exit_code = 3


class RunError(PoolbenchError):
    """A run directory is held by another process, incomplete, or not of this kind."""


class TrainingError(PoolbenchError):
    """A trial could not be finished."""


class VerificationError(PoolbenchError):
    """A saved model does not predict what was measured."""

    exit_code = 4


def _find_near(name: str, known: list[str], aliases: list[str]) -> list[str]:
    """Find names like one that is not known: those in its alphabet, or known ones in another.

    Few names are listed rather than guessed at, unless one of them is very near.
    """
    least = FEW_LIKENESS if len(known) <= FEW_NAMES else 0.0
    given = _is_russian(name)
    same = [other for other in [*aliases, *known] if _is_russian(other) == given]
    return nearest_names(name, same, least=least) or nearest_names(name, known, least=least)


def nearest_names(name: str, known: Iterable[str], count: int = 3, least: float = 0.0) -> list[str]:
    """Return the known names that look or sound most like ``name``, best first.

    First come those that begin with it, then those that it begins with if they are more than half
    of it: an end was left out, or there is one too many.

    Args:
        least: Least likeness of the others, from 0 to 1.
    """
    given = _sound(name)
    if not given:
        return []
    by_sound = {_sound(candidate): candidate for candidate in known}
    longer = sorted((other for other in by_sound if other.startswith(given)), key=len)
    shorter = [other for other in by_sound if other and given.startswith(other)]
    most = sorted((other for other in shorter if 2 * len(other) > len(given)), key=len)[::-1]
    # Two letters that changed places are all there is of some names.
    cutoff = max(least, 0.5 if len(given) < 3 else 0.55)
    alike = get_close_matches(given, by_sound, n=count, cutoff=cutoff)
    return [by_sound[other] for other in dict.fromkeys([*longer, *most, *alike])][:count]


def _is_russian(name: str) -> bool:
    return any("а" <= letter <= "я" or letter == "ё" for letter in name.casefold())


# Russian letters as they are written in Latin, and two spellings of one sound.
_LATIN = str.maketrans(
    {
        **dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeeziyklmnoprstufhye", strict=True)),
        **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": ""},
        **{"ю": "yu", "я": "ya"},
    }
)


def _sound(name: str) -> str:
    """Return roughly how a name sounds, whatever its case and its alphabet."""
    return name.casefold().translate(_LATIN).replace("ks", "x").replace("ck", "k")
