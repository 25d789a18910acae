"""Keep pictures that were tried on the page in the run, for the report that is handed in."""

import base64
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poolbench.records import MOST_TRIED, TRIED_FILE, TriedAnswer, TriedRecord, TriedRow
from poolbench.rundir.formats import pack_model
from poolbench.rundir.store import RunStore
from poolbench.serve.bodies import RefusedError
from poolbench.serve.read import FinishedRun
from poolbench.texts.plain import make_plain

# Most bytes of the file, whoever asks for how many rows.
MOST_TRIED_BYTES = 20_000_000
_NUMBER = re.compile(r"-?\d{1,4}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """What the page says of a picture that is kept.

    Attributes:
        down, right: By how many pixels it was moved.
        mode: ``circular`` or ``border``.
        truth: The number of its class; ``None``: of none of them.
    """

    down: int
    right: int
    mode: str
    truth: int | None


def read_place(given: Mapping[str, str], run: FinishedRun) -> Place:
    """Read what the page says of a picture.

    Raises:
        RefusedError: If it is nothing that the page says.
    """
    down, right, mode = (given.get(name, "") for name in ("down", "right", "mode"))
    truth = given.get("truth")
    numbers = [down, right, *([] if truth is None else [truth])]
    if mode not in ("circular", "border") or not all(map(_NUMBER.fullmatch, numbers)):
        raise RefusedError("keep", 400)
    height, width = run.data.image_size
    place = Place(int(down), int(right), mode, None if truth is None else int(truth))
    is_inside = abs(place.down) <= height and abs(place.right) <= width
    if not is_inside or not 0 <= (place.truth or 0) < len(run.data.classes):
        raise RefusedError("keep", 400)
    return place


def keep_picture(
    run: FinishedRun,
    image: NDArray[np.uint8],
    place: Place,
    probabilities: Sequence[Sequence[Sequence[float]]],
) -> int:
    """Add a row to ``tried.json`` of the run; return how many there are now.

    Args:
        image: The picture as the models saw it, uint8 ``[H, W, 3]``.
        probabilities: ``[models][1][classes]``.

    Raises:
        RefusedError: If there are as many as are kept.
        RunError: If the file is broken, or the run cannot be written.
    """
    store = RunStore(run.path)
    names = tuple(make_plain(name) for name in run.data.classes)
    before: tuple[TriedRow, ...] = ()
    if store.has(TRIED_FILE):
        found = store.load_model(TRIED_FILE, TriedRecord)
        # Those of a study of other classes that was here before are of no use.
        before = found.rows if found.classes == names else ()
    if len(before) >= MOST_TRIED:
        raise RefusedError("keep-full", 409, most=MOST_TRIED)
    row = TriedRow.model_validate(
        {
            "picture": base64.b64encode(_pack(image)).decode(),
            "down": place.down,
            "right": place.right,
            "mode": place.mode,
            "truth": place.truth,
            "answers": [
                _answer(make_plain(model.variant), model.is_final, shares)
                for model, (shares,) in zip(run.models, probabilities, strict=True)
            ],
        }
    )
    record = TriedRecord(classes=names, rows=(*before, row))
    if len(pack_model(record)) > MOST_TRIED_BYTES:
        raise RefusedError("keep-full", 409, most=len(before))
    store.save_model(TRIED_FILE, record)
    return len(record.rows)


def _answer(model: str, is_final: bool, shares: Sequence[float]) -> TriedAnswer:
    label = int(np.argmax(shares))
    # Rounded to float32, a share may lie above one by the last bit.
    return TriedAnswer(
        model=model, is_final=is_final, label=label, probability=min(1.0, shares[label])
    )


def _pack(image: NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()
