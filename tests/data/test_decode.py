"""Picture files of every kind of colour, each to the RGB that a person sees."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from poolbench.data import decode
from poolbench.data.decode import (
    RefusedPictureError,
    decode_content,
    decode_picture,
    has_picture_suffix,
    read_picture_size,
)
from poolbench.errors import DataError

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112


def _save(image, path, **options):
    image.save(path, **options)
    return path


def _make_corners():
    """Height 2, width 3: red top left, green top right, blue bottom left, else black."""
    pixels = np.zeros((2, 3, 3), dtype=np.uint8)
    pixels[0, 0], pixels[0, 2], pixels[1, 0] = RED, GREEN, BLUE
    return pixels


def test_decode_picture_keeps_rgb(tmp_path):
    pixels = _make_corners()
    for suffix in (".png", ".bmp", ".tif", ".ppm", ".tga"):
        path = _save(Image.fromarray(pixels), tmp_path / f"a{suffix}")
        decoded = decode_picture(path)
        np.testing.assert_array_equal(decoded, pixels)
        assert decoded.dtype == np.uint8
        assert read_picture_size(path) == (2, 3)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_decode_picture_turns_upright(tmp_path, orientation, suffix):
    upright = _make_corners()
    # What a camera stores, so that the named turn makes it upright (EXIF 2.3, tag 274).
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored))
    options = {"lossless": True} if suffix == ".webp" else {}
    path = _save(image, tmp_path / f"a{suffix}", exif=exif, **options)
    np.testing.assert_array_equal(decode_picture(path), upright)
    assert read_picture_size(path) == (2, 3)


def test_read_picture_size_sees_a_turn_written_behind_the_pixels_of_a_png(tmp_path):
    path = _save(Image.fromarray(_make_corners()), tmp_path / "a.png")
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    body = b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    data = path.read_bytes()
    path.write_bytes(data[:-12] + chunk + data[-12:])
    assert decode_picture(path).shape == (3, 2, 3)
    assert read_picture_size(path) == (3, 2)


def test_decode_picture_brings_grey_to_rgb(tmp_path):
    grey = np.array([[0, 7, 255]], dtype=np.uint8)
    expected = np.repeat(grey[..., None], 3, axis=2)
    for mode in ("L", "LA"):
        path = _save(Image.fromarray(grey).convert(mode), tmp_path / f"{mode}.png")
        np.testing.assert_array_equal(decode_picture(path), expected)
    path = _save(Image.fromarray(grey).convert("1", dither=Image.Dither.NONE), tmp_path / "1.png")
    np.testing.assert_array_equal(decode_picture(path)[0, :, 0], [0, 0, 255])


@pytest.mark.parametrize("suffix", [".png", ".tif", ".pgm"])
def test_decode_picture_scales_16_bits(tmp_path, suffix):
    values = np.array([[0, 128, 129, 257 * 100, 40_000, 65_535]], dtype=np.uint16)
    path = _save(Image.fromarray(values), tmp_path / f"a{suffix}")
    decoded = decode_picture(path)
    assert decoded[0, :, 0].tolist() == [0, 0, 1, 100, 156, 255]
    np.testing.assert_array_equal(decoded[..., 0], decoded[..., 2])


def test_decode_picture_refuses_values_without_a_known_white(tmp_path):
    path = _save(Image.fromarray(np.array([[0.0, 1.0]], np.float32)), tmp_path / "a.tif")
    with pytest.raises(DataError, match="8 or 16 bits"):
        decode_picture(path)
    path = _save(Image.fromarray(np.array([[0, 70_000]], np.int32)), tmp_path / "b.tif")
    with pytest.raises(DataError, match="70000"):
        decode_picture(path)


def test_decode_picture_brings_a_palette_to_rgb(tmp_path):
    image = Image.fromarray(_make_corners()).convert("P", palette=Image.Palette.ADAPTIVE)
    for suffix in (".png", ".gif"):
        decoded = decode_picture(_save(image, tmp_path / f"a{suffix}"))
        np.testing.assert_array_equal(decoded, _make_corners())


def test_decode_picture_lays_what_is_transparent_on_white(tmp_path):
    pixels = np.array([[(255, 0, 0, 255), (255, 0, 0, 0), (0, 0, 0, 128)]], dtype=np.uint8)
    decoded = decode_picture(_save(Image.fromarray(pixels), tmp_path / "a.png"))
    assert decoded[0].tolist() == [[255, 0, 0], [255, 255, 255], [127, 127, 127]]


def make_bitmap_without_alpha(pixels):
    """A BMP with an alpha mask, and 0 in all of it, as some programs write them."""
    height, width = pixels.shape[:2]
    rows = np.dstack([pixels[::-1, :, ::-1], np.zeros((height, width), np.uint8)])
    head = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 32, 3, rows.nbytes, 0, 0, 0, 0)
    head += struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs"
    start = 14 + 124
    size = struct.pack("<IHHI", start + rows.nbytes, 0, 0, start)
    return b"BM" + size + head.ljust(124, b"\0") + rows.tobytes()


def test_decode_picture_takes_the_colours_where_alpha_is_0_everywhere(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (300, 5, 3), dtype=np.uint8)
    (tmp_path / "a.bmp").write_bytes(make_bitmap_without_alpha(pixels))
    np.testing.assert_array_equal(decode_picture(tmp_path / "a.bmp"), pixels)
    for suffix in (".png", ".tga", ".tif"):
        empty = np.dstack([pixels, np.zeros((300, 5), np.uint8)])
        path = _save(Image.fromarray(empty), tmp_path / f"a{suffix}")
        np.testing.assert_array_equal(decode_picture(path), pixels)
        empty[299, 4, 3] = 255
        seen = decode_picture(_save(Image.fromarray(empty), tmp_path / f"b{suffix}"))
        assert seen[0, 0].tolist() == list(WHITE)
        np.testing.assert_array_equal(seen[299, 4], pixels[299, 4])
    grey = Image.fromarray(np.dstack([pixels[..., 0], np.zeros((300, 5), np.uint8)]))
    decoded = decode_picture(_save(grey, tmp_path / "grey.png"))
    np.testing.assert_array_equal(decoded[..., 1], pixels[..., 0])


def test_decode_picture_knows_the_white_of_12_bits(tmp_path):
    """Two values in three bytes: 4095, 0, 2048, 16."""
    data = bytes((0xFF, 0xF0, 0x00, 0x80, 0x00, 0x10))
    facts = {256: 4, 257: 1, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: len(data)}
    entries = b"".join(struct.pack("<HHII", key, 4, 1, value) for key, value in facts.items())
    head = b"II*\0" + struct.pack("<I", 8 + len(data))
    path = tmp_path / "a.tif"
    path.write_bytes(head + data + struct.pack("<H", len(facts)) + entries + bytes(4))
    assert decode_picture(path)[0, :, 0].tolist() == [255, 0, 128, 1]


def test_decode_picture_of_many_rows_is_the_same_as_of_each_alone(tmp_path):
    rows = np.random.default_rng(0).integers(0, 256, (600, 2, 4), dtype=np.uint8)
    whole = decode_picture(_save(Image.fromarray(rows), tmp_path / "a.png"))
    for number in (0, 255, 256, 511, 512, 599):
        row = _save(Image.fromarray(rows[number : number + 1]), tmp_path / "row.png")
        np.testing.assert_array_equal(whole[number], decode_picture(row)[0])


def test_decode_picture_knows_a_single_transparent_colour(tmp_path):
    image = Image.fromarray(_make_corners())
    decoded = decode_picture(_save(image, tmp_path / "a.png", transparency=GREEN))
    assert decoded[0, 2].tolist() == list(WHITE)
    assert decoded[0, 0].tolist() == list(RED)
    palette = image.convert("P", palette=Image.Palette.ADAPTIVE)
    hidden = palette.getpixel((0, 0))
    decoded = decode_picture(_save(palette, tmp_path / "b.png", transparency=hidden))
    assert decoded[0, 0].tolist() == list(WHITE)
    assert decoded[0, 2].tolist() == list(GREEN)


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_decode_picture_brings_cmyk_to_rgb(tmp_path, suffix):
    """Pillow writes CMYK JPEG inverted and marked by Adobe's marker, as Photoshop does."""
    pixels = np.zeros((16, 16, 4), dtype=np.uint8)
    pixels[:, :8] = (0, 255, 255, 0)
    pixels[:, 8:] = (0, 0, 0, 255)
    path = _save(Image.fromarray(pixels, "CMYK"), tmp_path / f"a{suffix}")
    decoded = decode_picture(path).astype(int)
    assert np.abs(decoded[4, 3] - RED).max() < 6
    assert decoded[4, 12].max() < 6


