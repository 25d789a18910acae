"""Check whether pictures still show something once they are decoded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolbench.data.image_set import HASHED_PICTURES, Half, ImageSet
from poolbench.errors import DataError

# Most levels between the darkest and the brightest pixel of a narrow picture: 5 % of 255.
NARROW_LEVELS = 12
# The same for pictures that are kept with 16 bits: values that never reach an eighth of what these
# hold were written with 8 to 13 bits.
NARROW_DEEP_LEVELS = 32
# Share of narrow pictures in a set from which on it is worth a word.
_NARROW_SHARE = 0.5
_MOST_ASKED = 8
_MOST_NAMED = 5


@dataclass(frozen=True)
class _Ranges:
    names: tuple[str, ...]
    low: NDArray[np.uint8]
    high: NDArray[np.uint8]


def describe_pixels(
    image_set: ImageSet, has_sixteen_bits: Callable[[str], bool] = lambda _: False
) -> dict[str, object]:
    """Describe what is worth telling of the values that pictures have.

    Args:
        has_sixteen_bits: Whether the picture of this name was kept with more than 8 bits.

    Returns:
        Nothing for usual pictures, else ``low`` and ``high`` of the whole set; ``narrow``, the
        pictures that use less than 5 % of the range (an eighth of it with 16 bits), where they are
        most; ``constant``, those of one colour throughout, and ``constant_names`` of some; and
        ``sixteen_bits``.

    Raises:
        DataError: If all pixels of all pictures are equal.
    """
    ranges = _measure([half for half in (image_set.pool, image_set.test) if len(half)])
    low, high = int(ranges.low.min()), int(ranges.high.max())
    spans = ranges.high.astype(int) - ranges.low
    constant = np.flatnonzero(spans == 0)
    is_suspect = np.mean(spans <= NARROW_DEEP_LEVELS) > _NARROW_SHARE
    is_deep = bool(is_suspect) and any(map(has_sixteen_bits, ranges.names[:_MOST_ASKED]))
    if low == high:
        source, count = image_set.source, len(spans)
        if is_deep:
            raise DataError("pictures.one-deep-value", source=source, count=count, value=low)
        raise DataError("pictures.one-value", source=source, count=count, value=low)
    narrow = int(np.sum(spans <= (NARROW_DEEP_LEVELS if is_deep else NARROW_LEVELS)))
    is_narrow = narrow > _NARROW_SHARE * len(spans)
    if not is_narrow and not len(constant):
        return {}
    named = [ranges.names[number] for number in constant[:_MOST_NAMED]]
    return {
        "low": low,
        "high": high,
        "narrow": narrow if is_narrow else 0,
        "constant": len(constant),
        "constant_names": named,
        "sixteen_bits": is_deep,
    }


def _measure(halves: Sequence[Half]) -> _Ranges:
    low, high = [], []
    for half in halves:
        for start in range(0, len(half), HASHED_PICTURES):
            # Values of a pixel and its colours in one row.
            rows = half.images[start : start + HASHED_PICTURES]
            rows = rows.reshape(len(rows), -1)
            low.append(rows.min(axis=1))
            high.append(rows.max(axis=1))
    names = tuple(name for half in halves for name in half.names)
    return _Ranges(names, np.concatenate(low), np.concatenate(high))
