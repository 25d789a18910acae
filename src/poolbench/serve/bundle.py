"""Load the files of onnxruntime-web that the page needs, known by their hashes."""

import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
from base64 import b64encode
from pathlib import Path

from poolbench.errors import UsageError
from poolbench.files import open_inside, parse_json
from poolbench.texts import Phrase

PACKAGE = "onnxruntime-web"
# Most bytes of the package's description.
MOST_BYTES = 1_000_000
# SHA-256 of the files in the package, by version. The first version is named to whoever has none.
TESTED = {
    "1.30.0": {
        "dist/ort.wasm.bundle.min.mjs": (
            "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90"
        ),
        "dist/ort-wasm-simd-threaded.wasm": (
            "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2"
        ),
    },
}
# SHA-512 of the package as npm packs it, in the form in which registries state it.
INTEGRITY = {
    "1.30.0": (
        "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfK"
        "YQ=="
    ),
}
# Longest time for npm, which fetches some 30 MB.
NPM_SECONDS = 900
# Most bytes of the package: twice as many as the tested one has.
MOST_PACKAGE_BYTES = 100_000_000


def fetch_bundle() -> dict[str, bytes]:
    """Have npm fetch the package, and load the needed files, by the name beside the page.

    Nothing of it is run, and nothing is opened before its hash has been compared.

    Raises:
        UsageError: If npm is missing or cannot fetch it, or gives something else.
    """
    version = next(iter(INTEGRITY))
    package = f"{PACKAGE}@{version}"
    npm = shutil.which("npm")
    if npm is None:
        raise UsageError("bundle.no-npm", package=package)
    with tempfile.TemporaryDirectory(prefix="poolbench-") as folder:
        _run_npm(npm, package, Path(folder))
        packed = Path(folder) / f"{PACKAGE}-{version}.tgz"
        content = packed.read_bytes() if _is_small_file(packed) else b""
        if _compute_integrity(content) != INTEGRITY[version]:
            raise UsageError("bundle.other-package", package=package)
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for name in ("package.json", *TESTED[version]):
                archive.extract(f"package/{name}", folder, filter="data")
        return load_bundle(Path(folder) / "package")


def _run_npm(npm: str, package: str, folder: Path) -> None:
    command = [npm, "pack", package, "--silent", "--ignore-scripts"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=NPM_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError("bundle.npm-late", package=package, seconds=NPM_SECONDS) from None
    except OSError as error:
        raise UsageError("bundle.npm-refused", package=package, reason=error) from None
    if done.returncode != 0:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        words = "; ".join(said[:3])[:500].removesuffix(".")
        reason = words or Phrase("fault.exit-code", code=done.returncode)
        raise UsageError("bundle.npm-failed", package=package, reason=reason)


def _is_small_file(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= MOST_PACKAGE_BYTES


def _compute_integrity(content: bytes) -> str:
    return f"sha512-{b64encode(hashlib.sha512(content).digest()).decode()}"


def load_bundle(folder: Path | None) -> dict[str, bytes]:
    """Load the needed files, by the name that they get beside the page.

    Args:
        folder: What the package was unpacked to.

    Raises:
        UsageError: If it is another package, a version that was not tested, or a changed file.
    """
    version = next(iter(TESTED))
    if folder is None:
        raise UsageError("bundle.missing", package=PACKAGE, version=version)
    try:
        with open_inside(folder, "package.json", MOST_BYTES) as file:
            told = parse_json(file.read())
        name, found = told["name"], told["version"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            "bundle.no-package", package=PACKAGE, version=version, folder=folder
        ) from None
    if name != PACKAGE or not isinstance(found, str) or found not in TESTED:
        raise UsageError(
            "bundle.untested",
            package=PACKAGE,
            version=version,
            folder=folder,
            name=str(name),
            found=str(found),
            tested=list(TESTED),
        )
    return {
        # Many web hosts do not know that a file called .mjs is JavaScript.
        Path(file).with_suffix(".js").name if file.endswith(".mjs") else Path(file).name: (
            _read_checked(folder / file, digest)
        )
        for file, digest in TESTED[found].items()
    }


def _read_checked(path: Path, digest: str) -> bytes:
    version = next(iter(TESTED))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            "bundle.unread", package=PACKAGE, version=version, path=path, reason=error
        ) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise UsageError("bundle.other-file", package=PACKAGE, version=version, path=path)
    return content
