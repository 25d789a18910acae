"""Picture files that are unusual and fine."""

import zlib
from collections.abc import Iterator
from functools import partial

import numpy as np
from PIL import Image, ImageCms

from corpus.case import Box, Case
from corpus.pictures import encode, make_chunk, make_classifier, make_noise, make_png

GROUP = "images"
ORIENTATION = 0x0112


def list_cases() -> Iterator[Case]:
    """All of them: they are classified."""
    for name, content in (*_list_colours(), *_list_shapes(), *_list_more(), *_list_frames()):
        yield Case(
            GROUP, f"odd-{name}", partial(_make, name=name, content=content),
            ("predict", "{in}/model.onnx", f"{{in}}/{name}"), 0, (name, "cat", "dog", "%"),
        )  # fmt: skip


def _make(box: Box, name: str, content: bytes) -> None:
    box.write("model.onnx", make_classifier())
    box.write(name, content)


def _list_colours() -> Iterator[tuple[str, bytes]]:
    colours = Image.fromarray(make_noise())
    for mode in ("1", "L", "LA", "P", "RGBA"):
        yield f"{mode}.png", encode(colours.convert(mode))
    yield "CMYK.jpg", encode(colours.convert("CMYK"), "JPEG")
    yield "CMYK.tif", encode(colours.convert("CMYK"), "TIFF")
    yield "LAB.tif", encode(colours.convert("LAB"), "TIFF")
    yield "YCbCr.jpg", encode(colours.convert("YCbCr"), "JPEG")
    grey = np.arange(1200, dtype=np.uint16).reshape(30, 40) * 50
    for ending, form in (("png", "PNG"), ("tif", "TIFF"), ("pgm", "PPM")):
        yield f"16-bit-grey.{ending}", encode(Image.fromarray(grey), form)
    body = b"".join(b"\0" + row.astype(">u2").tobytes() for row in np.repeat(grey, 3, axis=1))
    yield "16-bit-colour.png", make_png(40, 30, bits=16, body=body)
    yield "one-colour-transparent.png", encode(colours, transparency=(0, 0, 0))
    yield "palette-transparent.gif", encode(colours.convert("P"), "GIF", transparency=0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "profile.jpg", encode(colours, "JPEG", icc_profile=profile)
    yield "profile.png", encode(colours, icc_profile=profile)
    yield "broken-profile.jpg", encode(colours, "JPEG", icc_profile=b"no profile")


def _list_shapes() -> Iterator[tuple[str, bytes]]:
    yield "1x1.png", encode(make_noise(1, 1))
    yield "1x10000.png", encode(make_noise(1, 10_000))
    yield "10000x1.jpg", encode(make_noise(10_000, 1), "JPEG")
    yield "2x3.bmp", encode(make_noise(2, 3), "BMP")


def _list_more() -> Iterator[tuple[str, bytes]]:
    """Turned, misnamed, or with something beside the pixels."""
    for kind in (b"zTXt", b"iCCP"):
        # Four times what Pillow unpacks.
        body = b"name\0\0" + zlib.compress(bytes(4 << 20), 9)
        more = make_chunk(kind, body)
        yield f"bomb-{kind.decode()}.png", make_png(4, 4, body=bytes(4 * (1 + 3 * 4)), more=more)
    colours = Image.fromarray(make_noise())
    for number in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = number
        yield f"turned-{number}.jpg", encode(colours, "JPEG", exif=exif)
    exif = Image.Exif()
    exif[ORIENTATION] = 99
    yield "turned-99.jpg", encode(colours, "JPEG", exif=exif)
    yield "broken-exif.jpg", encode(colours, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    yield "really-jpeg.png", encode(colours, "JPEG")
    yield "really-png.jpg", encode(colours)
    yield "no-ending", encode(colours)
    yield "bytes-behind.png", encode(colours) + b"more" * 999
    yield "bytes-behind.jpg", encode(colours, "JPEG") + b"more" * 999
    yield "long-comment.jpg", encode(colours, "JPEG", comment=b"x" * 60_000)
    png = encode(colours)
    # Its pixels have a sum of their own inside, which is looked at.
    yield "wrong-outer-sum.png", png[:-14] + bytes([png[-14] ^ 1]) + png[-13:]
    yield "unknown-piece.png", make_png(4, 4, body=bytes(52), more=make_chunk(b"abCd", b"x" * 999))
    yield "upside-down.bmp", _turn_over(encode(colours, "BMP"))


def _turn_over(content: bytes) -> bytes:
    height = int.from_bytes(content[22:26], "little", signed=True)
    return content[:22] + (-height).to_bytes(4, "little", signed=True) + content[26:]


def _list_frames() -> Iterator[tuple[str, bytes]]:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue", "green")]
    more = {"save_all": True, "append_images": frames[1:]}
    for ending, form in (("gif", "GIF"), ("png", "PNG"), ("webp", "WEBP"), ("tif", "TIFF")):
        yield f"three-frames.{ending}", encode(frames[0], form, **more)
    many = {"save_all": True, "append_images": frames * 300}
    yield "many-frames.gif", encode(frames[0], "GIF", **many)
