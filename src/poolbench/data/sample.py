"""Draw the built-in image set: four kinds of fruit, by NumPy.

1,200 pictures for training and 400 for the test, 32x32 pixels, 300 and 100 of each class. Colour
tells most of them apart, shape the rest (a green apple from a pear, a yellow plum from a lemon),
and clutter, light, noise and leaves in front of the fruit keep a small network between 80 and
95 %. No class changes its meaning in a mirror.

The same bits come out everywhere, see :mod:`poolbench.data.drawing`.
"""

from functools import lru_cache

import numpy as np

from poolbench.data.drawing import (
    SIZE,
    Draws,
    Pixels,
    Plane,
    draw_noise,
    join_classes,
    make_colour,
    make_grid,
    make_images,
    paint,
)
from poolbench.data.image_set import Half, Images, ImageSet

SAMPLE_CLASSES = ("apple", "lemon", "pear", "plum")
POOL_PER_CLASS = 300
TEST_PER_CLASS = 100
_SEED = 20260
_CLUTTER = 3
# Distance, in radii of the fruit, over which an edge goes from nothing to full colour.
_SOFT = 0.22
_NOISE = 0.06

# Hue in sixths of the colour circle (0 red, 1 yellow, 2 green, 4 blue): of each class its usual
# range, its rarer range, and how often the rarer one is drawn.
_HUES = {
    "apple": ((-0.25, 0.35), (1.00, 2.00), 0.12),
    "lemon": ((0.75, 1.20), (1.20, 1.80), 0.12),
    "pear": ((1.35, 2.10), (0.30, 1.00), 0.12),
    "plum": ((-1.70, -0.45), (0.00, 1.00), 0.12),
}


@lru_cache(maxsize=1)
def load_sample() -> ImageSet:
    """Return the sample image set; the same bits on every machine, its arrays read-only."""
    pool = _draw_half("train", 0, POOL_PER_CLASS)
    test = _draw_half("test", 1, TEST_PER_CLASS)
    facts = {"test_share": "official", "skipped": []}
    return ImageSet("sample", SAMPLE_CLASSES, pool, test, has_official_test=True, facts=facts)


def _draw_half(name: str, key: int, per_class: int) -> Half:
    drawn = [
        _draw_class(fruit, Draws(_SEED, key, label), per_class)
        for label, fruit in enumerate(SAMPLE_CLASSES)
    ]
    return join_classes(name, drawn)


def _draw_class(fruit: str, draws: Draws, count: int) -> Images:
    """Draw the pictures of one class, uint8 ``[count, 32, 32, 3]``."""
    pixels = _draw_background(draws, count)
    for _ in range(_CLUTTER):
        pixels = _draw_blob(pixels, draws, (0.15, 0.45), (-1.0, 1.0), 0.55)
    pixels = _draw_fruit(pixels, fruit, draws)
    pixels = _draw_blob(pixels, draws, (0.12, 0.30), (-0.6, 0.6), 0.6)
    pixels = _draw_light(pixels, draws)
    return make_images(pixels)


def _draw_background(draws: Draws, count: int) -> Pixels:
    """Draw a gradient between two muted colours, in any direction."""
    x, y = make_grid()
    first, second = (_mix_colour(draws, count, 0.35) for _ in range(2))
    slope_x, slope_y = draws.uniform(-0.5, 0.5, 2, count, 1, 1)
    share = np.clip(0.5 + slope_x * x + slope_y * y, 0.0, 1.0)
    return paint(np.broadcast_to(first, (count, SIZE, SIZE, 3)), second, share)


def _draw_blob(
    pixels: Pixels,
    draws: Draws,
    radius: tuple[float, float],
    position: tuple[float, float],
    saturation: float,
) -> Pixels:
    """Draw one ellipse of any colour and direction in each picture."""
    count = len(pixels)
    u, v = _transform_grid(draws, count, radius, position, turn=1.0)
    width = draws.uniform(0.35, 1.0, count, 1, 1)
    distance = np.sqrt(u * u + (v / width) * (v / width))
    return paint(pixels, _mix_colour(draws, count, saturation), _soften(distance))


def _draw_fruit(pixels: Pixels, fruit: str, draws: Draws) -> Pixels:
    count = len(pixels)
    turn = 1.0 if fruit in ("lemon", "plum") else 0.3
    u, v = _transform_grid(draws, count, (0.50, 0.80), (-0.25, 0.25), turn)
    distance = _measure_shape(fruit, u, v, draws.uniform(-1.0, 1.0, count, 1, 1))
    height = np.sqrt(np.maximum(1.0 - distance * distance, 0.0))
    side = draws.uniform(-0.5, 0.5, count, 1, 1)
    shade = 0.55 + 0.40 * height - 0.2 * v + 0.2 * side * u
    colour = _draw_skin(fruit, draws, count) * np.clip(shade, 0.2, 1.1)[..., None]
    pixels = paint(pixels, colour, _soften(distance))
    return _draw_mark(pixels, fruit, u, v)


