"""Keep the cache folder: what was downloaded, and pictures that were decoded once."""

import errno
import hashlib
import http.client
import os
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from filelock import FileLock
from numpy.typing import NDArray

from poolbench._version import __version__
from poolbench.data.npz import read_arrays
from poolbench.errors import DataError
from poolbench.files import expand_home, quote_fault
from poolbench.texts import Phrase
from poolbench.texts.filling import Tellable

Arrays = dict[str, NDArray[Any]]
# Callback that takes the stage, how much is done, and how much there is (0: not known).
OnProgress = Callable[[str, int, int], None]

_CHUNK_BYTES = 1 << 16
_TIMEOUT_SECONDS = 30
# Most bytes of a download; no file that is published for this has as many.
_MOST_BYTES = 2_000_000_000
# Attempts in a row that bring nothing new before a download is given up.
_ATTEMPTS = 4
_DIGEST = "sha256"
# Why a whole network is not there.
_NO_NETWORK = (errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH)
# Path at which no folder can be made, so that all goes on as with a cache that cannot be written.
_NOWHERE = Path(os.devnull, "poolbench")


class _ConnectionDropped(Exception):
    """The connection failed in a way that another attempt may mend."""

    def __init__(self, reason: Tellable | OSError) -> None:
        super().__init__(reason)
        self.reason = reason


def ignore_progress(stage: str, done: int, total: int) -> None:
    """Show nothing; the default ``OnProgress``."""


def get_cache_folder() -> Path:
    """Return the cache folder; ``POOLBENCH_CACHE`` overrides the platform's.

    It need not exist yet. For a user without a home folder it is one that can never be made.
    """
    override = os.environ.get("POOLBENCH_CACHE")
    if override:
        return expand_home(override)
    try:
        return platformdirs.user_cache_path("poolbench")
    except RuntimeError:
        return _NOWHERE


def compute_md5(path: Path) -> str:
    """Compute the MD5 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, _new_md5).hexdigest()


def _new_md5() -> Any:
    # Published sums are MD5; without the flag, machines in FIPS mode refuse it.
    return hashlib.new("md5", usedforsecurity=False)


def download(
    url: str,
    path: Path,
    md5: str,
    on_progress: OnProgress = ignore_progress,
    *,
    pause_seconds: float = 1.0,
) -> None:
    """Bring a file here, going on where an earlier attempt broke off.

    The bytes gather in ``path`` + ``.part``, which is renamed when its MD5 is the published one.
    A lock lets only one process download at a time; one that comes later finds the file there.

    Args:
        md5: In hex.
        on_progress: Called with ``("download", bytes here, bytes in all)``.
        pause_seconds: Pause before the second attempt; doubled before each further one.

    Raises:
        DataError: If the net or the file is not there, the disk is full, or the MD5 is another.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if path.is_file() and compute_md5(path) == md5:
                return
            _fetch_checked(url, part, md5, on_progress, pause_seconds)
            part.replace(path)
    except OSError as error:
        raise DataError("download.not-kept", url=url, folder=path.parent, error=error) from None


def _fetch_checked(
    url: str, part: Path, md5: str, on_progress: OnProgress, pause_seconds: float
) -> None:
    """Fetch a whole ``part`` with this MD5; what an earlier call left may be of no use."""
    is_continued = _count_bytes(part) > 0
    _fetch(url, part, on_progress, pause_seconds)
    if is_continued and compute_md5(part) != md5:
        part.unlink()
        _fetch(url, part, on_progress, pause_seconds)
    found = compute_md5(part)
    if found != md5:
        part.unlink()
        raise DataError("download.md5", url=url, found=found, md5=md5)


def _fetch(url: str, part: Path, on_progress: OnProgress, pause_seconds: float) -> None:
    failures = 0
    while True:
        before = _count_bytes(part)
        try:
            _fetch_rest(url, part, on_progress)
            return
        except _ConnectionDropped as error:
            failures = 1 if _count_bytes(part) > before else failures + 1
            if failures >= _ATTEMPTS:
                raise _explain_failure(url, part, error.reason) from None
        time.sleep(pause_seconds * 2 ** (failures - 1))


