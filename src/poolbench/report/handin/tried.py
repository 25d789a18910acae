"""Write the table of the browser test from the pictures that were tried on the page."""

import base64
import binascii
import io

from PIL import Image, UnidentifiedImageError

from poolbench.errors import RunError
from poolbench.records import TRIED_FILE, TriedAnswer, TriedRecord, TriedRow
from poolbench.report.handin.blocks import Draft
from poolbench.report.read import RunView
from poolbench.rundir.store import RunStore
from poolbench.texts.plain import make_plain

# What the document says; Russian, as all of it.
TASK = (
    "Изображения, открытые на этой странице, и ответы моделей на них собраны в таблице {table}; "
    "изображение показано таким, каким его видит сеть, после сдвига."
)
CAPTION = "Ответы моделей на изображениях, открытых на странице"
HEAD = ("№", "что на изображении", "сдвиг", "модель", "ответ", "вероятность", "верно ли")
SAVED = "сохранённая ({variant})"
NONE = "ни один из классов"
RIGHT = {True: "да", False: "нет", None: "—"}
MOVED = {
    "circular": "{moves}, по кругу",
    "border": "{moves}, с чёрным краем",
}
REST = "нет"
DIRECTIONS = {
    "down": ("вниз на {pixels}", "вверх на {pixels}"),
    "right": ("вправо на {pixels}", "влево на {pixels}"),
}
COUNT = "Сохранённая модель права на {right} из {count} изображений этих классов."

# Side to which a picture of few pixels is enlarged, so that no program that shows it blurs it.
LEAST_SIDE = 192


def write_tried(draft: Draft, view: RunView) -> bool:
    """Write what was tried, and return whether anything was.

    Raises:
        RunError: If the file is broken, or is that of a run with other classes.
    """
    record = read_tried(view)
    if record is None or not record.rows:
        return False
    draft.say(TASK.format(table=draft.next_table))
    rows: list[tuple[str, ...]] = []
    pictures: list[tuple[str, bytes] | None] = []
    for number, row in enumerate(record.rows, 1):
        told = _describe_row(view, number, row)
        rows += told
        picture = f"{draft.prefix}tried-{number}", enlarge(view, row)
        # Beside the first model; the others follow below.
        pictures += [picture, *[None] * (len(told) - 1)]
    draft.add_table(CAPTION, HEAD, rows, pictures=pictures)
    _say_count(draft, record)
    return True


def read_tried(view: RunView) -> TriedRecord | None:
    """Read what was tried; ``None`` where nothing was.

    Raises:
        RunError: If the file is broken, or is that of a run with other classes.
    """
    store = RunStore(view.path)
    if not store.has(TRIED_FILE):
        return None
    record = store.load_model(TRIED_FILE, TriedRecord)
    labels = [row.truth or 0 for row in record.rows]
    labels += [answer.label for row in record.rows for answer in row.answers]
    # A page shows names without what could disturb it.
    names = tuple(make_plain(name) for name in view.data.classes)
    if record.classes != names or max(labels, default=0) >= len(names):
        raise RunError(
            f"{view.path / TRIED_FILE} holds pictures tried with other classes "
            f"({', '.join(record.classes)[:200]}): it belongs to another run, or was edited. Move "
            "it away."
        )
    return record


def enlarge(view: RunView, row: TriedRow) -> bytes:
    """Return the picture as a PNG file, each pixel a square of several.

    Raises:
        RunError: If it is no PNG of the size that the networks see.
    """
    try:
        with Image.open(
            io.BytesIO(base64.b64decode(row.picture, validate=True)), formats=["PNG"]
        ) as image:
            if image.size != view.data.image_size[::-1]:
                raise ValueError(f"{image.width} × {image.height} pixels")
            picture = image.convert("RGB")
    except (binascii.Error, UnidentifiedImageError, ValueError, OSError, SyntaxError) as error:
        raise RunError(
            f"{view.path / TRIED_FILE}: a picture cannot be read ({error}). The file was edited: "
            "move it away."
        ) from None
    times = max(1, -(-LEAST_SIDE // max(picture.size)))
    larger = picture.resize(
        (picture.width * times, picture.height * times), Image.Resampling.NEAREST
    )
    content = io.BytesIO()
    larger.save(content, "PNG")
    return content.getvalue()


def _describe_row(view: RunView, number: int, row: TriedRow) -> list[tuple[str, ...]]:
    """Describe a picture, with a line for each model; only the first says what is shown."""
    classes = view.data.classes
    truth = NONE if row.truth is None else classes[row.truth]
    shown = (str(number), truth, _describe_shift(row))
    return [
        (
            *(("", "", "") if place else shown),
            _name_model(view, answer),
            classes[answer.label],
            f"{100 * answer.probability:.1f} %",
            RIGHT[None if row.truth is None else answer.label == row.truth],
        )
        for place, answer in enumerate(row.answers)
    ]


def _name_model(view: RunView, answer: TriedAnswer) -> str:
    name = view.labels.get(answer.model, answer.model)
    return SAVED.format(variant=name) if answer.is_final else name


def _describe_shift(row: TriedRow) -> str:
    moves = [
        DIRECTIONS[way][pixels < 0].format(pixels=abs(pixels))
        for way, pixels in (("down", row.down), ("right", row.right))
        if pixels
    ]
    if not moves:
        return REST
    return MOVED[row.mode].format(moves=", ".join(moves))


def _say_count(draft: Draft, record: TriedRecord) -> None:
    known = [row for row in record.rows if row.truth is not None]
    final = [(row, answer) for row in known for answer in row.answers if answer.is_final]
    if final:
        right = sum(answer.label == row.truth for row, answer in final)
        draft.say(COUNT.format(right=right, count=len(final)))
