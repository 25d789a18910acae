"""The document as Markdown, with its figures beside it."""

import re

from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import (
    Answer,
    Block,
    Code,
    Figure,
    Grid,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Screenshot,
    Title,
)

BLANK = "_" * 60
# An underscore inside a word, or a line of them that stands alone, is no sign.
_SIGNS = re.compile(
    r"(?P<kept>(?<=[^\W_])_+(?=[^\W_])|(?<!\S)_+(?!\S))|(?P<sign>[\\`*\[\]<>|~$&_])"
)


def write_markdown(blocks: list[Block], figures: str = "figures") -> str:
    """The whole file.

    Args:
        figures: Folder of the pictures, as the file names it.
    """
    return "\n\n".join(write_block(block, figures) for block in blocks) + "\n"


def write_block(block: Block, figures: str) -> str:
    """One block, without empty lines around it."""
    match block:
        case Title():
            return _write_title(block)
        case Heading():
            return f"{'#' * (block.level + 1)} {escape(block.text)}"
        case Paragraph():
            return f"**{escape(block.text)}**" if block.is_bold else _escape_start(block.text)
        case Items():
            return "\n".join(f"- {_escape_start(line)}" for line in block.lines)
        case Code():
            return f"```{block.language}\n{block.text}\n```"
        case Figure():
            caption = escape(phrases.FIGURE.format(number=block.number, caption=block.caption))
            return f"![{caption}]({figures}/{block.name}.png)\n\n{caption}"
        case Screenshot():
            caption = escape(phrases.FIGURE.format(number=block.number, caption=block.caption))
            return f"> \n> {escape(block.hint)}\n> \n\n{caption}"
        case Grid():
            return _write_grid(block)
        case Answer():
            # One line: what is typed here takes the room that it needs.
            return f"{escape(block.label)} {BLANK}"
        case PageBreak():
            return "---"


def _write_title(block: Title) -> str:
    lines = [*block.top, block.kind]
    shown = [escape(line) for line in lines]
    people = "\\\n".join(escape(line) for line in block.people)
    return "\n\n".join([*shown, f"# {escape(block.name)}", people, escape(block.year)])


def _write_grid(block: Grid) -> str:
    width = len(block.rows[0])
    lines = [block.head or ("",) * width, ("---",) * width]
    text = [f"| {' | '.join(escape(cell) for cell in lines[0])} |", f"| {' | '.join(lines[1])} |"]
    for place, row in enumerate(block.rows):
        cells = [escape(cell) for cell in row]
        if place in block.marked:
            cells = [f"**{cell}**" for cell in cells]
        text.append(f"| {' | '.join(cells)} |")
    caption = escape(phrases.TABLE.format(number=block.number, caption=block.caption))
    return f"{caption}\n\n" + "\n".join(text)


def escape(text: str) -> str:
    """Text that Markdown shows letter by letter, also in a cell of a table.

    Example:
        >>> print(escape("a|b <script> *x* pickup_truck"))
        a\\|b \\<script\\> \\*x\\* pickup_truck
    """
    return _SIGNS.sub(lambda found: found[0] if found["kept"] else f"\\{found[0]}", text)


def _escape_start(text: str) -> str:
    """What begins a line must not look like a heading, a list or a rule."""
    line = re.sub(r"^(\d+)([.)])", r"\1\\\2", escape(text))
    return f"\\{line}" if line[:1] in "#+-=" else line
