"""Write the table of the browser test: what was tried on the page, and places for the rest."""

import base64
import binascii
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from poolbench.errors import RunError
from poolbench.records import TRIED_FILE, TriedAnswer, TriedRecord, TriedRow
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.draw import read_pictures
from poolbench.report.handin.fill import LANGUAGE, fill
from poolbench.report.read import RunView
from poolbench.rundir.store import RunStore
from poolbench.texts import Phrase
from poolbench.texts.filling import format_number
from poolbench.texts.plain import make_plain
from poolbench.texts.told import find_reason

# What the document says; Russian, as all of it.
TASK = (
    "[Откройте на странице изображения, которых нет в наборе, и запишите ответы модели в таблицу "
    "{table}. Затем сдвигайте изображение клавишами со стрелками и вставьте снимки экрана в отчёт.]"
)
TASK_CAPTION = "Ответы модели на изображениях, которых нет в наборе (заполните)"
TASK_HEAD = ("№", "что на изображении", "ответ модели", "вероятность", "верно ли")
SCREENSHOTS = (
    "Ответ модели в браузере для изображения, которого нет в наборе (вставьте снимок экрана)",
    "То же изображение после сдвига клавишами со стрелками (вставьте снимок экрана)",
)
SCREENSHOT_HINT = "[место для снимка экрана]"
TRIED = (
    "Изображения, открытые на этой странице, и ответы моделей собраны в таблице {table}; каждое "
    "изображение показано таким, каким его видит сеть, после сдвига. Отложенные изображения взяты "
    "из этого запуска, и их истинный класс известен; что на остальных, указано при работе со "
    "страницей."
)
TO_FILL = (
    "[Заполните строки без ответов: изображений, которых нет в наборе, должно быть {count}, и хотя "
    "бы одно из них нужно сдвинуть.]"
)
CAPTION = "Ответы моделей на изображениях, открытых на странице"
HEAD = ("№", "что на изображении", "сдвиг", "модель", "ответ", "вероятность", "верно ли")
SAVED = "сохранённая ({variant})"
HELD_OUT = "{name} (отложенное)"
NONE = "не из этих классов"
RIGHT = {True: "да", False: "нет", None: "—"}
MOVED = {
    "circular": "{moves}, циклически",
    "border": "{moves}, с чёрным краем",
}
REST = "нет"
DIRECTIONS = {
    "down": ("вниз на {pixels}", "вверх на {pixels}"),
    "right": ("вправо на {pixels}", "влево на {pixels}"),
}
COUNTS = {
    True: "Верных ответов сохранённой модели на отложенных изображениях: {right} из {count}.",
    False: (
        "Верных ответов сохранённой модели на изображениях этих классов, которых нет в наборе: "
        "{right} из {count}."
    ),
}

# Pictures of one's own that the assignment asks for.
FOUND_ROWS = 4

# Side to which a picture of few pixels is enlarged, so that no program that shows it blurs it.
LEAST_SIDE = 192


def write_answers(draft: Draft, view: RunView) -> None:
    """Write what was tried, with places for what the assignment asks for beside it.

    Raises:
        RunError: If the file is broken, or is that of a run with other classes.
    """
    record = read_tried(view)
    if record is None or not record.rows:
        draft.say(fill(TASK, table=draft.next_table))
        draft.add_table(TASK_CAPTION, TASK_HEAD, _leave_rows(1, FOUND_ROWS, len(TASK_HEAD)))
    else:
        _write_tried(draft, view, record)
    for caption in SCREENSHOTS:
        draft.add_screenshot(caption, SCREENSHOT_HINT)


def _write_tried(draft: Draft, view: RunView, record: TriedRecord) -> None:
    draft.say(fill(TRIED, table=draft.next_table))
    held_out = find_held_out(view, record.rows)
    rows: list[tuple[str, ...]] = []
    pictures: list[tuple[str, bytes] | None] = []
    for number, (row, is_held_out) in enumerate(zip(record.rows, held_out, strict=True), 1):
        told = _describe_row(view, number, row, is_held_out=is_held_out)
        rows += told
        picture = f"{draft.prefix}tried-{number}", enlarge(view, row)
        # Beside the first model; the others follow below.
        pictures += [picture, *[None] * (len(told) - 1)]
    is_moved = any(row.down or row.right for row in record.rows)
    missing = max(FOUND_ROWS - held_out.count(False), 0 if is_moved else 1)
    rows += _leave_rows(len(record.rows) + 1, missing, len(HEAD))
    draft.add_table(CAPTION, HEAD, rows, pictures=[*pictures, *[None] * missing])
    if missing:
        draft.say(fill(TO_FILL, count=FOUND_ROWS))
    _say_counts(draft, record, held_out)


