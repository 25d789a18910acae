"""Find the sizes that an AVIF file really codes, which its head may say otherwise.

A container names the size of its picture, and so does every stream of AV1 in it. Decoders take
memory by the stream's and compare when all is decoded. ISO/IEC 14496-12 has the boxes, the
specification of AV1, chapters 5.3 to 5.5, has the units and the sequence header.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from poolbench.errors import DataError

# Boxes that hold boxes, and how many bytes come before the inner ones.
_OUTER = {b"meta": 4, b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"iinf": 6}
_PICTURE, _NOTES = b"av01", b"Exif"
_SEQUENCE_HEADER = 1
# Types of units behind which no sequence header stands: a frame's header, and a frame.
_FRAMES = (3, 6)
_MOST_DEPTH = 8
# Most boxes or extents of items, and most units before the first frame.
_MOST_PARTS, _MOST_UNITS = 20_000, 100
# How often the parts of a file may be named as data of items.
_MOST_REPEATS = 4


def find_coded_sizes(content: bytes) -> set[tuple[int, int]]:
    """Return the width and height of every stream of AV1 in a file.

    Damaged files give fewer: decoders refuse them.

    Raises:
        DataError: If the file has far more parts than a picture needs.
    """
    return {size for stream in _find_streams(content) for size in _read_sizes(stream)}


def find_notes(content: bytes) -> list[int]:
    """Return the positions of the words that say that an item of a file is EXIF."""
    items = [
        (start, _read_item(content[start:end]))
        for kind, start, end in _list_boxes(content)
        if kind == b"infe"
    ]
    return [start + item.offset for start, item in items if item and item.kind == _NOTES]


def _list_boxes(content: bytes) -> list[tuple[bytes, int, int]]:
    boxes = []
    for box in _walk(content, 0, len(content), 0):
        boxes.append(box)
        _check_count(len(boxes))
    return boxes


def _find_streams(content: bytes) -> Iterator[bytes]:
    boxes = _list_boxes(content)
    items = [_read_item(content[start:end]) for kind, start, end in boxes if kind == b"infe"]
    pictures = {item.number for item in items if item and item.kind == _PICTURE}
    inside = next((start for kind, start, _ in boxes if kind == b"idat"), 0)
    left = _MOST_REPEATS * len(content)
    for kind, start, end in boxes:
        if kind == b"iloc":
            for item, extents in _read_locations(content[start:end], inside, len(content)):
                left -= sum(length for _, length in extents) if item in pictures else 0
                _check_count(0 if left >= 0 else _MOST_PARTS + 1)
                if item in pictures:
                    yield b"".join(content[start : start + size] for start, size in extents)
        elif kind in (b"stco", b"co64"):
            first = _read_chunk(content[start:end], 4 if kind == b"stco" else 8)
            yield content[first:]


def _check_count(count: int) -> None:
    if count > _MOST_PARTS:
        raise DataError("picture.many-parts")


def _walk(content: bytes, start: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the inside of every box."""
    while start + 8 <= end and depth < _MOST_DEPTH:
        size, kind, head = _to_int(content[start : start + 4]), content[start + 4 : start + 8], 8
        if size == 1:
            size, head = _to_int(content[start + 8 : start + 16]), 16
        last = min(end, start + size) if size else end
        inner = start + head
        if last < inner:
            return
        if kind in _OUTER:
            # The later version of a list of items counts them with two bytes more.
            is_long = kind == b"iinf" and content[inner : inner + 1] != b"\0"
            before = _OUTER[kind] + 2 * is_long
            yield from _walk(content, inner + before, last, depth + 1)
        else:
            yield kind, inner, last
        start = last


class _Item(NamedTuple):
    """One thing that a file says that it holds; ``offset``: position of the kind in its box."""

    number: int
    kind: bytes
    offset: int


def _read_item(box: bytes) -> _Item | None:
    reader = _Bytes(box)
    try:
        version = reader.take(1)
        reader.take(3)
        number = reader.take(4 if version == 3 else 2)
        reader.take(2)
    except IndexError:
        return None
    return _Item(number, box[reader.position : reader.position + 4], reader.position)


