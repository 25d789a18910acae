"""Bound what a picture file may make a reader do: read many parts, and decode many times.

A file that is small may be slow: of a JPEG every scan passes over all pixels, and ten bytes are
one; of other formats every empty part is looked at by itself. Both are counted before anything is
decoded.
"""

import io
import re
from pathlib import Path

from PIL import Image

from poolbench.errors import DataError

# Most parts that a small file is read in: of millions of empty ones each takes its time.
MOST_READS = 50_000
# Bytes for which one more part is allowed: writers of PNG put a few thousand into each, and each is
# read in four.
_BYTES_PER_READ = 256
# Most pixels of all scans of a JPEG, which is decoded once for each of its scans, of which ten are
# usual. So many take about ten seconds.
MOST_SCANNED_PIXELS = 1_000_000_000
# Most scans, however small the picture: each also has a price of its own.
MOST_SCANS = 1000
# Most segments of a JPEG, each of at most 64 kB.
_MOST_SEGMENTS = 100_000
_SCANNED_FORMATS = ("JPEG", "MPO")
_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")
# Mark and sizes of the list of an icon, by Windows' description of its resources.
_ICON, _ICON_HEAD_BYTES, _ICON_ENTRY_BYTES = b"\0\0\1\0", 6, 16
_SCAN, _END = b"\xda", b"\xd9"


class TooManyPixelsError(DataError):
    """A picture has too many pixels, as is known before anything is decoded."""


class CountedBytes(io.BytesIO):
    """Bytes that are not read in more parts than they are worth."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._left = _count_parts(len(content))

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file does."""
        self._left = _take_part(self._left)
        return super().read(size)


class CountedFile(io.BufferedReader):
    """A file that is not read in more parts than it is worth."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._left = _count_parts(path.stat().st_size)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file does."""
        self._left = _take_part(self._left)
        return super().read(size)


def _count_parts(size: int) -> int:
    return MOST_READS + size // _BYTES_PER_READ


def _take_part(left: int) -> int:
    if left <= 0:
        raise DataError("picture.parts", most=MOST_READS)
    return left - 1


def check_scans(image: Image.Image, file: CountedBytes | CountedFile) -> None:
    """Check the scans of a JPEG; the whole file is read for it, so only where it is decoded.

    Raises:
        TooManyPixelsError: If its pixels are said too often.
    """
    if image.format not in _SCANNED_FORMATS:
        return
    scans = _count_scans(read_whole(file))
    if scans > MOST_SCANS or scans * image.width * image.height > MOST_SCANNED_PIXELS:
        raise TooManyPixelsError(
            "picture.scans", width=image.width, height=image.height, scans=scans
        )


def check_icon(file: CountedBytes | CountedFile, most_pixels: int) -> None:
    """Check the pictures of an icon, which are decoded when it is opened; other files pass.

    Raises:
        TooManyPixelsError: If one of its pictures has more pixels than its list may say.
    """
    content = read_whole(file) if _read_head(file, 4) == _ICON else b""
    for number in range(int.from_bytes(content[4:6], "little")):
        entry = _ICON_HEAD_BYTES + _ICON_ENTRY_BYTES * number
        start = int.from_bytes(content[entry + 12 : entry + 16], "little")
        width, height = _read_icon_size(bytes(content[start : start + 24]))
        if width * height > most_pixels:
            raise TooManyPixelsError("picture.inner-pixels", width=width, height=height)


def _read_head(file: CountedBytes | CountedFile, count: int) -> bytes:
    head = file.read(count)
    file.seek(0)
    return head


def _read_icon_size(head: bytes) -> tuple[int, int]:
    """Read the size of a PNG, or of a bitmap without its file's head, with its mask's rows."""
    if head[:4] == b"\x89PNG":
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    width, height = (int.from_bytes(head[k : k + 4], "little", signed=True) for k in (4, 8))
    return abs(width), abs(height) // 2


def read_whole(file: CountedBytes | CountedFile) -> bytes | memoryview:
    """Read all of an opened file, which is then where it was."""
    if isinstance(file, CountedBytes):
        return file.getbuffer()
    position = file.tell()
    file.seek(0)
    try:
        return file.read()
    finally:
        file.seek(position)


def _count_scans(content: bytes | memoryview) -> int:
    """Count the scans of the first picture of a JPEG file."""
    position = scans = segments = 0
    while (found := _MARKER.search(content, position)) and found[1] != _END:
        scans += found[1] == _SCAN
        segments += 1
        if segments > _MOST_SEGMENTS:
            raise DataError("picture.parts", most=_MOST_SEGMENTS)
        length = int.from_bytes(content[found.end() : found.end() + 2], "big")
        position = found.end() + max(length, 2)
    return scans