def _measure_shape(fruit: str, u: Plane, v: Plane, vary: Plane) -> Plane:
    """Measure how far each pixel is from the middle: 0 there, 1 at the fruit's edge."""
    if fruit == "lemon":
        long = 0.70 + 0.08 * vary
        body = np.sqrt(u * u + (v / long) * (v / long))
        tips = np.sqrt((u / 1.22) * (u / 1.22) + (v / 0.28) * (v / 0.28))
        return np.minimum(body, tips)
    if fruit == "pear":
        low = v - 0.28
        belly = np.sqrt(u * u + low * low) / 0.76
        high = v + 0.42
        neck = np.sqrt(u * u + (high / 1.35) * (high / 1.35)) / (0.44 + 0.07 * vary)
        return np.minimum(belly, neck)
    if fruit == "plum":
        return np.sqrt(u * u + (v / (0.82 + 0.1 * vary)) * (v / (0.82 + 0.1 * vary)))
    dip = np.maximum(0.30 - np.sqrt(u * u + (v + 0.95) * (v + 0.95)), 0.0)
    return np.sqrt(u * u + (v / 0.92) * (v / 0.92)) * (1.0 + 0.04 * vary) + 2.0 * dip


def _draw_mark(pixels: Pixels, fruit: str, u: Plane, v: Plane) -> Pixels:
    """Draw the stem of an apple or a pear, the crease of a plum."""
    if fruit == "lemon":
        return pixels
    if fruit == "plum":
        bend = u - 0.25 * (1.0 - v * v)
        line = np.clip(1.0 - np.maximum(np.abs(bend) / 0.16, np.abs(v) / 0.8), 0.0, 1.0)
    else:
        top = -0.85 if fruit == "apple" else -1.0
        line = np.clip(1.3 - np.maximum(np.abs(u) / 0.12, np.abs(v - top) / 0.24), 0.0, 1.0)
    return paint(pixels, np.array([0.25, 0.15, 0.10]), 0.6 * line)


def _draw_skin(fruit: str, draws: Draws, count: int) -> Pixels:
    """Draw a colour that the class has, from one of its ranges of hue: ``[count, 1, 1, 3]``."""
    usual, rarer, part = _HUES[fruit]
    rare = draws.uniform(0.0, 1.0, count) < part
    where = draws.uniform(0.0, 1.0, count)
    low = np.where(rare, rarer[0], usual[0])
    high = np.where(rare, rarer[1], usual[1])
    saturation = draws.uniform(0.55, 0.95, count)
    value = draws.uniform(0.55, 1.0, count)
    return make_colour(low + (high - low) * where, saturation, value)


def _draw_light(pixels: Pixels, draws: Draws) -> Pixels:
    """Add brightness, a tint of the light and noise, the sum of three uniform numbers."""
    count = len(pixels)
    bright = draws.uniform(0.65, 1.15, count, 1, 1, 1)
    tint = draws.uniform(0.85, 1.15, count, 1, 1, 3)
    amount = draws.uniform(0.3, 1.0, count, 1, 1, 1) * _NOISE
    return pixels * bright * tint + draw_noise(draws, count, SIZE, SIZE, 3) * amount


def _mix_colour(draws: Draws, count: int, saturation: float) -> Pixels:
    """Draw any hue, up to this saturation, any brightness: ``[count, 1, 1, 3]``."""
    hue = draws.uniform(-3.0, 3.0, count)
    return make_colour(hue, draws.uniform(0.0, saturation, count), draws.uniform(0.15, 0.95, count))


def _transform_grid(
    draws: Draws,
    count: int,
    radius: tuple[float, float],
    position: tuple[float, float],
    turn: float,
) -> tuple[Plane, Plane]:
    """Return each pixel as seen from a shape at a random position, size and angle.

    The angle is given by the tangent of its half, so that a quotient stands for sine and cosine:
    ``turn`` 1 is a quarter circle each way.
    """
    x, y = make_grid()
    size = draws.uniform(radius[0], radius[1], count, 1, 1)
    left, top = draws.uniform(position[0], position[1], 2, count, 1, 1)
    half = draws.uniform(-turn, turn, count, 1, 1)
    cosine = (1.0 - half * half) / (1.0 + half * half)
    sine = 2.0 * half / (1.0 + half * half)
    right, down = (x - left) / size, (y - top) / size
    return right * cosine + down * sine, down * cosine - right * sine


def _soften(distance: Plane) -> Plane:
    """Cover 0–1: full inside, nothing outside, a ramp at the edge."""
    return np.clip((1.0 - distance) / _SOFT + 0.5, 0.0, 1.0)
