"""Pictures tried on the page fill the table, and what the assignment asks for keeps its place."""

import base64
import io
import shutil

import numpy as np
import pytest
from PIL import Image

from poolbench.records import TRIED_FILE, TriedAnswer, TriedRecord, TriedRow
from poolbench.report.handin.blocks import Draft, Grid, Screenshot
from poolbench.report.handin.tried import find_held_out, write_answers
from poolbench.report.read import read_run
from poolbench.rundir.formats import pack_arrays
from poolbench.rundir.store import RunStore

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
LABELS = np.arange(3)


@pytest.fixture(scope="module")
def view(run_path, tmp_path_factory):
    path = shutil.copytree(run_path, tmp_path_factory.mktemp("tried") / "study")
    RunStore(path).save_bytes("pictures.npz", pack_arrays({"images": IMAGES, "labels": LABELS}))
    return read_run(path)


def make_row(image, down=0, right=0, mode="circular", truth=0):
    moved = np.roll(image, (down, right), (0, 1))
    if mode == "border":
        moved[: max(down, 0)] = moved[len(moved) + min(down, 0) :] = 0
        moved[:, : max(right, 0)] = moved[:, len(moved) + min(right, 0) :] = 0
    content = io.BytesIO()
    Image.fromarray(moved).save(content, "PNG")
    return TriedRow(
        picture=base64.b64encode(content.getvalue()).decode(),
        down=down,
        right=right,
        mode=mode,
        truth=truth,
        answers=(TriedAnswer(model="m", is_final=True, label=0, probability=0.5),),
    )


def write(view, *rows):
    store = RunStore(view.path)
    store.save_model(TRIED_FILE, TriedRecord(classes=view.data.classes, rows=rows))
    draft = Draft()
    write_answers(draft, view)
    [table] = [block for block in draft.blocks if isinstance(block, Grid)]
    places = [block for block in draft.blocks if isinstance(block, Screenshot)]
    return table, len(places)


@pytest.mark.parametrize("mode", ["circular", "border"])
@pytest.mark.parametrize("move", [(0, 0), (3, -2), (-1, 0), (0, 31)])
def test_a_held_out_picture_is_known_however_it_was_moved(view, mode, move):
    other = IMAGES[1] ^ 1
    rows = [make_row(image, *move, mode) for image in (IMAGES[1], other)]
    assert find_held_out(view, rows) == [True, False]


def test_a_picture_moved_out_of_sight_is_no_held_out_one(view):
    assert find_held_out(view, [make_row(IMAGES[0], 32, 0, "border")]) == [False]


@pytest.mark.parametrize(
    ("found", "moved", "places"), [(0, 2, 4), (1, 0, 3), (4, 0, 1), (3, 2, 1), (4, 2, 0), (6, 2, 0)]
)
def test_places_stay_until_they_are_filled(view, found, moved, places):
    rows = [make_row(IMAGES[place % 3] ^ 1, moved) for place in range(found)]
    table, screenshots = write(view, make_row(IMAGES[0], moved), *rows)
    assert sum(not "".join(row[1:]) for row in table.rows) == places
    assert screenshots == 2
    assert len(table.pictures) == len(table.rows)
    held_out = [row[1] for row in table.rows if "отложенное" in row[1]]
    assert len(held_out) == 1