def _leave_rows(first: int, count: int, width: int) -> list[tuple[str, ...]]:
    """Leave numbered rows to fill in."""
    return [(str(first + place), *[""] * (width - 1)) for place in range(count)]


def find_held_out(view: RunView, rows: Sequence[TriedRow]) -> list[bool]:
    """Find which of these pictures are held-out ones of the run, whose class is known.

    Raises:
        RunError: If a file is broken.
    """
    kept = read_pictures(RunStore(view.path))
    images = [] if kept is None else list(kept[0])
    return [_is_one_of(images, _open(view, row), row) for row in rows]


def _is_one_of(images: Sequence[NDArray[np.uint8]], moved: Image.Image, row: TriedRow) -> bool:
    """Return whether a picture is one of these, moved; what it lost at a black border may differ.

    A picture of which nothing is left is none.
    """
    shift, axes = (row.down, row.right), (0, 1)
    pixels = np.roll(np.asarray(moved), (-row.down, -row.right), axes)
    seen = np.ones(pixels.shape, dtype=np.uint8)
    if row.mode == "border":
        for axis, by in zip(axes, shift, strict=True):
            lost = [slice(None)] * 3
            lost[axis] = slice(0, -by) if by < 0 else slice(seen.shape[axis] - by, None)
            seen[tuple(lost)] = 0
    return bool(seen.any()) and any(
        image.shape == pixels.shape and np.array_equal(image * seen, pixels * seen)
        for image in images
    )


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
        classes = list(record.classes)
        raise RunError("tried.other-classes", path=view.path / TRIED_FILE, classes=classes)
    return record


def enlarge(view: RunView, row: TriedRow) -> bytes:
    """Return the picture as a PNG file, each pixel a square of several.

    Raises:
        RunError: If it is no PNG of the size that the networks see.
    """
    picture = _open(view, row)
    times = max(1, -(-LEAST_SIDE // max(picture.size)))
    larger = picture.resize(
        (picture.width * times, picture.height * times), Image.Resampling.NEAREST
    )
    content = io.BytesIO()
    larger.save(content, "PNG")
    return content.getvalue()


def _open(view: RunView, row: TriedRow) -> Image.Image:
    try:
        with Image.open(
            io.BytesIO(base64.b64decode(row.picture, validate=True)), formats=["PNG"]
        ) as image:
            if image.size != view.data.image_size[::-1]:
                height, width = image.height, image.width
                raise ValueError(Phrase("fault.picture-size", height=height, width=width))
            return image.convert("RGB")
    except (binascii.Error, UnidentifiedImageError, ValueError, OSError, SyntaxError) as error:
        path = view.path / TRIED_FILE
        raise RunError("tried.broken", path=path, reason=find_reason(error)) from None


def _describe_row(
    view: RunView, number: int, row: TriedRow, *, is_held_out: bool
) -> list[tuple[str, ...]]:
    """Describe a picture, with a line for each model; only the first says what is shown."""
    classes = view.classes
    truth = NONE if row.truth is None else classes[row.truth]
    truth = fill(HELD_OUT, name=truth) if is_held_out else truth
    shown = (str(number), truth, _describe_shift(row))
    return [
        (
            *(("", "", "") if place else shown),
            _name_model(view, answer),
            classes[answer.label],
            format_number(answer.probability, ".1%", LANGUAGE),
            RIGHT[None if row.truth is None else answer.label == row.truth],
        )
        for place, answer in enumerate(row.answers)
    ]


def _name_model(view: RunView, answer: TriedAnswer) -> str:
    name = view.labels.get(answer.model, answer.model)
    return fill(SAVED, variant=name) if answer.is_final else name


def _describe_shift(row: TriedRow) -> str:
    moves = [
        fill(DIRECTIONS[way][pixels < 0], pixels=abs(pixels))
        for way, pixels in (("down", row.down), ("right", row.right))
        if pixels
    ]
    if not moves:
        return REST
    return fill(MOVED[row.mode], moves=", ".join(moves))


def _say_counts(draft: Draft, record: TriedRecord, held_out: Sequence[bool]) -> None:
    """Say how often the saved model is right, apart for pictures of the run and for others."""
    for is_held_out, phrase in COUNTS.items():
        right = [
            answer.label == row.truth
            for row, is_kept in zip(record.rows, held_out, strict=True)
            for answer in row.answers
            if answer.is_final and row.truth is not None and is_kept == is_held_out
        ]
        if right:
            draft.say(fill(phrase, right=sum(right), count=len(right)))
