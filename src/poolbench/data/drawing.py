"""Draw pictures whose bits are the same on every machine.

The random numbers are raw PCG64 output, which NumPy promises not to change, and the drawing uses
only ``+ - * /``, square root, minimum, maximum and rounding, which IEEE 754 defines exactly. No
sine, no exponential, no sum whose order a library may choose.
"""

import numpy as np
from numpy.typing import NDArray

from poolbench.data.image_set import Half, Images

Plane = NDArray[np.float64]
Pixels = NDArray[np.float64]

SIZE = 32


class Draws:
    """Uniform numbers in 0–1 from raw PCG64 output, whose stream NumPy guarantees."""

    def __init__(self, seed: int, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key))

    def uniform(self, low: float, high: float, *shape: int) -> NDArray[np.float64]:
        """Draw numbers of a shape between two bounds."""
        count = int(np.prod(shape, dtype=np.int64))
        raw = self._bits.random_raw(count)
        unit: NDArray[np.float64] = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return low + (high - low) * unit.reshape(shape)


def make_grid() -> tuple[Plane, Plane]:
    """Return the positions of pixel middles, -1 to 1: ``[1, 1, 32]`` and ``[1, 32, 1]``."""
    line = (np.arange(SIZE, dtype=np.float64) + 0.5) / (SIZE / 2) - 1.0
    return line[None, None, :], line[None, :, None]


def make_colour(hue: Plane, saturation: Plane, value: Plane) -> Pixels:
    """Convert hue (in sixths of the circle), saturation and value to red, green, blue.

    Shape:
        ``[count] -> [count, 1, 1, 3]``
    """
    channels = []
    for offset in (0.0, -2.0, 2.0):
        turned = hue + offset
        turned = turned - 6.0 * np.floor((turned + 3.0) / 6.0)
        ramp = np.clip(2.0 - np.abs(turned), 0.0, 1.0)
        channels.append(value * (1.0 - saturation * (1.0 - ramp)))
    return np.stack(channels, axis=-1)[:, None, None, :]


def paint(pixels: Pixels, colour: Pixels, cover: Plane) -> Pixels:
    """Lay a colour over pictures, as far as it covers them (0–1)."""
    share = cover[..., None]
    return pixels * (1.0 - share) + colour * share


def draw_noise(draws: Draws, *shape: int) -> NDArray[np.float64]:
    """Draw the sum of three uniform numbers, which looks like the noise of a camera: -3 to 3."""
    noise = draws.uniform(-1.0, 1.0, *shape)
    noise = noise + draws.uniform(-1.0, 1.0, *shape)
    return noise + draws.uniform(-1.0, 1.0, *shape)


def make_images(pixels: Pixels) -> Images:
    """Round pixels of 0–1 to uint8."""
    return np.rint(np.clip(pixels, 0.0, 1.0) * 255.0).astype(np.uint8)


def join_classes(name: str, drawn: list[Images]) -> Half:
    """Join as many pictures of each class to a half whose arrays are read-only.

    Classes take turns, so that any stretch of the half holds all of them.
    """
    images = np.stack(drawn, axis=1).reshape(-1, SIZE, SIZE, 3)
    labels = np.tile(np.arange(len(drawn), dtype=np.int64), len(drawn[0]))
    names = tuple(f"{name}/{number}" for number in range(len(labels)))
    images.flags.writeable = False
    labels.flags.writeable = False
    return Half(images, labels, names)
