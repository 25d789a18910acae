"""What lies beside pixels refuses none of them: odd tags, long texts, damaged profiles."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from poolbench.data.decode import decode_content, decode_picture, read_picture_size
from poolbench.data.mend import drop_metadata

PIXELS = np.random.default_rng(0).integers(0, 256, (10, 14, 3), dtype=np.uint8)
XMP = '<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'


def save(kind, **options):
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, kind, **options)
    return file.getvalue()


def make_exif(*more):
    """Turned by a quarter, and with these tags: number, kind, count, value."""
    tags = sorted([(0x112, 3, 1, struct.pack("<HH", 6, 0)), *more])
    start, rest = 14 + 12 * len(tags), b""
    table = struct.pack("<H", len(tags))
    for tag, kind, count, value in tags:
        is_long = len(value) > 4
        place = struct.pack("<I", start + len(rest)) if is_long else value.ljust(4, b"\0")
        table += struct.pack("<HHI", tag, kind, count) + place
        rest += value if is_long else b""
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + table + bytes(4) + rest


ODD = {
    "rational-make": make_exif((0x10F, 5, 1, struct.pack("<II", 1, 2))),
    "text-unit": make_exif((0x128, 2, 3, b"ab\0")),
    "wrong-type": make_exif((0x11A, 99, 1, b"abcd")),
    "far": make_exif((0x8769, 4, 1, struct.pack("<I", 1 << 30))),
}


def check_turned(content, tmp_path, expected):
    path = tmp_path / "a.picture"
    path.write_bytes(content)
    for pixels in (decode_content(content), decode_picture(path)):
        np.testing.assert_array_equal(pixels, np.rot90(expected, -1))
    assert read_picture_size(path) == (14, 10)


@pytest.mark.parametrize("exif", ODD.values(), ids=ODD)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_odd_tags_refuse_no_turned_picture(tmp_path, kind, exif):
    options = {"lossless": True} if kind == "WEBP" else {}
    expected = decode_content(save(kind, **options))
    check_turned(save(kind, exif=exif, **options), tmp_path, expected)


def test_damaged_exif_turns_nothing(tmp_path):
    content = save("JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 40)
    np.testing.assert_array_equal(decode_content(content), decode_content(save("JPEG")))


def test_damaged_exif_refuses_no_avif():
    exif = Image.Exif()
    exif[0x112], exif[0x10F] = 6, "maker"
    content = save("AVIF", exif=exif)
    start = max(content.find(mark) for mark in (b"II*\0", b"MM\0*"))
    assert start > 0
    damaged = content[:start] + b"????" + content[start + 4 :]
    np.testing.assert_array_equal(decode_content(damaged), decode_content(content))


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_odd_tags_refuse_no_tiff(compression):
    content = bytearray(save("TIFF", dpi=(72, 72), compression=compression))
    (table,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, table)
    for place in range(table + 2, table + 2 + 12 * count, 12):
        if struct.unpack_from("<H", content, place)[0] in (282, 283):  # its resolution, as text
            struct.pack_into("<HI", content, place + 2, 2, 3)
    np.testing.assert_array_equal(decode_content(bytes(content)), PIXELS)


def test_long_texts_and_profiles_refuse_no_png(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "x" * (2 << 20), zip=True)
    info.add_itxt("Description", "x" * (2 << 20), zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP, zip=True)
    content = save("PNG", pnginfo=info, icc_profile=bytes(2 << 20))
    check_turned(content, tmp_path, PIXELS)


def insert_part(png, kind, body, checksum=None):
    """Before the pixels of a PNG, and once more behind them."""
    checksum = zlib.crc32(kind + body) if checksum is None else checksum
    part = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
    start = png.index(b"IDAT") - 4
    return png[:start] + part + png[start:-12] + part + png[-12:]


@pytest.mark.parametrize(
    ("kind", "body", "checksum"),
    [
        (b"pHYs", b"x", None),
        (b"gAMA", b"", None),
        (b"tEXt", b"Comment\0x", 0),
        (b"iCCP", b"name\0\7x", None),
        (b"eXIf", b"II*\0", 0),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(bytes(2 << 20)), None),
    ],
)
def test_damaged_parts_refuse_no_png(kind, body, checksum):
    content = insert_part(save("PNG"), kind, body, checksum)
    np.testing.assert_array_equal(decode_content(content), PIXELS)


def test_drop_side_data_leaves_what_has_none():
    for kind in ("BMP", "GIF", "WEBP"):
        assert drop_metadata(save(kind)) is None
    assert drop_metadata(b"II*\0\xff\xff\xff\xff") is None
