"""A picture file to upright RGB, whatever way the file keeps its colours."""

import math
from functools import lru_cache
from pathlib import Path
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from poolbench.data.decode_bounds import (
    CountedBytes,
    CountedFile,
    TooManyPixelsError,
    check_scans,
)
from poolbench.data.image_set import Images
from poolbench.errors import DataError
from poolbench.files import check_regular

# Formats that hold pixels. Left out: those that Pillow only names, and EPS, for which it starts
# another program.
_FORMATS = (
    "AVIF",
    "BMP",
    "DDS",
    "DIB",
    "GIF",
    "ICO",
    "JPEG",
    "JPEG2000",
    "MPO",
    "PCX",
    "PNG",
    "PPM",
    "QOI",
    "SGI",
    "TGA",
    "TIFF",
    "WEBP",
)
# Of a picture from someone else: what cameras, phones and browsers write. The others are decoded
# letter by letter, or take seconds for little.
_GIVEN_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP")
# Pillow's own warning line: a quarter of a gigabyte as RGB.
MOST_PIXELS = 1024 * 1024 * 1024 // 4 // 3
# Of a picture from someone else: a side, which the weights of a resize are computed for, and
# pixels, of which some formats take thirty bytes each while they are read.
MOST_SIDE = 20_000
MOST_GIVEN_PIXELS = 50_000_000
_STRIP_ROWS = 256
# Numbers of the tags of a TIFF that say how large its tiles are.
_TIFF_TILE_SIDES = (322, 323)
# What a format that is decoded by Python may need for a pixel, and before all pixels.
_BYTES_PER_PIXEL, _HEAD_BYTES = 32, 1 << 16
# EXIF orientations that turn a picture by a quarter.
_QUARTER_TURNS = (5, 6, 7, 8)
# Where a PNG can keep its orientation.
_PNG_EXIF_MARKS = (b"eXIf", b"Raw profile type", b"tiff:Orientation")

Refusal = Literal["format", "pixels", "broken"]


class RefusedPictureError(DataError):
    """A picture in memory that is not decoded.

    Attributes:
        reason: ``format``: none that can be read; ``pixels``: too many; ``broken``: anything else.
    """

    def __init__(self, message: str, reason: Refusal) -> None:
        super().__init__(message)
        self.reason: Refusal = reason


def decode_picture(path: Path) -> Images:
    """Read a picture file.

    EXIF orientation is applied; greyscale, palette, CMYK and other colour spaces become RGB;
    16-bit values are divided by 257; what is transparent is laid on white; of an animation the
    first frame is taken. Embedded colour profiles are not applied.

    Returns:
        uint8 ``[H, W, 3]``.

    Raises:
        DataError: If the file is missing, broken, truncated, in no known format, larger than
            ``MOST_PIXELS``, holds values of no known range, or is made to be slow (see
            :mod:`poolbench.data.decode_bounds`).
    """
    try:
        check_regular(path)
        return _decode(path)
    except Exception as error:
        raise DataError(f"{path}: {_explain(error)}") from None


def decode_content(content: bytes) -> Images:
    """Decode a picture that lies in memory, as :func:`decode_picture` does a file.

    Its format and its number of pixels are looked at before anything is decoded. Formats are fewer:
    those of cameras, phones and browsers.

    Raises:
        RefusedPictureError: As :func:`decode_picture`; also if a side is longer than
            ``MOST_SIDE``, or there are more pixels than ``MOST_GIVEN_PIXELS``.
    """
    try:
        file = CountedBytes(content)
        with _open(file, _GIVEN_FORMATS) as image:
            check_scans(image, file)
            if max(image.size) > MOST_SIDE or image.width * image.height > MOST_GIVEN_PIXELS:
                raise TooManyPixelsError(f"{image.width}x{image.height} pixels")
            if _is_decoded_by_python(image):
                raise UnidentifiedImageError
            return _convert(image)
    except Exception as error:
        raise RefusedPictureError(_explain(error), _find_reason(error)) from None


def read_picture_size(path: Path) -> tuple[int, int]:
    """Height and width in pixels of the upright picture, read from the head of the file.

    Raises:
        DataError: If the file is missing, in no known format, or larger than ``MOST_PIXELS``.
    """
    try:
        check_regular(path)
        with CountedFile(path) as file, _open(file) as image:
            width, height = image.size
            # What is square stays so when turned.
            is_turned = width != height and _read_orientation(image, path) in _QUARTER_TURNS
    except Exception as error:
        raise DataError(f"{path}: {_explain(error)}") from None
    return (width, height) if is_turned else (height, width)


