"""Read CIFAR-10 and CIFAR-100 in the python format that their authors published.

The files are pickles. Each is compared with its published MD5 before it is unpickled, and the
unpickler knows nothing but NumPy arrays and plain containers.

Reference:
    Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
"""

import gzip
import hashlib
import io
import pickle
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from poolbench.data.cache import (
    Arrays,
    OnProgress,
    download,
    get_cache_folder,
    ignore_progress,
    load_arrays,
    save_arrays,
)
from poolbench.data.image_set import Half, Images, ImageSet
from poolbench.errors import DataError
from poolbench.files import ContentError, explain_fault, suggest_path
from poolbench.texts import Phrase

SIDE = 32
# Most bytes of a member of the archive; the largest published one has 155 MB.
_MOST_MEMBER_BYTES = 200_000_000
# Most unpacked bytes and most members; the published archives have 186 MB, in nine.
_MOST_ARCHIVE_BYTES = 300_000_000
_MOST_MEMBERS = 1000
# Kinds of headers for long names and the like, which the published archives do not have.
_HEADER_TYPES = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
_MOST_HEADER_BYTES = 1_000_000
# Number that grows when the arrays are kept in another way.
_ARRAYS_FORMAT = 1

# Names that an array needs to be made again. NumPy 1 and 2 call the module differently.
_RECONSTRUCT = np.empty(0).__reduce__()[0]
_ADMITTED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
}


@dataclass(frozen=True)
class CifarFormat:
    """One published set: where it lies and what is in it.

    Attributes:
        folder: Its top folder in the archive.
        archive_md5: In hex, as are all below.
        pool_md5s: File name to MD5, in the order of the pictures.
        labels_key, classes_key: Where the pickles keep numbers and names of classes.
        count_per_class, test_per_class: Pictures of each class in the two halves.
    """

    name: str
    url: str
    folder: str
    archive_md5: str
    pool_md5s: Mapping[str, str]
    test_md5s: Mapping[str, str]
    meta_md5s: Mapping[str, str]
    labels_key: str
    classes_key: str
    count_per_class: int
    test_per_class: int

    @property
    def md5s(self) -> dict[str, str]:
        """MD5 by file name of everything that is read."""
        return {**self.meta_md5s, **self.pool_md5s, **self.test_md5s}


CIFAR10 = CifarFormat(
    name="cifar10",
    url="https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    folder="cifar-10-batches-py",
    archive_md5="c58f30108f718f92721af3b95e74349a",
    pool_md5s={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    },
    test_md5s={"test_batch": "40351d587109b95175f43aff81a1287e"},
    meta_md5s={"batches.meta": "5ff9c542aee3614f3951f8cda6e48888"},
    labels_key="labels",
    classes_key="label_names",
    count_per_class=5000,
    test_per_class=1000,
)

CIFAR100 = CifarFormat(
    name="cifar100",
    url="https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    folder="cifar-100-python",
    archive_md5="eb9058c3a382ffc7106e4002c42a8d85",
    pool_md5s={"train": "16019d7e3df5f24257cddd939b257f8d"},
    test_md5s={"test": "f0ef6b0ae62326f3e7ffdfab6717acfc"},
    meta_md5s={"meta": "7973b15100ade9c7d40fb424638fde48"},
    labels_key="fine_labels",
    classes_key="fine_label_names",
    count_per_class=500,
    test_per_class=100,
)


class _BoundedMember(tarfile.TarInfo):
    """A member of an archive, refused before it is read if it is too large."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        member = super().frombuf(buf, encoding, errors)
        # tarfile reads headers of further facts into memory, whole, however large they are.
        is_header = member.type in _HEADER_TYPES
        most = _MOST_HEADER_BYTES if is_header else _MOST_MEMBER_BYTES
        _check_size(member.size, most, Phrase("cifar.header") if is_header else member.name)
        return member


class _ArraysUnpickler(pickle.Unpickler):
    """Makes NumPy arrays, dicts, lists, strings and numbers, and refuses all else."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        try:
            return _ADMITTED[module_name, global_name]
        except KeyError:
            wanted = f"{module_name}.{global_name}"
            raise ContentError(Phrase("cifar.reason.admitted", wanted=wanted)) from None


