"""Join what is told to one value of another text, where a comma is not what stands between."""

from collections.abc import Sequence

from poolbench.texts.filling import Spelling, Tellable
from poolbench.texts.plain import make_plain


class Joined:
    """Phrases or errors, one after the other: a value of a text.

    Each is kept to one line, whatever the names in it bring along.

    Args:
        between: What stands between them, such as ``"\\n  "`` for one on each line.
    """

    def __init__(self, parts: Sequence[Tellable], between: str = " ") -> None:
        self.parts = parts
        self.between = between

    def tell(self, lang: str | None = None, spelling: Spelling | None = None) -> str:
        """Return all of them in a language."""
        return self.between.join(make_plain(part.tell(lang, spelling)) for part in self.parts)