def test_decode_picture_takes_the_first_frame(tmp_path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, BLUE)]
    path = _save(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert decode_picture(path)[0, 0].tolist() == list(RED)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".gif", ".webp", ".tif"])
def test_decode_picture_refuses_a_truncated_file(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    path = _save(Image.fromarray(noise), tmp_path / f"a{suffix}")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match=f"a{suffix}"):
        decode_picture(path)


def test_decode_picture_refuses_what_is_no_picture(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.jpg").write_bytes(b"")
    for name, reason in [
        ("text.png", "its format is not recognised"),
        ("empty.jpg", "its format is not recognised"),
        ("missing.png", "there is no such file"),
    ]:
        for read in (decode_picture, read_picture_size):
            with pytest.raises(DataError, match=f"{name} cannot be read: {reason}"):
                read(tmp_path / name)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [9_500, 30_000])
def test_decode_picture_refuses_a_decompression_bomb(tmp_path, side):
    """One row is enough: the head of the file is what is believed."""
    path = _save(Image.new("1", (side, 1)), tmp_path / "a.bmp")
    data = bytearray(path.read_bytes())
    data[22:26] = struct.pack("<i", side)
    path.write_bytes(data)
    for read in (decode_picture, read_picture_size):
        with pytest.raises(DataError, match=r"a\.bmp cannot be read: "):
            read(path)


