"""Prepare an uploaded picture, decoded where it can do no harm."""

from typing import cast, get_args

import numpy as np

from poolbench.config import Fit
from poolbench.data.decode import Refusal, RefusedPictureError
from poolbench.export.confined import ConfinedError, LostError, bound_by_free, get_confined

# Memory for one picture: thirty bytes, which some formats take for each pixel, for the most pixels
# that are decoded, and what the resize takes beside them.
PICTURE_BYTES = 3_000_000_000
# Time for one picture; the largest takes a few seconds.
PICTURE_SECONDS = 30.0


def prepare_picture(content: bytes, size: tuple[int, int], fit: Fit) -> bytes:
    """Turn a picture file into the picture as a network of a size sees it, raw RGB.

    Raises:
        RefusedPictureError: If it cannot be decoded, or takes too much time or memory.
    """
    memory = bound_by_free(PICTURE_BYTES)
    facts = {"name": "the image", "memory_bytes": memory, "size": size, "fit": fit}
    try:
        _, (pixels,) = get_confined("pictures").ask(
            "prepare", facts, [np.frombuffer(content, np.uint8)], PICTURE_SECONDS
        )
    except ConfinedError as error:
        known = error.reason in get_args(Refusal)
        reason = cast(Refusal, error.reason) if known else "broken"
        raise RefusedPictureError("quoted", reason, message=error) from None
    except LostError as error:
        raise RefusedPictureError("quoted", "broken", message=error.how) from None
    return pixels.tobytes()
