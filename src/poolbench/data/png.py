"""Read a PNG without what lies beside its pixels: texts, profiles and times that nothing uses.

Pillow unpacks such parts, and refuses the whole picture where one of them is large or damaged.
"""

import zlib
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Chunks that decide pixels beside the critical ones: transparency, and the frames of an animation.
_PIXEL_PARTS = (b"tRNS", b"acTL", b"fcTL", b"fdAT")
# Names of texts that may say how a picture is turned.
_TURN_TEXTS = (b"Raw profile type exif", b"Raw profile type APP1", b"XML:com.adobe.xmp")
_TEXT_PARTS = (b"tEXt", b"zTXt", b"iTXt")
# Most bytes of a text, unpacked; Pillow's own limit.
_MOST_TEXT_BYTES = 1 << 20


def read_png(file: BinaryIO) -> bytes:
    """Read the parts of a PNG that decide its pixels and how they are turned.

    Args:
        file: Positioned at its beginning, which is the signature.
    """
    kept = [file.read(len(SIGNATURE))]
    while head := file.read(8):
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        # The body with its check sum.
        body = file.read(length + 4)
        if _is_kept(kind, body):
            kept += [head, body]
        if kind == b"IEND":
            break
    return b"".join(kept)


def _is_kept(kind: bytes, body: bytes) -> bool:
    is_critical = not kind[:1].islower()
    if is_critical or kind in _PIXEL_PARTS:
        return True
    content, check = body[:-4], body[-4:]
    if zlib.crc32(content, zlib.crc32(kind)) != int.from_bytes(check, "big"):
        return False
    return kind == b"eXIf" or (kind in _TEXT_PARTS and _says_turn(kind, content))


def _says_turn(kind: bytes, content: bytes) -> bool:
    name, _, rest = content.partition(b"\0")
    return name in _TURN_TEXTS and _count_text(kind, rest) <= _MOST_TEXT_BYTES


def _count_text(kind: bytes, rest: bytes) -> int:
    """Count the bytes of a text when it is unpacked, as far as they matter."""
    is_packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    if not is_packed:
        return len(rest)
    # A byte names the method; of an international text, two do, and a language and a translation.
    packed = rest[1:] if kind == b"zTXt" else rest[2:].split(b"\0", 2)[-1]
    try:
        return len(zlib.decompressobj().decompress(packed, _MOST_TEXT_BYTES + 1))
    except zlib.error:
        return _MOST_TEXT_BYTES + 1