def has_picture_suffix(path: Path) -> bool:
    """Whether the name ends like a picture that can be read; hidden files never do."""
    return not path.name.startswith(".") and path.suffix.lower() in _list_suffixes()


@lru_cache(maxsize=1)
def _list_formats() -> tuple[str, ...]:
    """Some formats are missing where Pillow was built without their library."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


@lru_cache(maxsize=1)
def _list_suffixes() -> frozenset[str]:
    formats = _list_formats()
    return frozenset(s for s, name in Image.registered_extensions().items() if name in formats)


def _decode(path: Path) -> Images:
    with CountedFile(path) as file, _open(file) as image:
        check_scans(image, file)
        if _is_decoded_by_python(image):
            most = _BYTES_PER_PIXEL * image.width * image.height + _HEAD_BYTES
            if path.stat().st_size > most:
                raise DataError("it has far more bytes than pixels")
        return _convert(image)


def _open(file: IO[bytes], formats: tuple[str, ...] = _FORMATS) -> Image.Image:
    image = Image.open(file, formats=[name for name in formats if name in _list_formats()])
    try:
        _check_pixels(image)
    except Exception:
        image.close()
        raise
    return image


def _check_pixels(image: Image.Image) -> None:
    """Of the picture, and of the tiles that a TIFF is decoded in, which may be larger."""
    width, height = image.size
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tile = [int(image.tag_v2.get(tag, 0)) for tag in _TIFF_TILE_SIDES]
        width, height = max((width, height), tile, key=math.prod)
    if width * height > MOST_PIXELS:
        raise TooManyPixelsError(
            f"{width}x{height} pixels are more than the {MOST_PIXELS:,} that are read; make it "
            "smaller"
        )


def _is_decoded_by_python(image: Image.Image) -> bool:
    """Pillow's decoders that are written in Python take a microsecond for each pixel."""
    return any(tile[0] in Image.DECODERS for tile in getattr(image, "tile", ()))


def _read_orientation(image: Image.Image, path: Path) -> int:
    if image.format == "TIFF":  # Pillow turns these by itself, and names the upright size
        return 1
    exif = image.getexif() if _may_have_exif(image, path) else Image.Image.getexif(image)
    return int(exif.get(ExifTags.Base.Orientation, 1))


def _may_have_exif(image: Image.Image, path: Path) -> bool:
    """To look behind the pixels of a PNG, where EXIF may stand, Pillow decodes all of them."""
    if image.format != "PNG" or "exif" in image.info:
        return True
    data = path.read_bytes()
    return any(mark in data for mark in _PNG_EXIF_MARKS)


def _convert(image: Image.Image) -> Images:
    """Upright, uint8 ``[H, W, 3]``, some rows at a time: what lies in between is never large."""
    # In place: large pictures are not held twice.
    ImageOps.exif_transpose(image, in_place=True)
    converted = np.empty((image.height, image.width, 3), dtype=np.uint8)
    for top in range(0, image.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, image.height)
        strip = image.crop((0, top, image.width, bottom))
        converted[top:bottom] = np.asarray(_convert_to_rgb(strip))
    return converted


def _convert_to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(_convert_from_16_bits(image)).convert("RGB")
    if image.has_transparency_data:
        above = image.convert("RGBA")
        white = Image.new("RGBA", above.size, "white")
        return Image.alpha_composite(white, above).convert("RGB")
    return image.convert("RGB")


def _convert_from_16_bits(image: Image.Image) -> NDArray[np.uint8]:
    """Grey values 0–65535 to 0–255; Pillow's own conversion would clip them."""
    values = np.array(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise DataError(
            f"its grey values go from {values.min()} to {values.max()}, in a format whose white is "
            "not defined; save it with 8 or 16 bits"
        )
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _explain(error: Exception) -> str:
    """Why a picture was refused. Pillow's decoders raise nearly every kind of exception."""
    if isinstance(error, UnidentifiedImageError):
        return "it is in no format that can be read"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _find_reason(error: Exception) -> Refusal:
    if isinstance(error, UnidentifiedImageError):
        return "format"
    is_large = isinstance(error, TooManyPixelsError | Image.DecompressionBombError)
    return "pixels" if is_large else "broken"
