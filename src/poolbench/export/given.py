"""Make batches of whatever a person gives as pictures: paths, Pillow's pictures, arrays."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poolbench.data.decode import convert_picture, decode_picture
from poolbench.errors import ShapeError, UsageError
from poolbench.files import expand_home
from poolbench.texts import Phrase
from poolbench.texts.told import name_error

Array = NDArray[Any]
Picture = str | Path | Image.Image | Array
Given = Picture | Sequence[Picture]

CHANNELS = (1, 3, 4)
FORMS = "[height, width], [height, width, channels] or [batch, height, width, channels]"


class Batch(NamedTuple):
    """Pictures of one size.

    Attributes:
        images: uint8 or float ``[B, H, W, 3]``, 0–255.
        places: int64 ``[B]``: where each of them was given.
    """

    images: Array
    places: NDArray[np.int64]


def make_batches(given: Given) -> list[Batch]:
    """Make batches of pictures, one for each size and kind of numbers.

    Raises:
        DataError: If a file cannot be read as a picture.
        ShapeError: If an array has the shape of no picture, or there is none.
        UsageError: If something is given that is no picture, or values lie outside of 0–255.
    """
    parts: dict[tuple[Any, ...], list[Array]] = {}
    places: dict[tuple[Any, ...], list[Array]] = {}
    count = 0
    for images in _list_stacks(given):
        key = (*images.shape[1:], images.dtype == np.uint8)
        parts.setdefault(key, []).append(images)
        places.setdefault(key, []).append(np.arange(count, count + len(images)))
        count += len(images)
    if not count:
        raise ShapeError("pictures.none")
    return [
        # Not copied where there is one, as of an array that holds all of a test half.
        Batch(found[0] if len(found) == 1 else np.concatenate(found), np.concatenate(places[key]))
        for key, found in parts.items()
    ]


def _list_stacks(given: Given) -> Iterator[Array]:
    """Yield ``[B, H, W, 3]`` for each thing that is given."""
    if isinstance(given, list | tuple):
        for one in given:
            if isinstance(one, list | tuple):
                raise UsageError("pictures.nested")
            yield from _list_stacks(one)
    elif isinstance(given, str | Path):
        yield decode_picture(expand_home(given))[None]
    elif isinstance(given, Image.Image):
        yield convert_picture(given)[None]
    elif hasattr(given, "__array__"):
        yield _read_array(_take_array(given))
    else:
        raise UsageError("pictures.kind", kind=type(given).__name__, forms=FORMS)


def _take_array(given: Any) -> Array:
    """Return the array of NumPy's that a tensor of another library, or the like, is."""
    try:
        return np.asarray(given)
    except Exception as error:
        kind, said = type(given).__name__, name_error(error)
        raise UsageError("pictures.no-array", kind=kind, said=said) from None


def _read_array(array: Array) -> Array:
    _check_shape(array.shape)
    values = _read_values(array)
    stack = values[None, :, :, None] if values.ndim == 2 else values
    stack = stack[None] if stack.ndim == 3 else stack
    channels = stack.shape[3]
    if channels == 1:
        return np.repeat(stack, 3, axis=3)
    if channels == 4:
        # Laid on white as the file of such a picture is, in whole levels.
        levels = np.rint(stack).astype(np.uint8)
        return np.stack([convert_picture(Image.fromarray(picture)) for picture in levels])
    return stack


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) == 2 or (len(shape) in (3, 4) and shape[-1] in CHANNELS):
        if min(shape) > 0:
            return
        reason = Phrase("fault.no-pixels")
    elif len(shape) in (3, 4) and shape[-3] in CHANNELS and shape[-1] > max(CHANNELS):
        reason = Phrase("fault.channels-first")
    elif len(shape) == 3:
        reason = Phrase("fault.channels", count=shape[2])
    else:
        reason = Phrase("fault.no-picture")
    raise ShapeError("pictures.shape", shape=str(list(shape)), reason=reason, forms=FORMS)


def _read_values(array: Array) -> Array:
    """Return uint8 or float32 from 0 to 255."""
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "iuf":
        raise UsageError("pictures.dtype", dtype=str(array.dtype))
    low, high = float(array.min()), float(array.max())
    if not (low >= 0 and high <= 255):
        raise UsageError("pictures.range", low=low, high=high)
    if array.dtype.kind == "f":
        if 0 < high <= 1 and not np.isin(array, (0, 1)).all():
            raise UsageError("pictures.unit-range", low=low, high=high)
        return array.astype(np.float32)
    return array.astype(np.uint8)
