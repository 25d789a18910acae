"""Draw the image set of a first run: blood cells, of which one has a dark mark, or none.

1,200 pictures for training and 400 for the test, 32x32 pixels, 600 and 200 of each class. Every
picture shows four red cells, paler in the middle, on a light ground, smudges and noise. In half of
the pictures one of the cells has a dark mark, one to seven pixels wide. Nothing else differs.

So operators differ for a reason that can be said. A small mark answers at few places of a feature
map: max pooling passes on the strongest answer of each cell of the map, average pooling divides it
by sixteen, and decimation looks at one place of sixteen. Large marks are found by all three; as
marks have all sizes, there are small ones that only max pooling finds, at 6 epochs and at 18.

The same bits come out everywhere, see :mod:`poolbench.data.drawing`. How the sizes of the marks
were chosen, and with which seeds, stands in docs/explanation/first-run.md.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from poolbench.data.drawing import (
    SIZE,
    Draws,
    Pixels,
    draw_noise,
    join_classes,
    make_colour,
    make_grid,
    make_images,
    paint,
)
from poolbench.data.image_set import Half, Images, ImageSet

Marks = NDArray[np.bool_]

CELLS_CLASSES = ("no mark", "one mark")
POOL_PER_CLASS = 600
TEST_PER_CLASS = 200
_SEED = 20261130
# Middles of the four cells, each moved by up to a share of the picture's half side.
_MIDDLES = ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5))
_MOVED = 0.12
# Darkness of a mark, 0 (as the cell) to 1 (as its colour).
_MARK = (0.7, 1.0)
# Half the width of a mark in pixels, where its edge is half as dark.
_MARK_RADIUS = (0.4, 3.6)
_SMUDGES = 3
_NOISE = 0.05


@lru_cache(maxsize=1)
def load_cells() -> ImageSet:
    """Return the image set; the same bits on every machine, its arrays read-only."""
    return draw_cells(_SEED)


def draw_cells(seed: int) -> ImageSet:
    """Draw such an image set with other random numbers."""
    pool = _draw_half("train", seed, 0, POOL_PER_CLASS)
    test = _draw_half("test", seed, 1, TEST_PER_CLASS)
    facts = {"test_share": "official", "skipped": [], "reason": "marks"}
    return ImageSet("cells", CELLS_CLASSES, pool, test, has_official_test=True, facts=facts)


def _draw_half(name: str, seed: int, key: int, per_class: int) -> Half:
    return join_classes(
        name,
        [
            _draw_class(bool(label), Draws(seed, key, label), per_class)
            for label in range(len(CELLS_CLASSES))
        ],
    )


def _draw_class(has_mark: bool, draws: Draws, count: int) -> Images:
    """Draw pictures with a mark or without, uint8 ``[count, 32, 32, 3]``."""
    pixels = _draw_ground(draws, count)
    chosen = draws.uniform(0.0, 4.0, count).astype(np.int64)
    for number, middle in enumerate(_MIDDLES):
        pixels = _draw_cell(pixels, middle, (chosen == number) & has_mark, draws)
    for _ in range(_SMUDGES):
        pixels = _draw_smudge(pixels, draws)
    bright = draws.uniform(0.85, 1.1, count, 1, 1, 1)
    return make_images(pixels * bright + draw_noise(draws, count, SIZE, SIZE, 3) * _NOISE)


def _draw_ground(draws: Draws, count: int) -> Pixels:
    """Draw a light ground, a little brighter to one side."""
    x, y = make_grid()
    colour = make_colour(
        draws.uniform(-0.8, 0.6, count),
        draws.uniform(0.04, 0.12, count),
        draws.uniform(0.85, 0.98, count),
    )
    slope_x, slope_y = draws.uniform(-0.06, 0.06, 2, count, 1, 1)
    ground: Pixels = colour * (1.0 + slope_x * x + slope_y * y)[..., None]
    return ground


def _draw_cell(
    pixels: Pixels, middle: tuple[float, float], is_marked: Marks, draws: Draws
) -> Pixels:
    """Draw one cell near a place in each picture, and its mark where it has one."""
    count = len(pixels)
    x, y = make_grid()
    left, top = draws.uniform(-_MOVED, _MOVED, 2, count, 1, 1)
    right, down = x - (middle[0] + left), y - (middle[1] + top)
    radius = draws.uniform(0.30, 0.42, count, 1, 1)
    width = draws.uniform(0.85, 1.15, count, 1, 1)
    distance = np.sqrt(right * right / width + down * down * width) / radius
    colour = make_colour(
        draws.uniform(-0.35, 0.15, count),
        draws.uniform(0.35, 0.55, count),
        draws.uniform(0.70, 0.88, count),
    )
    pale = 1.0 + draws.uniform(0.05, 0.25, count, 1, 1) * np.maximum(1.0 - 1.6 * distance, 0.0)
    pixels = paint(pixels, colour * pale[..., None], np.clip((1.0 - distance) * 6.0, 0.0, 1.0))
    # Drawn for every cell, so that pictures differ in the marks alone.
    away = draws.uniform(-0.55, 0.55, 2, count, 1, 1) * radius
    pixel = 2.0 / SIZE
    right, down = (right - away[0]) / pixel, (down - away[1]) / pixel
    size = draws.uniform(*_MARK_RADIUS, count, 1, 1)
    cover = np.clip(size + 0.5 - np.sqrt(right * right + down * down), 0.0, 1.0)
    dark = draws.uniform(*_MARK, count, 1, 1) * is_marked[:, None, None]
    return paint(pixels, np.array([0.30, 0.12, 0.38]), cover * dark)


def _draw_smudge(pixels: Pixels, draws: Draws) -> Pixels:
    """Draw a soft violet smudge somewhere, wider and fainter than a mark."""
    count = len(pixels)
    x, y = make_grid()
    left, top = draws.uniform(-1.0, 1.0, 2, count, 1, 1)
    radius = draws.uniform(0.15, 0.35, count, 1, 1)
    distance = np.sqrt((x - left) * (x - left) + (y - top) * (y - top)) / radius
    share = draws.uniform(0.1, 0.3, count, 1, 1) * np.maximum(1.0 - distance, 0.0)
    return paint(pixels, np.array([0.45, 0.25, 0.55]), share)
