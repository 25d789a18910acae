"""Keep pictures that were decoded once in a file that is mapped, so never wholly in memory.

The file grows by shards. Of each that is whole a line says how many pictures it brought and what
their SHA-256 is, so that decoding goes on after an interruption, and damage is seen.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from poolbench.data.cache import get_cache_folder
from poolbench.data.image_set import DIGEST_KIND, Digests, Images
from poolbench.data.listing import Entry
from poolbench.files import check_regular

SHARD_BYTES = 1 << 24
_SECOND_NS = 1_000_000_000
Size = tuple[int, int]


@dataclass(frozen=True)
class Shard:
    """Pictures that were decoded together.

    Attributes:
        entries: How many were looked at.
        missing: Positions among them of those that could not be read, and why.
        given: For each of the others, in hex: what :func:`hash_pictures` gave for it before it was
            brought to one size.
        sha256: SHA-256 of the pixels of the others and of ``given``, in hex.
    """

    entries: int
    missing: tuple[tuple[int, str], ...]
    given: tuple[str, ...]
    sha256: str

    @property
    def rows(self) -> int:
        """Pictures that were written."""
        return self.entries - len(self.missing)


class Pictures(NamedTuple):
    """The pictures of a listing that could be read.

    Attributes:
        images: uint8 ``[n, H, W, 3]``.
        given: ``[n]``, as in :class:`Half`.
        kept: int64 ``[n]``: which of the entries they are.
    """

    images: Images
    given: Digests
    kept: NDArray[np.int64]


class DecodedFile:
    """The pictures of one image set, as far as they are decoded; lies in the cache folder.

    Args:
        name: Changes with every file of the set and with what is done to its pictures.

    Attributes:
        size: Height and width of each; ``None``: nothing is decoded yet.
        shards: Those that are whole, from the first on.
    """

    def __init__(self, name: str) -> None:
        self.folder = get_cache_folder() / "decoded" / name
        self.size: Size | None = None
        self.shards: list[Shard] = []

    @property
    def pixels(self) -> Path:
        """Path of the pixels: uint8 ``[n, H, W, 3]`` and nothing else."""
        return self.folder / "pixels"

    @property
    def lines(self) -> Path:
        """Path of the shards: JSON, the size, then a line for each shard."""
        return self.folder / "shards.jsonl"

    @property
    def _held(self) -> Path:
        return self.folder / "lock"

    def lock(self) -> FileLock:
        """Return the lock to hold for reading and writing, so that no two processes decode.

        Raises:
            OSError: If the cache folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._held)

    def read(self) -> None:
        """Find out what is there and whole; the rest is forgotten."""
        size, listed = self._read_lines()
        self.size, self.shards = size, []
        if size is None:
            return
        with self.pixels.open("rb") if self.pixels.is_file() else io.BytesIO() as file:
            for shard in listed:
                if _hash(file.read(shard.rows * _count_bytes(size)), shard.given) != shard.sha256:
                    break
                self.shards.append(shard)
        if self.lines.read_text(encoding="utf-8") != self._format_lines():
            # Otherwise a new line would stand behind half of one.
            self._write_lines()

    def begin(self, size: Size) -> None:
        """Start with nothing, for pictures of this size."""
        self.size, self.shards = size, []
        self._write_lines()

    def append(
        self,
        rows: Sequence[Images],
        given: Sequence[bytes],
        missing: Sequence[tuple[int, str]],
    ) -> None:
        """Keep another shard: its pixels, and when they are on disk the line that says so.

        Args:
            rows: ``[H, W, 3]`` each.
            given: As in :class:`Half`, of each of them.
            missing: Positions of the entries that gave none, and why.
        """
        assert self.size is not None
        content = b"".join(row.tobytes() for row in rows)
        start = self._count_rows() * _count_bytes(self.size)
        with self.pixels.open("r+b" if self.pixels.is_file() else "wb") as file:
            # Over what an interrupted process may have written there.
            file.seek(start)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        digests = tuple(digest.hex() for digest in given)
        sha256 = _hash(content, digests)
        self.shards.append(Shard(len(rows) + len(missing), tuple(missing), digests, sha256))
        with self.lines.open("a", encoding="utf-8") as text:
            text.write(json.dumps(asdict(self.shards[-1])) + "\n")

    def map(self) -> Pictures:
        """Map all pictures."""
        assert self.size is not None
        kept: list[int] = []
        start = 0
        for shard in self.shards:
            missing = dict(shard.missing)
            kept += [start + k for k in range(shard.entries) if k not in missing]
            start += shard.entries
        shape = (self._count_rows(), *self.size, 3)
        images = np.memmap(self.pixels, dtype=np.uint8, mode="r", shape=shape)
        given = [bytes.fromhex(digest) for shard in self.shards for digest in shard.given]
        return Pictures(images, np.array(given, dtype=DIGEST_KIND), np.array(kept, dtype=np.int64))

    def remove(self) -> None:
        """Remove the files; what somebody else put there stays."""
        with suppress(OSError):
            for path in (self.pixels, self.lines, self.lines.with_suffix(".part"), self._held):
                path.unlink(missing_ok=True)
            self.folder.rmdir()

    def _count_rows(self) -> int:
        return sum(shard.rows for shard in self.shards)

    def _read_lines(self) -> tuple[Size | None, list[Shard]]:
        try:
            first, *rest = self.lines.read_text(encoding="utf-8").splitlines()
            height, width = json.loads(first)
            size = int(height), int(width)
        except (OSError, ValueError, TypeError):
            return None, []
        return size, list(_parse(rest))

    def _format_lines(self) -> str:
        lines = [json.dumps(self.size), *(json.dumps(asdict(shard)) for shard in self.shards)]
        return "\n".join(lines) + "\n"

    def _write_lines(self) -> None:
        part = self.lines.with_suffix(".part")
        part.write_text(self._format_lines(), encoding="utf-8")
        part.replace(self.lines)


