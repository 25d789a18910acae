"""What makes a small picture file slow is counted before it is decoded."""

import io
import struct
import zlib

import pytest
from PIL import Image

from poolbench.data.decode import RefusedPictureError, decode_content, decode_picture
from poolbench.data.decode_bounds import MOST_SCANS, _count_scans
from poolbench.errors import DataError


def make_jpeg(size, scans, **options):
    """A grey picture whose last scan comes so often, with its table where it has one of its own."""
    file = io.BytesIO()
    Image.new("L", size, 128).save(file, "JPEG", **options)
    jpeg = file.getvalue()
    end = len(jpeg) - 2
    last = jpeg.rindex(b"\xff\xda")
    start = jpeg.rindex(b"\xff\xc4", 0, last) if options.get("progressive") else last
    return jpeg[:end] + jpeg[start:end] * scans + jpeg[end:]


def read_both_ways(content, tmp_path):
    """What is said of a file, and of the same bytes in memory; ``None``: it was decoded."""
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    said = []
    for read, given in ((decode_picture, path), (decode_content, content)):
        try:
            read(given)
            said.append(None)
        except DataError as error:
            said.append(str(error))
    return said


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_no_jpeg_is_decoded_a_thousand_times(options, tmp_path):
    assert read_both_ways(make_jpeg((1000, 1000), 0, **options), tmp_path) == [None, None]
    for size in ((1000, 1000), (1, 1)):
        content = make_jpeg(size, 1100, **options)
        for said in read_both_ways(content, tmp_path):
            assert f"{size[0]}x{size[1]} pixels are drawn in 11" in said
    with pytest.raises(RefusedPictureError) as caught:
        decode_content(content)
    assert caught.value.reason == "pixels"


def test_a_picture_in_a_file_of_several_is_counted_too(tmp_path):
    two = io.BytesIO()
    first, second = (Image.new("RGB", (640, 480), colour) for colour in ("red", "blue"))
    first.save(two, "MPO", save_all=True, append_images=[second])
    content = two.getvalue()
    assert Image.open(two).format == "MPO"
    end = content.index(b"\xff\xd9")
    scan = content[content.index(b"\xff\xda") : end]
    assert read_both_ways(content, tmp_path) == [None, None]
    for said in read_both_ways(content[:end] + scan * MOST_SCANS + content[end:], tmp_path):
        assert "640x480 pixels are drawn in 1001 scans" in said


def test_scans_are_those_of_the_first_picture_of_a_file():
    """A film behind a photograph has the marks of scans by chance, and so has a preview in it."""
    exif = Image.Exif()
    exif[0x010E] = "\xff\xda" * 100
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "JPEG", progressive=True, exif=exif)
    jpeg = file.getvalue()
    assert _count_scans(jpeg + b"\xff\xda\0\2" * 1000) == _count_scans(jpeg) == 10


def insert_parts(count):
    """A PNG with so many empty parts of a kind of its own before its pixels."""
    png = io.BytesIO()
    Image.new("L", (4, 4)).save(png, "PNG")
    content = png.getvalue()
    start = content.index(b"IDAT") - 4
    part = bytes(4) + b"teSt" + struct.pack(">I", zlib.crc32(b"teSt"))
    return content[:start] + part * count + content[start:]


def insert_comments(count):
    """A GIF with so many comments before its pixels."""
    gif = io.BytesIO()
    Image.new("P", (64, 64)).save(gif, "GIF")
    content = gif.getvalue()
    start = content.index(b"\x2c")
    return content[:start] + b"\x21\xfe\x01a\x00" * count + content[start:]


def insert_segments(count):
    """A JPEG with so many empty comments before its pixels."""
    jpeg = make_jpeg((8, 8), 0)
    return jpeg[:2] + b"\xff\xfe\x00\x02" * count + jpeg[2:]


@pytest.mark.parametrize("insert", [insert_parts, insert_comments, insert_segments])
def test_a_file_is_not_read_in_a_million_parts(insert, tmp_path):
    assert read_both_ways(insert(1000), tmp_path) == [None, None]
    for said in read_both_ways(insert(100_000), tmp_path):
        assert "more than 50,000 parts" in said


def test_a_jpeg_is_not_searched_through_a_million_segments():
    """They come behind the pixels, where the decoder does not look."""
    jpeg = make_jpeg((8, 8), 0)
    with pytest.raises(RefusedPictureError, match="more than 100,000 parts"):
        decode_content(jpeg[:-2] + b"\xff\xfe\x00\x02" * 200_000 + jpeg[-2:])


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_a_thousand_frames_the_first_is_decoded(kind, tmp_path):
    frames = [Image.new("L", (4, 4), number % 255) for number in range(1, 1000)]
    file = io.BytesIO()
    Image.new("L", (4, 4)).save(file, kind, save_all=True, append_images=frames)
    assert read_both_ways(file.getvalue(), tmp_path) == [None, None]
    assert decode_content(file.getvalue()).max() <= 1


@pytest.mark.parametrize("kind", ["PNG", "bitmap"])
def test_of_an_icon_the_pictures_are_counted_and_not_what_its_list_says(kind, tmp_path):
    if kind == "PNG":
        body = struct.pack(">II", 10_000, 10_000) + bytes((8, 0, 0, 0, 0))
        part = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + body
    else:
        part = struct.pack("<IiiHHIIiiII", 40, 10_000, -20_000, 1, 32, 0, 0, 0, 0, 0, 0)
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(part), 22)
    path = tmp_path / "a.ico"
    path.write_bytes(struct.pack("<HHH", 0, 1, 1) + entry + part)
    with pytest.raises(DataError, match="it contains 10000x10000 pixels"):
        decode_picture(path)
    Image.new("RGBA", (48, 48), (9, 8, 7, 255)).save(path)
    assert decode_picture(path)[0, 0].tolist() == [9, 8, 7]