def load_cifar(
    published: CifarFormat,
    data_file: Path | None = None,
    is_download_allowed: bool = False,
    on_progress: OnProgress = ignore_progress,
) -> ImageSet:
    """Load all classes of a published set.

    Decoded arrays are kept in the cache folder, so that only the first start reads the archive.

    Args:
        data_file: The archive, or the folder that was unpacked from it; ``None``: what the cache
            folder holds, or a download.

    Raises:
        DataError: If the set is not there, or is not what was published.
    """
    try:
        members = _load_members(published, data_file, is_download_allowed, on_progress)
    except OSError as error:
        raise DataError("file.unreadable", path=error.filename or data_file, error=error) from None
    (meta,) = (members[name] for name in published.meta_md5s)
    return ImageSet(
        source=published.name,
        classes=tuple(str(name) for name in meta["classes"]),
        pool=_join("train", [members[name] for name in published.pool_md5s]),
        test=_join("test", [members[name] for name in published.test_md5s]),
        has_official_test=True,
    )


def unpickle_checked(data: bytes, md5: str, name: str | Phrase) -> Any:
    """Unpickle bytes if their MD5 is the published one.

    Args:
        md5: In hex.
        name: What to call the bytes in an error.

    Raises:
        DataError: If the MD5 is another (nothing is unpickled then), or if the pickle asks for
            anything but arrays and plain containers.
    """
    _check_md5(data, md5, name)
    try:
        # Written by Python 2, whose strings are bytes: latin1 keeps each of them.
        return _ArraysUnpickler(io.BytesIO(data), encoding="latin1").load()
    except Exception as error:
        # A pickle can fail with nearly any exception.
        raise DataError("cifar.pickle", name=name, reason=explain_fault(error)) from None


def _check_md5(data: bytes, md5: str, name: str | Phrase) -> None:
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if found != md5:
        raise DataError("cifar.md5", name=name, found=found, md5=md5)


def _load_members(
    published: CifarFormat,
    data_file: Path | None,
    is_download_allowed: bool,
    on_progress: OnProgress,
) -> dict[str, Arrays]:
    """Load arrays by file name: from the cache where it has them, else from archive or folder."""
    source = _find_source(published, data_file)
    cached = _load_cached(published, source)
    if cached is not None:
        return cached
    if source is None:
        source = _fetch_archive(published, is_download_allowed, on_progress)
    return _read_source(published, source, on_progress)


def _find_source(published: CifarFormat, data_file: Path | None) -> Path | None:
    if data_file is not None:
        if not (data_file.is_file() or data_file.is_dir()):
            raise DataError("cifar.no-file", path=data_file, meant=suggest_path(data_file))
        return data_file
    kept = _get_archive_path(published)
    return kept if kept.is_file() else None


def _get_archive_path(published: CifarFormat) -> Path:
    return get_cache_folder() / published.url.rpartition("/")[2]


def _fetch_archive(published: CifarFormat, is_allowed: bool, on_progress: OnProgress) -> Path:
    path = _get_archive_path(published)
    if not is_allowed:
        raise DataError("cifar.not-here", set=published.name, path=path)
    download(published.url, path, published.archive_md5, on_progress)
    return path


def _load_cached(published: CifarFormat, source: Path | None) -> dict[str, Arrays] | None:
    """Load arrays that were decoded before, if ``source`` is unchanged since it was checked."""
    if source is not None and load_arrays(_name_proof(published, source)) is None:
        return None
    members: dict[str, Arrays] = {}
    for name, md5 in published.md5s.items():
        arrays = load_arrays(_name_member(md5))
        if arrays is None:
            return None
        members[name] = arrays
    return members


def _read_source(
    published: CifarFormat, source: Path, on_progress: OnProgress
) -> dict[str, Arrays]:
    """Read, check and decode all members, and keep the arrays."""
    read = _read_folder if source.is_dir() else _read_archive
    data = read(published, source, on_progress)
    members = {}
    for name, md5 in published.md5s.items():
        where = Phrase("cifar.member", name=name, path=source)
        content = unpickle_checked(data.pop(name), md5, where)
        members[name] = _decode_member(published, name, content)
        save_arrays(_name_member(md5), members[name])
    save_arrays(_name_proof(published, source), {})
    return members


def _name_member(md5: str) -> str:
    return f"cifar-{md5}-{_ARRAYS_FORMAT}"


