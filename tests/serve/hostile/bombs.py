"""Pictures: small files of large ones, and large files of small ones."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from hostile.ask import post


def list_bombs():
    """Small files of large pictures, and large files of small ones."""
    png = save(Image.new("L", (8, 8)), "PNG")
    start = png.index(b"IDAT") - 4

    def insert(content):
        return png[:start] + content + png[start:]

    gif = save(Image.new("P", (8, 8)), "GIF")
    frame = gif.index(b",", 13)
    jpeg = save(Image.new("L", (8, 8)), "JPEG")
    wide = bytearray(save(Image.new("P", (8, 8)), "GIF"))
    wide[frame + 5 : frame + 9] = struct.pack("<HH", 65535, 65535)
    noise = np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    many = squeeze(30)
    pictures = {
        "PNG of 100 megapixels": (413, save(Image.new("1", (10_000, 10_000)), "PNG")),
        "PNG that says 4 gigapixels": (413, lie_in_png(png, 65_535, 65_535)),
        "PNG that says the most": (413, lie_in_png(png, 2**31 - 1, 2**31 - 1)),
        "PNG of no pixels": (415, lie_in_png(png, 0, 0)),
        "PNG of a long strip": (413, save(Image.new("1", (30_000, 2)), "PNG")),
        "PNG of empty parts": (422, insert(make_chunk(b"teSt", b"") * 1_000_000)),
        "PNG with a text of 30 MB": (
            (200, 422),
            insert(make_chunk(b"zTXt", b"a\0\0" + many)),
        ),
        "PNG with a profile of 30 MB": (
            (200, 422),
            insert(make_chunk(b"iCCP", b"a\0\0" + many)),
        ),
        "PNG whose pixels go on": (200, png[:start] + make_chunk(b"IDAT", many) + png[-12:]),
        "PNG with a wrong sum": (415, png.replace(b"IDAT", b"IDaT")),
        "half a PNG": (422, save(Image.fromarray(noise), "PNG")[:3000]),
        "GIF with a frame of 4 gigapixels": (413, bytes(wide)),
        "GIF of comments": (422, gif[:frame] + b"!\xfe\x01a\x00" * 2_000_000 + gif[frame:]),
        "JPEG of empty segments": (422, jpeg[:2] + b"\xff\xe3\x00\x02" * 2_000_000 + jpeg[2:]),
        "JPEG of ten thousand scans": (413, repeat_scan(10_000)),
        "JPEG that says 4 gigapixels": (413, lie_in_jpeg(jpeg, 65_535, 65_535)),
        "half a JPEG": (422, save(Image.fromarray(noise), "JPEG", quality=95)[:2000]),
        "TIFF of 100 megapixels": (413, make_tiff(10_000, 10_000)),
        "TIFF with a tile of 100 megapixels": (413, make_tiff(1, 1, tile=10_000)),
        "TIFF whose list has no end": ((415, 422), b"II*\0\x08\0\0\0\xff\xff" + bytes(100)),
        "TIFF whose list is itself": (200, make_tiff(8, 8, following=8)),
        "WebP of 268 megapixels": (413, make_webp(16_383, 16_383)),
        "AVIF of nothing": ((415, 422), b"\0\0\0\x20ftypavif" + bytes(1000)),
        "BMP that says 4 gigapixels": (413, make_bmp(65_535, 65_535)),
        "BMP in short": (415, make_bmp(3000, 3000, squeezed=b"\x01\x00" * 9_000_000)),
        "icon": (415, save(Image.new("RGB", (16, 16)), "ICO")),
        "QOI": (415, b"qoif" + struct.pack(">II", 4000, 4000) + b"\3\0" + bytes(16_000_000)),
        "PPM of comments": (415, b"P3\n100 100\n255\n" + b"#\n" * 9_000_000),
        "JPEG 2000": (415, save(Image.new("RGB", (16, 16)), "JPEG2000")),
        "letters for a picture": (415, b"P1\n" + b"9" * 1000 + b" 1\n"),
    }  # fmt: skip
    return {name: (status, post("/picture", body)) for name, (status, body) in pictures.items()}


def save(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def make_chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG."""
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def squeeze(megabytes: int) -> bytes:
    """So many of zeros."""
    squeezer = zlib.compressobj(9)
    parts = [squeezer.compress(bytes(1_000_000)) for _ in range(megabytes)]
    return b"".join(parts) + squeezer.flush()


def lie_in_png(png: bytes, width: int, height: int) -> bytes:
    head = struct.pack(">II", width, height) + png[24:29]
    return png[:8] + make_chunk(b"IHDR", head) + png[33:]


def lie_in_jpeg(jpeg: bytes, width: int, height: int) -> bytes:
    frame = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:frame] + struct.pack(">HH", height, width) + jpeg[frame + 4 :]


def repeat_scan(times: int) -> bytes:
    """A progressive JPEG of one grey, whose last scan comes so often."""
    jpeg = save(Image.new("L", (4000, 4000), 128), "JPEG", progressive=True)
    end = len(jpeg) - 2
    table = jpeg.rindex(b"\xff\xc4", 0, jpeg.rindex(b"\xff\xda"))
    return jpeg[:end] + jpeg[table:end] * times + jpeg[end:]


def make_tiff(width: int, height: int, tile: int = 0, following: int = 0) -> bytes:
    """Grey, squeezed; its list of facts stands behind the pixels, and names the next list."""
    rows, columns = (tile, tile) if tile else (height, width)
    squeezer = zlib.compressobj(9)
    pixels = b"".join(squeezer.compress(bytes(columns)) for _ in range(rows)) + squeezer.flush()
    facts = {256: width, 257: height, 258: 8, 259: 8, 262: 1, 277: 1}
    places = {322: tile, 323: tile, 324: 8, 325: len(pixels)}
    facts |= places if tile else {273: 8, 278: height, 279: len(pixels)}
    entries = b"".join(struct.pack("<HHII", key, 4, 1, facts[key]) for key in sorted(facts))
    start = 8 + len(pixels)
    end = struct.pack("<I", start if following else 0)
    return (
        b"II*\0" + struct.pack("<I", start) + pixels + struct.pack("<H", len(facts)) + entries + end
    )


def make_webp(width: int, height: int) -> bytes:
    """What says that it has so many pixels, lossless, and has none."""
    size = ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    content = b"VP8L" + struct.pack("<I", 30) + b"\x2f" + size + bytes(25)
    return b"RIFF" + struct.pack("<I", 4 + len(content)) + b"WEBP" + content


def make_bmp(width: int, height: int, squeezed: bytes = b"") -> bytes:
    kind = 1 if squeezed else 0
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, kind, len(squeezed), 0, 0, 256, 256)
    return (
        b"BM"
        + struct.pack("<IHHI", 1078 + len(squeezed), 0, 0, 1078)
        + head
        + bytes(1024)
        + squeezed
    )
