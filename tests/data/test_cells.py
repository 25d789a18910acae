"""The pictures of a first run are what they say, and the same everywhere."""

import numpy as np
import pytest

from poolbench.config import DataConfig
from poolbench.data.cells import CELLS_CLASSES, draw_cells, load_cells
from poolbench.data.sample import load_sample


def test_cells_have_their_stated_size_and_are_no_more_than_the_sample():
    cells, sample = load_cells(), load_sample()
    assert cells.classes == CELLS_CLASSES
    assert cells.pool.images.shape == (1200, 32, 32, 3)
    assert cells.test.images.shape == (400, 32, 32, 3)
    assert np.bincount(cells.pool.labels).tolist() == [600] * 2
    assert np.bincount(cells.test.labels).tolist() == [200] * 2
    assert len(cells.pool) <= len(sample.pool)
    assert DataConfig().source == cells.source


@pytest.mark.parametrize(
    ("load", "digest"),
    [
        (load_cells, "039215d4c07f50c05c924f0070aa8eaeee6a57efd50daa7730c51526b8e92e6b"),
        (load_sample, "f0744784e9e955d7b1056392f58b2d4a874a06a34d2074df7db8360a514c10f0"),
    ],
)
def test_drawn_pictures_are_the_same_bits_everywhere(load, digest):
    assert load().manifest_hash == digest


def test_cells_hold_no_picture_twice():
    cells = load_cells()
    images = np.concatenate([cells.pool.images, cells.test.images])
    assert len({image.tobytes() for image in images}) == len(images)


def test_classes_differ_in_dark_pixels_alone():
    # Marks are the darkest pixels by far; without them the classes are drawn alike.
    cells = draw_cells(7)
    red = cells.pool.images[..., 0].astype(float)
    sorted_red = np.sort(red.reshape(len(red), -1), axis=1)
    plain, marked = (sorted_red[cells.pool.labels == label] for label in range(2))
    assert np.median(marked[:, :4]) < np.median(plain[:, :4]) - 30
    light = [rows[:, 512:].mean(axis=1) for rows in (plain, marked)]
    error = np.hypot(*(rows.std() / len(rows) ** 0.5 for rows in light))
    assert abs(light[0].mean() - light[1].mean()) < 4 * error


def test_marks_are_of_all_sizes():
    # Pixels much darker than anything in a picture without a mark.
    cells = draw_cells(7)
    red = cells.pool.images[..., 0].astype(int)
    dark = (red < np.sort(red[cells.pool.labels == 0], axis=None)[50]).sum(axis=(1, 2))
    few, many = np.quantile(dark[cells.pool.labels == 1], [0.15, 0.85])
    assert few <= 4
    assert many >= 20


@pytest.mark.parametrize(
    ("source", "is_drawn"),
    [("cells", True), ("sample", True), ("task:needle", True), ("folder:cells", False)],
)
def test_pictures_that_the_program_draws_have_right_labels(source, is_drawn):
    assert DataConfig(source=source).is_drawn == is_drawn
