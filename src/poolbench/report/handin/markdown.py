"""Write the document as Markdown, with its figures beside it."""

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
from poolbench.texts.plain import escape_markdown

BLANK = "_" * 60


def write_markdown(blocks: list[Block], figures: str = "figures") -> str:
    """Write the whole file.

    Args:
        figures: Folder of the pictures, as the file names it.
    """
    return "\n\n".join(write_block(block, figures) for block in blocks) + "\n"


def write_block(block: Block, figures: str) -> str:
    """Write one block, without empty lines around it."""
    match block:
        case Title():
            return _write_title(block)
        case Heading():
            return f"{'#' * (block.level + 1)} {escape_markdown(block.text)}"
        case Paragraph():
            return (
                f"**{escape_markdown(block.text)}**" if block.is_bold else _escape_start(block.text)
            )
        case Items():
            return "\n".join(f"- {_escape_start(line)}" for line in block.lines)
        case Code():
            return f"```{block.language}\n{block.text}\n```"
        case Figure():
            caption = escape_markdown(
                phrases.FIGURE.format(number=block.number, caption=block.caption)
            )
            return f"![{caption}]({figures}/{block.name}.png)\n\n{caption}"
        case Screenshot():
            caption = escape_markdown(
                phrases.FIGURE.format(number=block.number, caption=block.caption)
            )
            return f"> \n> {escape_markdown(block.hint)}\n> \n\n{caption}"
        case Grid():
            return _write_grid(block, figures)
        case Answer():
            # One line: what is typed here takes the space that it needs.
            return f"{escape_markdown(block.label)} {BLANK}"
        case PageBreak():
            return "---"


def _write_title(block: Title) -> str:
    lines = [*block.top, block.kind]
    shown = [escape_markdown(line) for line in lines]
    people = "\\\n".join(escape_markdown(line) for line in block.people)
    return "\n\n".join(
        [*shown, f"# {escape_markdown(block.name)}", people, escape_markdown(block.year)]
    )


def _write_grid(block: Grid, figures: str) -> str:
    width = len(block.rows[0])
    lines = [block.head or ("",) * width, ("---",) * width]
    text = [
        f"| {' | '.join(escape_markdown(cell) for cell in lines[0])} |",
        f"| {' | '.join(lines[1])} |",
    ]
    for number, row in enumerate(block.rows):
        cells = [escape_markdown(cell) for cell in row]
        if number in block.marked:
            cells = [f"**{cell}**" for cell in cells]
        picture = block.pictures[number] if block.pictures else None
        if picture is not None:
            cells[0] += f" ![{cells[0]}]({figures}/{picture[0]}.png)"
        text.append(f"| {' | '.join(cells)} |")
    caption = escape_markdown(phrases.TABLE.format(number=block.number, caption=block.caption))
    return f"{caption}\n\n" + "\n".join(text)


def _escape_start(text: str) -> str:
    """Escape what begins a line, so that it does not look like a heading, a list or a rule."""
    line = re.sub(r"^(\d+)([.)])", r"\1\\\2", escape_markdown(text))
    return f"\\{line}" if line[:1] in "#+-=" else line