def _name_proof(published: CifarFormat, source: Path) -> str:
    """Name the cache entry that says that all members of ``source`` had the published MD5."""
    paths = [source]
    if source.is_dir():
        paths = [_find_in_folder(published, source, name) for name in published.md5s]
    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        stamp = (str(path.resolve()), status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        digest.update(repr(stamp).encode("utf-8", "surrogateescape"))
    digest.update(repr(sorted(published.md5s.items())).encode())
    return f"cifar-proof-{digest.hexdigest()[:32]}"


def _read_folder(published: CifarFormat, folder: Path, on_progress: OnProgress) -> dict[str, bytes]:
    data: dict[str, bytes] = {}
    for name in published.md5s:
        path = _find_in_folder(published, folder, name)
        with path.open("rb") as file:
            data[name] = _read_bounded(file, path.stat().st_size, str(path))
        on_progress("read", len(data), len(published.md5s))
    return data


def _find_in_folder(published: CifarFormat, folder: Path, name: str) -> Path:
    """Find a file in a folder, which may be the one in the archive or the one around it."""
    for path in (folder / name, folder / published.folder / name):
        if path.is_file():
            return path
    raise DataError(
        "cifar.folder",
        path=folder,
        name=name,
        set=published.name,
        names=list(published.md5s),
        url=published.url,
    )


def _read_archive(published: CifarFormat, path: Path, on_progress: OnProgress) -> dict[str, bytes]:
    """Read the named members of a tar archive; nothing is unpacked to disk."""
    wanted = {f"{published.folder}/{name}": name for name in published.md5s}
    data: dict[str, bytes] = {}
    try:
        # As a stream: the archive is read once, and only up to the last member that is wanted.
        with (
            _open_packed(path) as stream,
            tarfile.open(fileobj=stream, mode="r|", tarinfo=_BoundedMember) as archive,
        ):
            for count, member in enumerate(archive, start=1):
                # The size so far, with what is announced.
                _check_size(archive.offset, _MOST_ARCHIVE_BYTES, Phrase("cifar.content"))
                if count > _MOST_MEMBERS:
                    raise DataError("cifar.members", most=_MOST_MEMBERS)
                name = wanted.get(member.name.removeprefix("./"))
                file = archive.extractfile(member) if name and member.isfile() else None
                if name and file:
                    data[name] = _read_bounded(file, member.size, name)
                    on_progress("read", len(data), len(wanted))
                if len(data) == len(wanted):
                    break
    except DataError as error:
        raise DataError("cifar.archive", path=path, error=error) from None
    except Exception as error:
        # The readers of tar and of its compressions fail with many kinds of exception.
        reason = explain_fault(error)
        raise DataError("cifar.tar", path=path, reason=reason, url=published.url) from None
    missing = [name for name in wanted if wanted[name] not in data]
    if missing:
        raise DataError(
            "cifar.missing", path=path, names=missing, set=published.name, url=published.url
        )
    return data


def _open_packed(path: Path) -> IO[bytes]:
    """Open the tar archive in a file, which may be packed by gzip, as the published ones are."""
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path)) if is_packed else path.open("rb")


def _read_bounded(file: IO[bytes], size: int, name: str) -> bytes:
    _check_size(size, _MOST_MEMBER_BYTES, name)
    return file.read()


def _check_size(size: int, most: int, name: str | Phrase) -> None:
    if size > most:
        raise DataError("cifar.size", name=name, size=size, most=most)


def _decode_member(published: CifarFormat, name: str, content: Any) -> Arrays:
    if name in published.meta_md5s:
        return {"classes": np.array(content[published.classes_key], dtype=np.str_)}
    return {
        "images": _decode_rows(content["data"]),
        "labels": np.array(content[published.labels_key], dtype=np.int64),
    }


def _decode_rows(rows: NDArray[np.uint8]) -> Images:
    """Turn uint8 ``[N, 3072]``, a plane for each colour, into ``[N, 32, 32, 3]``."""
    planes = rows.reshape(-1, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def _join(name: str, parts: list[Arrays]) -> Half:
    images = parts[0]["images"] if len(parts) == 1 else np.concatenate([p["images"] for p in parts])
    labels = np.concatenate([part["labels"] for part in parts])
    return Half(images, labels, tuple(f"{name}/{number}" for number in range(len(labels))))