def _explain_failure(url: str, part: Path, reason: Tellable | OSError) -> DataError:
    kept = _count_bytes(part)
    if kept:
        return DataError("download.broken-off", url=url, reason=reason, kept=kept)
    return DataError("download.failed", url=url, reason=reason)


def _explain_connection(error: Exception) -> Tellable | OSError:
    """Return why there is no connection: as the system says it, or in words of another library."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, socket.gaierror):
        return Phrase("download.reason.name")
    if isinstance(reason, TimeoutError):
        return Phrase("os.ETIMEDOUT")
    if isinstance(reason, OSError) and reason.errno in _NO_NETWORK:
        return Phrase("download.reason.network")
    if isinstance(reason, ConnectionError):
        # A server that hangs up is a reset connection to http.client, without a number.
        return reason if reason.strerror else Phrase("os.ECONNRESET")
    said = reason if isinstance(reason, Exception) else error
    return Phrase("download.reason.connection", detail=quote_fault(said))


def _fetch_rest(url: str, part: Path, on_progress: OnProgress) -> None:
    """Ask once for what is missing."""
    offset = _count_bytes(part)
    headers = {"User-Agent": f"poolbench/{__version__}"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    try:
        response = urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=_TIMEOUT_SECONDS
        )
    except urllib.error.HTTPError as error:
        _handle_refusal(error, url, part)
    except (OSError, http.client.HTTPException) as error:
        raise _ConnectionDropped(_explain_connection(error)) from None
    else:
        with response:
            _keep_body(response, part, offset, on_progress)


def _handle_refusal(error: urllib.error.HTTPError, url: str, part: Path) -> None:
    if error.code == 416:  # nothing is left behind the bytes here: the MD5 decides
        return
    answer = Phrase("download.reason.status", status=error.code, words=error.reason)
    if error.code >= 500 or error.code in (408, 429):
        raise _ConnectionDropped(answer)
    raise _explain_failure(url, part, answer)


def _keep_body(
    response: http.client.HTTPResponse, part: Path, offset: int, on_progress: OnProgress
) -> None:
    is_rest = response.status == 206
    if is_rest and not response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
        part.unlink()
        raise _ConnectionDropped(Phrase("download.reason.part"))
    # A server that knows no ranges sends everything again.
    done = offset if is_rest else 0
    length = response.headers.get("Content-Length")
    total = done + int(length) if length else 0
    with part.open("ab" if is_rest else "wb") as file:
        while chunk := _read_chunk(response):
            file.write(chunk)
            done += len(chunk)
            if done > _MOST_BYTES:
                raise DataError("download.large", url=response.url, most=_MOST_BYTES)
            on_progress("download", done, total)
    if done < total:
        raise _ConnectionDropped(Phrase("download.reason.short", done=done, total=total))


def _read_chunk(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _ConnectionDropped(_explain_connection(error)) from None


def _count_bytes(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def load_arrays(name: str) -> Arrays | None:
    """Load arrays that ``save_arrays`` kept; ``None`` if there are none or any byte has changed."""
    try:
        arrays = read_arrays(_get_arrays_path(name))
        digest = str(arrays.pop(_DIGEST))
    except (OSError, ValueError, KeyError):
        return None
    return arrays if digest == _compute_digest(arrays) else None


def save_arrays(name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep arrays in the cache folder; a folder that cannot be written is no error."""
    path = _get_arrays_path(name)
    digest = np.array(_compute_digest(arrays))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            _write_arrays(file, path, {**arrays, _DIGEST: digest})
    except OSError:
        return


def _write_arrays(file: Any, path: Path, arrays: Arrays) -> None:
    try:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.close()
        Path(file.name).replace(path)
    except BaseException:
        file.close()
        Path(file.name).unlink(missing_ok=True)
        raise


def _get_arrays_path(name: str) -> Path:
    return get_cache_folder() / "arrays" / f"{name}.npz"


def _compute_digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for key in sorted(arrays):
        array = np.ascontiguousarray(arrays[key])
        digest.update(f"{key}\0{array.dtype.str}\0{array.shape}\0".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
