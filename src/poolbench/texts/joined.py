"""Join what is told to one value of another text, where a comma is not what stands between."""

from collections.abc import Iterable

from poolbench.texts import DEFAULT_LANGUAGE
from poolbench.texts.filling import Filler, Spelling
from poolbench.texts.plain import make_plain


class Joined:
    """Phrases, errors, names and words, one after the other: a value of a text.

    Each is kept to one line, whatever the names in it bring along; words stay as they are.

    Args:
        between: What stands between them, such as ``"\\n  "`` for one on each line.

    Example:
        >>> Joined(["logits", 7], ", ").tell("en")
        'logits, 7'
    """

    def __init__(self, parts: Iterable[object], between: str = " ") -> None:
        self.parts = tuple(parts)
        self.between = between

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return all of them in a language."""
        filler = Filler(lang or DEFAULT_LANGUAGE, spelling or "arguments")
        return self.between.join(
            part if isinstance(part, str) else make_plain(filler.format_field(part, ""))
            for part in self.parts
        )

    def __str__(self) -> str:
        return self.tell()
