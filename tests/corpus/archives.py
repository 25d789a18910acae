"""Archives and folders of CIFAR that are not what was published."""

import bz2
import io
import lzma
import os
import pickle
import tarfile
import zlib
from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from corpus.case import Box, Case, make_nothing
from corpus.pictures import cut

GROUP = "archives"
RUN = ("run", "--dry-run", "--data", "cifar100", "--data-file", "{in}/cifar.tar.gz")
FOLDER = ("run", "--dry-run", "--data", "cifar100", "--data-file", "{in}/cifar")
FILE = "cifar.tar.gz"
TOP = "cifar-100-python"
NAMES = ("meta", "train", "test")


def list_cases() -> Iterator[Case]:
    """All of them."""
    for tenths in range(10):
        yield _case(f"cut-at-{tenths}-tenths", cut(make_archive(), tenths))
    for name, (content, *words) in (_list_kinds() | _list_members() | _list_bombs()).items():
        yield _case(name, content, *words)
    yield from _list_folders()
    yield from _list_places()


def _case(name: str, content: object, *words: str) -> Case:
    return Case(GROUP, name, partial(_make, content=content), RUN, 3, (FILE, *words))


def _make(box: Box, content: object) -> None:
    box.write(FILE, content() if callable(content) else content)


@cache
def make_archive(form: str = "w:gz") -> bytes:
    """Right names, wrong content."""
    rows = np.random.default_rng(0).integers(0, 256, (20, 3072), dtype=np.uint8)
    body = pickle.dumps({"data": rows, "fine_labels": [0] * 20, "fine_label_names": ["a"]})
    return pack({f"{TOP}/{name}": body for name in NAMES}, form)


