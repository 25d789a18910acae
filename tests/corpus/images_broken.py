"""Picture files that cannot be read: each is refused by its name."""

import os
import struct
import zipfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO

import numpy as np
from PIL import Image

from corpus.case import Box, Case, Make
from corpus.pictures import cut, encode, make_classifier, make_noise, make_png

GROUP = "images"
# Ending, Pillow's format, options.
FORMS = (
    ("png", "PNG", {}),
    ("jpg", "JPEG", {}),
    ("progressive.jpg", "JPEG", {"progressive": True}),
    ("gif", "GIF", {}),
    ("bmp", "BMP", {}),
    ("webp", "WEBP", {}),
    ("tif", "TIFF", {}),
    ("zip.tif", "TIFF", {"compression": "tiff_adobe_deflate"}),
    ("jp2", "JPEG2000", {}),
    ("avif", "AVIF", {}),
    ("qoi", "QOI", {}),
    ("ppm", "PPM", {}),
)
WHOLE = {ending: partial(encode, make_noise(), form, **more) for ending, form, more in FORMS}
HTML = b"<!DOCTYPE html><html><body>404 not found</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"


def list_cases() -> Iterator[Case]:
    """All of them."""
    for name, make, words in (*_list_cut(), *_list_other(), *_list_bombs(), *_list_broken()):
        arguments = ("predict", "{in}/model.onnx", f"{{in}}/{name}")
        yield Case(GROUP, name, partial(_make, make=make, name=name), arguments, 3, (name, *words))
    yield from _list_special()
    yield from _list_in_folders()


def _make(box: Box, make: object, name: str) -> None:
    box.write("model.onnx", make_classifier())
    box.write(name, make() if callable(make) else make)


def _list_cut() -> Iterator[tuple[str, object, tuple[str, ...]]]:
    for ending, whole in WHOLE.items():
        for tenths in range(10):
            name = f"cut-at-{tenths}-tenths.{ending}" if tenths else f"empty.{ending}"
            yield name, partial(_cut, whole, tenths), ()


def _cut(whole: object, tenths: int) -> bytes:
    return cut(whole(), tenths)


def _list_other() -> Iterator[tuple[str, object, tuple[str, ...]]]:
    """A right name on something else."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.png", b"")
    contents = {
        "text.png": b"no picture",
        "page.jpg": HTML,
        "drawing.png": SVG,
        "postscript.png": EPS,
        "document.jpg": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
        "archive.png": archive.getvalue(),
        "program.jpg": b"\x7fELF\x02\x01\x01" + bytes(200),
        "pickle.png": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
        "film.jpg": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(90),
        "pointer.png": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "zeros.png": bytes(10_000),
        "numbers.jpg": np.random.default_rng(1).bytes(10_000),
        "signature.png": b"\x89PNG\r\n\x1a\n",
        "mark.jpg": b"\xff\xd8\xff",
    }
    for name, content in contents.items():
        yield name, content, ()


def _list_bombs() -> Iterator[tuple[str, object, tuple[str, ...]]]:
    """A few bytes that ask for a lot of memory or time."""
    yield "claims-much.png", make_png(65_535, 65_535), ("pixels",)
    yield "claims-most.png", make_png(2**31 - 1, 2**31 - 1), ()
    yield "grey-zeros.png", partial(_make_zeros, 20_000), ("pixels",)
    yield "just-too-large.png", make_png(9_460, 9_460, bits=1, colour=0), ("pixels are more",)
    yield "claims-much.gif", _patch(encode(make_noise(), "GIF"), 6, "<HH", 65_535, 65_535), ()
    yield "claims-much.bmp", _patch(WHOLE["bmp"](), 18, "<ii", 65_535, 65_535), ()
    yield "lowest-height.bmp", _patch(WHOLE["bmp"](), 22, "<i", -(2**31)), ()
    yield "claims-much.jpg", _grow_jpeg(), ("pixels",)
    yield "claims-much.ppm", b"P6\n60000 60000\n255\n" + bytes(99), ("pixels",)
    yield "claims-much.qoi", b"qoif" + struct.pack(">IIBB", 60_000, 60_000, 3, 0) + bytes(9), ()
    yield "claims-much.tif", _make_tiff(70_000, 70_000), ("pixels",)
    yield "long-text.ppm", b"P6\n#" + b" " * 2_000_000 + b"\n4 4\n255\n", ()


def _make_zeros(side: int) -> bytes:
    """All of it is there: 400 million pixels in 50 kB."""
    row = bytes(1 + side // 8)
    return make_png(side, side, bits=1, colour=0, body=row * side)


def _patch(content: bytes, place: int, form: str, *values: int) -> bytes:
    packed = struct.pack(form, *values)
    return content[:place] + packed + content[place + len(packed) :]


def _grow_jpeg() -> bytes:
    content = WHOLE["jpg"]()
    place = content.index(b"\xff\xc0") + 5
    return _patch(content, place, ">HH", 65_500, 65_500)


def _make_tiff(width: int, height: int, *, following: int = 0) -> bytes:
    """One grey strip that is not there."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1)]
    entries += [(273, 4, 8), (277, 3, 1), (278, 4, height), (279, 4, 2**32 - 1)]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + body + struct.pack("<I", following)
    )


