"""Names from elsewhere, written so that a terminal only shows them."""

import re

# What moves the cursor, colours, or turns the direction of what follows; and halves of characters,
# as names have them that are no text, which no stream takes.
_OTHERS = r"\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_ACTIVE = re.compile(rf"[\x00-\x1f{_OTHERS}]")
_ACTIVE_IN_JSON = re.compile(f"[{_OTHERS}]")


def make_plain(name: str) -> str:
    """The name with every character that is more than ink written as Python does.

    Example:
        >>> make_plain("cat\\x1b[2J\\n")
        'cat\\\\x1b[2J\\\\n'
    """
    return _ACTIVE.sub(lambda found: ascii(found[0])[1:-1], name)


def make_plain_lines(message: str) -> str:
    """The same for each line of a message; those after the first are set in.

    So a line that a name brings with it cannot pass for another message.
    """
    first, *others = (make_plain(line) for line in message.split("\n"))
    return "\n".join([first, *(line if line[:1] == " " else f"  {line}" for line in others)])


def make_plain_json(content: str) -> str:
    """JSON that means the same, without such characters."""
    return _ACTIVE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", content)
