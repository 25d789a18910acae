"""Drop what lies beside the pixels of pictures that are refused because of it.

Cameras and programs write odd tags, and Pillow refuses some pictures for them whose pixels are
whole. What says how a picture is turned stays, unless it is what is damaged.
"""

import struct

from poolbench.data.avif import find_notes

_JPEG, _JPEG_SCAN = b"\xff\xd8\xff", 0xDA
# Segments that are kept: JFIF, EXIF and Adobe's mark, which decide colours and turns; other such
# segments are texts, profiles, previews and further pictures.
_JPEG_KEPT = (0xE0, 0xE1, 0xEE)
_JPEG_SIDE = (*range(0xE0, 0xF0), 0xFE)
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
# Tags that decide pixels: sizes, packing, colours, strips, tiles and what JPEG in TIFF needs.
_TIFF_KEPT = {
    *(254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 292, 293, 317, 318, 319),
    *(320, 322, 323, 324, 325, 332, 338, 339, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521),
    *(529, 530, 531, 532),
}
_TIFF_ORIENTATION, _TIFF_SHORT = 274, 3
# Private tag with one byte, which nobody reads.
_TIFF_NOTHING = (65000, 1, 1, 0)


def drop_metadata(content: bytes) -> bytes | None:
    """Return the picture without its metadata; ``None``: there is nothing to drop."""
    if content.startswith(_JPEG):
        mended = _mend_jpeg(content)
    elif content[:4] in _TIFF:
        mended = _mend_tiff(content, _TIFF[content[:4]])
    elif content[4:12] in (b"ftypavif", b"ftypavis"):
        mended = _mend_avif(content)
    else:
        return None
    return None if mended == content else mended


def _mend_jpeg(content: bytes) -> bytes:
    kept, position = [content[:2]], 2
    while content[position : position + 1] == b"\xff" and len(content) > position + 4:
        kind = content[position + 1]
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        if kind == _JPEG_SCAN:
            break
        if kind in _JPEG_KEPT or kind not in _JPEG_SIDE:
            kept.append(content[position:end])
        position = end
    return b"".join([*kept, content[position:]])


def _mend_tiff(content: bytes, order: str) -> bytes:
    mended = bytearray(content)
    try:
        (table,) = struct.unpack_from(f"{order}I", content, 4)
        (count,) = struct.unpack_from(f"{order}H", content, table)
        for position in range(table + 2, table + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(f"{order}HHI", content, position)
            is_turn = tag == _TIFF_ORIENTATION
            is_odd = is_turn and (kind, values) != (_TIFF_SHORT, 1)
            if tag not in _TIFF_KEPT or is_odd:
                struct.pack_into(f"{order}HHII", mended, position, *_TIFF_NOTHING)
    except struct.error:
        return content
    return bytes(mended)


def _mend_avif(content: bytes) -> bytes:
    """Drop the EXIF, which does not turn an AVIF: boxes of its own do."""
    mended = bytearray(content)
    for position in find_notes(content):
        mended[position : position + 4] = b"free"
    return bytes(mended)