def _list_broken() -> Iterator[tuple[str, object, tuple[str, ...]]]:
    """Whole in length, wrong inside."""
    png, jpg = WHOLE["png"](), WHOLE["jpg"]()
    yield "flipped-bit.png", _flip(png), ()
    yield "no-pixels.png", make_png(4, 4), ()
    yield "no-width.png", make_png(0, 4), ()
    yield "unknown-colour.png", make_png(4, 4, colour=7, body=bytes(99)), ()
    yield "no-tables.jpg", jpg.replace(b"\xff\xdb", b"\xff\xfe"), ()
    yield "no-size.jpg", _patch(jpg, jpg.index(b"\xff\xc0") + 5, ">HH", 0, 0), ()
    yield "no-frames.gif", b"GIF89a\x04\0\x04\0\0\0\0;", ()
    head = b"GIF89a\x04\0\x04\0\x80\0\0" + bytes(6) + b",\0\0\0\0\x04\0\x04\0\0"
    yield "wrong-code.gif", head + b"\x02\x03\xff\xff\xff\0;", ()
    yield "long-codes.gif", head + b"\x0d\x01\0\0;", ()
    yield "strip-elsewhere.tif", _make_tiff(40, 30), ()
    yield "loop.tif", _make_tiff(40, 30, following=8), ()
    yield "floats.tif", encode(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"), ("8 or 16",)
    wide = Image.fromarray(np.full((4, 4), 70_000, np.int32))
    yield "wide-values.tif", encode(wide, "TIFF"), ("70000",)
    yield "cut-head.webp", WHOLE["webp"]()[:12] + bytes(90), ()
    yield "no-pictures.ico", b"\0\0\x01\0\0\0", ()
    yield (
        "elsewhere.ico",
        b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x18\0\xff\xff\xff\x7f\xff\xff\xff\x7f",
        (),
    )
    yield "no-values.ppm", b"P3\n4 4\n255\n1 2 x", ()
    yield "no-maximum.ppm", b"P6\n4 4\n0\n" + bytes(48), ()
    yield "negative.ppm", b"P6\n-4 4\n255\n" + bytes(48), ()


def _flip(content: bytes) -> bytes:
    """One bit in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _list_special() -> Iterator[Case]:
    """What stands under the name of a picture and is no file."""
    named: dict[str, tuple[Make, tuple[str, ...]]] = {
        "missing.png": (_make_model_alone, ("no such file",)),
        "folder.png": (lambda box: (box.folder / "folder.png").mkdir(), ()),
        "pipe.png": (lambda box: os.mkfifo(box.folder / "pipe.png"), ()),
        "device.png": (lambda box: (box.folder / "device.png").symlink_to("/dev/zero"), ()),
        "loop.png": (lambda box: (box.folder / "loop.png").symlink_to("loop.png"), ()),
        "nowhere.png": (lambda box: (box.folder / "nowhere.png").symlink_to("gone.png"), ()),
        "not-text.png": (_make_model_alone, ()),
    }
    for name, (make, words) in named.items():
        yield Case(
            GROUP, f"special-{name}", partial(_make_special, make=make),
            ("predict", "{in}/model.onnx", f"{{in}}/{name}"), 3, (name, *words), "posix",
        )  # fmt: skip
    yield Case(
        GROUP, "special-unreadable.png", _make_unreadable,
        ("predict", "{in}/model.onnx", "{in}/unreadable.png"), 2,
        ("unreadable.png", "not readable"), "user",
    )  # fmt: skip


def _make_model_alone(box: Box) -> None:
    box.write("model.onnx", make_classifier())


def _make_special(box: Box, make: Make) -> None:
    _make_model_alone(box)
    make(box)


def _make_unreadable(box: Box) -> None:
    _make_model_alone(box)
    box.write("unreadable.png", WHOLE["png"]()).chmod(0)


def _list_in_folders() -> Iterator[Case]:
    """The same by way of a study, which says of every bad picture why."""
    run = ("run", "--dry-run", "--data", "folder:{in}")
    for name, content in {
        "cut.jpg": cut(WHOLE["jpg"](), 5),
        "text.png": b"no picture",
        "claims-much.png": make_png(65_535, 65_535),
        "flipped-bit.png": _flip(WHOLE["png"]()),
    }.items():
        make = partial(_make_folder, bad={f"dog/{name}": content})
        yield Case(GROUP, f"folder-{name}", make, run, 3, ("1 of 7 images", f"dog/{name}"))
    many = {f"cat/{number}.jpg": b"" for number in range(4)}
    words = ("4 of 10 images", *many, "--on-bad skip")
    yield Case(GROUP, "folder-many", partial(_make_folder, bad=many), run, 3, words)
    every = {f"{name}/a.png": b"x" for name in ("cat", "dog")}
    yield Case(
        GROUP, "folder-all-skipped", partial(_make_folder, bad=every, good=0),
        (*run, "--on-bad", "skip"), 3, ("2 of 2 images", "cat/a.png"),
    )  # fmt: skip


def _make_folder(box: Box, bad: dict[str, bytes], good: int = 3) -> None:
    for number in range(good):
        for name in ("cat", "dog"):
            box.write(f"{name}/{number}.png", encode(make_noise(8 + number, 8)))
    for name, content in bad.items():
        box.write(name, content)
