"""Write the document as DOCX: A4 and fonts as Russian reports have them (GOST 7.32-2017)."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph

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

FONT, CODE_FONT = "Times New Roman", "Courier New"
SIZE = Pt(14)
# Margins by GOST 7.32-2017, 6.1.1: left, right, top and bottom.
MARGINS = (Cm(3), Cm(1.5), Cm(2), Cm(2))
TEXT_WIDTH = Cm(16.5)
INDENT = Cm(1.25)
# Font sizes of tables, by the most columns that each has space for.
TABLE_SIZES = ((5, Pt(12)), (7, Pt(10)), (8, Pt(9)), (99, Pt(8)))
# Least width of a column and margins of a cell, in letters; most lines of its longest cell.
LEAST_LETTERS, CELL_MARGINS = 4, 3
MOST_CELL_LINES = 3
SCREENSHOT_LINES = 10
# Height of a picture in a cell of a table, and the least width of its column.
CELL_PICTURE, CELL_PICTURE_WIDTH = Cm(2.2), Cm(2.7)
TITLE_GAPS = (Pt(130), Pt(100), Pt(210))
EMPTY_LINE = "_" * 62
# Oldest date that a ZIP file can hold.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
CENTER = WD_ALIGN_PARAGRAPH.CENTER
LEFT = WD_ALIGN_PARAGRAPH.LEFT


def write_docx(blocks: list[Block], title: str, author: str, date: datetime) -> bytes:
    """Write the whole file, the same bytes each time.

    Args:
        title: What the file says that it is.
        date: What the file says of when it was made.
    """
    document = Document()
    _set_page(document)
    _set_styles(document)
    _set_properties(document, title, author, date)
    for block in blocks:
        _add(document, block)
    content = io.BytesIO()
    document.save(content)
    return _drop_dates(content.getvalue())


def _set_page(document: DocumentObject) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = MARGINS[:2]
    section.top_margin, section.bottom_margin = MARGINS[2:]
    # The title page is counted, but bears no number.
    section.different_first_page_header_footer = True
    footer = section.footer.paragraphs[0]
    footer.alignment = CENTER
    footer.paragraph_format.first_line_indent = Cm(0)
    run = footer.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _set_styles(document: DocumentObject) -> None:
    styles = document.styles
    normal = styles["Normal"]
    _set_font(normal, FONT, SIZE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "ru-RU")
    normal.element.get_or_add_rPr().append(language)
    text = normal.paragraph_format
    text.line_spacing, text.first_line_indent = 1.5, INDENT
    text.space_before = text.space_after = Pt(0)
    text.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for name, size in (("Heading 1", Pt(16)), ("Heading 2", SIZE)):
        style = styles[name]
        _set_font(style, FONT, size)
        style.font.bold, style.font.color.rgb = True, RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(18), Pt(9)
        style.paragraph_format.alignment = LEFT
    caption = styles["Caption"]
    _set_font(caption, FONT, Pt(12))
    caption.font.bold, caption.font.color.rgb = False, RGBColor(0, 0, 0)
    caption.paragraph_format.first_line_indent = Cm(0)
    bullets = styles["List Bullet"].paragraph_format
    bullets.left_indent, bullets.first_line_indent = INDENT + Cm(0.6), Cm(-0.6)


def _set_font(style: Any, name: str, size: Pt) -> None:
    """Set the font for every script; a font of the theme would win over a named one."""
    style.font.name, style.font.size = name, size
    fonts = style.element.rPr.rFonts
    for attribute in list(fonts.attrib):
        if attribute.endswith("Theme"):
            del fonts.attrib[attribute]
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), name)


def _set_properties(document: DocumentObject, title: str, author: str, date: datetime) -> None:
    facts = document.core_properties
    facts.author, facts.last_modified_by, facts.comments = author, author, ""
    facts.title, facts.language = title, "ru-RU"
    facts.created = facts.modified = date.replace(tzinfo=None, microsecond=0)
    facts.revision = 1


def _add(document: DocumentObject, block: Block) -> None:
    match block:
        case Title():
            _add_title(document, block)
        case Heading():
            heading = document.add_heading(block.text, block.level)
            heading.paragraph_format.first_line_indent = INDENT
        case Paragraph():
            paragraph = document.add_paragraph()
            paragraph.add_run(block.text).bold = block.is_bold or None
            # What announces something stays on its page.
            paragraph.paragraph_format.keep_with_next = block.is_bold or block.text.endswith(":")
        case Items():
            for line in block.lines:
                document.add_paragraph(line, style="List Bullet")
        case Code():
            _add_code(document, block.text)
        case Figure():
            _add_figure(document, block)
        case Screenshot():
            _add_screenshot(document, block)
        case Grid():
            _add_grid(document, block)
        case Answer():
            label = _add_plain(document, block.label, LEFT)
            label.paragraph_format.keep_with_next = True
            for _ in range(block.lines):
                _add_plain(document, EMPTY_LINE, LEFT)
        case PageBreak():
            document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)


def _add_plain(document: DocumentObject, text: str, alignment: WD_ALIGN_PARAGRAPH) -> DocxParagraph:
    """Add a paragraph without indent."""
    paragraph = document.add_paragraph(text)
    paragraph.alignment = alignment
    paragraph.paragraph_format.first_line_indent = Cm(0)
    return paragraph


def _add_title(document: DocumentObject, block: Title) -> None:
    for line in block.top:
        _add_plain(document, line, CENTER)
    kind = _add_plain(document, block.kind, CENTER)
    kind.paragraph_format.space_before = TITLE_GAPS[0]
    name = document.add_paragraph()
    name.alignment, name.paragraph_format.first_line_indent = CENTER, Cm(0)
    name.add_run(block.name).bold = True
    for number, line in enumerate(block.people):
        paragraph = _add_plain(document, line, LEFT)
        paragraph.paragraph_format.left_indent = Cm(8.5)
        if not number:
            paragraph.paragraph_format.space_before = TITLE_GAPS[1]
    year = _add_plain(document, block.year, CENTER)
    year.paragraph_format.space_before = TITLE_GAPS[2]


def _add_code(document: DocumentObject, text: str) -> None:
    paragraph = _add_plain(document, "", LEFT)
    spacing = paragraph.paragraph_format
    spacing.line_spacing, spacing.space_before, spacing.space_after = 1.0, Pt(3), Pt(6)
    # One line break within the paragraph for each line.
    run = paragraph.add_run(text)
    run.font.name, run.font.size = CODE_FONT, Pt(11)


def _add_figure(document: DocumentObject, block: Figure) -> None:
    paragraph = _add_plain(document, "", CENTER)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(6)
    picture = paragraph.add_run().add_picture(io.BytesIO(block.content))
    if picture.width > TEXT_WIDTH:
        picture.height = Emu(round(picture.height * TEXT_WIDTH / picture.width))
        picture.width = TEXT_WIDTH
    # Text that is read aloud instead of the picture.
    picture._inline.docPr.set("descr", block.caption)
    _add_figure_caption(document, block.number, block.caption)


def _add_figure_caption(document: DocumentObject, number: int, caption: str) -> None:
    text = phrases.FIGURE.format(number=number, caption=caption)
    paragraph = document.add_paragraph(text, style="Caption")
    paragraph.alignment = CENTER
    paragraph.paragraph_format.space_after = Pt(9)


def _add_screenshot(document: DocumentObject, block: Screenshot) -> None:
    """Add a frame around empty lines; a picture that is put in makes it grow."""
    frame = _add_plain(document, "", CENTER)
    frame.paragraph_format.keep_with_next = True
    frame.paragraph_format.space_before = Pt(9)
    run = frame.add_run()
    for number in range(SCREENSHOT_LINES):
        if number == SCREENSHOT_LINES // 2:
            run.add_text(block.hint)
        run.add_break()
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        borders.append(_make_border(side))
    # The schema wants it before spacing and indents.
    properties = frame._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    _add_figure_caption(document, block.number, block.caption)


def _make_border(side: str) -> Any:
    border = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "4"), ("color", "808080")):
        border.set(qn(f"w:{name}"), value)
    return border


def _add_grid(document: DocumentObject, block: Grid) -> None:
    text = phrases.TABLE.format(number=block.number, caption=block.caption)
    caption = document.add_paragraph(text, style="Caption")
    caption.alignment = LEFT
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = Pt(9)
    lines = [block.head, *block.rows] if block.head else list(block.rows)
    width = len(lines[0])
    table = document.add_table(len(lines), width, style="Table Grid")
    size = next(size for most, size in TABLE_SIZES if width <= most)
    widths = share_width(lines, CELL_PICTURE_WIDTH if block.pictures else None)
    for column, share in zip(table.columns, widths, strict=True):
        column.width = share
    for number, (row, cells) in enumerate(zip(table.rows, lines, strict=True)):
        is_head = bool(block.head) and number == 0
        is_bold = is_head or number - bool(block.head) in block.marked
        _set_row(row, is_head)
        for column, (cell, content) in enumerate(zip(row.cells, cells, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = CENTER if column or is_head else LEFT
            paragraph.paragraph_format.first_line_indent = Cm(0)
            paragraph.paragraph_format.line_spacing = 1.0
            cell.width = widths[column]
            if block.pictures and not content:
                # A run, though without letters, would be a line in what it is joined with.
                continue
            run = paragraph.add_run(content)
            run.bold, run.font.size = is_bold or None, size
        found = (
            block.pictures[number - bool(block.head)] if block.pictures and not is_head else None
        )
        if found is not None:
            _add_to_cell(row.cells[0], found[1], cells[1])
    _join_rows(table, block)
    # Text right after a table would stick to it.
    _add_plain(document, "", LEFT).paragraph_format.line_spacing = Pt(10)


def _add_to_cell(cell: Any, content: bytes, description: str) -> None:
    """Add a picture below the text of a cell."""
    paragraph = cell.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Cm(0)
    picture = paragraph.add_run().add_picture(io.BytesIO(content), height=CELL_PICTURE)
    picture._inline.docPr.set("descr", description)


def _join_rows(table: Any, block: Grid) -> None:
    """Join the cells beside a picture with the empty ones below them, up to the next number."""
    if not block.pictures:
        return
    first = bool(block.head)
    # Rows that are left to fill in have a number and no picture.
    starts = [row for row, cells in enumerate(block.rows) if cells[0]]
    for start, end in pairwise([*starts, len(block.rows)]):
        if block.pictures[start] is None:
            continue
        for column in range(len(block.rows[0])):
            if not any(row[column] for row in block.rows[start + 1 : end]):
                table.cell(start + first, column).merge(table.cell(end - 1 + first, column))


def share_width(lines: Sequence[Sequence[str]], first: int | None = None) -> list[Emu]:
    """Share the width by columns: by the longest word, and long cells in not too many lines.

    Args:
        first: Width of the first column; ``None``: shared like the others.
    """
    if first is not None:
        others = share_width([cells[1:] for cells in lines])
        return [Emu(first), *(Emu(round(w * (1 - first / TEXT_WIDTH))) for w in others)]
    weights = []
    for cells in zip(*lines, strict=True):
        # A line may end after a hyphen too.
        words = max(len(word) for cell in cells for word in re.split(r" |(?<=-)", cell))
        weights.append(
            max(words + CELL_MARGINS, max(map(len, cells)) / MOST_CELL_LINES, LEAST_LETTERS)
        )
    return [Emu(round(TEXT_WIDTH * weight / sum(weights))) for weight in weights]


def _set_row(row: Any, is_head: bool) -> None:
    """Keep a row from being torn apart; the head stands on every page."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _drop_dates(content: bytes) -> bytes:
    """Return the same ZIP file without the times at which its parts were written."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        for entry in old.infolist():
            part = zipfile.ZipInfo(entry.filename, ZIP_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(entry))
    return result.getvalue()