def _read_locations(
    box: bytes, inside: int, file_bytes: int
) -> Iterator[tuple[int, Sequence[tuple[int, int]]]]:
    """Yield for each item where its parts begin and how long they are.

    Args:
        inside: Where the box begins that parts of the second method lie in.
    """
    reader, parts = _Bytes(box), 0
    try:
        version = reader.take(1)
        reader.take(3)
        sides = reader.take(2)
        for _ in range(reader.take(4 if version == 2 else 2)):
            number = reader.take(4 if version == 2 else 2)
            method = reader.take(2) & 15 if version else 0
            reader.take(2)
            base = reader.take(sides >> 4 & 15) + (inside if method == 1 else 0)
            count, extents = reader.take(2), []
            # Fields of no bytes make many parts of a short box.
            parts += count
            _check_count(parts)
            for _ in range(count):
                reader.take(sides & 15 if version else 0)
                start = base + reader.take(sides >> 12)
                length = reader.take(sides >> 8 & 15) or file_bytes
                extents.append((start, min(length, max(0, file_bytes - start))))
            yield number, extents
    except IndexError:
        return


def _read_chunk(box: bytes, width: int) -> int:
    """Return where the first sample of a track lies."""
    reader = _Bytes(box)
    try:
        reader.take(8)
        return reader.take(width)
    except IndexError:
        return 0


def _read_sizes(stream: bytes) -> Iterator[tuple[int, int]]:
    """Yield the sizes that sequence headers say before the first frame."""
    reader = _Bytes(stream)
    try:
        for _ in range(_MOST_UNITS):
            head = reader.take(1)
            kind = head >> 3 & 15
            if head & 4:
                reader.take(1)
            length = reader.take_leb128() if head & 2 else len(stream) - reader.position
            if kind in _FRAMES:
                return
            if kind == _SEQUENCE_HEADER:
                yield _read_sequence_header(stream[reader.position : reader.position + length])
            reader.position += length
    except IndexError:
        return
    raise DataError("picture.many-parts")


def _read_sequence_header(unit: bytes) -> tuple[int, int]:
    bits = _Bits(unit)
    bits.take(3 + 1)
    if bits.take(1):  # reduced_still_picture_header
        bits.take(5)
    else:
        _skip_points(bits)
    widths = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(widths[0]) + 1, bits.take(widths[1]) + 1


def _skip_points(bits: "_Bits") -> None:
    """Skip the timing, and the operating points."""
    has_model, delay_bits = 0, 0
    if bits.take(1):  # timing_info_present_flag
        bits.take(64)
        if bits.take(1):  # equal_picture_interval
            bits.skip_uvlc()
        has_model = bits.take(1)
        if has_model:
            delay_bits = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    has_delays = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:  # seq_level_idx, of which the higher have a tier
            bits.take(1)
        if has_model and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if has_delays and bits.take(1):
            bits.take(4)


class _Bytes:
    """Reads whole numbers; behind the end is an IndexError."""

    def __init__(self, content: bytes, position: int = 0) -> None:
        self._content = content
        self.position = position

    def take(self, count: int) -> int:
        if self.position + count > len(self._content):
            raise IndexError
        self.position += count
        return _to_int(self._content[self.position - count : self.position])

    def take_leb128(self) -> int:
        value = 0
        for shift in range(0, 56, 7):
            byte = self.take(1)
            value |= (byte & 127) << shift
            if byte < 128:
                break
        return value


class _Bits:
    """Reads numbers of some bits; behind the end is an IndexError."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    def take(self, count: int) -> int:
        value = 0
        for _ in range(count):
            byte = self._content[self._position // 8]
            value = value << 1 | byte >> (7 - self._position % 8) & 1
            self._position += 1
        return value

    def skip_uvlc(self) -> None:
        zeros = 0
        while not self.take(1):
            zeros += 1
        self.take(zeros if zeros < 32 else 0)


def _to_int(content: bytes) -> int:
    return int.from_bytes(content, "big")