def pack(members: dict[str, bytes | tarfile.TarInfo], form: str = "w:gz") -> bytes:
    """An archive; a member may be anything that has a head."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=form) as archive:
        for name, member in members.items():
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(member)
                archive.addfile(info, io.BytesIO(member))
    return content.getvalue()


def _list_kinds() -> dict[str, tuple[object, ...]]:
    """Files that are no such archive."""
    tar = make_archive("w:")
    return {
        "wrong-hash": (make_archive(), "meta", "MD5", "published"),
        "wrong-hash-plain": (tar, "meta", "MD5"),
        "text": (b"404 not found",),
        "zeros": (bytes(20_000), "does not contain"),
        "zip": (b"PK\3\4" + bytes(99),),
        "bzip2": (bz2.compress(tar),),
        "xz": (lzma.compress(tar),),
        "pickle": (pickle.dumps({"data": 1}),),
        "packed-text": (_gzip(b"no archive" * 99),),
        "packed-twice": (_gzip(make_archive()),),
        "flipped-bit": (_flip(make_archive()),),
        "wrong-sums": (_gzip(tar.replace(b"ustar", b"ustaz")), ""),
        "random": (np.random.default_rng(0).bytes(20_000),),
    }


def _gzip(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(content) + packer.flush()


def _flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 16]) + content[middle + 1 :]


def _list_members() -> dict[str, tuple[object, ...]]:
    """Archives with other members than are wanted."""
    kinds = {
        "symbolic-links": tarfile.SYMTYPE,
        "hard-links": tarfile.LNKTYPE,
        "folders": tarfile.DIRTYPE,
        "devices": tarfile.CHRTYPE,
        "pipes": tarfile.FIFOTYPE,
    }
    found: dict[str, tuple[object, ...]] = {
        "empty": (pack({}), "does not contain"),
        "other-set": (pack({"cifar-10-batches-py/test_batch": b"x"}), f"{TOP}/meta"),
        "one-missing": (pack({f"{TOP}/meta": b"x", f"{TOP}/train": b"x"}), f"{TOP}/test"),
        "traversal": (pack({f"../{TOP}/{name}": b"x" for name in NAMES}), "does not contain"),
        "inner-traversal": (pack({f"{TOP}/../../{name}": b"x" for name in NAMES}), "not contain"),
        "absolute": (pack({f"/{TOP}/{name}": b"x" for name in NAMES}), "does not contain"),
        "escapes": (pack({"\x1b[31m": b"x"}), "does not contain"),
    }
    for name, kind in kinds.items():
        found[name] = (pack({f"{TOP}/{n}": _make_info(n, kind) for n in NAMES}), "does not contain")
    return found


def _make_info(name: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"{TOP}/{name}")
    info.type = kind
    info.linkname = "/etc/passwd"
    return info


def _list_bombs() -> dict[str, tuple[object, ...]]:
    return {
        "huge-member": (_gzip(_make_head(f"{TOP}/train", 10**13)), "train", "bytes"),
        "huge-other-member": (_gzip(_make_head("other", 10**13)), "bytes"),
        "negative-member": (_gzip(_make_head(f"{TOP}/train", -5) + bytes(99)),),
        "zeros-to-skip": (partial(_make_zeros, "other", tarfile.REGTYPE), "bytes"),
        "long-name": (partial(_make_zeros, "././@LongLink", tarfile.GNUTYPE_LONGNAME), "bytes"),
        "long-header": (partial(_make_zeros, "x", tarfile.XHDTYPE), "bytes"),
        "many-members": (partial(_make_members, 40), "bytes"),
        "many-empty-members": (_gzip(_make_head("x", 0) * 5000), "members"),
        "many-headers": (partial(_make_many, 20_000),),
        "broken-header": (_gzip(_make_head("x", 9, tarfile.XHDTYPE) + b"9 size=x\n" + bytes(503)),),
    }


def _make_head(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def _make_zeros(name: str, kind: bytes) -> bytes:
    """A member of six gigabytes of zeros, in six megabytes."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(_make_head(name, 6 << 30, kind)) + packer.flush(zlib.Z_FULL_FLUSH)
    part = packer.compress(bytes(1 << 26)) + packer.flush(zlib.Z_FULL_FLUSH)
    # What follows a full flush does not look back, so that it can stand there many times.
    more = packer.compress(bytes(1 << 26)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + part + more * 94


def _make_members(count: int) -> bytes:
    """So many members of zeros, none of them too large."""
    packer = zlib.compressobj(9, wbits=31)
    size = 190_000_000 // 512 * 512
    first = packer.compress(_make_head("other", size)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(size) + _make_head("other", size))
    return first + (again + packer.flush(zlib.Z_FULL_FLUSH)) * count


def _make_many(count: int) -> bytes:
    head = _make_head("x", 12, tarfile.XHDTYPE) + b"12 comment=\n".ljust(512, b"\0")
    return _gzip(head * count)


def _list_folders() -> Iterator[Case]:
    contents: dict[str, tuple[dict[str, bytes], tuple[str, ...]]] = {
        "folder-wrong-hash": (dict.fromkeys(NAMES, b"x"), ("meta", "MD5")),
        "folder-inner": ({f"{TOP}/{name}": b"x" for name in NAMES}, ("meta", "MD5")),
        "folder-one-missing": ({"meta": b"x", "train": b"x"}, ("does not contain test",)),
        "folder-other": ({"data_batch_1": b"x"}, ("does not contain meta",)),
    }
    for name, (files, words) in contents.items():
        yield Case(GROUP, name, partial(_put, files=files), FOLDER, 3, ("{in}/cifar", *words))
    empty = lambda box: (box.folder / "cifar").mkdir()  # noqa: E731
    yield Case(GROUP, "folder-empty", empty, FOLDER, 3, ("does not contain meta",))
    huge = partial(_put_huge, size=10**12)
    yield Case(GROUP, "folder-huge", huge, FOLDER, 3, ("meta", "bytes"), "posix")
    words = ("does not contain train",)
    yield Case(GROUP, "folder-pipe", _put_pipe, FOLDER, 3, words, "posix")
    yield Case(GROUP, "folder-loop", _put_loop, FOLDER, 3, words, "posix")
    yield Case(
        GROUP,
        "folder-closed",
        _put_closed,
        FOLDER,
        3,
        ("{in}/cifar/meta", "permission denied"),
        "user",
    )


def _put(box: Box, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        box.write(f"cifar/{name}", content)


def _put_huge(box: Box, size: int) -> None:
    _put(box, dict.fromkeys(NAMES, b"x"))
    for name in NAMES:
        os.truncate(box.folder / "cifar" / name, size)


def _put_pipe(box: Box) -> None:
    _put(box, {"meta": b"x", "test": b"x"})
    os.mkfifo(box.folder / "cifar/train")


def _put_loop(box: Box) -> None:
    _put(box, {"meta": b"x", "test": b"x"})
    (box.folder / "cifar/train").symlink_to("train")


def _put_closed(box: Box) -> None:
    _put(box, dict.fromkeys(NAMES, b"x"))
    (box.folder / "cifar/train").chmod(0)
    (box.folder / "cifar/meta").chmod(0)


def _list_places() -> Iterator[Case]:
    words = ("{in}/cifar.tar.gz", "no such file or folder")
    yield Case(GROUP, "missing", make_nothing, RUN, 3, words)
    yield Case(GROUP, "pipe", lambda box: os.mkfifo(box.folder / FILE), RUN, 3, (FILE,), "posix")
    device = lambda box: (box.folder / FILE).symlink_to("/dev/zero")  # noqa: E731
    yield Case(GROUP, "device", device, RUN, 3, (FILE,), "posix")
    nowhere = lambda box: (box.folder / FILE).symlink_to("gone")  # noqa: E731
    yield Case(GROUP, "dead-link", nowhere, RUN, 3, words, "posix")
    other = ("run", "--dry-run", "--data", "sample", "--data-file", "{in}/cifar.tar.gz")
    yield Case(GROUP, "for-another-set", make_nothing, other, 2, ("--data-file", "sample"))
