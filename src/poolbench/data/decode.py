"""Decode a picture file to upright RGB, whatever way the file keeps its colours."""

import contextlib
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from poolbench.data import png
from poolbench.data.avif import find_coded_sizes
from poolbench.data.decode_bounds import (
    CountedBytes,
    CountedFile,
    TooManyPixelsError,
    check_icon,
    check_scans,
    read_whole,
)
from poolbench.data.formats import HEAD_BYTES, is_heif_head
from poolbench.data.image_set import Images
from poolbench.data.mend import drop_metadata
from poolbench.errors import DataError
from poolbench.files import check_regular, explain_fault, quote_fault
from poolbench.texts import Phrase
from poolbench.texts.filling import Tellable

# Formats that hold pixels; HEIF where pillow-heif is installed. Left out: those that Pillow only
# names, and EPS, for which it starts another program.
_FORMATS = (
    "AVIF",
    "BMP",
    "DDS",
    "DIB",
    "GIF",
    "HEIF",
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
# Formats of a picture from someone else: what cameras, phones and browsers write. The others are
# decoded byte by byte, or take seconds for little.
_GIVEN_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP")
# Most pixels of a picture: Pillow's own warning line, a quarter of a gigabyte as RGB.
MOST_PIXELS = 1024 * 1024 * 1024 // 4 // 3
# Bounds for a picture from someone else: its longer side, which the weights of a resize are
# computed for, and its pixels, of which some formats take thirty bytes each while they are read.
MOST_SIDE = 20_000
MOST_GIVEN_PIXELS = 50_000_000
_STRIP_ROWS = 256
# Numbers of the tags of a TIFF that say how large its tiles are.
_TIFF_TILE_SIDES = (322, 323)
# Bytes that a format that is decoded by Python may need for a pixel, and before all pixels.
_BYTES_PER_PIXEL, _HEAD_BYTES = 32, 1 << 16
# EXIF orientations that turn a picture by a quarter.
_QUARTER_TURNS = (5, 6, 7, 8)
# Marks of where a PNG can keep its orientation.
_PNG_EXIF_MARKS = (b"eXIf", b"Raw profile type", b"tiff:Orientation")
# White of grey values that are kept in 16 bits; others by Pillow's names for their packing.
_WHITE, _WHITES = 65535, {"I;12": 4095}
# Views that turn an upright picture into what is stored, for each orientation of EXIF 2.3, tag 274.
_STORED: dict[int, Callable[[Images], Images]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}

Refusal = Literal["format", "pixels", "broken"]


class RefusedPictureError(DataError):
    """A picture in memory that is not decoded.

    Attributes:
        reason: ``format``: none that can be read; ``pixels``: too many; ``broken``: anything else.
    """

    def __init__(self, code: str, reason: Refusal = "broken", /, **values: object) -> None:
        super().__init__(code, **values)
        self.reason: Refusal = reason


def decode_picture(path: Path) -> Images:
    """Read a picture file.

    EXIF orientation is applied; greyscale, palette, CMYK and other colour spaces become RGB;
    16-bit values are divided by 257; what is transparent is laid on white, but of a picture that is
    so everywhere the colours are taken; of an animation the first frame is taken. Embedded colour
    profiles are not applied, and what lies beside the pixels refuses none of them.

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
    except UnidentifiedImageError as error:
        if _needs_heif(path):
            raise DataError("picture.heic", path=path) from None
        raise DataError("picture.file", path=path, reason=_explain(error)) from None
    except Exception as error:
        raise DataError("picture.file", path=path, reason=_explain(error)) from None


def decode_content(content: bytes) -> Images:
    """Decode a picture that lies in memory, as :func:`decode_picture` does a file.

    Its format and its number of pixels are looked at before anything is decoded. Formats are fewer:
    those of cameras, phones and browsers.

    Raises:
        RefusedPictureError: As :func:`decode_picture`; also if a side is longer than
            ``MOST_SIDE``, or there are more pixels than ``MOST_GIVEN_PIXELS``.
    """
    try:
        file = _read_source(CountedBytes(content))
        with _open(file, _GIVEN_FORMATS) as image:
            check_scans(image, file)
            _check_coded_size(image, file, MOST_GIVEN_PIXELS)
            if max(image.size) > MOST_SIDE or image.width * image.height > MOST_GIVEN_PIXELS:
                raise TooManyPixelsError(
                    "picture.given-pixels",
                    width=image.width,
                    height=image.height,
                    most=MOST_GIVEN_PIXELS,
                    side=MOST_SIDE,
                )
            if _is_decoded_by_python(image):
                raise UnidentifiedImageError
            return _convert(image)
    except Exception as error:
        raise RefusedPictureError(
            "picture.unreadable", _find_reason(error), reason=_explain(error)
        ) from None


def convert_picture(image: Image.Image) -> Images:
    """Convert a picture that Pillow has opened or made, as :func:`decode_picture` does a file.

    Raises:
        DataError: If it cannot be decoded.
    """
    try:
        return _convert(image)
    except Exception as error:
        raise DataError("picture.unreadable", reason=_explain(error)) from None


def read_picture_size(path: Path) -> tuple[int, int]:
    """Read the upright picture's height and width in pixels from the head of the file.

    Raises:
        DataError: If the file is missing, in no known format, or larger than ``MOST_PIXELS``.
    """
    try:
        check_regular(path)
        with CountedFile(path) as file, _open(source := _read_source(file)) as image:
            width, height = image.size
            # What is square stays so when turned.
            is_turned = width != height and _find_orientation(image, source) in _QUARTER_TURNS
    except Exception as error:
        raise DataError("picture.file", path=path, reason=_explain(error)) from None
    return (width, height) if is_turned else (height, width)


def has_sixteen_bits(path: Path) -> bool:
    """Return whether a file keeps more than 8 bits of a value; false for what cannot be read."""
    with contextlib.suppress(Exception):
        check_regular(path)
        with CountedFile(path) as file, _open(_read_source(file)) as image:
            is_deep = any(";16" in packing for packing in _list_packings(image))
            return is_deep or image.mode.startswith("I")
    return False


def has_picture_suffix(path: Path) -> bool:
    """Return whether the name ends like a readable picture's; hidden files never do."""
    return not path.name.startswith(".") and path.suffix.lower() in _list_suffixes()


@lru_cache(maxsize=1)
def list_formats() -> tuple[str, ...]:
    """Return the formats that are read here, by Pillow's names for them.

    Some are missing where Pillow was built without their library, HEIF where pillow-heif is.
    """
    Image.init()
    with contextlib.suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


@lru_cache(maxsize=1)
def _list_suffixes() -> frozenset[str]:
    formats = list_formats()
    return frozenset(s for s, name in Image.registered_extensions().items() if name in formats)


def _decode(path: Path) -> Images:
    with CountedFile(path) as file, _open(source := _read_source(file)) as image:
        check_scans(image, source)
        _check_coded_size(image, source, MOST_PIXELS)
        if _is_decoded_by_python(image):
            most = _BYTES_PER_PIXEL * image.width * image.height + _HEAD_BYTES
            if path.stat().st_size > most:
                raise DataError("picture.bytes")
        return _convert(image)


def _read_source(file: CountedBytes | CountedFile) -> CountedBytes | CountedFile:
    """Return the file; of a PNG only what decides its pixels."""
    is_png = file.read(len(png.SIGNATURE)) == png.SIGNATURE
    file.seek(0)
    return CountedBytes(png.read_png(file)) if is_png else file


def _open(file: CountedBytes | CountedFile, formats: tuple[str, ...] = _FORMATS) -> Image.Image:
    known = [name for name in formats if name in list_formats()]
    check_icon(file, MOST_PIXELS)
    try:
        image = Image.open(file, formats=known)
    except (Image.DecompressionBombError, DataError):
        raise
    except Exception:
        mended = drop_metadata(bytes(read_whole(file)))
        if mended is None:
            raise
        image = Image.open(CountedBytes(mended), formats=known)
    try:
        _check_pixels(image)
    except Exception:
        image.close()
        raise
    return image


def _check_pixels(image: Image.Image) -> None:
    """Check the size of the picture, and of a TIFF's tiles, which may be larger."""
    width, height = image.size
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tile = [int(image.tag_v2.get(tag, 0)) for tag in _TIFF_TILE_SIDES]
        width, height = max((width, height), tile, key=math.prod)
    if width * height > MOST_PIXELS:
        raise TooManyPixelsError("picture.pixels", width=width, height=height, most=MOST_PIXELS)


def _check_coded_size(
    image: Image.Image, file: CountedBytes | CountedFile, most_pixels: int
) -> None:
    """Check an AVIF's streams, which may be larger than it says: they are decoded first."""
    if image.format != "AVIF":
        return
    for width, height in find_coded_sizes(bytes(read_whole(file))):
        if width * height > max(most_pixels, image.width * image.height):
            raise TooManyPixelsError("picture.inner-pixels", width=width, height=height)


def _is_decoded_by_python(image: Image.Image) -> bool:
    """Return whether Pillow decodes it in Python, a microsecond for each pixel."""
    return any(tile[0] in Image.DECODERS for tile in getattr(image, "tile", ()))


def _find_orientation(image: Image.Image, source: CountedBytes | CountedFile | None = None) -> int:
    """Return the orientation that EXIF or XMP names; 1 where they are damaged.

    Args:
        source: File of a picture that is not decoded yet.
    """
    if image.format == "TIFF":  # Pillow turns these by itself, and names the upright size
        return 1
    try:
        may_have = source is None or _may_have_exif(image, source)
        exif = image.getexif() if may_have else Image.Image.getexif(image)
        return int(exif.get(ExifTags.Base.Orientation, 1))
    # Nobody knows what cameras write; Pillow's reader raises nearly every kind of exception.
    except Exception:
        return 1


def _may_have_exif(image: Image.Image, source: CountedBytes | CountedFile) -> bool:
    """Return whether EXIF may stand in the file; Pillow decodes a whole PNG to look for it."""
    if image.format != "PNG" or "exif" in image.info:
        return True
    data = bytes(read_whole(source))
    return any(mark in data for mark in _PNG_EXIF_MARKS)


def _convert(image: Image.Image) -> Images:
    """Convert to upright uint8 ``[H, W, 3]``, some rows at a time, so that memory stays small."""
    # The packing is known until the picture is loaded.
    white = min([_WHITE, *(_WHITES.get(name, _WHITE) for name in _list_packings(image))])
    image.load()
    orientation = _find_orientation(image)
    size = image.size if orientation in _QUARTER_TURNS else image.size[::-1]
    upright = np.empty((*size, 3), dtype=np.uint8)
    stored = _STORED[orientation](upright) if orientation in _STORED else upright
    # An alpha plane that is 0 everywhere carries nothing.
    is_hidden = image.has_transparency_data and not any(
        strip.convert("RGBA").getchannel("A").getextrema()[1] for _, strip in _part(image)
    )
    for top, strip in _part(image):
        stored[top : top + strip.height] = _convert_strip(strip, white, is_hidden)
    return upright


def _list_packings(image: Image.Image) -> set[str]:
    """Return the names that Pillow has for the way in which values are kept."""
    found = [tile[3] for tile in getattr(image, "tile", ())]
    return {str(args[0] if isinstance(args, tuple) and args else args) for args in found}


def _part(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    for top in range(0, image.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, image.height)
        yield top, image.crop((0, top, image.width, bottom))


def _convert_strip(image: Image.Image, white: int, is_hidden: bool) -> NDArray[np.uint8]:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _convert_from_16_bits(image, white)[..., None]
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if not is_hidden:
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("RGB"))


def _convert_from_16_bits(image: Image.Image, white: int) -> NDArray[np.uint8]:
    """Convert grey values from 0 to white to 0–255; Pillow's own conversion would clip them."""
    values = np.array(image)
    if image.mode == "F" or values.min() < 0 or values.max() > white:
        raise DataError("picture.grey", low=values.min(), high=values.max())
    return ((values.astype(np.uint32) * 255 + white // 2) // white).astype(np.uint8)


def _explain(error: Exception) -> Tellable | OSError:
    """Explain why a picture was refused; Pillow raises nearly every kind of exception."""
    if isinstance(error, UnidentifiedImageError):
        return Phrase("picture.reason.format")
    if isinstance(error, Image.DecompressionBombError):
        return Phrase("picture.reason.pixels", most=MOST_PIXELS, detail=quote_fault(error))
    return explain_fault(error)


def _needs_heif(path: Path) -> bool:
    """Return whether it is a telephone's picture, whatever its name ends in, without a reader."""
    with path.open("rb") as file:
        is_heif = is_heif_head(file.read(HEAD_BYTES))
    return is_heif and "HEIF" not in list_formats()


def _find_reason(error: Exception) -> Refusal:
    if isinstance(error, UnidentifiedImageError):
        return "format"
    is_large = isinstance(error, TooManyPixelsError | Image.DecompressionBombError)
    return "pixels" if is_large else "broken"
