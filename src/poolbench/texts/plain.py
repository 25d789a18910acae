"""Keep what others named as text, whatever reads it: a terminal, a page, a sheet, Markdown."""

import re
import textwrap
from collections.abc import Sequence

from poolbench.texts.filling import NO_BREAK_SPACE

# Most names in one line.
MOST_NAMES = 8

# Characters that move the cursor, colour, or turn the direction of what follows; and halves of
# characters, as names have them that are no text, which no stream takes; and the two that XML
# forbids besides.
_OTHERS = r"\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_ACTIVE = re.compile(rf"[\x00-\x1f{_OTHERS}]")
_ACTIVE_IN_PAGE = re.compile(rf"[\x00-\x08\x0b-\x1f{_OTHERS}]")
_ACTIVE_IN_JSON = re.compile(f"[{_OTHERS}]")

# Beginning of a cell. A spreadsheet that parts cells by semicolons or tabs, as those of many
# countries do, sees more beginnings than were written.
_START = r"(^|[;,\t\r\n\"])(\s*)"
# Signs that begin a formula, also in the width of Chinese letters.
_FORMULA = r"(?=[=+\-@＝＋－＠])"
_NUMBER = re.compile(r"[-+]?[0-9.]+(e[-+]?\d+)?")

# The space between a number and its unit; a single letter may be a word of its own.
_BEFORE_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|п\. п\.|млн|млрд|тыс\.|[КМГ]Б|мс|мин|пикс\.|нат|эпох)"
    r"|[счБ](?:$|[.,;:)]| [\d(]| мин))"
)

# A hyphen that stands for minus: before a number that nothing is joined to.
_MINUS = re.compile(r"(?<![\w.,)\]}/-])-(?=\d)")

# Signs of Markdown; an underscore inside a word, or a line of them that stands alone, is none.
_MARKDOWN = re.compile(
    r"(?P<kept>(?<=[^\W_])_+(?=[^\W_])|(?<!\S)_+(?!\S))|(?P<sign>[\\`*\[\]<>|~$&_])"
)


def make_plain(name: str) -> str:
    """Return the name with every character that is more than ink written as Python does.

    Example:
        >>> make_plain("cat\\x1b[2J\\n")
        'cat\\\\x1b[2J\\\\n'
    """
    return _ACTIVE.sub(_write_code, name)


def list_some(names: Sequence[str]) -> str:
    """List names in one line: the first of many, and how many there are.

    Example:
        >>> list_some(["cat", "dog"]), list_some("abcdefghi"), list_some([])
        ('cat, dog', 'a, b, c, d, e, f, g, h, … (9)', '–')
    """
    listed = ", ".join(names[:MOST_NAMES]) or "–"
    return listed if len(names) <= MOST_NAMES else f"{listed}, … ({len(names)})"


def make_plain_lines(message: str) -> str:
    """Make each line of a message plain; those after the first are set in.

    So a line that a name brings with it cannot pass for another message.
    """
    first, *others = (make_plain(line) for line in message.split("\n"))
    return "\n".join([first, *(line if line[:1] == " " else f"  {line}" for line in others)])


def wrap_words(text: str, width: int) -> str:
    """Part lines that are wider than a terminal between words.

    A word is never parted, and a line that is set in is a command to copy: it stays whole.

    Example:
        >>> wrap_words("one two three", 8)
        'one two\\nthree'
    """
    return "\n".join(
        line
        if line.startswith("  ")
        else textwrap.fill(
            line, width, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
        )
        for line in text.split("\n")
    )


def typeset(said: str) -> str:
    """Keep Russian units on the line of their number, and write a true minus sign.

    Example:
        >>> typeset("95 %, 4 с, -2 п. п. с шагом 3")
        '95\\xa0%, 4\\xa0с, −2\\xa0п.\\xa0п. с шагом 3'
    """
    kept = _BEFORE_UNIT.sub(NO_BREAK_SPACE, _MINUS.sub("−", said))
    return kept.replace("п. п.", f"п.{NO_BREAK_SPACE}п.")


def make_plain_page(page: str) -> str:
    """Make a file plain whose lines are its own; tabs stay too."""
    return _ACTIVE_IN_PAGE.sub(_write_code, page)


def make_plain_json(content: str) -> str:
    """Return JSON that means the same, without such characters."""
    return _ACTIVE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", content)


def escape_formula(cell: str) -> str:
    """Return a cell that a spreadsheet does not compute: an apostrophe stands before the sign.

    Example:
        >>> escape_formula("=1+1"), escape_formula("a;@b"), escape_formula("-1.5")
        ("'=1+1", "a;'@b", '-1.5')
    """
    if _NUMBER.fullmatch(cell):
        return cell
    return re.sub(rf"{_START}('*){_FORMULA}", r"\1\2'\3", cell)


def read_escaped_formula(cell: str) -> str:
    """Return the name that :func:`escape_formula` was given."""
    if _NUMBER.fullmatch(cell):
        return cell
    return re.sub(rf"{_START}'('*){_FORMULA}", r"\1\2\3", cell)


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows letter by letter, also in a cell of a table.

    Example:
        >>> print(escape_markdown("a|b <script> *x* pickup_truck"))
        a\\|b \\<script\\> \\*x\\* pickup_truck
    """
    return _MARKDOWN.sub(lambda found: found[0] if found["kept"] else f"\\{found[0]}", text)


def _write_code(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]