def name_decoded(entries: Sequence[Entry], settings: tuple[object, ...]) -> str:
    """Return a name that changes with every file, and with what is done to the pictures."""
    digest = hashlib.sha256(repr(settings).encode())
    for entry in entries:
        line = f"{entry.side}\0{entry.name}\0{_read_stamp(entry.path)}\0"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return f"folder-{digest.hexdigest()[:32]}"


def _read_stamp(path: Path) -> tuple[object, ...]:
    try:
        check_regular(path)
        return make_stamp(path, path.stat())
    except OSError:
        return ()


def make_stamp(path: Path, status: os.stat_result) -> tuple[object, ...]:
    """Return what a file with another content does not have too.

    Raises:
        OSError: If the file cannot be read.
    """
    # The change time is new even for a file that was unpacked with an old time of writing.
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if status.st_ctime_ns % _SECOND_NS:
        return stamp
    # In whole seconds it comes from no clock: media that are only read (squashfs, ISO) are made
    # with times that were chosen, often 0. There the bytes decide.
    with path.open("rb") as file:
        return (*stamp, hashlib.file_digest(file, "sha256").hexdigest())


def _parse(lines: Sequence[str]) -> Iterator[Shard]:
    for line in lines:
        try:
            values = json.loads(line)
            missing = tuple((int(position), str(why)) for position, why in values["missing"])
            given = tuple(str(digest) for digest in values["given"])
            yield Shard(int(values["entries"]), missing, given, str(values["sha256"]))
        except (ValueError, TypeError, KeyError):
            # The last words of a process that was killed.
            return


def _count_bytes(size: Size) -> int:
    return 3 * size[0] * size[1]


def _hash(content: bytes, given: Sequence[str]) -> str:
    digest = hashlib.sha256(content)
    digest.update("".join(given).encode())
    return digest.hexdigest()