def make_tiff(tile):
    """One pixel, in a tile of so many each way."""
    squeezer = zlib.compressobj(1)
    pixels = b"".join(squeezer.compress(bytes(tile)) for _ in range(tile)) + squeezer.flush()
    facts = {256: 1, 257: 1, 258: 8, 259: 8, 262: 1, 277: 1}
    facts |= {322: tile, 323: tile, 324: 8, 325: len(pixels)}
    entries = b"".join(struct.pack("<HHII", key, 4, 1, value) for key, value in facts.items())
    head = b"II*\0" + struct.pack("<I", 8 + len(pixels))
    return head + pixels + struct.pack("<H", len(facts)) + entries + bytes(4)


def test_decode_picture_takes_no_memory_for_a_tile_larger_than_the_picture(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(make_tiff(64))
    assert decode_picture(path).shape == (1, 1, 3)
    path.write_bytes(make_tiff(10_000))
    for read in (decode_picture, read_picture_size):
        with pytest.raises(DataError, match="10000x10000 pixels"):
            read(path)


def test_decode_picture_refuses_a_long_text_that_python_would_read(tmp_path):
    path = tmp_path / "a.ppm"
    path.write_bytes(b"P3\n10 10\n255\n" + b"1 " * 300)
    assert decode_picture(path).max() == 1
    path.write_bytes(b"P3\n10 10\n255\n" + b"#\n" * 100_000 + b"1 " * 300)
    with pytest.raises(DataError, match="more bytes than pixels"):
        decode_picture(path)


@pytest.mark.parametrize(
    "kind", ["PPM", "TGA", "SGI", "PCX", "DDS", "QOI", "ICO", "JPEG2000", "EPS"]
)
def test_decode_content_takes_what_cameras_and_browsers_write_alone(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, kind)
    with pytest.raises(RefusedPictureError) as caught:
        decode_content(buffer.getvalue())
    assert caught.value.reason == "format"


@pytest.mark.parametrize("kind", ["AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP"])
def test_decode_content_gives_what_decode_picture_gives(tmp_path, kind):
    path = tmp_path / "a.picture"
    Image.fromarray(_make_corners()).save(path, kind)
    np.testing.assert_array_equal(decode_content(path.read_bytes()), decode_picture(path))


def test_decode_picture_never_starts_another_program(tmp_path):
    """EPS would be drawn by Ghostscript."""
    path = _save(Image.new("RGB", (4, 4)), tmp_path / "a.eps")
    with pytest.raises(DataError, match="its format is not recognised"):
        decode_picture(path)
    renamed = path.rename(tmp_path / "a.png")
    with pytest.raises(DataError, match="its format is not recognised"):
        decode_picture(renamed)
    assert "EPS" not in decode._FORMATS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", True),
        ("a.JPG", True),
        ("a.jpeg", True),
        ("a.webp", True),
        ("a.txt", False),
        ("a.pdf", False),
        ("a.eps", False),
        ("png", False),
        (".a.png", False),
        ("._a.png", False),
    ],
)
def test_has_picture_suffix_knows_pictures_and_leaves_out_hidden_files(tmp_path, name, expected):
    assert has_picture_suffix(tmp_path / name) is expected
