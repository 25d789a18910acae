"""Photographs that are drawn: shapes of a usual colour, tilted, lit, half hidden, on a texture.

Written as JPEG files of 224 to 640 pixels, one folder for each class, as a person's own pictures
lie. A class has an outline and a usual hue, which overlaps with those of its neighbours; place,
size, light and background say nothing.
"""

import colorsys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

SIDES = (224, 640)
# Drawn this many times as large, then shrunk: smooth edges.
OVERSAMPLING = 2
# Of the hue around that of its class, whose neighbour is a sixteenth away.
HUE_SD = 0.04

Points = list[tuple[float, float]]


def _from_polar(angles: NDArray[np.float64], radii: NDArray[np.float64]) -> Points:
    x, y = radii * np.cos(angles), radii * np.sin(angles)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _polygon(corners: int) -> Points:
    return _from_polar(2 * np.pi * np.arange(corners) / corners, np.ones(corners))


def _star(points: int, depth: float) -> Points:
    places = np.arange(2 * points)
    return _from_polar(np.pi * places / points, np.where(places % 2, depth, 1.0))


def _wave(lobes: int, depth: float) -> Points:
    angles = 2 * np.pi * np.arange(120) / 120
    return _from_polar(angles, (1 + depth * np.cos(lobes * angles)) / (1 + depth))


# Classes that are hard to tell apart, by outline and by hue, stand beside each other.
OUTLINES: dict[str, Points] = {
    "triangle": _polygon(3),
    "square": _polygon(4),
    "pentagon": _polygon(5),
    "hexagon": _polygon(6),
    "star-4": _star(4, 0.45),
    "star-5": _star(5, 0.5),
    "star-6": _star(6, 0.55),
    "disc": _wave(1, 0.0),
    "trefoil": _wave(3, 0.35),
    "quatrefoil": _wave(4, 0.35),
    "cinquefoil": _wave(5, 0.35),
    "egg": _wave(1, 0.25),
    "peanut": _wave(2, 0.3),
    "arrow": [
        (-1.0, -0.3), (0.1, -0.3), (0.1, -0.8), (1.0, 0.0), (0.1, 0.8), (0.1, 0.3), (-1.0, 0.3),
    ],
    "corner": [
        (-0.9, -0.9), (-0.3, -0.9), (-0.3, 0.3), (0.9, 0.3), (0.9, 0.9), (-0.9, 0.9),
    ],
    "tee": [
        (-0.9, -0.8), (0.9, -0.8), (0.9, -0.2), (0.3, -0.2), (0.3, 0.9), (-0.3, 0.9), (-0.3, -0.2),
        (-0.9, -0.2),
    ],
}  # fmt: skip


def write_photographs(folder: Path, counts: dict[str, int], seed: int) -> None:
    """Write ``counts[name]`` pictures to ``folder/name``; a seed always gives the same ones."""
    for place, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            rng = np.random.default_rng([seed, place, number])
            picture = draw_photograph(name, rng)
            picture.save(folder / name / f"{number:04d}.jpg", quality=int(rng.integers(60, 96)))


def draw_photograph(name: str, rng: np.random.Generator) -> Image.Image:
    """One picture of one shape."""
    hue = list(OUTLINES).index(name) / len(OUTLINES) + rng.normal(0, HUE_SD)
    width, height = (int(side) for side in rng.integers(*SIDES, 2, endpoint=True))
    ground = _make_texture(width, height, rng.uniform(0, 1), rng)
    figure = _make_texture(width, height, hue, rng)
    mask = _draw_mask(OUTLINES[name], width, height, rng)
    ground.paste(figure, (0, 0), mask)
    _hide_a_part(ground, rng)
    light = _make_light(width, height, rng)
    values = np.asarray(ground, float) * light[..., None]
    values += rng.normal(0, rng.uniform(2, 12), values.shape)
    picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.5))))


def _make_texture(width: int, height: int, hue: float, rng: np.random.Generator) -> Image.Image:
    """Two colours of one hue, mixed by noise of several sizes."""
    mix = np.zeros((height, width))
    for octave in range(1, 6):
        small = rng.normal(size=(2 + 2**octave, 2 + 2**octave)).astype(np.float32)
        grown = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
        mix += np.asarray(grown) * rng.uniform(0.3, 1.0) / octave
    share = 1 / (1 + np.exp(-1.5 * mix))[..., None]
    first, second = (
        255 * np.array(colorsys.hsv_to_rgb(hue % 1, rng.uniform(0.4, 1), rng.uniform(0.3, 1)))
        for _ in range(2)
    )
    return Image.fromarray((share * first + (1 - share) * second).astype(np.uint8))


def _draw_mask(outline: Points, width: int, height: int, rng: np.random.Generator) -> Image.Image:
    turn, radius = rng.uniform(-0.5, 0.5), rng.uniform(0.25, 0.45) * min(width, height)
    squeeze = np.array([[1.0, rng.uniform(-0.2, 0.2)], [0.0, rng.uniform(0.75, 1.0)]])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points = np.array(outline) @ squeeze.T @ rotation.T * radius
    points += [rng.uniform(radius, side - radius) for side in (width, height)]
    mask = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING))
    corners = [(float(x), float(y)) for x, y in points * OVERSAMPLING]
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return mask.resize((width, height), Image.Resampling.BOX)


def _hide_a_part(picture: Image.Image, rng: np.random.Generator) -> None:
    """Bars of any colour across the picture."""
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(0, 4))):
        ends = rng.uniform(0, 1, (2, 2)) * [picture.width, picture.height]
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        line = [(float(x), float(y)) for x, y in ends]
        draw.line(line, fill=colour, width=int(rng.uniform(0.01, 0.05) * picture.width) + 1)


def _make_light(width: int, height: int, rng: np.random.Generator) -> NDArray[np.float64]:
    across = np.linspace(-1, 1, width)[None] * rng.uniform(-0.3, 0.3)
    down = np.linspace(-1, 1, height)[:, None] * rng.uniform(-0.3, 0.3)
    return rng.uniform(0.6, 1.2) + across + down
