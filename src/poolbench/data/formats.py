"""Tell from the name and first bytes of a file whether it is a picture, and of what kind."""

HEIF_SUFFIXES = frozenset({".heic", ".heics", ".heif", ".heifs", ".hif"})
# Suffixes of pictures, whether or not something here reads them: of phones, of cameras as they come
# from the sensor, of drawing programs, of medicine and science, and of the web.
PICTURE_SUFFIXES = HEIF_SUFFIXES | {
    ".3fr",
    ".ai",
    ".arw",
    ".avif",
    ".avifs",
    ".bpg",
    ".cr2",
    ".cr3",
    ".crw",
    ".dcm",
    ".dicom",
    ".dng",
    ".eps",
    ".erf",
    ".exr",
    ".fits",
    ".hdr",
    ".iiq",
    ".jp2",
    ".jpeg",
    ".jpg",
    ".jxl",
    ".jxr",
    ".kdc",
    ".nef",
    ".nrw",
    ".orf",
    ".pef",
    ".png",
    ".psb",
    ".psd",
    ".raf",
    ".rw2",
    ".rwl",
    ".sr2",
    ".srf",
    ".srw",
    ".svg",
    ".tif",
    ".tiff",
    ".wdp",
    ".webp",
    ".x3f",
    ".xcf",
}
_HEADS = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"\0\0\0\x0cJXL ",
    b"\0\0\0\x0cjP  ",
    b"qoif",
)
_HEIF_KINDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
_CONTAINER_KINDS = (b"avif", b"avis", *_HEIF_KINDS)
# Number of first bytes that are looked at.
HEAD_BYTES = 16


def is_picture_head(head: bytes) -> bool:
    """Return whether a file begins like a picture, by its first 16 bytes.

    Example:
        >>> [is_picture_head(head) for head in (b"\\xff\\xd8\\xff\\xe0", b"BMW, Audi, Opel")]
        [True, False]
    """
    if head.startswith(_HEADS):
        return True
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    # Four bytes of a BMP are always 0.
    is_bitmap = head[:2] == b"BM" and head[6:10] == bytes(4)
    return is_bitmap or (head[4:8] == b"ftyp" and head[8:12] in _CONTAINER_KINDS)


def is_heif_head(head: bytes) -> bool:
    """Return whether a file begins like HEIC or HEIF."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_KINDS
