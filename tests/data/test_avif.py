"""The sizes that the streams of an AVIF have, whatever its head says."""

import io

import numpy as np
import pytest
from PIL import Image

from poolbench.data import decode
from poolbench.data.avif import find_coded_sizes
from poolbench.data.decode import (
    RefusedPictureError,
    decode_content,
    decode_picture,
    read_picture_size,
)
from poolbench.errors import DataError


def make(size, frames=1, mode="RGB"):
    file = io.BytesIO()
    pictures = [
        Image.new(mode, size, 50 * k if mode == "L" else (9, 50 * k, 0)) for k in range(frames)
    ]
    pictures[0].save(file, "AVIF", speed=10, save_all=frames > 1, append_images=pictures[1:])
    return file.getvalue()


def understate(content, width, height):
    """The same streams under a head that names another size."""
    start = content.index(b"ispe") + 8
    return (
        content[:start]
        + width.to_bytes(4, "big")
        + height.to_bytes(4, "big")
        + content[start + 8 :]
    )


@pytest.mark.parametrize("frames", [1, 3])
def test_find_coded_sizes_reads_pictures_and_films(frames):
    assert find_coded_sizes(make((40, 30), frames)) == {(40, 30)}
    file = io.BytesIO()
    Image.fromarray(np.full((30, 40, 4), 99, np.uint8)).save(file, "AVIF")
    assert find_coded_sizes(file.getvalue()) == {(40, 30)}


def test_an_avif_decodes_no_more_pixels_than_its_head_may_name(tmp_path, monkeypatch):
    """A bound as low as this makes a small file as bad as a large one."""
    monkeypatch.setattr(decode, "MOST_GIVEN_PIXELS", 5000)
    monkeypatch.setattr(decode, "MOST_PIXELS", 5000)
    content = understate(make((80, 90)), 10, 10)
    with pytest.raises(RefusedPictureError, match="it contains 80x90 pixels") as caught:
        decode_content(content)
    assert caught.value.reason == "pixels"
    (tmp_path / "a.avif").write_bytes(content)
    assert read_picture_size(tmp_path / "a.avif") == (10, 10)
    with pytest.raises(DataError, match="it contains 80x90 pixels"):
        decode_picture(tmp_path / "a.avif")


def test_damaged_files_give_fewer_sizes_and_end():
    content = make((40, 30))
    for end in range(0, len(content), 7):
        assert find_coded_sizes(content[:end]) <= {(40, 30)}
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        try:
            assert len(find_coded_sizes(bytes(changed))) <= 2
        except DataError as error:
            assert "far more parts" in str(error)


def test_parts_of_no_bytes_are_not_counted_without_end():
    items = b"".join(number.to_bytes(2, "big") + bytes(2) + b"\xff\xff" for number in range(1000))
    box = b"iloc" + bytes(4) + bytes(2) + b"\xff\xff" + items
    with pytest.raises(DataError, match="far more parts"):
        find_coded_sizes((len(box) + 4).to_bytes(4, "big") + box)
